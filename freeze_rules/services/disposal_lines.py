"""A decision about frozen goods as commands of the ledger, cell by cell."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from freeze_rules.services.orders import FreezeRefused
from inventory import selectors as stock
from inventory import services as inventory
from inventory.selectors import corrections, held_lines
from inventory.selectors.held_lines import HeldLine
from org.scope import Scope

REWORK = "REWORK"
Command = (
    inventory.ReleaseRequest
    | inventory.ConvertRequest
    | inventory.NarrowRequest
    | inventory.RegradeRequest
    | inventory.ScrapRequest
)


class Way(models.TextChoices):
    """What becomes of them."""

    RESTOCK = "RESTOCK", _("Back for sale as they are")
    REGRADE = "REGRADE", _("Another grade, then released")
    REWORK = "REWORK", _("Rework: they stay frozen meanwhile")
    RETURN = "RETURN", _("Back to the supplier")
    SCRAP = "SCRAP", _("Scrap")


@dataclass(frozen=True, kw_only=True)
class Disposal:
    """One decision about `qty` base units of a freeze; None is the whole of it."""

    way: str = Way.RESTOCK
    qty: int | None = None
    why: str = ""
    # The grade that they get.
    grade: str = ""
    # Where they go back to, and under which document.
    supplier: str = ""
    paper: str = ""
    # Which pieces, of goods with serial numbers.
    serials: tuple[str, ...] = ()
    # The location that they lie in, when the freeze names no cell.
    place: str = ""

    def kept(self) -> dict[str, Any]:
        """As JSON, without what is empty."""
        return {name: value for name, value in asdict(self).items() if value not in (None, "", ())}

    def digest(self) -> str:
        """The same for the same decision; part of the keys under which it is booked."""
        said = json.dumps(self.kept(), sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()[:12]

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Disposal:
        """Out of what `kept` gave."""
        return cls(**{**kept, "serials": tuple(kept.get("serials", ()))})

    def said(self) -> str:
        """The reason with where the goods go."""
        to = " ".join(each for each in (self.supplier, self.paper) if each)
        return f"{to}: {self.why.strip()}" if to else self.why.strip()


@dataclass(frozen=True, kw_only=True)
class Taken:
    """Units of one cell; loose ones are let go of first, for the freeze has no cell for them."""

    line: HeldLine
    qty: int
    serials: tuple[str, ...] = ()
    loose: bool = False


def requests_of(hold: stock.HoldView, disposal: Disposal, *, key: str) -> list[Command]:
    """The commands that do it, in their order; the first has the key with `:0`.

    Raises:
        FreezeRefused: not_held, in_no_cell, which_place, not_there, several_skus,
            part_of_everything, same_grade, serials_missing, unknown_serial.
    """
    held = held_lines.of_holds([hold.id]).get(hold.id, [])
    if disposal.qty is not None and len({line.sku_id for line in held}) > 1:
        raise FreezeRefused("several_skus")
    if disposal.way in (Way.RESTOCK, Way.REWORK):
        return [_of_the_claim(hold, disposal, held, f"{key}:0")]
    if disposal.way == Way.REGRADE:
        held = [line for line in held if line.grade != disposal.grade]
        if not held:
            raise FreezeRefused("same_grade")
    taken = _taken(held, disposal)
    found = _before(hold, disposal, taken, key)
    for house, own in _by_house(taken).items():
        asked = f"{key}:{len(found)}"
        if disposal.way == Way.REGRADE:
            found.append(_regrade(hold, disposal, house, own, asked))
        else:
            found.append(_scrap(hold, disposal, house, own, asked))
    return found


def units_of(requests: Sequence[Command], hold: stock.HoldView) -> int:
    """Base units that the commands are about; all of the freeze when they name none."""
    named = [line.qty for line in getattr(requests[-1], "lines", None) or ()]
    for each in requests[:-1]:
        if isinstance(each, inventory.RegradeRequest | inventory.ScrapRequest):
            named += [line.qty for line in each.lines]
    return sum(named) if named else hold.open


def _of_the_claim(
    hold: stock.HoldView, disposal: Disposal, held: Sequence[HeldLine], key: str
) -> Command:
    """A release, or the change into a freeze for rework."""
    lines = None
    if disposal.qty is not None:
        if hold.blanket:
            raise FreezeRefused("part_of_everything")
        lines = _by_grade(held, disposal.qty)
    if disposal.way == Way.RESTOCK:
        return inventory.ReleaseRequest(
            key=key, document=hold.document, hold_id=hold.id, lines=lines
        )
    return inventory.ConvertRequest(
        key=key, document=hold.document, hold_id=hold.id, reason=REWORK, lines=lines,
        note=disposal.said(),
    )  # fmt: skip


def _by_grade(held: Sequence[HeldLine], qty: int) -> tuple[inventory.Line, ...]:
    """So many units, named by SKU and grade."""
    there: dict[tuple[int, str, str], int] = defaultdict(int)
    for line in held:
        there[line.sku_id, line.grade, line.owner] += line.open
    lines, left = [], qty
    for (sku_id, grade, owner), units in there.items():
        if left > 0:
            part = min(left, units)
            lines.append(inventory.Line(sku_id=sku_id, qty=part, grade=grade, owner=owner))
            left -= part
    if left > 0:
        raise FreezeRefused("not_held")
    return tuple(lines)


def _taken(held: Sequence[HeldLine], disposal: Disposal) -> list[Taken]:
    """The units cell by cell, in the order in which they were frozen."""
    cells = [line for line in held if line.location_id is not None]
    loose = not cells
    asked = sum(line.open for line in held) if disposal.qty is None else disposal.qty
    if asked > sum(line.open for line in held):
        raise FreezeRefused("not_held")
    if loose:
        cells = _where_they_may_lie(held, disposal.place)
    tracked = {
        sku.id for sku in stock.skus({line.sku_id for line in cells}).values() if sku.serial_tracked
    }
    pieces = corrections.pieces_in(
        [line.stock_id for line in cells if line.stock_id and line.sku_id in tracked]
    )
    found, left, named = [], asked, set(disposal.serials)
    for line in cells:
        qty, serials = min(left, line.open), tuple[str, ...]()
        if line.sku_id in tracked:
            qty, serials = _pieces(pieces.get(line.stock_id or 0, []), named, qty)
            named -= set(serials)
        if qty:
            found.append(Taken(line=line, qty=qty, serials=serials, loose=loose))
            left -= qty
    if named:
        raise FreezeRefused("unknown_serial")
    if left and tracked:
        raise FreezeRefused("serials_missing")
    if left or not found:
        raise FreezeRefused("in_no_cell")
    return found


def _where_they_may_lie(held: Sequence[HeldLine], place: str) -> list[HeldLine]:
    """The cells with units of nobody, for a freeze of a quantity that names no cell.

    Raises:
        FreezeRefused: which_place, when they may lie in several places and none is named;
            not_there.
    """
    found = []
    for line in held:
        cells = [
            cell
            for cell in stock.cells(
                scope=Scope.everything(), sku_id=line.sku_id, warehouse_id=line.warehouse_id
            )
            if cell.grade == line.grade
            and cell.unpinned > 0
            and place.strip().upper() in ("", cell.location_code)
        ]
        if len({cell.location_id for cell in cells}) > 1:
            raise FreezeRefused("which_place")
        if place and not cells:
            raise FreezeRefused("not_there")
        found += [
            replace(
                line, location_id=cell.location_id, lot_id=cell.lot_id, stock_id=cell.id,
                open=min(cell.unpinned, line.open),
            )
            for cell in cells
        ]  # fmt: skip
    return found


def _pieces(there: Sequence[str], named: set[str], qty: int) -> tuple[int, tuple[str, ...]]:
    """The pieces of a cell that were named; all of them when all are taken and none is named."""
    own = tuple(each for each in there if each in named)[:qty]
    if own or named:
        return len(own), own
    return (qty, tuple(there)) if qty == len(there) else (0, ())


def _before(
    hold: stock.HoldView, disposal: Disposal, taken: Sequence[Taken], key: str
) -> list[Command]:
    """What must be done first: loose units are let go of, what covers everything is fixed."""
    if any(each.loose for each in taken):
        lines: dict[tuple[int, str, str], int] = defaultdict(int)
        for each in taken:
            lines[each.line.sku_id, each.line.grade, each.line.owner] += each.qty
        said = tuple(
            inventory.Line(sku_id=sku, qty=qty, grade=grade, owner=owner)
            for (sku, grade, owner), qty in lines.items()
        )
        return [
            inventory.ReleaseRequest(
                key=f"{key}:0", document=hold.document, hold_id=hold.id, lines=said
            )
        ]
    if disposal.way != Way.REGRADE or not hold.blanket:
        return []
    if disposal.qty is not None:
        raise FreezeRefused("part_of_everything")
    # What covers everything would take the units back in their new grade.
    return [
        inventory.NarrowRequest(key=f"{key}:0", document=hold.document, hold_id=hold.id, fixed=True)
    ]


def _regrade(
    hold: stock.HoldView, disposal: Disposal, house: int, taken: Sequence[Taken], key: str
) -> inventory.RegradeRequest:
    lines = tuple(
        inventory.RegradeLine(
            sku_id=each.line.sku_id, qty=each.qty, location_id=each.line.location_id or 0,
            lot_id=each.line.lot_id, from_grade=each.line.grade, to_grade=disposal.grade,
            owner=each.line.owner, hold_id=None if each.loose else hold.id, serials=each.serials,
        )
        for each in taken
    )  # fmt: skip
    return inventory.RegradeRequest(
        key=key, document=hold.document, warehouse_id=house, lines=lines,
        why=disposal.said()[:200],
    )  # fmt: skip


def _scrap(
    hold: stock.HoldView, disposal: Disposal, house: int, taken: Sequence[Taken], key: str
) -> inventory.ScrapRequest:
    lines = tuple(
        inventory.PlacedLine(
            sku_id=each.line.sku_id, qty=each.qty, location_id=each.line.location_id or 0,
            lot_id=each.line.lot_id, grade=each.line.grade, owner=each.line.owner,
            hold_id=None if each.loose else hold.id, serials=each.serials,
        )
        for each in taken
    )  # fmt: skip
    return inventory.ScrapRequest(
        key=key, document=hold.document, warehouse_id=house, lines=lines,
        why=disposal.said()[:200],
        to="SUPPLIER" if disposal.way == Way.RETURN else "SCRAPPED",
    )  # fmt: skip


def _by_house(taken: Sequence[Taken]) -> dict[int, list[Taken]]:
    found: dict[int, list[Taken]] = defaultdict(list)
    for each in taken:
        found[each.line.warehouse_id].append(each)
    return found
