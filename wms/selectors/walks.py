"""Pick lists and their steps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from inventory import selectors as stock
from org.scope import Scope
from wms.models import (
    PickList,
    PickListState,
    PickTask,
)
from wms.numbers import PICK_LIST, id_of
from wms.selectors.codes import piece_codes


@dataclass(frozen=True)
class PickListView:
    """A walk and how far it is."""

    number: str
    warehouse_id: int
    state: str
    state_label: str
    picker: str
    created_at: datetime
    steps: int
    steps_open: int
    fulfilments: int


@dataclass(frozen=True)
class StepView:
    """One step of a walk."""

    task: int
    sequence: int
    state: str
    state_label: str
    location: str
    sku_id: int
    sku_code: str
    sku_name: str
    unit_name: str
    # Each counts one piece; a pack's code is taken too but not offered here.
    barcodes: tuple[str, ...]
    lot: str
    qty: int
    picked: int
    fulfilment: str
    document: str
    # Each piece has a serial number, which is scanned instead of a barcode.
    by_serial: bool

    @property
    def left(self) -> int:
        """Base units still to take."""
        return self.qty - self.picked


@dataclass(frozen=True)
class StopView:
    """Equal goods at one place that several steps take: one look, one scan, one quantity."""

    location: str
    sku_id: int
    sku_code: str
    sku_name: str
    unit_name: str
    barcodes: tuple[str, ...]
    lot: str
    left: int
    first_task: int
    # (fulfilment number, base units) in walk order, for sorting into totes.
    shares: tuple[tuple[str, int], ...]
    # Each piece has a serial number, which is scanned instead of a barcode.
    by_serial: bool
    # Base units that were taken here already, and those that are to be taken in all.
    taken: int
    total: int


@dataclass(frozen=True)
class WalkView:
    """A pick list with its steps in walk order."""

    number: str
    warehouse_id: int
    state: str
    state_label: str
    picker: str
    steps: tuple[StepView, ...]

    @property
    def next_stop(self) -> StopView | None:
        """Where to go now; None when nothing is open."""
        first = next((step for step in self.steps if step.state == "OPEN"), None)
        if first is None:
            return None
        here = [
            step
            for step in self.steps
            if step.state in ("OPEN", "PICKED")
            and (step.location, step.sku_id, step.lot) == (first.location, first.sku_id, first.lot)
        ]
        same = [step for step in here if step.state == "OPEN"]
        return StopView(
            location=first.location,
            sku_id=first.sku_id,
            sku_code=first.sku_code,
            sku_name=first.sku_name,
            unit_name=first.unit_name,
            barcodes=first.barcodes,
            lot=first.lot,
            left=sum(step.left for step in same),
            first_task=first.task,
            shares=tuple((step.fulfilment, step.left) for step in same),
            by_serial=first.by_serial,
            taken=sum(step.picked for step in here),
            total=sum(step.qty for step in here),
        )

    @property
    def done(self) -> int:
        """Steps that need nothing more."""
        return sum(1 for step in self.steps if step.state != "OPEN")


def pick_lists(
    *, scope: Scope, warehouse_id: int | None = None, limit: int = 100
) -> list[PickListView]:
    """Walks that somebody may still walk, oldest first."""
    rows = scope.limit(PickList.objects.select_related("picker"), "warehouse__unit")
    if warehouse_id is not None:
        rows = rows.filter(warehouse_id=warehouse_id)
    rows = rows.filter(state__in=[PickListState.RELEASED, PickListState.PICKING])
    counted = rows.annotate(
        steps=Count("tasks"),
        steps_open=Count("tasks", filter=Q(tasks__state="OPEN")),
        served=Count("tasks__line__fulfilment", distinct=True),
    ).order_by("id")[:limit]
    return [
        PickListView(
            number=row.number,
            warehouse_id=row.warehouse_id,
            state=row.state,
            state_label=str(PickListState(row.state).label),
            picker=str(row.picker) if row.picker else "",
            created_at=row.created_at,
            steps=row.steps,
            steps_open=row.steps_open,
            fulfilments=row.served,
        )
        for row in counted
    ]


def walk(number: str, *, scope: Scope) -> WalkView | None:
    """A pick list with every step; None outside the scope."""
    pk = id_of(number, PICK_LIST)
    rows = scope.limit(PickList.objects.select_related("picker"), "warehouse__unit")
    row = rows.filter(pk=pk).first() if pk else None
    if row is None:
        return None
    tasks = list(
        PickTask.objects.filter(pick_list=row)
        .select_related("line__fulfilment")
        .order_by("sequence")
    )
    skus = stock.skus({task.line.sku_id for task in tasks})
    codes = piece_codes(skus)
    places = stock.locations({task.location_id for task in tasks})
    lots = stock.lots({task.lot_id for task in tasks if task.lot_id})
    steps = tuple(
        StepView(
            task=task.pk,
            sequence=task.sequence,
            state=task.state,
            state_label=str(task.get_state_display()),
            location=places[task.location_id].code,
            sku_id=task.line.sku_id,
            sku_code=skus[task.line.sku_id].code,
            sku_name=skus[task.line.sku_id].name,
            unit_name=skus[task.line.sku_id].unit_name,
            barcodes=codes[task.line.sku_id],
            lot=lots[task.lot_id].code if task.lot_id else "",
            qty=task.qty,
            picked=task.picked,
            fulfilment=task.line.fulfilment.number,
            document=task.line.fulfilment.document,
            by_serial=skus[task.line.sku_id].serial_tracked,
        )
        for task in tasks
    )
    return WalkView(
        number=row.number,
        warehouse_id=row.warehouse_id,
        state=row.state,
        state_label=str(PickListState(row.state).label),
        picker=str(row.picker) if row.picker else "",
        steps=steps,
    )
