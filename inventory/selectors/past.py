"""What was: balances, cells and claims at any moment, on two axes (see `moments`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db.models import QuerySet

from inventory.models import Balance, Stock
from inventory.selectors.moments import Axis, PastBalance, PastCell, PastPage
from inventory.selectors.past_sums import (
    Cut,
    Moved,
    Sums,
    balance_sums,
    base_of,
    cell_sums,
    moved_entries,
)
from org.scope import Scope

PAGE = 100
CELLS = 500


def as_of(
    *,
    at: datetime,
    axis: Axis = Axis.RECORDED,
    known_at: datetime | None = None,
    balance_ids: Collection[int] | None = None,
    sku_ids: Collection[int] | None = None,
    warehouse_ids: Collection[int] | None = None,
    grade: str = "",
    owner: str = "",
    scope: Scope,
    after: int | None = None,
    limit: int = PAGE,
) -> PastPage:
    """What the balances were at a moment; a page in id order. A handful of statements.

    Args:
        at: the moment; everything up to and with it counts.
        axis: RECORDED (what we knew then) or OCCURRED (what had happened by then).
        known_at: on the occurred axis, as we knew it at this time; None is now.
        balance_ids, sku_ids, warehouse_ids, grade, owner: what to narrow to; empty is everything.
        scope: whose warehouses.
        after: the cursor of the page before.
        limit: balances on a page.

    Raises:
        ValueError: `known_at` on the recorded axis.
    """
    base = base_of(at, axis, known_at)
    rows = narrowed_balances(
        scope, balance_ids=balance_ids, sku_ids=sku_ids, warehouse_ids=warehouse_ids,
        grade=grade, owner=owner,
    )  # fmt: skip
    if after is not None:
        rows = rows.filter(id__gt=after)
    found = list(rows.order_by("id")[: limit + 1])
    shown = found[:limit]
    past = past_balances(shown, at=at, axis=axis, known_at=known_at, base=base)
    return PastPage(rows=tuple(past), after=shown[-1].pk if len(found) > limit else None)


def past_balances(
    balances: Sequence[Balance],
    *,
    at: datetime,
    axis: Axis,
    known_at: datetime | None,
    base: datetime,
) -> list[PastBalance]:
    """These balances at a moment, in their order; `base` is `base_of` the moment."""
    ids = [balance.pk for balance in balances]
    if not ids:
        return []
    sums = balance_sums(Cut.at(ids, base))
    goods: dict[int, int] = defaultdict(int)
    claims: dict[int, int] = defaultdict(int)
    for entry in _moved(sums, at=at, axis=axis, known_at=known_at):
        goods[entry.balance_id] += entry.on_hand
        claims[entry.balance_id] += entry.held
    return [
        PastBalance(
            balance_id=row.pk,
            sku_id=row.sku_id,
            sku_code=row.sku.code,
            sku_name=row.sku.name,
            warehouse_id=row.warehouse_id,
            warehouse_code=row.warehouse.code,
            grade=row.grade,
            owner=row.owner,
            on_hand=sums[row.pk].on_hand + goods[row.pk],
            held=sums[row.pk].held + claims[row.pk],
        )
        for row in balances
    ]


def cells_as_of(
    *,
    at: datetime,
    axis: Axis = Axis.RECORDED,
    known_at: datetime | None = None,
    balance_id: int | None = None,
    location_id: int | None = None,
    lot_id: int | None = None,
    scope: Scope,
    limit: int = CELLS,
) -> list[PastCell]:
    """Cells that had goods or pins at a moment, in walk order. A handful of statements.

    Args:
        balance_id, location_id, lot_id: name at least one.
        limit: cells to look at in walk order; the other arguments as in `as_of`.

    Raises:
        ValueError: nothing named, or `known_at` on the recorded axis.
    """
    named = {"balance_id": balance_id, "location_id": location_id, "lot_id": lot_id}
    narrowed = {name: value for name, value in named.items() if value is not None}
    if not narrowed:
        raise ValueError("name a balance, a location or a lot")
    base = base_of(at, axis, known_at)
    rows = scope.limit(Stock.objects.filter(**narrowed), "balance__warehouse__unit")
    cells = list(
        rows.select_related("location", "lot").order_by("location__sequence", "location_id", "id")[
            :limit
        ]
    )
    if not cells:
        return []
    balances = {cell.balance_id for cell in cells}
    cut = Cut.at(balances, base)
    sums = cell_sums(cut, [cell.pk for cell in cells])
    ends = balance_sums(cut) if axis is Axis.OCCURRED else {}
    for entry in _moved(ends, at=at, axis=axis, known_at=known_at):
        if entry.stock_id in sums:
            on_hand, pinned = sums[entry.stock_id]
            sums[entry.stock_id] = (on_hand + entry.on_hand, pinned + entry.held)
    return [
        PastCell(
            stock_id=cell.pk,
            balance_id=cell.balance_id,
            location_id=cell.location_id,
            location_code=cell.location.code,
            lot_id=cell.lot_id,
            lot_code=cell.lot.code if cell.lot else "",
            on_hand=sums[cell.pk][0],
            pinned=sums[cell.pk][1],
        )
        for cell in cells
        if sums[cell.pk] != (0, 0)
    ]


def _moved(
    ends: Mapping[int, Sums], *, at: datetime, axis: Axis, known_at: datetime | None
) -> list[Moved]:
    if axis is Axis.RECORDED:
        return []
    last = {balance: sums.last_entry for balance, sums in ends.items()}
    return moved_entries(last, at=at, known_at=known_at)


def narrowed_balances(
    scope: Scope,
    *,
    balance_ids: Collection[int] | None,
    sku_ids: Collection[int] | None,
    warehouse_ids: Collection[int] | None,
    grade: str,
    owner: str,
) -> QuerySet[Balance]:
    """Balances with their SKU and warehouse, narrowed to what is named."""
    rows = scope.limit(Balance.objects.select_related("sku", "warehouse"), "warehouse__unit")
    if balance_ids is not None:
        rows = rows.filter(id__in=balance_ids)
    if sku_ids is not None:
        rows = rows.filter(sku_id__in=sku_ids)
    if warehouse_ids is not None:
        rows = rows.filter(warehouse_id__in=warehouse_ids)
    if grade:
        rows = rows.filter(grade=grade)
    if owner:
        rows = rows.filter(owner=owner)
    return rows
