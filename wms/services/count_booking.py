"""The last steps of a count: whether it still holds, the posting, and who closed it."""

from __future__ import annotations

from collections.abc import Sequence

from freeze_rules.services import events
from inventory import selectors as stock
from inventory import services as inventory
from org.scope import Scope
from outbox.clock import database_clock
from wms.models import CountEvent, CountLine, CountSheet, CountState
from wms.refusals import FloorRefused
from wms.services import telling


def cells_of(sheet: CountSheet) -> list[stock.CellView]:
    """What the books say of the place now."""
    return stock.cells(scope=Scope.everything(), location_id=sheet.location_id)


def must_not_have_moved(sheet: CountSheet, lines: Sequence[CountLine]) -> None:
    """What lies there is what the books said when it was handed in; locked until the end.

    Raises:
        FloorRefused: count_moved.
    """
    inventory.keep_goods_still(
        warehouse_id=sheet.warehouse_id, sku_ids={line.sku_id for line in lines}
    )
    if moved(sheet, lines):
        raise FloorRefused("count_moved", number=sheet.number)


def moved(sheet: CountSheet, lines: Sequence[CountLine]) -> bool:
    """True when the books say something else than when it was handed in."""
    there = {(cell.sku_id, cell.lot_id, cell.grade): cell.on_hand for cell in cells_of(sheet)}
    then = {(line.sku_id, line.lot_id, line.grade): line.expected or 0 for line in lines}
    return any(there.get(key, 0) != then.get(key, 0) for key in {*there, *then})


def book(sheet: CountSheet, lines: Sequence[CountLine], actor: str) -> None:
    """The count becomes a posting, also when nothing differs: that it was right is a fact too.

    Raises:
        Refused: the ledger forbids the correction.
    """
    if not lines:
        return
    request = inventory.AdjustRequest(
        key=f"count:{sheet.number}", document=sheet.number, warehouse_id=sheet.warehouse_id,
        location_id=sheet.location_id, why="COUNT",
        counted=tuple(
            inventory.Line(
                sku_id=line.sku_id, qty=line.counted, lot_id=line.lot_id, grade=line.grade,
                serials=tuple(line.serials),
            )
            for line in lines
        ),
    )  # fmt: skip
    inventory.adjust([request], actor=actor)[0].check()


def close(sheet: CountSheet, before: str, actor: str) -> None:
    """Write the new state, when and by whom."""
    if sheet.state == CountState.HANDED_IN:
        sheet.handed_in_at = database_clock()
    else:
        sheet.closed_at, sheet.closed_by = database_clock(), actor
    sheet.save(update_fields=["state", "handed_in_at", "closed_at", "closed_by"])
    note(sheet, before, actor)
    if sheet.closed_at is not None and events.listened({telling.FINISHED}):
        telling.tell_count(telling.FINISHED, sheet, cells=cells_of(sheet), actor=actor)


def note(sheet: CountSheet, before: str, actor: str) -> None:
    """One transition of a count."""
    CountEvent.objects.create(sheet=sheet, from_state=before, to_state=sheet.state, who=actor)
