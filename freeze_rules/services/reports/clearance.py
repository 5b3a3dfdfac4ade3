"""A running promotion takes over a lot that is frozen for its date, or somebody is asked first."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from freeze_rules.selectors.by_hand import also_needed
from freeze_rules.services import consent, taking_over
from freeze_rules.services.disposal_consent import place_of
from freeze_rules.services.manual import check_may_release
from inventory import selectors as stock
from org.callers import Caller, SignedIn
from org.services import approvals


@dataclass(frozen=True, kw_only=True)
class TakenOver:
    """The reserve that the freeze became, or the request for approval that it waits for."""

    hold_id: int | None = None
    approval_id: int | None = None


def take_over(*, hold_id: int, promotion_id: int, by: Caller, key: str) -> TakenOver:
    """The lot's units are for the promotion's orders until it closes, or consent is asked for.

    Whoever does so could let go of the freeze as well; whoever asks leaves that to those who
    agree. Joins the caller's transaction; the same key asks once.

    Raises:
        ReportRefused: not_allowed, nothing_to_take, unknown_promotion, over_already.
        FreezeRefused: part_of_recall, not_allowed, unknown_hold, rule_asks_more.
        approvals.ApprovalRefused: nobody_to_ask, key_reused.
        inventory.Refused: another freeze keeps the units from being promised.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    hold = taking_over.frozen_lot(hold_id, by)
    row = taking_over.running(promotion_id, by)
    # Policies are about people: a program acts within its permissions.
    needed = consent.needed_for(hold, person=by.person) if isinstance(by, SignedIn) else None
    if isinstance(by, SignedIn) and needed is not None:
        unit_id, warehouse_id = place_of([hold.id])
        asked = approvals.ask(
            kind=consent.CODE, payload=taking_over.payload_of(hold, row), unit_id=unit_id,
            warehouse_id=warehouse_id, person=by.person, key=f"clearance:{by.person.pk}:{key}",
            why=row.name, document=hold.document, policy=needed.policy,
        )  # fmt: skip
        return TakenOver(approval_id=asked.pk)
    reason = next(each for each in stock.reasons(by_hand=False) if each.code == hold.reason_code)
    check_may_release(reason, hold.id, by, also=also_needed([hold.id]).get(hold.id, ""))
    made = taking_over.carry_out(
        hold, row, key=f"clearance:H-{hold_id}:{row.number}", actor=by.actor
    )
    return TakenOver(hold_id=made)
