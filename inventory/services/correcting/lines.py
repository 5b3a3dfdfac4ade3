"""The lines of a correction against the books as they stand."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any

from django.db.models import Q

from inventory.models import Balance, Location, Lot, Sku, Stock
from inventory.services.correcting.refusals import CorrectionRefused

MOST_LINES = 200
MOST_UNITS = 10**9
COUNT, CHANGE = "COUNT", "CHANGE"


@dataclass(frozen=True, kw_only=True)
class CorrectionLine:
    """What somebody found of one SKU and lot in one location.

    `mode` COUNT: `qty` units lie there. CHANGE: it is `qty` units more (or fewer, negative) than
    the books say, whatever they say when it is booked. `serials` names the pieces found of a SKU
    that is tracked by serial number, always as a count.
    """

    location_id: int
    sku_id: int
    qty: int
    mode: str = COUNT
    lot_id: int | None = None
    grade: str = "ZP"
    owner: str = "SELF"
    serials: tuple[str, ...] = ()

    @property
    def cell(self) -> tuple[int, int, int | None, str, str]:
        """Which cell it is about."""
        return (self.location_id, self.sku_id, self.lot_id, self.grade, self.owner)

    def as_json(self) -> dict[str, Any]:
        """To be kept with the correction."""
        return asdict(self) | {"serials": list(self.serials)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> CorrectionLine:
        """What `as_json` kept."""
        return cls(**{**kept, "serials": tuple(kept["serials"])})


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A line with what the books say: units before and after, and what things are called."""

    line: CorrectionLine
    before: int
    after: int
    cell_id: int | None
    sku: Sku
    location: Location
    lot: Lot | None
    # All grades apart: what of this SKU may still be sold in the warehouse.
    available: int

    @property
    def change(self) -> int:
        """Units more (or fewer)."""
        return self.after - self.before

    @property
    def value(self) -> Decimal:
        """What the difference costs to buy, in the company's currency; never negative."""
        return abs(self.change) * self.sku.unit_cost


def measure(
    lines: Sequence[CorrectionLine], *, warehouse_id: int, lock: bool = False
) -> list[Measured]:
    """Each line against the books. Five statements, however many lines.

    Args:
        lines: what was found.
        warehouse_id: where; the locations must lie in it.
        lock: keep the balances from changing until the transaction ends, in the ledger's order.

    Raises:
        CorrectionRefused: no_lines, too_many_lines, unknown_location, unknown_sku, lot_missing,
            unknown_lot, same_cell_twice, bad_quantity, below_zero, serials_missing.
    """
    if not lines:
        raise CorrectionRefused("no_lines")
    if len(lines) > MOST_LINES:
        raise CorrectionRefused("too_many_lines")
    skus = Sku.objects.in_bulk([each.sku_id for each in lines])
    places = Location.objects.filter(
        warehouse_id=warehouse_id, is_active=True, pk__in=[each.location_id for each in lines]
    ).in_bulk()
    lots = Lot.objects.in_bulk([each.lot_id for each in lines if each.lot_id is not None])
    balances = _balances(warehouse_id, lines, lock)
    cells = _cells(lines, balances)
    seen: set[object] = set()
    found = []
    for number, line in enumerate(lines):
        sku, place = skus.get(line.sku_id), places.get(line.location_id)
        lot = None if line.lot_id is None else lots.get(line.lot_id)
        code = _wrong(line, sku, place, lot) or ("same_cell_twice" if line.cell in seen else "")
        if code or sku is None or place is None:
            raise CorrectionRefused(code, line=number)
        seen.add(line.cell)
        cell = cells.get(line.cell)
        before = cell.on_hand if cell else 0
        after = before + line.qty if line.mode == CHANGE else line.qty
        if after < 0:
            raise CorrectionRefused("below_zero", line=number)
        balance = balances.get((line.sku_id, line.grade, line.owner))
        found.append(
            Measured(
                line=line, before=before, after=after, cell_id=cell.pk if cell else None, sku=sku,
                location=place, lot=lot, available=balance.available if balance else 0,
            )
        )  # fmt: skip
    return found


def _wrong(line: CorrectionLine, sku: Sku | None, place: Location | None, lot: Lot | None) -> str:
    if place is None:
        return "unknown_location"
    if sku is None or sku.is_kit:
        return "unknown_sku"
    if line.lot_id is not None and (lot is None or lot.sku_id != sku.pk):
        return "unknown_lot"
    if sku.lot_tracked and line.lot_id is None and line.qty > 0:
        return "lot_missing"
    if abs(line.qty) > MOST_UNITS or (line.mode == COUNT and line.qty < 0):
        return "bad_quantity"
    if sku.serial_tracked and (line.mode != COUNT or len(set(line.serials)) != line.qty):
        return "serials_missing"
    return ""


def _balances(
    warehouse_id: int, lines: Sequence[CorrectionLine], lock: bool
) -> dict[tuple[int, str, str], Balance]:
    rows = Balance.objects.filter(
        warehouse_id=warehouse_id, sku_id__in={line.sku_id for line in lines}
    ).order_by("id")
    if lock:
        rows = rows.select_for_update(no_key=True)
    return {(row.sku_id, row.grade, row.owner): row for row in rows}


def _cells(
    lines: Sequence[CorrectionLine], balances: Mapping[tuple[int, str, str], Balance]
) -> dict[tuple[int, int, int | None, str, str], Stock]:
    """Cells by what a line says of them. Read after the balances, so under their lock."""
    rows = Stock.objects.filter(
        Q(balance_id__in=[row.pk for row in balances.values()])
        & Q(location_id__in={line.location_id for line in lines})
    )
    by_id = {row.pk: row for row in balances.values()}
    return {
        (row.location_id, by_id[row.balance_id].sku_id, row.lot_id,
         by_id[row.balance_id].grade, by_id[row.balance_id].owner): row
        for row in rows
    }  # fmt: skip


def digest_of(measured: Sequence[Measured]) -> str:
    """What it would do: a count differs as soon as the books move, a change does not."""
    said = [
        [*each.line.cell, each.line.mode, each.line.qty, sorted(each.line.serials)]
        + ([each.before] if each.line.mode == COUNT else [])
        for each in measured
    ]
    said.sort(key=str)
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def counted(measured: Sequence[Measured]) -> list[CorrectionLine]:
    """The lines as counts, for the ledger; those that change nothing are left out."""
    return [
        replace(each.line, mode=COUNT, qty=each.after)
        for each in measured
        if each.change or each.sku.serial_tracked
    ]
