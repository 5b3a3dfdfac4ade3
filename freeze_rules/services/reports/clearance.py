"""A running promotion takes over a lot that is frozen for its date: the freeze is its reserve."""

from __future__ import annotations

from django.db import connection
from django.utils import timezone

from freeze_rules.models import Promotion, PromotionLine, Watch
from freeze_rules.selectors.by_hand import also_needed
from freeze_rules.selectors.clearance import with_a_line
from freeze_rules.services.consent import needed_for
from freeze_rules.services.manual import check_may_release
from freeze_rules.services.reports.refusals import ReportRefused
from inventory import selectors as stock
from inventory import services as inventory
from inventory.selectors import held_lines
from org import roles
from org import services as org
from org.callers import Caller, SignedIn

REASON = "NEAR_EXPIRY"
CLOSED = "promotion.closed"


def take_over(*, hold_id: int, promotion_id: int, by: Caller) -> int:
    """The lot's units are for the promotion's orders until it closes; the new claim's id.

    There is no moment in between in which they are free. Joins the caller's transaction.

    Whoever does so could let go of the freeze as well, and nobody's consent is passed by.

    Raises:
        ReportRefused: not_allowed, nothing_to_take, unknown_promotion, over_already,
            consent_needed.
        FreezeRefused: part_of_recall, not_allowed, unknown_hold, rule_asks_more.
        inventory.Refused: another freeze keeps the units from being promised.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    if not by.may(roles.STOCK_CONVERT):
        raise ReportRefused("not_allowed")
    scope = by.scope(roles.STOCK_CONVERT)
    found = stock.holds(scope=scope, ids=[hold_id])
    watch = Watch.objects.select_for_update().filter(hold_id=hold_id, closed_at=None).first()
    if not found or found[0].reason_code != REASON or watch is None:
        raise ReportRefused("nothing_to_take")
    _check_may_let_go(found[0], by)
    row = with_a_line(scope=scope).select_for_update(of=("self",)).filter(pk=promotion_id).first()
    if row is None:
        raise ReportRefused("unknown_promotion", field="promotion")
    if row.state != Promotion.State.OPEN:
        raise ReportRefused("over_already", field="promotion")
    lines = held_lines.of_holds([hold_id]).get(hold_id, [])
    [outcome] = inventory.convert(
        [
            inventory.ConvertRequest(
                key=f"clearance:H-{hold_id}:{row.number}",
                document=f"{row.number}:H-{hold_id}",
                hold_id=hold_id,
                reason="PROMOTION",
                expires_at=row.closes_at,
                note=row.name,
            )
        ],
        actor=by.actor,
    )
    outcome.check()
    assert outcome.hold_id is not None, "A conversion lays a claim."
    _watch(watch, row, outcome.hold_id)
    _add_to(row, lines)
    org.record(
        actor=by.actor, action="clearance.taken_over", subject=row.number,
        after={"hold": hold_id, "units": sum(line.open for line in lines)},
        unit_id=found[0].unit_id,
    )  # fmt: skip
    return outcome.hold_id


def _check_may_let_go(hold: stock.HoldView, by: Caller) -> None:
    """As when the freeze becomes another over `POST stock/convert`."""
    reason = next(each for each in stock.reasons(by_hand=False) if each.code == hold.reason_code)
    check_may_release(reason, hold.id, by, also=also_needed([hold.id]).get(hold.id, ""))
    # Policies are about people: a program acts within its permissions.
    if isinstance(by, SignedIn) and needed_for(hold, person=by.person) is not None:
        raise ReportRefused("consent_needed")


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
