"""Orders come in: created, changed, paid, cancelled, always in the newest version only."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import connection
from django.db.models import Q

from oms.drafts import Accepted, OrderDraft
from oms.facts import Finding
from oms.models import Order, OrderLine, OrderState, Receiver
from oms.services import rows, telling
from oms.services.changing import Change, apply_changes, cancel_lines
from oms.services.journal import Journal
from oms.services.settling import settle
from oms.wording import keepable
from outbox import services as outbox
from outbox.clock import database_now

Key = tuple[int, str]
UNPAID = (OrderState.PENDING_PAYMENT, OrderState.AWAIT_BALANCE)


def accept(
    drafts: Sequence[OrderDraft],
    *,
    received_at: Mapping[Key, datetime] | None = None,
    actor: str = "system:intake",
    followed_up: bool = False,
) -> list[Accepted]:
    """Take in orders as platforms tell them, in the caller's transaction (the inbox rows').

    A constant number of statements, whatever the number of drafts. Of several drafts of one order
    the newest counts; a version older than the one we know changes nothing; the same version twice
    changes nothing. Whatever is odd about a draft is kept as an exception with the field named,
    the order itself is always kept. A cancel stops the floor and frees the stock at once, in this
    transaction. At most one call to the ledger is made.

    Args:
        drafts: neutral orders of any shops.
        received_at: when each order (shop id, platform number) reached us, where that was before
            now; used for new orders.
        actor: who brings them.
        followed_up: the caller runs `process()` itself right after its commit, so nobody else is
            woken to plan the same orders beside it.

    Returns:
        One answer per draft, in their order.
    """
    assert connection.in_atomic_block, "Orders are accepted in the transaction of their inbox rows."
    if not drafts:
        return []
    newest: dict[Key, OrderDraft] = {}
    for draft in drafts:
        key = _key(draft)
        if key not in newest or rows.key_of_draft(newest[key]) < rows.key_of_draft(draft):
            newest[key] = draft
    now = _lock_names(sorted(newest))
    known = _lock_known(newest)
    journal = Journal(actor)
    fresh = {key: draft for key, draft in newest.items() if key not in known}
    created = _create(fresh, received_at or {}, journal, now)
    changes = [
        Change(known[key], draft)
        for key, draft in newest.items()
        if key in known and rows.key_of_order(known[key]) < rows.key_of_draft(draft)
    ]
    unpaid = {order.pk for order in known.values() if order.state in UNPAID}
    apply_changes(changes, journal=journal, now=now)
    journal.write()
    _tell_rules(list(created.values()), changes, unpaid, actor)
    changed = {change.order.pk for change in changes}
    orders = known | created
    if not followed_up and any(order.due_at is not None for order in orders.values()):
        outbox.ring(topic="orders.due")
    return [
        Accepted(
            order_id=orders[key].pk,
            number=str(orders[key].number),
            created=key in created and newest[key] is draft,
            changed=orders[key].pk in changed and newest[key] is draft,
            ignored_as_older=newest[key] is not draft
            or rows.key_of_draft(draft) < rows.key_of_order(orders[key]),
        )
        for draft in drafts
        for key in [_key(draft)]
    ]


def _tell_rules(
    created: Sequence[Order], changes: Sequence[Change], unpaid: Collection[int], actor: str
) -> None:
    """What the freeze rules may want to know of it; one statement while none listens."""
    alive = [order for order in created if order.state in (*UNPAID, OrderState.PREPROCESS)]
    ready = [change for change in changes if change.order.state == OrderState.PREPROCESS]
    telling.tell_taken_in(
        created=alive,
        paid=[order for order in alive if order.state == OrderState.PREPROCESS]
        + [change.order for change in ready if change.order.pk in unpaid],
        changed=[
            change.order
            for change in changes
            if change.goods_changed and change.order.state in (*UNPAID, OrderState.PREPROCESS)
        ],
        actor=actor,
    )


def _key(draft: OrderDraft) -> Key:
    return draft.shop_id, keepable(draft.number, 80)


def _lock_names(keys: Sequence[Key]) -> datetime:
    """Wait for whoever takes in the same orders right now; gives the database's clock.

    Orders that do not exist yet have no row to lock, so their names are locked, in one order.
    """
    names = [f"{shop_id} {number}" for shop_id, number in keys]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ' order ' || n, 0))"
            " FROM (SELECT n FROM unnest(%s::text[]) AS n ORDER BY 1) AS names",
            [names],
        )
    return database_now()


def _lock_known(newest: Mapping[Key, OrderDraft]) -> dict[Key, Order]:
    wanted = Q(
        shop_id__in={shop_id for shop_id, _ in newest},
        platform_number__in={number for _, number in newest},
    )
    found = Order.objects.filter(wanted).select_for_update(of=("self",), no_key=True).order_by("id")
    return {
        key: order for order in found if (key := (order.shop_id, order.platform_number)) in newest
    }


def _create(
    fresh: Mapping[Key, OrderDraft],
    received_at: Mapping[Key, datetime],
    journal: Journal,
    now: datetime,
) -> dict[Key, Order]:
    """Insert orders with lines, receivers, first events and what is odd about them."""
    if not fresh:
        return {}
    orders: list[Order] = []
    lines: list[list[OrderLine]] = []
    findings: list[list[Finding]] = []
    whys = []
    for key, draft in fresh.items():
        order, its_lines, found, why = _build(draft, received_at.get(key, now), now)
        orders.append(order)
        lines.append(its_lines)
        findings.append(found)
        whys.append(why)
    Order.objects.bulk_create(orders)
    for order, its_lines, why in zip(orders, lines, whys, strict=True):
        for line in its_lines:
            line.order = order
        journal.born(order, what="received", why=why)
    OrderLine.objects.bulk_create([line for its_lines in lines for line in its_lines])
    receivers = []
    for order, draft in zip(orders, fresh.values(), strict=True):
        if draft.receiver is not None:
            row = Receiver(order=order)
            rows.fill_receiver(row, draft.receiver)
            receivers.append(row)
    Receiver.objects.bulk_create(receivers)
    # An order that begins at its end needs nobody to look at what is odd about it.
    alive = [order for order in orders if order.state not in ("CANCELLED", "CLOSED")]
    found_of = {
        order.pk: [(rows.STEP, finding) for finding in found]
        for order, found in zip(orders, findings, strict=True)
    }
    settle(orders=alive, found=found_of, steps={rows.STEP}, now=now, who=journal.who)
    return dict(zip(fresh, orders, strict=True))


def _build(
    draft: OrderDraft, received_at: datetime, now: datetime
) -> tuple[Order, list[OrderLine], list[Finding], str]:
    """One new order in memory: itself, its lines, what is odd, and why it starts at its end."""
    found: list[Finding] = []
    lines = []
    for position, (told, (name, occurrence)) in enumerate(
        zip(draft.lines, rows.line_keys(draft.lines), strict=True)
    ):
        line = OrderLine(position=position, platform_line_id=name, occurrence=occurrence, shipped=0)
        rows.fill_line(line, told, found)
        lines.append(line)
    state, why = rows.first_state(draft, lines)
    if state == OrderState.CANCELLED:
        cancel_lines(lines)
    order = Order(
        shop_id=draft.shop_id,
        platform=keepable(draft.platform, 20),
        platform_number=keepable(draft.number, 80),
        allowed_warehouses=list(draft.warehouse_ids),
        placed_at=draft.placed_at,
        received_at=received_at,
        state=state,
        due_at=now if state == OrderState.PREPROCESS else None,
    )
    rows.fill_order(order, draft, found)
    return order, lines, found, why
