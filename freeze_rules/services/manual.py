"""Somebody decides: these units are not for sale, or no longer frozen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import connection
from django.utils.translation import gettext_lazy as _

from freeze_rules.models import ManualFreeze
from inventory import selectors as stock
from inventory import services as inventory
from org import roles
from org import services as org
from org.models import Person
from org.selectors import scope_of

MOST_UNITS = 1_000_000_000

SENTENCES = {
    "not_allowed": _("You may not do this here."),
    "unknown_warehouse": _("There is no such warehouse among yours."),
    "reason_not_by_hand": _("People cannot freeze or release for this reason."),
    "bad_quantity": _("The quantity must be a whole number from 1 to 1,000,000,000."),
    "unknown_hold": _("There is no such hold among yours."),
    "not_a_freeze": _("This hold belongs to an order or a place; it is not released by hand."),
    "reason_missing": _("Say why it is released."),
}


class FreezeRefused(Exception):
    """Nothing was frozen or released. `code` is stable, the text is for people."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    def __str__(self) -> str:
        return str(SENTENCES[self.code])


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


def freeze_cell(
    *,
    key: str,
    warehouse_id: int,
    location_id: int,
    sku_id: int,
    lot_id: int | None,
    qty: int,
    reason: str,
    note: str,
    person: Person,
) -> Frozen:
    """Freeze `qty` base units of one cell; free units only, nothing is taken from an order.

    Joins the caller's transaction and leaves an audit record. The same key freezes once.

    Raises:
        FreezeRefused: not_allowed, unknown_warehouse, reason_not_by_hand, bad_quantity.
        inventory.Refused: insufficient_stock, outside_place, key_reused. The caller's
            transaction must not be committed then.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    _check_place(person, warehouse_id)
    review_days = _reason(reason).review_days
    if not 1 <= qty <= MOST_UNITS:
        raise FreezeRefused("bad_quantity")
    freeze, _made = ManualFreeze.objects.get_or_create(
        key=key,
        defaults={
            "warehouse_id": warehouse_id,
            "location_id": location_id,
            "sku_id": sku_id,
            "lot_id": lot_id,
            "qty": qty,
            "reason_code": reason,
            "note": note,
            "person": person,
        },
    )
    outcome = inventory.hold(
        [
            inventory.HoldRequest(
                key=f"freeze:{key}",
                document=freeze.number,
                warehouse_id=warehouse_id,
                location_id=location_id,
                lines=(inventory.Line(sku_id=sku_id, qty=qty, lot_id=lot_id),),
                reason=reason,
                note=note,
                # Counted from the first attempt, so that a resend says the same.
                review_at=None if review_days is None else freeze.at + timedelta(days=review_days),
            )
        ],
        actor=person.actor,
    )[0].check()
    assert outcome.hold_id is not None
    if not outcome.repeated:
        org.record(
            actor=person.actor,
            action="stock.frozen",
            subject=freeze.number,
            after={"sku": sku_id, "location": location_id, "lot": lot_id, "qty": qty,
                   "reason": reason, "note": note},
        )  # fmt: skip
    return Frozen(freeze.number, outcome.hold_id, outcome.repeated)


def _check_place(person: Person, warehouse_id: int) -> None:
    if not person.may(roles.STOCK_HOLD):
        raise FreezeRefused("not_allowed")
    scope = scope_of(person, permission=roles.STOCK_HOLD)
    if not stock.warehouses(scope=scope, ids=[warehouse_id]):
        raise FreezeRefused("unknown_warehouse")


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
    if hold.role != "FREEZE":
        raise FreezeRefused("not_a_freeze")
    _reason(hold.reason_code)
    if not why.strip():
        raise FreezeRefused("reason_missing")
    if qty is not None and not 1 <= qty <= MOST_UNITS:
        raise FreezeRefused("bad_quantity")
    lines = None
    if qty is not None:
        sku_id = stock.sku_ids_by_code([hold.sku_code])[hold.sku_code]
        lines = (inventory.Line(sku_id=sku_id, qty=qty),)
    outcome = inventory.release(
        [
            inventory.ReleaseRequest(
                key=f"unfreeze:{key}", document=hold.document, hold_id=hold_id, lines=lines
            )
        ],
        actor=person.actor,
    )[0].check()
    if not outcome.repeated:
        org.record(
            actor=person.actor,
            action="stock.unfrozen",
            subject=hold.document,
            before={"open": hold.open},
            after={"released": hold.open if qty is None else qty, "why": why.strip()},
        )
    return Released(hold.document, qty, outcome.repeated)


def _reason(code: str) -> stock.ReasonView:
    """Only reasons that people may use; the others belong to orders, places and rules."""
    found = next((view for view in stock.reasons() if view.code == code), None)
    if found is None:
        raise FreezeRefused("reason_not_by_hand")
    return found
