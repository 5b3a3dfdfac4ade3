"""Warehouses a page at a time: what kind, whose, where, how many places."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from inventory.models import Location, Warehouse, Zone
from org.lists.keyset import By, slice_of, sorted_by
from org.lists.specs import Part
from org.models import Unit
from org.scope import Scope

SORTS = {
    "code": By("code", descending=False, kind="text"),
    "name": By("pinyin", descending=False, kind="text"),
    "priority": By("priority", descending=False),
}


@dataclass(frozen=True)
class WarehouseNarrowing:
    """`words` in code, name, pinyin or city.

    `unit_id`: of this unit or one below it. `state`: "" (open), "houses" (open, no stores),
    "stores" (open stores), "closed".
    """

    words: str = ""
    kind: str = ""
    unit_id: int | None = None
    state: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class WarehouseListed:
    """A warehouse and how many places in use and zones it has."""

    id: int
    code: str
    name: str
    kind_label: str
    unit_name: str
    province: str
    city: str
    time_zone: str
    priority: int
    places: int
    zones: int
    is_active: bool


def warehouses_of(*, scope: Scope, narrowing: WarehouseNarrowing) -> QuerySet[Warehouse]:
    """The warehouses of a filter, unordered."""
    rows = scope.limit(Warehouse.objects.all(), "unit")
    words = narrowing.words
    if words:
        rows = rows.filter(
            Q(code__icontains=words)
            | Q(name__icontains=words)
            | Q(pinyin__contains=words.lower())
            | Q(city__icontains=words)
        )
    if narrowing.kind:
        rows = rows.filter(kind=narrowing.kind)
    if narrowing.unit_id is not None:
        top = Unit.objects.filter(pk=narrowing.unit_id).values_list("path", flat=True).first()
        rows = rows.filter(unit__path__startswith=top or "/")
    rows = rows.filter(is_active=narrowing.state != "closed")
    store = Q(kind=Warehouse.Kind.STORE)
    if narrowing.state == "houses":
        return rows.exclude(store)
    return rows.filter(store) if narrowing.state == "stores" else rows


def warehouses_sorted(
    *, scope: Scope, narrowing: WarehouseNarrowing, sort: str, cursor: str, limit: int
) -> Part[WarehouseListed]:
    """One page; four statements."""
    by = sorted_by(SORTS, sort, usual="code")
    rows = warehouses_of(scope=scope, narrowing=narrowing)
    part = slice_of(rows, by=by, cursor=cursor, limit=limit)
    told = Warehouse.objects.filter(pk__in=part.ids).select_related("unit")
    places = _each(Location.objects.filter(warehouse__in=part.ids, is_active=True))
    zones = _each(Zone.objects.filter(warehouse__in=part.ids))
    found = {
        row.pk: WarehouseListed(
            id=row.pk,
            code=row.code,
            name=row.name,
            kind_label=str(row.get_kind_display()),
            unit_name=row.unit.name,
            province=row.province,
            city=row.city,
            time_zone=row.time_zone,
            priority=row.priority,
            places=places.get(row.pk, 0),
            zones=zones.get(row.pk, 0),
            is_active=row.is_active,
        )
        for row in told
    }
    return part.of(found)


def _each(rows: QuerySet[Location] | QuerySet[Zone]) -> dict[int, int]:
    """How many there are of each warehouse."""
    return dict(rows.values_list("warehouse").annotate(n=Count("id")).order_by())
