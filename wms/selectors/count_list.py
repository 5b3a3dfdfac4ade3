"""Counts a page at a time: where, by whom, how far, and how much differed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from org.lists.days import within_days
from org.lists.keyset import By, slice_of, sorted_by
from org.lists.specs import Part
from org.scope import Scope
from org.selectors import names_of_actors
from wms.models import CountSheet, CountState
from wms.numbers import COUNT, id_of

SORTS = {"count": By(), "closed": By("closed_at", nullable=True, kind="moment")}


@dataclass(frozen=True)
class CountNarrowing:
    """What the list is narrowed to; each empty value narrows nothing.

    `words` is a number, a location or a SKU code, whole, or stands in the counter's name. Days are
    local days on which it was begun, both included.
    """

    state: str = ""
    words: str = ""
    warehouse_id: int | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CountRow:
    """A count; `differing` lines and `net` units are None until the books were looked at."""

    id: int
    number: str
    state: str
    state_label: str
    warehouse: str
    location: str
    counter: str
    opened_at: datetime
    handed_in_at: datetime | None
    closed_at: datetime | None
    closed_by: str
    lines: int
    differing: int | None
    net: int | None


def counts_of(*, scope: Scope, narrowing: CountNarrowing) -> QuerySet[CountSheet]:
    """The counts of a filter, unordered."""
    rows = scope.limit(CountSheet.objects.all(), "warehouse__unit")
    if narrowing.state:
        rows = rows.filter(state=narrowing.state)
    if narrowing.warehouse_id is not None:
        rows = rows.filter(warehouse_id=narrowing.warehouse_id)
    rows = within_days(rows, "opened_at", since=narrowing.since, until=narrowing.until)
    words = narrowing.words
    if not words:
        return rows
    if number := id_of(words, COUNT):
        return rows.filter(pk=number)
    with_goods = CountSheet.objects.filter(lines__sku__code__iexact=words)
    return rows.filter(
        Q(location__code__iexact=words)
        | Q(counter__display_name__icontains=words)
        | Q(pk__in=with_goods.values("pk"))
    )


def counts_sorted(
    *, scope: Scope, narrowing: CountNarrowing, sort: str, cursor: str, limit: int
) -> Part[CountRow]:
    """One page; a constant number of statements."""
    by = sorted_by(SORTS, sort)
    rows = counts_of(scope=scope, narrowing=narrowing)
    part = slice_of(rows, by=by, cursor=cursor, limit=limit)
    booked = Q(lines__expected__isnull=False)
    told = (
        CountSheet.objects.filter(pk__in=part.ids)
        .select_related("warehouse", "location", "counter")
        .annotate(
            many=Count("lines"),
            looked=Count("lines", filter=booked),
            differing=Count("lines", filter=booked & ~Q(lines__counted=F("lines__expected"))),
            net=Sum(F("lines__counted") - F("lines__expected"), filter=booked),
        )
    )
    found = {row.pk: row for row in told}
    names = names_of_actors([row.closed_by for row in found.values() if row.closed_by])
    return part.of({pk: _row(row, names) for pk, row in found.items()})


def _row(row: Any, names: dict[str, str]) -> CountRow:
    seen = bool(row.looked) and row.state != CountState.OPEN
    return CountRow(
        id=row.pk,
        number=row.number,
        state=row.state,
        state_label=str(CountState(row.state).label),
        warehouse=row.warehouse.name,
        location=row.location.code,
        counter=str(row.counter),
        opened_at=row.opened_at,
        handed_in_at=row.handed_in_at,
        closed_at=row.closed_at,
        closed_by=names.get(row.closed_by, ""),
        lines=row.many,
        differing=row.differing if seen else None,
        net=row.net if seen else None,
    )
