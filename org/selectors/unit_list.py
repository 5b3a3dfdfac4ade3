"""The tree of the company a page at a time: who works at each unit, and what belongs to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, Min, Q, QuerySet, Value
from django.db.models.functions import Length, Replace

from org.models import Unit
from org.places import SHOP, WAREHOUSE, of_kind
from org.scope import Scope
from org.selectors.people import jobs_in_force


@dataclass(frozen=True, kw_only=True)
class UnitNarrowing:
    """`words` in code or name; `kind` of `Unit.Kind`; `below`: this unit and what is under it."""

    words: str = ""
    kind: str = ""
    below: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitListed:
    """A unit, how deep it hangs beneath the topmost of the reader, and what is at it itself.

    `people` have a role there that counts today.
    """

    id: int
    kind: str
    kind_label: str
    code: str
    name: str
    parent_name: str
    depth: int
    people: int
    warehouses: int
    shops: int


def units_of(*, scope: Scope, narrowing: UnitNarrowing) -> QuerySet[Unit]:
    """The units of a filter, unordered."""
    rows = scope.limit(Unit.objects.all(), "pk")
    if narrowing.kind:
        rows = rows.filter(kind=narrowing.kind)
    if narrowing.below is not None:
        top = Unit.objects.filter(pk=narrowing.below).values_list("path", flat=True).first()
        rows = rows.filter(path__startswith=top or "/")
    words = narrowing.words
    if not words:
        return rows
    return rows.filter(Q(code__icontains=words) | Q(name__icontains=words))


def units_by_id(ids: Collection[int], *, scope: Scope) -> dict[int, UnitListed]:
    """Those of them that are inside the scope; a constant number of statements."""
    seen = scope.limit(Unit.objects.all(), "pk")
    levels = Length("path") - Length(Replace("path", Value("/"), Value("")))
    top = seen.aggregate(top=Min(levels))["top"] or 0
    people = dict(
        jobs_in_force()
        .filter(unit__in=ids, person__is_active=True)
        .values_list("unit")
        .annotate(n=Count("person", distinct=True))
        .order_by()
    )
    houses = Counter(place.unit_id for place in of_kind(WAREHOUSE))
    shops = Counter(place.unit_id for place in of_kind(SHOP))
    return {
        row.pk: UnitListed(
            id=row.pk,
            kind=row.kind,
            kind_label=str(row.get_kind_display()),
            code=row.code,
            name=row.name,
            # What it hangs under is named even where one sees nothing of it.
            parent_name=row.parent.name if row.parent else "",
            depth=row.path.count("/") - top,
            people=people.get(row.pk, 0),
            warehouses=houses[row.pk],
            shops=shops[row.pk],
        )
        for row in seen.filter(pk__in=ids).select_related("parent")
    }
