"""People with a job somewhere inside a scope, and which jobs."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from org.models import Person
from org.scope import Scope
from org.selectors.people import jobs_in_force


@dataclass(frozen=True)
class StaffRow:
    """A person with the jobs that lie inside the reader's scope: (role, "HQ")."""

    id: int
    username: str
    name: str
    active: bool
    jobs: tuple[tuple[str, str], ...]


def staff(
    *,
    scope: Scope,
    words: str = "",
    active: bool | None = None,
    ids: Collection[int] | None = None,
    after: str = "",
    limit: int = 50,
) -> list[StaffRow]:
    """People in the order of their sign-in names; two statements.

    Args:
        words: in the sign-in name or the name.
        after: a sign-in name; only who comes behind it.
    """
    seen = jobs_in_force()
    if not scope.is_everything:
        seen = seen.filter(
            Q(unit__in=sorted(scope.unit_ids or ()))
            | Q(warehouse_id__in=sorted(scope.warehouse_ids))
            | Q(shop_id__in=sorted(scope.shop_ids))
        )
    rows = Person.objects.filter(username__gt=after) if after else Person.objects.all()
    if not scope.is_everything:
        rows = rows.filter(Exists(seen.filter(person=OuterRef("pk"))))
    if words:
        rows = rows.filter(Q(username__icontains=words) | Q(display_name__icontains=words))
    if active is not None:
        rows = rows.filter(is_active=active)
    if ids is not None:
        rows = rows.filter(pk__in=ids)
    people = list(rows.order_by("username")[:limit])
    jobs: dict[int, list[tuple[str, str]]] = {}
    columns = ("person_id", "role__code", "unit__code", "warehouse_id", "shop_id")
    for person, role, unit, house, shop in (
        seen.filter(person__in=people).order_by("id").values_list(*columns)
    ):
        place = unit or (f"warehouse:{house}" if house else f"shop:{shop}")
        jobs.setdefault(person, []).append((role, place))
    return [
        StaffRow(
            id=row.pk,
            username=row.username,
            name=row.display_name,
            active=row.is_active,
            jobs=tuple(jobs.get(row.pk, ())),
        )
        for row in people
    ]
