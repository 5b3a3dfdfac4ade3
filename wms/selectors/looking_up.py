"""Anything that can be scanned: what it is, what it says, what lies or is held there.

A code may be several things at once (a lot named like a shelf); all of them are told. The number
of statements does not depend on how much lies there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from inventory import selectors as stock
from inventory.selectors.lot_sayings import LotSaying, sayings_of
from org.scope import Scope
from wms.numbers import fold
from wms.selectors.fulfilments import FulfilmentView, fulfilments
from wms.selectors.parcels import ParcelView, parcels_named
from wms.selectors.walks import walk

# One screen of a hand-held; the page behind the link shows the rest.
ROWS = 12


@dataclass(frozen=True)
class Row:
    """A line of a finding: what, more about it, how many, and the code that leads on."""

    name: str
    more: str
    qty: str
    code: str = ""


@dataclass(frozen=True)
class Finding:
    """One thing a code means: its kind, name, facts (label, value) and what lies there.

    `about` and `key` name the thing for the page that shows more of it.
    """

    kind: str
    title: str
    subtitle: str
    facts: tuple[tuple[str, str], ...] = ()
    rows: tuple[Row, ...] = ()
    hidden_rows: int = 0
    about: str = ""
    key: int | str = ""


def found_under(code: str, *, scope: Scope, warehouse_id: int | None) -> list[Finding]:
    """Everything in the scope that carries this code; empty when nobody knows it.

    Args:
        code: as it was scanned.
        scope: whose warehouses.
        warehouse_id: where the person stands: what lies there is told first.
    """
    folded = fold(code)
    forms = sorted({code.strip(), folded})
    found = [_place(place, scope) for place in _near(folded, scope, warehouse_id)]
    found += _goods(forms, scope, warehouse_id)
    found += _lots(forms, scope)
    found += _pieces(forms, scope)
    found += [_parcel(each) for each in parcels_named(code=folded, scope=scope)]
    found += [_order(each) for each in fulfilments(scope=scope, names=[code], limit=5)]
    if (listed := walk(folded, scope=scope)) is not None:
        steps = f"{listed.done} / {len(listed.steps)}"
        facts = ((_("Steps done"), steps),)
        found.append(
            Finding(_("Pick list"), listed.number, "", facts, about="walk", key=listed.number)
        )
    return found


def _near(code: str, scope: Scope, warehouse_id: int | None) -> list[stock.LocationView]:
    """The place of this name where the person stands, else wherever it is."""
    places = stock.locations_named(code=code, scope=scope)
    here = [place for place in places if place.warehouse_id == warehouse_id]
    return here or places[:3]


def _place(place: stock.LocationView, scope: Scope) -> Finding:
    cells = stock.cells(scope=scope, location_id=place.id)
    skus = stock.skus({cell.sku_id for cell in cells})
    said = _said(cells)
    rows = [
        Row(
            skus[cell.sku_id].name,
            _about(cell, skus[cell.sku_id].code, said),
            f"{cell.on_hand:,} {skus[cell.sku_id].unit_name}",
            skus[cell.sku_id].code,
        )
        for cell in cells
    ]
    house = _houses([place.warehouse_id], scope).get(place.warehouse_id, "")
    facts = (
        (_("Kinds of goods"), f"{len({cell.sku_id for cell in cells}):,}"),
        (_("Claimed or frozen"), f"{sum(cell.pinned for cell in cells):,}"),
    )
    return Finding(
        _("Location"), place.code, house, facts, *_cut(rows), about="location", key=place.id
    )  # fmt: skip


Said = Mapping[int, Sequence[LotSaying]]


def _said(cells: Sequence[stock.CellView]) -> Said:
    """What is said of the lots in these cells, customs above all."""
    return sayings_of({cell.lot_id for cell in cells if cell.lot_id is not None})


def _about(cell: stock.CellView, code: str, said: Said) -> str:
    """Lot, expiry, what is said of it, grade and claims of a cell in one line."""
    parts = [code]
    if cell.lot_code:
        parts.append(_("Lot %(lot)s") % {"lot": cell.lot_code})
    if cell.expires_on:
        parts.append(_("until %(day)s") % {"day": cell.expires_on.isoformat()})
    parts += [each.text for each in said.get(cell.lot_id or 0, ())]
    if cell.grade != "ZP":
        parts.append(cell.grade)
    if cell.pinned:
        parts.append(_("%(qty)s claimed or frozen") % {"qty": f"{cell.pinned:,}"})
    return " · ".join(parts)


def _cut(rows: Sequence[Row]) -> tuple[tuple[Row, ...], int]:
    return tuple(rows[:ROWS]), max(0, len(rows) - ROWS)


def _houses(ids: Iterable[int], scope: Scope) -> dict[int, str]:
    houses = stock.warehouses(scope=scope, ids=set(ids), active=False)
    return {house.id: house.name for house in houses}


def _goods(forms: Sequence[str], scope: Scope, warehouse_id: int | None) -> list[Finding]:
    scanned = stock.sku_ids_by_barcode(forms)
    if not scanned:
        return []
    skus = stock.skus({sku_id for sku_id, _qty in scanned.values()})
    houses = stock.warehouses(scope=scope)
    found = []
    for sku_id, pack in dict.fromkeys(scanned.values()):
        sku = skus[sku_id]
        free = stock.available(sku_ids=[sku_id], warehouse_ids=[house.id for house in houses])
        cells = stock.cells(scope=scope, sku_id=sku_id)
        names = {house.id: house.name for house in houses}
        said = _said(cells)
        cells.sort(key=lambda cell: cell.warehouse_id != warehouse_id)
        rows = [
            Row(
                cell.location_code,
                " · ".join(
                    [names.get(cell.warehouse_id, ""), *_about(cell, "", said).split(" · ")[1:]]
                ),
                f"{cell.on_hand:,}",
                cell.location_code,
            )
            for cell in cells
        ]
        here = free.get((warehouse_id or 0, sku_id), 0)
        facts = [
            (_("Sellable here"), f"{here:,} {sku.unit_name}"),
            (_("Sellable everywhere"), f"{sum(free.values()):,}"),
            (_("On hand"), f"{sum(cell.on_hand for cell in cells):,}"),
        ]
        if pack > 1:
            facts.insert(0, (_("This pack holds"), f"{pack:,} {sku.unit_name}"))
        found.append(
            Finding(
                pgettext("on the floor", "Goods"), sku.name, sku.code, tuple(facts), *_cut(rows),
                about="sku", key=f"{sku_id}/{warehouse_id or 0}",
            )
        )  # fmt: skip
    return found


def _lots(forms: Sequence[str], scope: Scope) -> list[Finding]:
    lots = stock.lots_named(codes=forms)
    if not lots:
        return []
    skus = stock.skus({lot.sku_id for lot in lots})
    found = []
    for lot in lots[:3]:
        cells = [
            cell for cell in stock.cells(scope=scope, sku_id=lot.sku_id) if cell.lot_id == lot.id
        ]
        if not cells:
            continue
        facts = [(_("On hand"), f"{sum(cell.on_hand for cell in cells):,}")]
        if lot.produced_on:
            facts.append((_("Produced"), lot.produced_on.isoformat()))
        if lot.expires_on:
            facts.append((_("Expires"), lot.expires_on.isoformat()))
        said = sayings_of([lot.id])
        facts += [
            (each.label, f"{each.text} · {each.note}" if each.note else each.text)
            for each in said.get(lot.id, ())
        ]
        rows = [
            Row(cell.location_code, _about(cell, "", {}), f"{cell.on_hand:,}", cell.location_code)
            for cell in cells
        ]
        name = skus[lot.sku_id].name
        found.append(
            Finding(
                _("Lot"), lot.code, name, tuple(facts), *_cut(rows), about="lot", key=lot.id
            )
        )  # fmt: skip
    return found


def _pieces(forms: Sequence[str], scope: Scope) -> list[Finding]:
    found = []
    for piece in stock.pieces(scope=scope, serials=forms, limit=5):
        where = f"{piece.warehouse_code} {piece.location_code}" if piece.stock_id else piece.outside
        facts = ((_("Where"), where), (_("Grade"), piece.grade or "–"))
        found.append(
            Finding(
                _("Serial number"), piece.serial, piece.sku_code, facts, about="piece",
                key=piece.serial,
            )
        )  # fmt: skip
    return found


def _parcel(parcel: ParcelView) -> Finding:
    left = parcel.shipped_at
    said = _("left %(at)s") % {"at": f"{left:%Y-%m-%d %H:%M}"} if left else _("waits for the truck")
    facts = (
        (_("State"), said),
        (_("Order"), parcel.document),
        (_("Parcel"), parcel.number),
    )
    return Finding(_("Waybill"), parcel.waybill, parcel.carrier_name, facts)


def _order(order: FulfilmentView) -> Finding:
    facts = [(_("State"), order.state_label), (_("Fulfilment"), order.number)]
    if order.waybill:
        facts.append((_("Waybill"), order.waybill))
    rows = [
        Row(line.sku_name, line.sku_code, f"{line.checked} / {line.qty}", line.sku_code)
        for line in order.lines
    ]
    return Finding(_("Order"), order.document, "", tuple(facts), *_cut(rows))
