"""Transitions of one command batch: walked in memory under lock, written in four statements."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from wms.models import (
    Fulfilment,
    FulfilmentEvent,
    PickList,
    PickListEvent,
    PickListState,
    PickTask,
    TaskState,
)


class Journal:
    """Collects what changed state; `write` saves the rows and one event per transition."""

    def __init__(self, who: str) -> None:
        self._who = who
        self._fulfilments: dict[int, Fulfilment] = {}
        self._lists: dict[int, PickList] = {}
        self._events: list[FulfilmentEvent] = []
        self._list_events: list[PickListEvent] = []

    def walk(self, row: Fulfilment, step: Callable[[], None], why: str = "") -> None:
        """Take one step of a locked fulfilment."""
        before = str(row.state)
        step()
        self._fulfilments[row.pk] = row
        self._events.append(
            FulfilmentEvent(
                fulfilment=row, from_state=before, to_state=row.state, who=self._who, why=why[:200]
            )
        )

    def walk_list(self, row: PickList, step: Callable[[], None], why: str = "") -> None:
        """Take one step of a locked pick list."""
        before = str(row.state)
        step()
        self._lists[row.pk] = row
        self._list_events.append(
            PickListEvent(
                pick_list=row, from_state=before, to_state=row.state, who=self._who, why=why[:200]
            )
        )

    def write(self) -> None:
        """Save states and events."""
        if self._fulfilments:
            Fulfilment.objects.bulk_update(list(self._fulfilments.values()), ["state"])
            FulfilmentEvent.objects.bulk_create(self._events)
        if self._lists:
            PickList.objects.bulk_update(list(self._lists.values()), ["state"])
            PickListEvent.objects.bulk_create(self._list_events)
        self._fulfilments, self._lists, self._events, self._list_events = {}, {}, [], []


def close_lists(
    *, lists: Iterable[PickList], tasks: Iterable[PickTask], journal: Journal, why: str = ""
) -> None:
    """Finish the walks that have no open task left; `tasks` are all tasks of the lists."""
    open_lists, taken_lists = set(), set()
    for task in tasks:
        if task.state == TaskState.OPEN:
            open_lists.add(task.pick_list_id)
        if task.picked:
            taken_lists.add(task.pick_list_id)
    for row in lists:
        if row.state not in (PickListState.RELEASED, PickListState.PICKING):
            continue
        if row.pk in open_lists:
            continue
        journal.walk_list(row, row.finish if row.pk in taken_lists else row.cancel, why)


def complete_lists(*, fulfilment_ids: Iterable[int], journal: Journal) -> None:
    """Complete the walks whose every fulfilment has left picking and the pack bench.

    Call after `journal.write()`. Locks the lists first: of two benches that pack the last two
    fulfilments of a walk at once, the second sees what the first did.
    """
    ids = list(fulfilment_ids)
    if not ids:
        return
    about = PickTask.objects.filter(line__fulfilment_id__in=ids).values("pick_list_id")
    lists = list(
        PickList.objects.select_for_update()
        .filter(pk__in=about, state=PickListState.PICKED)
        .order_by("id")
    )
    busy = set(
        PickTask.objects.filter(
            pick_list_id__in=[row.pk for row in lists],
            line__fulfilment__state__in=["PICKING", "PICKED", "CHECKED"],
        ).values_list("pick_list_id", flat=True)
    )
    for row in lists:
        if row.pk not in busy:
            journal.walk_list(row, row.complete)
    journal.write()
