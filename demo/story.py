"""What has happened in the demo warehouses, so that every page of stock has something to show.

Each event is one posting under a key of its own: repeating the demo repeats nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from inventory import selectors as stock
from inventory import services as inventory
from inventory.services import Line, PlacedLine
from org.scope import Scope

ACTOR = "system:demo"
KETTLE = "WR-DRS-01"
COUNTED_AISLES = ("A-", "B-")


def tell(*, houses: dict[str, int], skus: dict[str, int], today: date, now: datetime) -> None:
    """Inspections, freezes, a promotion's reserve, goods on the way, announced goods, pieces."""
    main, store = houses["WH-SH"], houses["ST-NJL"]
    _inspection(main, skus, today)
    _kettles(main)
    with suppress(SoldOut):
        _freezes(main, skus, now)
    with suppress(SoldOut):
        _defects(main, skus)
    with suppress(SoldOut):
        _on_the_way(main, store, skus, now)
    with suppress(SoldOut):
        _count(main, skus)


def _once(verb: Callable[..., Sequence[inventory.Outcome]], request: Any) -> None:
    """Post it; the demo's stock may have been sold meanwhile, then the event did not happen."""
    with transaction.atomic(durable=True):
        verb([request], actor=ACTOR)


def _place(warehouse: int, code: str) -> int:
    place = stock.location_by_code(warehouse_id=warehouse, code=code)
    assert place is not None, code
    return place.id


class SoldOut(Exception):
    """The demo was traded with before its story was told; this event is left out."""


def _cell(warehouse: int, sku: int) -> stock.CellView:
    """The fullest cell with good units of the SKU.

    Raises:
        SoldOut: there is none.
    """
    cells = stock.cells(scope=Scope.everything(), sku_id=sku, warehouse_id=warehouse)
    good = [cell for cell in cells if cell.grade == "ZP"]
    if not good:
        raise SoldOut
    return max(good, key=lambda cell: cell.unpinned)


def _inspection(main: int, skus: dict[str, int], today: date) -> None:
    """A delivery waits for its inspection: part is put away, the rest stands in receiving."""
    sku = skus["SN-FLS-200"]
    with transaction.atomic(durable=True):
        lot = inventory.add_lot(
            sku_id=sku, code="FLS-QC-7", produced_on=today - timedelta(days=2),
            expires_on=today + timedelta(days=58), supplier="嘉兴食品",
        )  # fmt: skip
    _once(
        inventory.receive,
        inventory.ReceiveRequest(
            key="demo:story:received", document="PO-1998", warehouse_id=main,
            location_id=_place(main, "RCV-01"), lines=(Line(sku_id=sku, qty=240, lot_id=lot),),
        ),
    )  # fmt: skip
    _once(
        inventory.move,
        inventory.MoveRequest(
            key="demo:story:put-away", document="PO-1998", warehouse_id=main,
            lines=(
                inventory.MoveLine(
                    sku_id=sku, qty=160, lot_id=lot, from_location_id=_place(main, "RCV-01"),
                    to_location_id=_place(main, "C-06"),
                ),
            ),
        ),
    )  # fmt: skip
    _once(
        inventory.hold,
        inventory.HoldRequest(
            key="demo:story:qc", document="QC-311", warehouse_id=main, reason="QC", blanket=True,
            lines=(Line(sku_id=sku, qty=0, lot_id=lot),), note="新供应商首批，抽检 8 件",
        ),
    )  # fmt: skip


def _freezes(main: int, skus: dict[str, int], now: datetime) -> None:
    """Short shelf life, wet cartons, and a reserve for the promotion of December."""
    near = _cell(main, skus["SN-LDG-250"])
    _once(
        inventory.hold,
        inventory.HoldRequest(
            key="demo:story:near", document="EXP-58", warehouse_id=main, reason="NEAR_EXPIRY",
            blanket=True, lines=(Line(sku_id=near.sku_id, qty=0, lot_id=near.lot_id),),
            review_at=now + timedelta(days=7), note="剩余保质期不足 30 天",
        ),
    )  # fmt: skip
    wet = _cell(main, skus["PK-DZ-L"])
    _once(
        inventory.hold,
        inventory.HoldRequest(
            key="demo:story:wet", document="DMG-12", warehouse_id=main, reason="DAMAGE",
            location_id=wet.location_id, lines=(Line(sku_id=wet.sku_id, qty=60),),
            review_at=now - timedelta(days=1), note="托盘底层受潮 60 件，待清点",
        ),
    )  # fmt: skip
    _once(
        inventory.hold,
        inventory.HoldRequest(
            key="demo:story:promotion", document="PROMO-1212", warehouse_id=main,
            reason="PROMOTION", lines=(Line(sku_id=skus["TEA-MLH-100"], qty=120),),
            expires_at=now + timedelta(days=20), note="双十二直播间专供",
        ),
    )  # fmt: skip


def _defects(main: int, skus: dict[str, int]) -> None:
    """Chipped bowls: regraded where they were found, then carried to the defect area."""
    chipped = _cell(main, skus["WR-GW-150"])
    _once(
        inventory.regrade,
        inventory.RegradeRequest(
            key="demo:story:chipped", document="RG-21", warehouse_id=main, why="杯口崩瓷",
            lines=(
                inventory.RegradeLine(
                    sku_id=chipped.sku_id, qty=6, location_id=chipped.location_id,
                    from_grade="ZP", to_grade="CC",
                ),
            ),
        ),
    )  # fmt: skip
    _once(
        inventory.move,
        inventory.MoveRequest(
            key="demo:story:bad-area", document="RG-21", warehouse_id=main,
            lines=(
                inventory.MoveLine(
                    sku_id=chipped.sku_id, qty=6, grade="CC",
                    from_location_id=chipped.location_id, to_location_id=_place(main, "BAD-01"),
                ),
            ),
        ),
    )  # fmt: skip


def _on_the_way(main: int, store: int, skus: dict[str, int], now: datetime) -> None:
    """A transfer to the store arrives tomorrow, a purchase in two days."""
    source = _cell(main, skus["WR-PMB-060"])
    if _posted("TR-1001"):
        return
    with transaction.atomic(durable=True):
        truck = inventory.truck(document="TR-1001")
        inventory.transfer_out(
            [
                inventory.TransferOutRequest(
                    key="demo:story:transfer", document="TR-1001", from_warehouse_id=main,
                    transit_location_id=truck, to_warehouse_id=store,
                    due_at=now + timedelta(days=1),
                    lines=(
                        PlacedLine(
                            sku_id=source.sku_id, qty=40, location_id=source.location_id,
                            lot_id=source.lot_id,
                        ),
                    ),
                )
            ],
            actor=ACTOR,
        )  # fmt: skip
    with transaction.atomic(durable=True):
        inventory.announce(
            [
                inventory.Announcement(
                    document="PO-2001", warehouse_id=main, sku_id=skus[code], qty=qty,
                    due_at=now + timedelta(days=2),
                )
                for code, qty in (("BAG-LJ-20", 600), ("TEA-LJ-250", 120))
            ],
            actor=ACTOR,
        )  # fmt: skip


def _posted(document: str) -> bool:
    return bool(stock.journal(document=document, scope=Scope.everything(), limit=1).rows)


def _kettles(main: int) -> None:
    """Electric kettles, each with a number of its own; not sold in the web shops."""
    with transaction.atomic(durable=True):
        sku = inventory.add_skus(
            [
                {
                    "code": KETTLE, "name": "恒温电水壶 1.2 升", "category": "电器",
                    "unit_cost": Decimal("139.00"), "list_price": Decimal("329.00"),
                    "weight_g": 1450, "serial_tracked": True,
                }
            ]
        )[KETTLE]  # fmt: skip
        inventory.add_barcodes([(sku, "6901234500013", 1, "")])
    _once(
        inventory.receive,
        inventory.ReceiveRequest(
            key="demo:story:kettles", document="PO-1999", warehouse_id=main,
            location_id=_place(main, "A-12"),
            lines=(
                Line(
                    sku_id=sku, qty=12,
                    serials=tuple(f"DRS2611{number:04d}" for number in range(1, 13)),
                ),
            ),
        ),
    )  # fmt: skip


def _count(main: int, skus: dict[str, int]) -> None:
    """Two aisles were counted shelf by shelf: all as in the books, but for two tea knives."""
    if _posted("CNT-77"):
        return
    knives = _cell(main, skus["WR-CD-01"])
    counted: dict[int, list[Line]] = {knives.location_id: []}
    aisles = {
        place.id
        for place in stock.locations_in(warehouse_id=main)
        if place.code.startswith(COUNTED_AISLES)
    }
    for cell in stock.cells(scope=Scope.everything(), warehouse_id=main):
        # Pieces with numbers are counted by their numbers.
        if cell.grade != "ZP" or cell.sku_id == skus.get(KETTLE) or not cell.on_hand:
            continue
        missing = 2 if cell.id == knives.id else 0
        if cell.location_id in aisles or missing:
            line = Line(sku_id=cell.sku_id, lot_id=cell.lot_id, qty=max(0, cell.on_hand - missing))
            counted.setdefault(cell.location_id, []).append(line)
    for location, lines in counted.items():
        _once(
            inventory.adjust,
            inventory.AdjustRequest(
                key=f"demo:story:count:{location}", document="CNT-77", warehouse_id=main,
                location_id=location, why="循环盘点", counted=tuple(lines),
            ),
        )  # fmt: skip
