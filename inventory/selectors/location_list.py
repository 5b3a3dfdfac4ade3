"""Locations a page at a time: what kind, where on the walk, how much lies there."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, Sum

from inventory.models import Location
from org.lists.keyset import By, slice_of, sorted_by
from org.lists.specs import Part
from org.scope import Scope

SORTS = {
    "location": By("code", descending=False, kind="text"),
    "sequence": By("sequence", descending=False),
}


@dataclass(frozen=True)
class PlaceNarrowing:
    """`words`: how the code begins; `state`: "goods" (something lies there), "empty", "off"."""

    words: str = ""
    warehouse_id: int | None = None
    kind: str = ""
    state: str = ""


@dataclass(frozen=True)
class PlaceListed:
    """A location; `units` and `skus` of what lies there now."""

    id: int
    code: str
    warehouse_id: int
    warehouse_name: str
    kind_label: str
    zone: str
    sequence: int
    is_active: bool
    units: int
    skus: int


def places_of(*, scope: Scope, narrowing: PlaceNarrowing) -> QuerySet[Location]:
    """The locations of a filter, unordered."""
    rows = scope.limit(Location.objects.all(), "warehouse__unit")
    if narrowing.warehouse_id is not None:
        rows = rows.filter(warehouse_id=narrowing.warehouse_id)
    if narrowing.kind:
        rows = rows.filter(kind=narrowing.kind)
    if narrowing.words:
        rows = rows.filter(code__startswith=narrowing.words.upper())
    if narrowing.state == "off":
        return rows.filter(is_active=False)
    rows = rows.filter(is_active=True)
    lying = Q(pk__in=Location.objects.filter(cells__on_hand__gt=0).values("pk"))
    if narrowing.state == "goods":
        return rows.filter(lying)
    return rows.filter(~lying) if narrowing.state == "empty" else rows


def places_sorted(
    *, scope: Scope, narrowing: PlaceNarrowing, sort: str, cursor: str, limit: int
) -> Part[PlaceListed]:
    """One page; two statements."""
    by = sorted_by(SORTS, sort, usual="location")
    part = slice_of(places_of(scope=scope, narrowing=narrowing), by=by, cursor=cursor, limit=limit)
    rows = (
        Location.objects.filter(id__in=part.ids)
        .select_related("warehouse", "zone")
        .annotate(
            units=Sum("cells__on_hand", default=0),
            skus=Count("cells__balance__sku", filter=Q(cells__on_hand__gt=0), distinct=True),
        )
    )
    found = {
        row.pk: PlaceListed(
            id=row.pk,
            code=row.code,
            warehouse_id=row.warehouse_id,
            warehouse_name=row.warehouse.name,
            kind_label=str(row.get_kind_display()),
            zone=row.zone.code if row.zone else "",
            sequence=row.sequence,
            is_active=row.is_active,
            units=row.units,
            skus=row.skus,
        )
        for row in rows
    }
    return part.of(found)
