"""Due orders walk from "paid" to "with the warehouse", a batch at a time.

An edge: these functions open their own transactions, because planning, each round of placing and
each poisoned order need one of their own.
"""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models.functions import Now

from inventory import selectors as stock
from inventory import services as inventory
from oms import codes
from oms.facts import Finding
from oms.models import Order
from oms.services import planning, telling
from oms.services.hooks import tell_held
from oms.services.journal import Journal
from oms.services.planning import Plan
from oms.services.rows import receiver_view
from oms.services.settling import Standing, settle
from oms.services.writing import update_rows
from outbox import services as outbox
from outbox.clock import database_now
from wms import services as floor

log = logging.getLogger(__name__)

WHO = "system:pipeline"
# The first choice, and two more when somebody else was faster.
ROUNDS = 3
# Claims of earlier payers are displaced last: larger is earlier, and 32 bits hold it until 2087.
_LATEST = 2_000_000_000
_EPOCH_2024 = 1_704_067_200
# A refused claim without a better reason is looked at again soon.
_MEANWHILE = timedelta(seconds=5)


def process(limit: int = 200) -> int:
    """Take up to `limit` due orders one step further.

    Safe to run by many at once: planning takes no lock, placing claims the orders with SKIP LOCKED
    and skips whatever changed since it was planned. When a batch fails unexpectedly, its orders
    are tried one by one; the poisonous ones get the exception "internal", the others flow.

    Returns:
        How many orders were due; `limit` means that there may be more.
    """
    ids = _due(limit)
    if ids:
        try:
            _place_all(ids)
        except Exception as error:
            if not connection.is_usable():
                raise
            log.warning("A batch of %s orders failed: %s", len(ids), _place_of(error))
            for order_id in ids:
                _place_alone(order_id)
    return len(ids)


def process_all(*, seconds: float = 20.0, limit: int = 200) -> bool:
    """Batch after batch until nothing is due; False when the time was used up before."""
    until = time.monotonic() + seconds
    while process(limit) == limit:
        if time.monotonic() >= until:
            return False
    return True


def _due(limit: int) -> list[int]:
    rows = Order.objects.filter(state="PREPROCESS", due_at__lte=Now()).order_by("due_at", "id")
    return list(rows.values_list("id", flat=True)[:limit])


def _place_alone(order_id: int) -> None:
    """One order of a failed batch; the try is counted before it is made."""
    with transaction.atomic(durable=True):
        order = _claim([order_id]).get(order_id)
        if order is None:
            return
        order.attempts += 1
        order.due_at = database_now() + codes.back_off(order.attempts)
        journal = Journal(WHO)
        journal.touch(order)
        journal.write()
    try:
        _place_all([order_id])
    except Exception as error:
        if not connection.is_usable():
            raise
        log.exception("Order %s fails: %s", order_id, _place_of(error))
        _put_aside(order_id, error)


def _put_aside(order_id: int, error: Exception) -> None:
    with transaction.atomic(durable=True):
        orders = list(
            Order.objects.select_for_update(no_key=True).filter(id=order_id, state="PREPROCESS")
        )
        detail = {"error": type(error).__name__, "at": _place_of(error)}
        found = {order_id: [("processed", Finding(codes.INTERNAL, "", detail))]}
        settle(orders=orders, found=found, steps=(), now=database_now(), who=WHO)


def _place_all(order_ids: Sequence[int]) -> None:
    """Plan, then place in rounds: who lost the race for stock is planned again elsewhere."""
    plans = planning.look(order_ids=order_ids)
    for number in range(ROUNDS):
        if not plans:
            return
        planning.route(plans)
        plans = _place(plans, last=number == ROUNDS - 1)
        for plan in plans:
            plan.findings = [item for item in plan.findings if item[0] != "routed"]


def _place(plans: Sequence[Plan], *, last: bool) -> list[Plan]:
    """One transaction: hold, hand over, or open exceptions; gives those to be planned again."""
    with transaction.atomic(durable=True):
        return _place_here(plans, last=last)


def place_now(*, order_ids: Sequence[int]) -> None:
    """Place orders that this very transaction made due: held and handed over, or stopped by what
    is found. One look, one ledger call; who loses the race for stock stays due, for `process`.

    For callers who wait for the answer; the others leave it to the lane, where batches grow.
    """
    assert connection.in_atomic_block, "Orders are placed in the transaction that took them in."
    plans = planning.look(order_ids=order_ids)
    planning.route(plans)
    if _place_here(plans, last=False):
        outbox.ring(topic="orders.due")


def _place_here(plans: Sequence[Plan], *, last: bool) -> list[Plan]:
    """As `_place`, in the caller's transaction."""
    now = database_now()
    claimed = _claim([plan.order.pk for plan in plans])
    ready = []
    for plan in plans:
        order = claimed.get(plan.order.pk)
        if order is not None and planning.stamp_of(order) == plan.stamp:
            plan.order = order
            ready.append(plan)
    journal = Journal(WHO)
    refused = _hold([plan for plan in ready if plan.warehouse_id is not None], journal, last)
    settled = [plan for plan in ready if plan not in refused]
    mapped = [line for plan in settled for line in plan.newly_mapped]
    update_rows(mapped, ["sku"])
    standings = settle(
        orders=[plan.order for plan in settled],
        found={plan.order.pk: plan.findings for plan in settled},
        steps=planning.STEPS,
        now=now,
        who=WHO,
    )
    for plan in settled:
        if plan.order.state == "PREPROCESS":
            _wait(plan, standings[plan.order.pk], journal, now)
    journal.write()
    return refused


def _claim(order_ids: Sequence[int]) -> dict[int, Order]:
    """Lock those that nobody else works on and that still belong to the pipeline."""
    rows = Order.objects.select_for_update(skip_locked=True, of=("self",), no_key=True).filter(
        id__in=order_ids, state="PREPROCESS", due_at__isnull=False
    )
    return {order.pk: order for order in rows.order_by("id")}


def _hold(plans: Sequence[Plan], journal: Journal, last: bool) -> list[Plan]:
    """Claim stock for all plans in one call and hand the winners to the floor.

    Returns the losers; in the last round they are settled as out of stock instead.
    """
    if not plans:
        return []
    in_turn = sorted(plans, key=planning.paid_first)
    outcomes = inventory.hold([_hold_request(plan) for plan in in_turn], actor=WHO)
    refused, won = [], []
    for plan, outcome in zip(in_turn, outcomes, strict=True):
        if outcome.refusal is None:
            won.append(plan)
            continue
        if outcome.refusal.code != "insufficient_stock":
            raise outcome.refusal
        assert plan.warehouse_id is not None, "Only routed plans ask for stock."
        plan.avoid.add(plan.warehouse_id)
        plan.warehouse_id = None
        if last:
            short = outcome.refusal.params.get("short", {})
            plan.findings.append(("routed", planning.out_of_stock(plan, short)))
        else:
            refused.append(plan)
    kits = _kits_of(won)
    floor.request_fulfilment([_fulfilment_request(plan, kits) for plan in won], actor=WHO)
    for plan in won:
        order = plan.order
        order.warehouse_id, order.attempts = plan.warehouse_id, 0
        journal.walk(
            order, order.submit, what="submitted",
            document=order.document, warehouse=plan.warehouse_id,
        )  # fmt: skip
    tell_held([plan.order for plan in won])
    telling.tell_claimed([plan.order for plan in won], actor=WHO)
    return refused


def _wait(plan: Plan, standing: Standing, journal: Journal, now: datetime) -> None:
    """The order stays: when will it be looked at again?"""
    order = plan.order
    order.attempts = 0
    # Nothing stands open and yet it was not placed: that must not become a dead end.
    order.due_at = standing.retry_at if standing.blocked else now + _MEANWHILE
    journal.touch(order)


def _hold_request(plan: Plan) -> inventory.HoldRequest:
    document = plan.order.document
    return inventory.HoldRequest(
        key=f"order.hold:{document}",
        document=document,
        warehouse_id=plan.warehouse_id,
        lines=tuple(
            inventory.Line(sku_id=sku_id, qty=qty)
            for sku_id, qty in sorted(plan.facts.needs().items())
        ),
        reason="ORDER",
        priority=priority_of(plan.order),
        draw_from=plan.reserve.document if plan.reserve else "",
    )


def _kits_of(plans: Sequence[Plan]) -> Mapping[str, list[stock.HeldKits]]:
    """The kits that were held just now; a statement only when an order has kits."""
    documents = [plan.order.document for plan in plans if plan.parts != plan.facts.needs()]
    return stock.held_kits(documents=documents) if documents else {}


def _fulfilment_request(
    plan: Plan, kits: Mapping[str, list[stock.HeldKits]]
) -> floor.FulfilmentRequest:
    """What the floor sends: goods, and the parts of kits by the recipe that was held.

    The recipe may have changed since the order was planned.
    """
    assert plan.warehouse_id is not None, "Only placed plans reach the floor."
    units = plan.facts.needs()
    for item in kits.get(plan.order.document, ()):
        units.pop(item.kit_sku_id, None)
        for part, per_kit in item.parts:
            units[part] = units.get(part, 0) + per_kit * item.qty
    return floor.FulfilmentRequest(
        document=plan.order.document,
        warehouse_id=plan.warehouse_id,
        lines=tuple(sorted(units.items())),
        ship_to=dict(receiver_view(plan.receiver)),
        carrier=None,
        priority=priority_of(plan.order),
        deadline=None,
    )


def priority_of(order: Order) -> int:
    """Earlier payment, larger number."""
    paid = order.paid_at or order.placed_at
    return max(min(_LATEST - (int(paid.timestamp()) - _EPOCH_2024), 2**31 - 1), 0)


def _place_of(error: Exception) -> str:
    """Kind of error and where; never its text, which may hold a receiver's data."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {frames[-1].name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{where}"[:200]
