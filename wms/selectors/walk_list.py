"""Pick lists a page at a time: whose walk, how far, for how many orders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from org.lists.days import within_days
from org.lists.keyset import By, slice_of
from org.lists.specs import Part
from org.scope import Scope
from wms.models import PickList, PickListState, PickTask
from wms.numbers import FULFILMENT, PICK_LIST, fold, id_of

# Walks that somebody may still walk.
WALKABLE = (PickListState.RELEASED, PickListState.PICKING)


@dataclass(frozen=True)
class WalkNarrowing:
    """What the list is narrowed to; each empty value narrows nothing.

    `states`: in any of them. `words` is a pick list, a fulfilment or a document, whole.
    `warehouse` is a code. `picker_id`: of this person, 0: of nobody yet. Days are local days on
    which it was made, both included.
    """

    states: tuple[str, ...] = ()
    words: str = ""
    warehouse: str = ""
    picker_id: int | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class WalkRow:
    """A walk and how far it is."""

    id: int
    number: str
    warehouse: str
    state: str
    state_label: str
    picker: str
    bench: str
    created_at: datetime
    steps: int
    steps_open: int
    fulfilments: int


def walks_of(*, scope: Scope, narrowing: WalkNarrowing) -> QuerySet[PickList]:
    """The pick lists of a filter, unordered."""
    rows = scope.limit(PickList.objects.all(), "warehouse__unit")
    if narrowing.states:
        rows = rows.filter(state__in=narrowing.states)
    if narrowing.warehouse:
        rows = rows.filter(warehouse__code=narrowing.warehouse)
    if narrowing.picker_id is not None:
        rows = rows.filter(picker_id=narrowing.picker_id or None)
    rows = within_days(rows, "created_at", since=narrowing.since, until=narrowing.until)
    words = fold(narrowing.words)
    if not words:
        return rows
    if number := id_of(words, PICK_LIST):
        return rows.filter(pk=number)
    tasks = PickTask.objects.filter(pick_list=OuterRef("pk"))
    if fulfilment := id_of(words, FULFILMENT):
        return rows.filter(Exists(tasks.filter(line__fulfilment_id=fulfilment)))
    return rows.filter(Exists(tasks.filter(line__fulfilment__document=words)))


def walks_sorted(
    *, scope: Scope, narrowing: WalkNarrowing, sort: str, cursor: str, limit: int
) -> Part[WalkRow]:
    """One page by number; two statements."""
    by = By(descending=sort.startswith("-"))
    rows = walks_of(scope=scope, narrowing=narrowing)
    part = slice_of(rows, by=by, cursor=cursor, limit=limit)
    told = (
        PickList.objects.filter(pk__in=part.ids)
        .select_related("warehouse", "picker", "bench")
        .annotate(
            steps=Count("tasks"),
            steps_open=Count("tasks", filter=Q(tasks__state="OPEN")),
            served=Count("tasks__line__fulfilment", distinct=True),
        )
    )
    found = {
        row.pk: WalkRow(
            id=row.pk,
            number=row.number,
            warehouse=row.warehouse.name,
            state=row.state,
            state_label=str(PickListState(row.state).label),
            picker=str(row.picker) if row.picker else "",
            bench=row.bench.code,
            created_at=row.created_at,
            steps=row.steps,
            steps_open=row.steps_open,
            fulfilments=row.served,
        )
        for row in told
    }
    return part.of(found)
