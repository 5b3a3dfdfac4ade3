"""Pick lists under lock, with everything a scan is judged by."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import F

from inventory import selectors as stock
from org.scope import Scope
from wms.models import (
    Fulfilment,
    FulfilmentLine,
    PickList,
    PickListState,
    PickTask,
    PutBack,
    TaskState,
)
from wms.numbers import PICK_LIST, ids_of
from wms.refusals import FloorRefused


class Walks:
    """Pick lists under lock with everything a scan is judged by.

    Locks fulfilments (id order), then lists; so do cancelling, packing and shipping.
    """

    def __init__(self, numbers: Sequence[str], scope: Scope | None) -> None:
        self._ids = ids_of(list(numbers), PICK_LIST)
        ids = sorted(set(self._ids.values()))
        steps = PickTask.objects.filter(pick_list_id__in=ids)
        about = steps.values("line__fulfilment_id")
        # A step at the bench itself takes what a stopped order left there: its note shrinks too.
        benches = steps.filter(state=TaskState.OPEN, location_id=F("pick_list__bench_id"))
        left_there = PutBack.objects.filter(
            done_at__isnull=True, location_id__in=benches.values("location_id")
        ).values("fulfilment_id")
        rows = Fulfilment.objects.filter(pk__in=about.union(left_there))
        seen = scope or Scope.everything()
        self.fulfilments = {
            row.pk: row
            for row in seen.limit(rows, "warehouse__unit")
            .select_for_update(of=("self",))
            .order_by("id")
        }
        lists = seen.limit(PickList.objects.filter(pk__in=ids), "warehouse__unit")
        self.lists = {row.pk: row for row in lists.select_for_update(of=("self",)).order_by("id")}
        self.tasks = list(
            PickTask.objects.filter(pick_list_id__in=list(self.lists)).order_by(
                "pick_list_id", "sequence"
            )
        )
        lines = FulfilmentLine.objects.filter(fulfilment_id__in=list(self.fulfilments))
        self.lines = {line.pk: line for line in lines}
        self.places = stock.locations(sorted({task.location_id for task in self.tasks}))

    def open_list(self, number: str) -> PickList:
        """The list behind a number.

        Raises:
            FloorRefused: unknown_pick_list, pick_list_closed.
        """
        row = self.lists.get(self._ids.get(number, 0))
        if row is None:
            raise FloorRefused("unknown_pick_list", number=number)
        if row.state not in (PickListState.RELEASED, PickListState.PICKING):
            raise FloorRefused("pick_list_closed", number=row.number)
        return row

    def tasks_of(self, row: PickList) -> list[PickTask]:
        """All tasks of a list in walk order."""
        return [task for task in self.tasks if task.pick_list_id == row.pk]

    def place(self, task: PickTask) -> str:
        """Code of the cell's location."""
        return str(self.places[task.location_id].code)

    def sku_id(self, task: PickTask) -> int:
        """What the task takes."""
        return self.lines[task.line_id].sku_id
