"""Boards of fulfilments: what needs hands, and how far each one is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from inventory import selectors as stock
from org.scope import Scope
from wms.models import (
    Fulfilment,
    FulfilmentState,
    Parcel,
    PickedPiece,
)
from wms.numbers import FULFILMENT, fold, id_of
from wms.selectors.codes import piece_codes

S = FulfilmentState
# What still needs hands; the board counts exactly these.
ON_FLOOR = (S.RELEASED, S.PICKING, S.PICKED, S.CHECKED, S.PACKED, S.SHORT, S.INTERCEPTING)


@dataclass(frozen=True)
class LineView:
    """One line of a fulfilment, in base units."""

    sku_id: int
    sku_code: str
    sku_name: str
    barcode: str
    qty: int
    picked: int
    checked: int
    # Each piece has a serial number, which is scanned instead of the barcode.
    by_serial: bool
    # The pieces that were taken for it and are not in the box yet.
    serials: tuple[str, ...]

    @property
    def left(self) -> int:
        """Still to check."""
        return self.qty - self.checked


@dataclass(frozen=True)
class KitPartView:
    """So many units of a line belong to each kit."""

    sku_code: str
    sku_name: str
    per_kit: int


@dataclass(frozen=True)
class KitView:
    """A kit that was sold: its parts are among the lines, and belong together in the box."""

    sku_id: int
    sku_code: str
    sku_name: str
    qty: int
    parts: tuple[KitPartView, ...]


@dataclass(frozen=True)
class FulfilmentView:
    """A fulfilment as the boards and the bench show it."""

    number: str
    document: str
    warehouse_id: int
    state: str
    state_label: str
    priority: int
    deadline: datetime | None
    requested_at: datetime
    carrier_code: str
    ship_to: Mapping[str, Any]
    lines: tuple[LineView, ...]
    parcel: str
    waybill: str
    kits: tuple[KitView, ...] = ()

    @property
    def qty(self) -> int:
        """Base units asked for."""
        return sum(line.qty for line in self.lines)

    @property
    def checked(self) -> int:
        """Base units checked."""
        return sum(line.checked for line in self.lines)


def counts(*, scope: Scope, warehouse_id: int | None = None) -> dict[str, int]:
    """Fulfilments per state that still needs hands; every such state is named."""
    rows = scope.limit(Fulfilment.objects.filter(state__in=ON_FLOOR), "warehouse__unit")
    if warehouse_id is not None:
        rows = rows.filter(warehouse_id=warehouse_id)
    found = {
        str(state): total for state, total in rows.values_list("state").annotate(total=Count("id"))
    }
    return {str(state): found.get(state, 0) for state in ON_FLOOR}


def shipped_since(*, scope: Scope, since: datetime, warehouse_id: int | None = None) -> int:
    """Parcels that have left since a moment."""
    rows = scope.limit(Parcel.objects.filter(shipped_at__gte=since), "fulfilment__warehouse__unit")
    if warehouse_id is not None:
        rows = rows.filter(fulfilment__warehouse_id=warehouse_id)
    return rows.count()


def fulfilments(
    *,
    scope: Scope,
    names: Sequence[str] | None = None,
    states: Collection[str] | None = None,
    warehouse_id: int | None = None,
    limit: int = 200,
) -> list[FulfilmentView]:
    """Fulfilments, most urgent first; by number or document when `names` is given."""
    rows = scope.limit(Fulfilment.objects.all(), "warehouse__unit")
    if warehouse_id is not None:
        rows = rows.filter(warehouse_id=warehouse_id)
    if names is not None:
        ids = [pk for name in names if (pk := id_of(name, FULFILMENT))]
        rows = rows.filter(
            Q(pk__in=ids) | Q(document__in={form for name in names for form in (name, fold(name))})
        )
    if states is not None:
        rows = rows.filter(state__in=states)
    found = list(rows.order_by("-priority", "id").prefetch_related("lines")[:limit])
    parcels = {
        parcel.fulfilment_id: parcel
        for parcel in Parcel.objects.filter(fulfilment__in=found, voided_at__isnull=True)
    }
    kits = stock.held_kits(documents=[row.document for row in found])
    sold = {item.kit_sku_id for items in kits.values() for item in items}
    parts = {part for items in kits.values() for item in items for part, _ in item.parts}
    goods = {line.sku_id for row in found for line in row.lines.all()}
    skus = stock.skus(goods | sold | parts)
    codes = piece_codes(skus)
    unseen = _unseen(found)
    return [
        _fulfilment_view(row, parcels.get(row.pk), skus, codes, kits.get(row.document, []), unseen)
        for row in found
    ]


def _unseen(found: Sequence[Fulfilment]) -> dict[int, tuple[str, ...]]:
    """Per line the pieces that were taken for it and are not in the box yet."""
    rows = PickedPiece.objects.filter(
        pick__task__line__fulfilment__in=found, seen__isnull=True, ended_at__isnull=True
    )
    serials: dict[int, tuple[str, ...]] = {}
    for line_id, serial in rows.order_by("serial").values_list("pick__task__line_id", "serial"):
        serials[line_id] = (*serials.get(line_id, ()), serial)
    return serials


def _fulfilment_view(
    row: Fulfilment,
    parcel: Parcel | None,
    skus: Mapping[int, stock.SkuView],
    codes: Mapping[int, tuple[str, ...]],
    kits: Sequence[stock.HeldKits],
    unseen: Mapping[int, tuple[str, ...]],
) -> FulfilmentView:
    lines = sorted(row.lines.all(), key=lambda line: line.pk)
    return FulfilmentView(
        number=row.number,
        document=row.document,
        warehouse_id=row.warehouse_id,
        state=row.state,
        state_label=str(S(row.state).label),
        priority=row.priority,
        deadline=row.deadline,
        requested_at=row.requested_at,
        carrier_code=row.carrier_code,
        ship_to=row.ship_to,
        lines=tuple(
            LineView(
                sku_id=line.sku_id,
                sku_code=skus[line.sku_id].code,
                sku_name=skus[line.sku_id].name,
                barcode=codes[line.sku_id][0],
                qty=line.qty,
                picked=line.picked,
                checked=line.checked,
                by_serial=skus[line.sku_id].serial_tracked,
                serials=unseen.get(line.pk, ()),
            )
            for line in lines
        ),
        parcel=parcel.number if parcel else "",
        waybill=parcel.waybill if parcel else "",
        kits=tuple(_kit_view(item, skus) for item in kits),
    )


def _kit_view(item: stock.HeldKits, skus: Mapping[int, stock.SkuView]) -> KitView:
    return KitView(
        sku_id=item.kit_sku_id,
        sku_code=skus[item.kit_sku_id].code,
        sku_name=skus[item.kit_sku_id].name,
        qty=item.qty,
        parts=tuple(
            KitPartView(skus[part].code, skus[part].name, per_kit) for part, per_kit in item.parts
        ),
    )
