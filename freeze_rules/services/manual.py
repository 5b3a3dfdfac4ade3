"""Somebody decides: these units are not for sale, or no longer frozen."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection

from freeze_rules.models import ManualFreeze, RecallHold, draw_pk, number_of
from freeze_rules.selectors.by_hand import also_needed
from freeze_rules.services.leases import Grant, give
from freeze_rules.services.orders import (
    MOST_UNITS,
    FreezeOrder,
    FreezeRefused,
    by_hand,
    check,
    check_dates,
)
from inventory import selectors as stock
from inventory import services as inventory
from inventory.selectors import reach
from org import roles
from org import services as org
from org.callers import Caller, SignedIn
from org.models import Person
from org.selectors import scope_of


@dataclass(frozen=True)
class Planned:
    """What a freeze would do. Laid with the same `pk` and `plan.digest`, it does exactly that."""

    pk: int
    plan: inventory.Plan

    @property
    def number(self) -> str:
        """The document it would have."""
        return number_of(self.pk)


@dataclass(frozen=True)
class Frozen:
    """Units frozen under `number`; `repeated` when the same request was done before."""

    number: str
    hold_id: int
    repeated: bool


@dataclass(frozen=True)
class Released:
    """Units let go of a hold; `qty` None means the whole of it."""

    document: str
    qty: int | None
    repeated: bool


def plan_freeze(*, order: FreezeOrder, pk: int | None = None, person: Person) -> Planned:
    """What the order would freeze, whom it would take units from, and what it would not get.

    Nothing is written, but without a `pk` one is drawn for it: the plan names its document.

    Raises:
        FreezeRefused: as `freeze`.
    """
    check(order, person)
    check_dates(order)
    drawn = draw_pk() if pk is None else pk
    # Nothing is written under this key.
    request = _request(order, key=f"plan:{drawn}", document=number_of(drawn))
    return Planned(drawn, inventory.plan(request, actor=person.actor))


def freeze(
    *, key: str, order: FreezeOrder, person: Person, pk: int | None = None, plan: str = ""
) -> Frozen:
    """Freeze what the order names; `pk` and `plan` come from `plan_freeze`.

    Joins the caller's transaction and leaves an audit record. The same key freezes once.

    Raises:
        FreezeRefused: not_allowed, unknown_warehouse, unknown_zone, unknown_location,
            unknown_lot, unknown_grade, scope_missing, sku_missing, place_missing,
            reason_not_by_hand, bad_quantity, safety_never_thaws, date_passed.
        inventory.Refused: insufficient_stock, nothing_in_scope, outside_place, key_reused,
            world_moved (the plan is no longer what would happen). The caller's transaction must
            not be committed then.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    review_days = check(order, person).review_days
    laid, made = ManualFreeze.objects.get_or_create(
        key=key,
        defaults={
            **({} if pk is None else {"pk": pk}),
            "warehouse_id": order.warehouse_id,
            "zone_id": order.zone_id,
            "location_id": order.location_id,
            "sku_id": order.sku_id,
            "lot_id": order.lot_id,
            "supplier": order.supplier,
            "grade": order.grade,
            "qty": order.qty,
            "policy": order.policy,
            "reason_code": order.reason,
            "note": order.note,
            "person": person,
        },
    )
    if made:
        check_dates(order)
    review_at = order.review_at
    if review_at is None and review_days is not None:
        # Counted from the first attempt, so that a resend says the same.
        review_at = laid.at + timedelta(days=review_days)
    request = _request(
        order, key=f"freeze:{key}", document=laid.number, review_at=review_at, plan=plan
    )
    outcome = inventory.hold([request], actor=person.actor)[0].check()
    assert outcome.hold_id is not None
    if not outcome.repeated:
        give([Grant(hold_id=outcome.hold_id, owner_id=person.pk)])
        org.record(
            actor=person.actor,
            action="stock.frozen",
            subject=laid.number,
            after={**order.said(), "displaced": len(outcome.displaced)},
            unit_id=stock.unit_of_warehouse(order.warehouse_id),
        )
    return Frozen(laid.number, outcome.hold_id, outcome.repeated)


def _request(order: FreezeOrder, **more: object) -> inventory.HoldRequest:
    """The order in the ledger's words: a blanket's grade is part of its scope, a line has one."""
    lines: tuple[inventory.Line, ...] = ()
    if order.sku_id is not None:
        lines = (
            inventory.Line(
                sku_id=order.sku_id,
                qty=order.qty or 0,
                lot_id=order.lot_id,
                grade=order.grade or "ZP",
            ),
        )
    told: dict[str, object] = {
        "warehouse_id": order.warehouse_id,
        "zone_id": order.zone_id,
        "location_id": order.location_id,
        "supplier": order.supplier,
        "grade": order.grade if order.qty is None else "",
        "blanket": order.qty is None,
        "lines": lines,
        "reason": order.reason,
        "policy": order.policy,
        "note": order.note,
        "review_at": order.review_at,
        "expires_at": order.expires_at,
    }
    return inventory.HoldRequest(**(told | more))  # type: ignore[arg-type]


def unfreeze(
    *, key: str, hold_id: int, qty: int | None = None, why: str, person: Person
) -> Released:
    """Let go of a freeze, whole or `qty` base units of it; the units are for sale again.

    Joins the caller's transaction and leaves an audit record. The same key releases once.

    Raises:
        FreezeRefused: not_allowed, unknown_hold, not_a_freeze, reason_not_by_hand,
            reason_missing, bad_quantity.
        inventory.Refused: already_released, not_held (fewer units are frozen), key_reused.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    if not person.may(roles.STOCK_RELEASE):
        raise FreezeRefused("not_allowed")
    scope = scope_of(person, permission=roles.STOCK_RELEASE)
    found = stock.holds(scope=scope, ids=[hold_id], closed=True)
    if not found:
        raise FreezeRefused("unknown_hold")
    hold = found[0]
    check_release(hold, qty=qty, why=why)
    also = also_needed([hold_id]).get(hold_id, "")
    check_may_release(by_hand(hold.reason_code), hold_id, SignedIn(person), also=also)
    return release_units(hold, key=f"unfreeze:{key}", qty=qty, why=why, actor=person.actor)


def check_release(hold: stock.HoldView, *, qty: int | None, why: str) -> None:
    """It is a freeze, the quantity is one, and somebody says why.

    Raises:
        FreezeRefused: not_a_freeze, reason_not_by_hand, reason_missing, bad_quantity.
    """
    if hold.role != "FREEZE":
        raise FreezeRefused("not_a_freeze")
    by_hand(hold.reason_code)
    if not why.strip():
        raise FreezeRefused("reason_missing")
    if qty is not None and not 1 <= qty <= MOST_UNITS:
        raise FreezeRefused("bad_quantity")


def release_units(
    hold: stock.HoldView, *, key: str, qty: int | None, why: str, actor: str, **said: object
) -> Released:
    """Let go of the units and leave an audit record; whoever calls has checked that it may be.

    Raises:
        inventory.Refused: already_released, not_held, key_reused.
    """
    lines = None
    if qty is not None:
        sku_id = stock.sku_ids_by_code([hold.sku_code])[hold.sku_code]
        lines = (inventory.Line(sku_id=sku_id, qty=qty, grade=hold.grade or "ZP"),)
    outcome = inventory.release(
        [inventory.ReleaseRequest(key=key, document=hold.document, hold_id=hold.id, lines=lines)],
        actor=actor,
    )[0].check()
    if not outcome.repeated:
        org.record(
            actor=actor,
            action="stock.unfrozen",
            subject=hold.document,
            before={"open": hold.open},
            after={"released": hold.open if qty is None else qty, "why": why.strip(), **said},
            unit_id=hold.unit_id,
        )
    return Released(hold.document, qty, outcome.repeated)


def unfreeze_each(
    *, hold_ids: Sequence[int], why: str, person: Person
) -> dict[int, tuple[str, str]]:
    """Let go of each of these freezes that may be let go of, whole; the others say why not.

    Joins the caller's transaction; one posting for all, an audit record for each.

    Returns:
        Per hold its document and why it stays; empty for those that are released.

    Raises:
        FreezeRefused: not_allowed, reason_missing.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    if not person.may(roles.STOCK_RELEASE):
        raise FreezeRefused("not_allowed")
    if not why.strip():
        raise FreezeRefused("reason_missing")
    scope = scope_of(person, permission=roles.STOCK_RELEASE)
    found = {
        hold.id: hold
        for hold in stock.holds(scope=scope, ids=hold_ids, closed=True, limit=len(hold_ids))
    }
    by, also = SignedIn(person), also_needed(hold_ids)
    answers = {
        pk: (
            found[pk].document if pk in found else f"H-{pk}",
            stays_because(found.get(pk), by, also=also.get(pk, "")),
        )
        for pk in hold_ids
    }
    wanted = [found[pk] for pk in hold_ids if not answers[pk][1]]
    for hold, refusal in release_many(
        wanted, key=f"unfreeze:many:{uuid.uuid4().hex}", why=why, actor=person.actor
    ):
        if refusal is not None:
            answers[hold.id] = (hold.document, str(refusal))
    return answers


def release_many(
    holds: Sequence[stock.HoldView], *, key: str, why: str, actor: str, **said: object
) -> list[tuple[stock.HoldView, inventory.Refused | None]]:
    """Let go of these freezes whole in one posting, each with its audit record.

    Whoever calls has checked that it may be.

    Returns:
        Each freeze with why it stays, None for those that are released.
    """
    requests = [
        inventory.ReleaseRequest(key=f"{key}:{hold.id}", document=hold.document, hold_id=hold.id)
        for hold in holds
    ]
    outcomes = inventory.release(requests, actor=actor) if requests else []
    for hold, outcome in zip(holds, outcomes, strict=True):
        if outcome.refusal is None and not outcome.repeated:
            org.record(
                actor=actor, action="stock.unfrozen", subject=hold.document,
                before={"open": hold.open},
                after={"released": hold.open, "why": why.strip(), **said}, unit_id=hold.unit_id,
            )  # fmt: skip
    return [(hold, outcome.refusal) for hold, outcome in zip(holds, outcomes, strict=True)]


def stays_because(hold: stock.HoldView | None, by: Caller, *, also: str) -> str:
    """Why a freeze may not be let go of; empty when it may."""
    try:
        if hold is None:
            raise FreezeRefused("unknown_hold")
        if hold.role != "FREEZE":
            raise FreezeRefused("not_a_freeze")
        check_may_release(by_hand(hold.reason_code), hold.id, by, also=also)
    except FreezeRefused as refused:
        return str(refused)
    return ""


def check_may_release(reason: stock.ReasonView, hold_id: int, by: Caller, *, also: str) -> None:
    """The reason and the rule say who lets go, and all of it lies where they may.

    Args:
        also: the permission that the rule asks besides (`also_needed`); empty for none.

    Raises:
        FreezeRefused: part_of_recall, not_allowed, unknown_hold, rule_asks_more.
    """
    permission = reason.release_permission
    if RecallHold.objects.filter(hold_id=hold_id, recall__lifted_at__isnull=True).exists():
        raise FreezeRefused("part_of_recall")
    [held] = reach.holds(hold_ids=[hold_id], documents=[])
    if not by.may(permission):
        raise FreezeRefused("not_allowed")
    if not held.inside(by.scope(permission)):
        raise FreezeRefused("unknown_hold")
    if also and not (by.may(also) and held.inside(by.scope(also))):
        raise FreezeRefused("rule_asks_more")
