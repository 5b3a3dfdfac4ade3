"""Which cells a claim's scope covers. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """Named parts must match; an empty part covers everything."""

    warehouse_id: int | None = None
    zone_id: int | None = None
    location_id: int | None = None
    sku_id: int | None = None
    lot_id: int | None = None
    supplier: str = ""
    grade: str = ""
    owner: str = ""
    # A narrowed blanket no longer covers these lots and cells.
    without_lots: frozenset[int] = frozenset()
    without_cells: frozenset[int] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Spot:
    """What is known of one cell."""

    warehouse_id: int
    zone_id: int | None
    location_id: int
    sku_id: int
    lot_id: int | None
    supplier: str
    grade: str
    owner: str
    # Empty for a cell that is not written yet.
    cell_id: int | None = None


def covers(scope: Scope, spot: Spot) -> bool:
    """True when every named part of the scope is the spot's."""
    return (
        scope.warehouse_id in (None, spot.warehouse_id)
        and scope.zone_id in (None, spot.zone_id)
        and scope.location_id in (None, spot.location_id)
        and scope.sku_id in (None, spot.sku_id)
        and scope.lot_id in (None, spot.lot_id)
        and scope.supplier in ("", spot.supplier)
        and scope.grade in ("", spot.grade)
        and scope.owner in ("", spot.owner)
        and spot.lot_id not in scope.without_lots
        and spot.cell_id not in scope.without_cells
    )


def reaches(scope: Scope, key: tuple[int, int, str, str]) -> bool:
    """True when the scope may cover cells of this balance (warehouse, SKU, grade, owner)."""
    warehouse_id, sku_id, grade, owner = key
    return (
        scope.warehouse_id in (None, warehouse_id)
        and scope.sku_id in (None, sku_id)
        and scope.grade in ("", grade)
        and scope.owner in ("", owner)
    )
