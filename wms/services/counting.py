"""Count a place blind, and book what was found.

While somebody counts, a mark in the ledger keeps picks and moves away from the place; sales go on.
Small differences are booked at once, others wait for whoever may correct stock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from freeze_rules.services import events
from inventory import services as inventory
from org.models import Person
from org.scope import Scope
from org.services import approvals
from wms.models import CountLine, CountSheet, CountState
from wms.refusals import FloorRefused
from wms.services import count_consent, telling
from wms.services.count_booking import book, cells_of, close, must_not_have_moved, note

# A count that was forgotten does not close its place for ever.
MARK_FOR = timedelta(hours=4)
MOST_UNITS = 1_000_000


@dataclass(frozen=True)
class Found:
    """What was found: a SKU, its lot and grade where they matter, the pieces' numbers."""

    sku_id: int
    qty: int
    lot_id: int | None = None
    grade: str = "ZP"
    serial: str = ""


@dataclass(frozen=True)
class CountAnswer:
    """What came of handing in: the state, the units that differ, and the mark to let go of."""

    number: str
    state: str
    differs: int
    mark_id: int | None
    # The request for approval under which it waits, such as "AP-17".
    approval: str = ""


def open_count(
    *, person_id: int, warehouse_id: int, location_id: int, code: str, actor: str
) -> CountSheet:
    """Begin to count a place, or go on where this person was.

    Raises:
        FloorRefused: counted_by_other, count_waits.
        Refused: the ledger's reason.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    rows = CountSheet.objects.select_for_update(of=("self",)).select_related("counter")
    sheet = rows.filter(location_id=location_id, state__in=("OPEN", "HANDED_IN")).first()
    if sheet is not None:
        if sheet.state == CountState.HANDED_IN:
            raise FloorRefused("count_waits", location=code, number=sheet.number)
        if sheet.counter_id != person_id:
            raise FloorRefused("counted_by_other", location=code, who=str(sheet.counter))
        return sheet
    sheet = CountSheet.objects.create(
        warehouse_id=warehouse_id, location_id=location_id, counter_id=person_id
    )
    note(sheet, "", actor)
    mark = inventory.HoldRequest(
        key=f"count:{sheet.number}:mark", document=sheet.number, warehouse_id=warehouse_id,
        location_id=location_id, reason="COUNT", blanket=True,
        expires_at=timezone.now() + MARK_FOR,
    )  # fmt: skip
    sheet.mark_id = inventory.hold([mark], actor=actor)[0].check().hold_id
    sheet.save(update_fields=["mark_id"])
    if events.listened({telling.STARTED}):
        telling.tell_count(telling.STARTED, sheet, cells=cells_of(sheet), actor=actor)
    return sheet


def note_found(sheet: CountSheet, *, found: Found, instead: bool = False) -> CountLine:
    """Add to what was counted, or with `instead` put the number in its place.

    Raises:
        FloorRefused: scanned_already (a numbered piece), invalid_quantity.
    """
    what: dict[str, Any] = {
        "sku_id": found.sku_id, "lot_id": found.lot_id, "grade": found.grade,
    }  # fmt: skip
    line, _ = CountLine.objects.select_for_update().get_or_create(sheet=sheet, **what)
    if found.serial:
        if found.serial in line.serials:
            raise FloorRefused("scanned_already", scanned=found.serial, number=sheet.number)
        line.serials = [*line.serials, found.serial]
        line.counted = len(line.serials)
    else:
        line.counted = found.qty if instead else line.counted + found.qty
    if not 0 <= line.counted <= MOST_UNITS:
        raise FloorRefused("invalid_quantity")
    line.save(update_fields=["counted", "serials"])
    return line


def not_found_yet(sheet: CountSheet) -> int:
    """Cells of the books at this place that nobody has counted; only their number."""
    counted = {(line.sku_id, line.lot_id, line.grade) for line in sheet.lines.all()}
    return sum((cell.sku_id, cell.lot_id, cell.grade) not in counted for cell in cells_of(sheet))


def hand_in(sheet: CountSheet, *, actor: str, may_book: bool) -> CountAnswer:
    """Close the count: what was not found counts as none. Books it, or leaves it to the lead.

    A difference of a size that policies keep waiting is asked for, whoever counted. When the
    policy finds nobody to ask, a lead is told so who comes to book it.

    Args:
        sheet: locked by `open_count` in this transaction.
        actor: who counted.
        may_book: the counter may correct stock, then other differences are booked at once.

    Raises:
        Refused: the ledger forbids the correction.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    lines = {(line.sku_id, line.lot_id, line.grade): line for line in sheet.lines.all()}
    for line in lines.values():
        line.expected = 0
    for cell in cells_of(sheet):
        key = (cell.sku_id, cell.lot_id, cell.grade)
        if key not in lines:
            lines[key] = CountLine(
                sheet=sheet, sku_id=cell.sku_id, lot_id=cell.lot_id, grade=cell.grade
            )
        lines[key].expected = cell.on_hand
    CountLine.objects.bulk_create([line for line in lines.values() if line.pk is None])
    CountLine.objects.bulk_update([line for line in lines.values() if line.pk], ["expected"])
    differs = _differs(list(lines.values()))
    before = str(sheet.state)
    found = list(lines.values())
    needed = count_consent.needed_for(sheet, found, person=sheet.counter)
    if needed is not None:
        return _wait_for_consent(sheet, needed, actor, differs)
    if may_book or differs <= settings.COUNT_BOOKS_UP_TO:
        book(sheet, found, actor)
        sheet.book()
    else:
        sheet.hand_in()
    close(sheet, before, actor)
    return CountAnswer(sheet.number, str(sheet.state), differs, sheet.mark_id)


def _wait_for_consent(
    sheet: CountSheet, needed: approvals.Needed, actor: str, differs: int
) -> CountAnswer:
    before = str(sheet.state)
    sheet.hand_in()
    close(sheet, before, actor)
    approval = ""
    if needed.possible:
        approval = f"AP-{count_consent.ask(sheet, needed, person=sheet.counter)}"
    return CountAnswer(sheet.number, str(sheet.state), differs, sheet.mark_id, approval)


def decide_count(number: str, *, verdict: str, person: Person, scope: Scope) -> CountAnswer:
    """A lead's word on a count that waits: "book", or "drop" to have it counted again.

    What a policy keeps waiting is not booked but asked for in the lead's name; dropped, the
    request for approval finds nothing left to book and becomes void.

    Raises:
        FloorRefused: unknown_count, count_moved (what lies there changed since), count_asked
            (somebody else is asked already).
        approvals.ApprovalRefused: nobody_to_ask.
        Refused: the ledger forbids the correction.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    digits = number.removeprefix("CN-")
    rows = scope.limit(
        CountSheet.objects.select_for_update(of=("self",)).select_related(
            "warehouse", "location", "counter"
        ),
        "warehouse__unit",
    )
    pk = int(digits) if digits.isdecimal() and len(digits) <= 18 else 0
    sheet = rows.filter(pk=pk, state=CountState.HANDED_IN).first()
    if sheet is None or verdict not in ("book", "drop"):
        raise FloorRefused("unknown_count", number=number)
    lines = list(sheet.lines.all())
    before, differs = str(sheet.state), _differs(lines)
    if verdict == "drop":
        sheet.drop()
    else:
        asked = count_consent.pending(sheet)
        if asked:
            raise FloorRefused("count_asked", number=sheet.number, approval=asked)
        must_not_have_moved(sheet, lines)
        needed = count_consent.needed_for(sheet, lines, person=person)
        if needed is not None:
            approval = f"AP-{count_consent.ask(sheet, needed, person=person)}"
            return CountAnswer(sheet.number, before, differs, None, approval)
        book(sheet, lines, person.actor)
        sheet.book()
    close(sheet, before, person.actor)
    return CountAnswer(sheet.number, str(sheet.state), differs, None)


def _differs(lines: Sequence[CountLine]) -> int:
    return sum(abs(line.counted - (line.expected or 0)) for line in lines)


def give_up_count(sheet: CountSheet, *, actor: str) -> CountAnswer:
    """The counter goes away: nothing is booked."""
    before = str(sheet.state)
    sheet.drop()
    close(sheet, before, actor)
    return CountAnswer(sheet.number, str(sheet.state), 0, sheet.mark_id)


def lift_mark(answer: CountAnswer, *, actor: str) -> None:
    """Let picks and moves in again; in a transaction of its own, because a posting is one."""
    if answer.mark_id is None:
        return
    request = inventory.ReleaseRequest(
        key=f"count:{answer.number}:lift", document=answer.number, hold_id=answer.mark_id
    )
    # A mark that has run out by itself is gone already: that is what was wanted.
    inventory.release([request], actor=actor)
