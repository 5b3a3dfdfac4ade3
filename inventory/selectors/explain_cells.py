"""Why may not all of this cell, this lot, this place be sold?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.db.models import QuerySet

from inventory.models import Location, Lot, Stock
from inventory.selectors.explain_claims import claims_in_cells, named
from inventory.selectors.explain_covers import covers_over
from inventory.selectors.explanations import CellPart, CellsExplanation
from org.scope import Scope

# Cells that an explanation lists, the fullest first.
SHOWN = 100


def explain_cell(*, stock_id: int, scope: Scope) -> CellsExplanation | None:
    """One cell: what is pinned in it, and how much of the rest may be sold. None outside."""
    cell = Stock.objects.select_related("location", "lot").filter(pk=stock_id).first()
    if cell is None:
        return None
    title = f"{cell.location.code} {cell.lot.code if cell.lot else ''}".strip()
    return _explain(Stock.objects.filter(pk=stock_id), title, scope, empty=False)


def explain_lot(*, lot_id: int, scope: Scope) -> CellsExplanation | None:
    """All cells of a lot, in whatever warehouse of the scope. None outside."""
    lot = Lot.objects.filter(pk=lot_id).first()
    if lot is None:
        return None
    return _explain(Stock.objects.filter(lot_id=lot_id), lot.code, scope, empty=False)


def explain_location(*, location_id: int, scope: Scope) -> CellsExplanation | None:
    """Everything that lies in one place. None outside."""
    place = scope.limit(Location.objects.filter(pk=location_id), "warehouse__unit").first()
    if place is None:
        return None
    return _explain(Stock.objects.filter(location=place), place.code, scope, empty=True)


def _explain(
    rows: QuerySet[Stock], title: str, scope: Scope, *, empty: bool
) -> CellsExplanation | None:
    inside = scope.limit(rows, "balance__warehouse__unit")
    cells = list(inside.order_by("-on_hand", "id").values_list(
        "id", "on_hand", "pinned", "balance_id", "balance__available"
    ))  # fmt: skip
    if not cells and not empty:
        return None
    on_hand = sum(row[1] for row in cells)
    pinned = sum(row[2] for row in cells)
    sellable = _sellable(cells)
    ids = [row[0] for row in cells if row[1]]
    groups, steps = named(claims_in_cells(ids))
    return CellsExplanation(
        title=title,
        on_hand=on_hand,
        pinned=pinned,
        unpinned=on_hand - pinned,
        wanted=on_hand - pinned - sellable,
        sellable=sellable,
        parts=_parts(ids[:SHOWN]),
        cells=len(ids),
        groups=groups,
        steps=steps,
        unnamed=pinned - sum(step.qty for step in steps),
        also_forbids=covers_over(stock_ids=ids),
    )


def _sellable(cells: Sequence[tuple[int, int, int, int, int]]) -> int:
    """Unpinned units, but no more of each balance than it has available."""
    unpinned: dict[int, int] = defaultdict(int)
    available: Mapping[int, int] = {row[3]: row[4] for row in cells}
    for _, on_hand, pinned, balance, _ in cells:
        unpinned[balance] += on_hand - pinned
    return sum(min(units, available[balance]) for balance, units in unpinned.items())


def _parts(ids: Sequence[int]) -> tuple[CellPart, ...]:
    rows = Stock.objects.select_related(
        "location", "lot", "balance__sku", "balance__warehouse"
    ).in_bulk(ids)
    return tuple(
        CellPart(
            stock_id=row.pk,
            balance_id=row.balance_id,
            sku_id=row.balance.sku_id,
            sku_code=row.balance.sku.code,
            warehouse_id=row.balance.warehouse_id,
            warehouse_code=row.balance.warehouse.code,
            location_id=row.location_id,
            location_code=row.location.code,
            lot_id=row.lot_id,
            lot_code=row.lot.code if row.lot else "",
            grade=row.balance.grade,
            owner=row.balance.owner,
            on_hand=row.on_hand,
            pinned=row.pinned,
        )
        for row in (rows[pk] for pk in ids if pk in rows)
    )
