"""Corrections as people read them, and the cells that a correction starts from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from inventory.models import Correction, CorrectionReason, Location, Lot, Piece, Sku, Stock
from inventory.selectors.places import PlacedGoods, cells_seen, placed
from org.scope import Scope


@dataclass(frozen=True, kw_only=True)
class CorrectionView:
    """One correction: who said what, and when."""

    id: int
    number: str
    warehouse_id: int
    warehouse_name: str
    reason_label: str
    note: str
    person_name: str
    at: datetime
    lines: tuple[LineView, ...]


@dataclass(frozen=True, kw_only=True)
class LineView:
    """What was typed in one row."""

    what: str
    where: str
    counted: int | None
    change: int | None


@dataclass(frozen=True, kw_only=True)
class StartPlace:
    """Where somebody wants to correct: a location with its cells, and a SKU that is named."""

    location_id: int
    location_code: str
    warehouse_id: int
    warehouse_name: str
    cells: tuple[PlacedGoods, ...]


def reasons() -> list[tuple[str, str]]:
    """Why the books may be wrong."""
    return [(code, str(label)) for code, label in CorrectionReason.choices]


def cells_of_location(*, location_id: int, scope: Scope) -> StartPlace | None:
    """A location with every cell that ever was there and is not empty; None outside the scope."""
    rows = scope.limit(Location.objects.select_related("warehouse"), "warehouse__unit")
    place = rows.filter(pk=location_id, is_active=True).first()
    if place is None:
        return None
    cells = placed(cells_seen(scope).filter(location_id=location_id, on_hand__gt=0))
    return _start(place, cells)


def cells_of_cell(*, cell_id: int, scope: Scope) -> StartPlace | None:
    """One cell, also an empty one, in its location; None outside the scope."""
    rows = scope.limit(
        Stock.objects.select_related("location__warehouse"), "balance__warehouse__unit"
    )
    row = rows.filter(pk=cell_id).first()
    if row is None:
        return None
    return _start(row.location, placed(cells_seen(scope).filter(pk=cell_id)))


def _start(place: Location, cells: list[PlacedGoods]) -> StartPlace:
    return StartPlace(
        location_id=place.pk,
        location_code=place.code,
        warehouse_id=place.warehouse_id,
        warehouse_name=place.warehouse.name,
        cells=tuple(cells),
    )


def pieces_in(cell_ids: list[int]) -> dict[int, list[str]]:
    """Serial numbers by cell; only cells of SKUs that have them. One statement."""
    found: dict[int, list[str]] = {}
    for cell_id, serial in (
        Piece.objects.filter(stock_id__in=cell_ids)
        .order_by("serial")
        .values_list("stock_id", "serial")
    ):
        if cell_id is not None:
            found.setdefault(cell_id, []).append(serial)
    return found


def corrections(
    *, scope: Scope, ids: list[int] | None = None, before: int | None = None, limit: int = 20
) -> list[CorrectionView]:
    """Corrections in the scope, newest first; keyset by id. Four statements."""
    rows = scope.limit(Correction.objects.select_related("warehouse", "person"), "warehouse__unit")
    if ids is not None:
        rows = rows.filter(pk__in=ids)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[:limit])
    lines = [line for row in found for line in row.lines]
    skus = Sku.objects.in_bulk({line["sku_id"] for line in lines})
    places = Location.objects.in_bulk({line["location_id"] for line in lines})
    lots = Lot.objects.in_bulk({line["lot_id"] for line in lines if line["lot_id"]})
    return [
        CorrectionView(
            id=row.pk,
            number=row.number,
            warehouse_id=row.warehouse_id,
            warehouse_name=row.warehouse.name,
            reason_label=str(row.get_reason_display()),
            note=row.note,
            person_name=row.person.display_name or row.person.username,
            at=row.at,
            lines=tuple(
                LineView(
                    what=f"{skus[line['sku_id']].code} {skus[line['sku_id']].name}",
                    where=" · ".join(
                        [places[line["location_id"]].code]
                        + ([lots[line["lot_id"]].code] if line["lot_id"] else [])
                    ),
                    counted=line["qty"] if line["mode"] == "COUNT" else None,
                    change=line["qty"] if line["mode"] == "CHANGE" else None,
                )
                for line in row.lines
            ),
        )
        for row in found
    ]
