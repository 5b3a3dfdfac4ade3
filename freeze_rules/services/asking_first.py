"""Commands of people over REST under the same policies as the pages (`settings.STOCK_CONSENT`).

Each gives the number of the request for approval that it waits under, or None to go on: when no
policy wants consent, and when the ledger would refuse anyway and says so itself.
"""

from __future__ import annotations

from django.db import connection

from freeze_rules.models import RecallHold
from freeze_rules.services import commanded, consent, freeze_consent, scrap_consent
from freeze_rules.services.disposal_consent import place_of
from freeze_rules.services.own_reach import with_released
from inventory import selectors as stock
from inventory import services as inventory
from org.approving import Facts, Payload
from org.models import Person
from org.services import approvals


def ask_to_hold(request: inventory.HoldRequest, *, person: Person) -> int | None:
    """Ask for consent to a freeze when a policy wants it; claims of orders go on.

    Joins the caller's transaction. The same key asks once.

    Raises:
        approvals.ApprovalRefused: nobody_to_ask, key_reused.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    known = approvals.request_under(request.key) is not None
    if not known and not approvals.has_policy(kind=freeze_consent.CODE):
        return None
    payload = commanded.payload_of(request, person)
    unit_id = freeze_consent.unit_to_ask(request.warehouse_id)
    place = (unit_id, request.warehouse_id)
    if not known:
        roles = {view.code: view.role for view in stock.reasons(by_hand=False)}
        if roles.get(request.reason) != "FREEZE":
            return None
        plan = commanded.plan_of(payload)
        if plan.refusal is not None or request.plan not in ("", plan.digest):
            return None
        facts = freeze_consent.facts_for(payload, person)
        if not _wanted(freeze_consent.CODE, facts, place, person):
            return None
    return _ask(freeze_consent.CODE, payload, place, person, request, request.note)


def ask_to_let_go(request: inventory.Request, *, person: Person) -> int | None:
    """Ask for consent to what takes units out of a freeze, or the freeze away.

    A release, a change into another claim, a smaller scope, frozen goods that get another grade
    without their freeze. Joins the caller's transaction. The same key asks once.

    Raises:
        approvals.ApprovalRefused: nobody_to_ask, key_reused.
        inventory.Refused: part_of_recall.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    payload = commanded.payload_of(request, person)
    freezes = commanded.freezes_in(payload)
    place = place_of([hold.id for hold in freezes])
    known = approvals.request_under(request.key) is not None
    if not known and not _needs_consent(request, payload, freezes, place, person):
        return None
    why = getattr(request, "why", "") or getattr(request, "note", "")
    return _ask(consent.CODE, payload, place, person, request, why)


def ask_to_scrap(request: inventory.ScrapRequest, *, person: Person) -> int | None:
    """Ask for consent to what leaves the books, free units and frozen ones, by its size.

    Joins the caller's transaction. The same key asks once.

    Raises:
        approvals.ApprovalRefused: nobody_to_ask, key_reused.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    payload = commanded.payload_of(request, person)
    place = scrap_consent.place_of(request)
    if approvals.request_under(request.key) is None:
        if not approvals.has_policy(kind=scrap_consent.CODE):
            return None
        if commanded.plan_of(payload).refusal is not None:
            return None
        if not _wanted(scrap_consent.CODE, scrap_consent.summarize(payload), place, person):
            return None
    return _ask(scrap_consent.CODE, payload, place, person, request, request.why)


def _needs_consent(
    request: inventory.Request,
    payload: Payload,
    freezes: list[stock.HoldView],
    place: tuple[int, int | None],
    person: Person,
) -> bool:
    if not freezes:
        return False
    _check_no_recall(freezes)
    if not approvals.has_policy(kind=consent.CODE):
        return False
    if commanded.plan_of(payload).refusal is not None:
        return False
    facts = with_released(
        commanded.facts_of(payload), kind=consent.CODE, hold_ids=[hold.id for hold in freezes],
        person=person,
    )  # fmt: skip
    return _wanted(consent.CODE, facts, place, person)


def _check_no_recall(freezes: list[stock.HoldView]) -> None:
    """A recall is lifted as a whole."""
    ids = [hold.id for hold in freezes]
    if RecallHold.objects.filter(hold_id__in=ids, recall__lifted_at__isnull=True).exists():
        raise inventory.Refused("part_of_recall")


def _wanted(code: str, facts: Facts, place: tuple[int, int | None], person: Person) -> bool:
    unit_id, warehouse_id = place
    found = approvals.needed(
        kind=code, facts=facts, unit_id=unit_id, warehouse_id=warehouse_id, person=person
    )
    return found is not None


def _ask(
    code: str,
    payload: Payload,
    place: tuple[int, int | None],
    person: Person,
    request: inventory.Request,
    why: str,
) -> int:
    unit_id, warehouse_id = place
    return approvals.ask(
        kind=code, payload=payload, unit_id=unit_id, warehouse_id=warehouse_id, person=person,
        key=request.key, why=why, document=request.document,
    ).pk  # fmt: skip
