"""The freeze of a lot near its date becomes the reserve of a running promotion.

There is no moment in between in which the units are free. `reports.clearance` says who may, and
asks for consent where a policy wants it; then what was asked for waits as `payload_of`.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

from django.utils import timezone

from freeze_rules.models import Promotion, PromotionLine, Watch
from freeze_rules.selectors.clearance import REASON, with_a_line
from freeze_rules.services.disposal_consent import facts_of, found_hold
from freeze_rules.services.reports.refusals import ReportRefused
from inventory import selectors as stock
from inventory import services as inventory
from inventory.selectors import held_lines
from org import roles
from org import services as org
from org.approving import Facts, Granted, Payload
from org.callers import Caller, SignedIn

CLOSED = "promotion.closed"
INTO = "PROMOTION"


def frozen_lot(hold_id: int, by: Caller) -> stock.HoldView:
    """The open freeze for its date, where the caller may change freezes.

    Raises:
        ReportRefused: not_allowed, nothing_to_take.
    """
    if not by.may(roles.STOCK_CONVERT):
        raise ReportRefused("not_allowed")
    found = stock.holds(scope=by.scope(roles.STOCK_CONVERT), ids=[hold_id])
    if not found or found[0].reason_code != REASON:
        raise ReportRefused("nothing_to_take")
    return found[0]


def running(promotion_id: int, by: Caller) -> Promotion:
    """The promotion, locked, if it has goods where the caller may change freezes.

    Raises:
        ReportRefused: unknown_promotion, over_already.
    """
    rows = with_a_line(scope=by.scope(roles.STOCK_CONVERT)).select_for_update(of=("self",))
    row = rows.filter(pk=promotion_id).first()
    if row is None:
        raise ReportRefused("unknown_promotion", field="promotion")
    if row.state != Promotion.State.OPEN:
        raise ReportRefused("over_already", field="promotion")
    return row


def carry_out(hold: stock.HoldView, row: Promotion, *, key: str, actor: str, **said: object) -> int:
    """Do it; the id of the reserve that the freeze has become.

    Raises:
        ReportRefused: nothing_to_take.
        inventory.Refused: another freeze keeps the units from being promised.
    """
    watch = Watch.objects.select_for_update().filter(hold_id=hold.id, closed_at=None).first()
    if watch is None:
        raise ReportRefused("nothing_to_take")
    lines = held_lines.of_holds([hold.id]).get(hold.id, [])
    [outcome] = inventory.convert(
        [
            inventory.ConvertRequest(
                key=key, document=f"{row.number}:H-{hold.id}", hold_id=hold.id, reason=INTO,
                expires_at=row.closes_at, note=row.name,
            )
        ],
        actor=actor,
    )  # fmt: skip
    outcome.check()
    assert outcome.hold_id is not None, "A conversion lays a claim."
    _watch(watch, row, outcome.hold_id)
    _add_to(row, lines)
    org.record(
        actor=actor, action="clearance.taken_over", subject=row.number,
        after={"hold": hold.id, "units": sum(line.open for line in lines), **said},
        unit_id=hold.unit_id,
    )  # fmt: skip
    return outcome.hold_id


def payload_of(hold: stock.HoldView, row: Promotion) -> dict[str, Any]:
    """What a request for approval keeps."""
    return {"hold_id": hold.id, "qty": None, "why": row.name, "promotion_id": row.pk}


def is_asked(payload: Payload) -> bool:
    """True when a request for approval is about this."""
    return "promotion_id" in payload


def facts_in(payload: Payload) -> Facts:
    """All that the freeze holds, and whose reserve it would be."""
    hold = found_hold(payload["hold_id"])
    row = Promotion.objects.filter(pk=payload["promotion_id"]).first()
    if hold is None or row is None:
        return Facts(subject=f"H-{payload['hold_id']}")
    labels = {view.code: view.label for view in stock.reasons(by_hand=False)}
    facts = facts_of(hold, None)
    becomes = (("becomes", labels.get(INTO, INTO)), ("promotion", f"{row.number} {row.name}"))
    return replace(facts, impact=(*facts.impact, *becomes))


def fingerprint(payload: Payload, lock: bool) -> str:
    """The same units of the same freeze for the same promotion, as long as it runs."""
    if lock:
        inventory.keep_still(hold_ids=[payload["hold_id"]])
    hold = found_hold(payload["hold_id"])
    row = Promotion.objects.filter(pk=payload["promotion_id"]).first()
    if hold is None or row is None:
        return "gone"
    said = [hold.id, hold.closed_at is not None, hold.reason_code, hold.open, row.pk, row.state]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def carry_out_granted(payload: Payload, granted: Granted) -> str:
    """Do it in the name of whoever asked; gives the number of the promotion.

    Raises:
        ReportRefused: not_allowed, nothing_to_take, unknown_promotion, over_already.
        inventory.Refused: the ledger says no.
    """
    by = SignedIn(granted.maker)
    hold, row = frozen_lot(payload["hold_id"], by), running(payload["promotion_id"], by)
    carry_out(
        hold, row, key=granted.key, actor=by.actor, approval=granted.number,
        approved_by=[each.actor for each in granted.deciders],
    )  # fmt: skip
    return row.number


def _watch(old: Watch, row: Promotion, hold_id: int) -> None:
    """The claim ends with the promotion; under its rule's name the search passes the lot over."""
    Watch.objects.create(
        hold_id=hold_id, version_id=old.version_id, formula={"proof": CLOSED}, hears=[CLOSED],
        document=row.number, sku_id=old.sku_id, lot_id=old.lot_id,
        warehouse_id=old.warehouse_id, location_id=old.location_id,
    )  # fmt: skip
    old.closed_at = timezone.now()
    old.save(update_fields=["closed_at"])


def _add_to(row: Promotion, lines: list[held_lines.HeldLine]) -> None:
    for line in lines:
        kept, _new = PromotionLine.objects.get_or_create(
            promotion=row, warehouse_id=line.warehouse_id, sku_id=line.sku_id,
            defaults={"qty": line.open},
        )  # fmt: skip
        kept.reserved += line.open
        kept.qty = max(kept.qty, kept.reserved)
        kept.save(update_fields=["qty", "reserved"])
