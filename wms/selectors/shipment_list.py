"""The shipment list: parcels of any state, and one parcel with what lies in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db.models import Q, QuerySet, Sum

from inventory import selectors as stock
from org.lists.days import within_days
from org.lists.keyset import By, slice_of
from org.lists.specs import Part
from org.scope import Scope
from org.selectors import names_of_actors
from wms.models import Parcel, ParcelLine
from wms.numbers import FULFILMENT, PARCEL, id_of


@dataclass(frozen=True)
class ShipmentNarrowing:
    """What the list is narrowed to; each empty value narrows nothing.

    `state` is "waiting", "shipped" or "voided". `words` is a waybill, a parcel, a fulfilment or a
    document, whole. Days are local days on which the parcel was packed, both included.
    """

    state: str = ""
    words: str = ""
    carrier: str = ""
    warehouse_id: int | None = None
    since: date | None = None
    until: date | None = None

    def in_state(self, state: str) -> ShipmentNarrowing:
        """The same in another state."""
        return replace(self, state=state)


@dataclass(frozen=True)
class ShipmentRow:
    """One parcel; nothing in it is secret."""

    id: int
    number: str
    state: str
    waybill: str
    carrier_code: str
    carrier_name: str
    fulfilment: str
    document: str
    warehouse_id: int
    warehouse: str
    units: int
    weight_g: int | None
    packed_at: datetime
    packed_by: str
    shipped_at: datetime | None
    shipped_by: str
    voided_at: datetime | None


def shipments_narrowed(scope: Scope, narrowing: ShipmentNarrowing) -> QuerySet[Parcel]:
    """The parcels of a filter, unordered."""
    rows = scope.limit(Parcel.objects.all(), "fulfilment__warehouse__unit")
    if narrowing.state == "waiting":
        rows = rows.filter(shipped_at__isnull=True, voided_at__isnull=True)
    elif narrowing.state == "shipped":
        rows = rows.filter(shipped_at__isnull=False)
    elif narrowing.state == "voided":
        rows = rows.filter(voided_at__isnull=False)
    if narrowing.carrier:
        rows = rows.filter(carrier__code=narrowing.carrier)
    if narrowing.warehouse_id is not None:
        rows = rows.filter(fulfilment__warehouse_id=narrowing.warehouse_id)
    rows = within_days(rows, "packed_at", since=narrowing.since, until=narrowing.until)
    words = narrowing.words.strip()
    return rows.filter(_named(words)) if words else rows


def _named(words: str) -> Q:
    """Whole numbers only, each found by its index."""
    if parcel := id_of(words, PARCEL):
        return Q(pk=parcel)
    if fulfilment := id_of(words, FULFILMENT):
        return Q(fulfilment_id=fulfilment)
    return Q(waybill=words) | Q(fulfilment__document=words)


def shipment_list(
    *, scope: Scope, narrowing: ShipmentNarrowing, sort: str, cursor: str, limit: int
) -> Part[ShipmentRow]:
    """One page of parcels by number. Five statements, whatever the number of rows."""
    by = By(descending=sort.startswith("-"))
    part = slice_of(shipments_narrowed(scope, narrowing), by=by, cursor=cursor, limit=limit)
    return Part(_rows(part.ids), part.after, part.before)


def shipment(*, number: str, scope: Scope) -> ShipmentRow | None:
    """One parcel of the scope."""
    parcel = id_of(number, PARCEL)
    rows = scope.limit(Parcel.objects.filter(pk=parcel or 0), "fulfilment__warehouse__unit")
    ids = list(rows.values_list("pk", flat=True))
    return _rows(ids)[0] if ids else None


def contents(*, parcel_id: int) -> list[tuple[str, str, int]]:
    """SKU code, name and base units in a parcel."""
    lines = ParcelLine.objects.filter(parcel_id=parcel_id).select_related("line").order_by("id")
    found = [(line.line.sku_id, line.qty) for line in lines]
    skus = stock.skus({sku for sku, _qty in found})
    return [(skus[sku].code, skus[sku].name, qty) for sku, qty in found]


def _rows(ids: list[int]) -> list[ShipmentRow]:
    found = Parcel.objects.select_related("carrier", "fulfilment").in_bulk(ids)
    sums = dict(
        ParcelLine.objects.filter(parcel__in=ids)
        .values_list("parcel")
        .annotate(units=Sum("qty"))
        .order_by()
    )
    houses = {row.id: row.name for row in stock.warehouses(scope=Scope.everything(), active=False)}
    actors = [who for row in found.values() for who in (row.packed_by, row.shipped_by) if who]
    names = names_of_actors(actors)
    return [
        ShipmentRow(
            id=row.pk,
            number=row.number,
            state=_state(row),
            waybill=row.waybill,
            carrier_code=row.carrier.code,
            carrier_name=row.carrier.name,
            fulfilment=row.fulfilment.number,
            document=row.fulfilment.document,
            warehouse_id=row.fulfilment.warehouse_id,
            warehouse=houses.get(row.fulfilment.warehouse_id, ""),
            units=sums.get(row.pk, 0),
            weight_g=row.weight_g,
            packed_at=row.packed_at,
            packed_by=names.get(row.packed_by, ""),
            shipped_at=row.shipped_at,
            shipped_by=names.get(row.shipped_by, ""),
            voided_at=row.voided_at,
        )
        for pk in ids
        if (row := found.get(pk)) is not None
    ]


def _state(row: Parcel) -> str:
    if row.voided_at is not None:
        return "voided"
    return "waiting" if row.shipped_at is None else "shipped"
