"""Numbered pieces: where a serial number is, and where it has been."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from inventory.models import Piece, PieceEntry, Stock
from org.scope import Scope

# A number typed at the counter fits a handful of SKUs; nobody reads more.
PIECES_SHOWN = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class PieceView:
    """One piece: in a cell (warehouse, location, lot, grade) or outside (a code)."""

    id: int
    sku_id: int
    sku_code: str
    serial: str
    outside: str
    stock_id: int | None
    warehouse_id: int | None
    warehouse_code: str
    location_id: int | None
    location_code: str
    lot_id: int | None
    grade: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PieceStep:
    """A piece went somewhere under a posting; codes of cells are "warehouse location"."""

    posting_id: int
    kind: str
    document: str
    actor: str
    occurred_at: datetime
    recorded_at: datetime
    came_from: str
    went_to: str
    outside: str


def pieces(
    *,
    scope: Scope,
    serials: Collection[str] | None = None,
    sku_ids: Collection[int] | None = None,
    stock_ids: Collection[int] | None = None,
    limit: int = PIECES_SHOWN,
) -> list[PieceView]:
    """Pieces by number, SKU or cell, by SKU and number; those outside belong to no scope's place.

    Whoever may see any warehouse may look up a piece that has left: it may come back to them.
    """
    rows = Piece.objects.exclude(stock__isnull=True, outside="")
    if not scope.is_everything:
        inside = scope.inside(Piece, "stock__balance__warehouse__unit")
        rows = rows.none() if scope.is_nothing else rows.filter(inside | Q(stock__isnull=True))
    if serials is not None:
        rows = rows.filter(serial__in=serials)
    if sku_ids is not None:
        rows = rows.filter(sku_id__in=sku_ids)
    if stock_ids is not None:
        rows = rows.filter(stock_id__in=stock_ids)
    rows = rows.select_related("sku", "stock__balance__warehouse", "stock__location")
    return [_view(row) for row in rows.order_by("sku_id", "serial")[:limit]]


@dataclass(frozen=True, kw_only=True, slots=True)
class PieceInCell:
    """A piece and the cell it lies in."""

    cell_id: int
    sku_id: int
    serial: str


def pieces_in(*, cell_ids: Collection[int]) -> list[PieceInCell]:
    """Every piece that lies in these cells, by number; one statement, none without cells."""
    if not cell_ids:
        return []
    rows = Piece.objects.filter(stock__in=cell_ids).order_by("stock_id", "serial")
    return [
        PieceInCell(cell_id=cell, sku_id=sku, serial=serial)
        for cell, sku, serial in rows.values_list("stock_id", "sku_id", "serial")
        if cell is not None
    ]


def _view(row: Piece) -> PieceView:
    cell = row.stock
    return PieceView(
        id=row.pk,
        sku_id=row.sku_id,
        sku_code=row.sku.code,
        serial=row.serial,
        outside=row.outside,
        stock_id=row.stock_id,
        warehouse_id=cell.balance.warehouse_id if cell else None,
        warehouse_code=cell.balance.warehouse.code if cell else "",
        location_id=cell.location_id if cell else None,
        location_code=cell.location.code if cell else "",
        lot_id=cell.lot_id if cell else None,
        grade=cell.balance.grade if cell else "",
    )


def piece_history(*, sku_id: int, serial: str) -> list[PieceStep]:
    """Where the piece has been, the latest first; one statement."""
    rows = (
        PieceEntry.objects.filter(piece__sku_id=sku_id, piece__serial=serial)
        .select_related(
            "posting",
            "from_stock__location__warehouse",
            "to_stock__location__warehouse",
        )
        .order_by("-id")
    )
    return [
        PieceStep(
            posting_id=row.posting_id,
            kind=row.posting.kind,
            document=row.posting.document,
            actor=row.posting.actor,
            occurred_at=row.posting.occurred_at,
            recorded_at=row.posting.recorded_at,
            came_from=_place(row.from_stock),
            went_to=_place(row.to_stock),
            outside=row.outside,
        )
        for row in rows
    ]


def _place(cell: Stock | None) -> str:
    return f"{cell.location.warehouse.code} {cell.location.code}" if cell else ""
