"""What counts tell the freeze rules, in the transaction of what happened."""

from __future__ import annotations

from collections.abc import Sequence

from freeze_rules.services import events
from inventory.selectors import CellView
from wms.models import CountSheet

STARTED, FINISHED = "count.started", "count.finished"


def tell_count(kind: str, sheet: CountSheet, *, cells: Sequence[CellView], actor: str) -> None:
    """Somebody begins to count a place, or is done with it: booked, or given up.

    The event names what the books say lies there, and the place itself where nothing does.
    """
    events.note(
        [
            events.Happening(
                kind=kind,
                key=f"{kind}:{sheet.number}",
                document=sheet.number,
                warehouse_id=sheet.warehouse_id,
                facts={"location_id": sheet.location_id},
                goods=[
                    events.Goods(
                        sku_id=cell.sku_id,
                        qty=cell.on_hand,
                        lot_id=cell.lot_id,
                        location_id=cell.location_id,
                        grade=cell.grade,
                    )
                    for cell in cells[: events.MOST_GOODS]
                ],
            )
        ],
        told_by=actor,
    )
