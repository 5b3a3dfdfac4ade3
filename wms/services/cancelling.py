"""Stop fulfilments. Races with shipping for the same row lock: exactly one of them wins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import Sum

from outbox import services as outbox
from outbox.clock import database_clock
from wms.models import (
    Fulfilment,
    FulfilmentState,
    Parcel,
    Pick,
    PickList,
    PickTask,
    PutBack,
    PutBackLine,
    TaskState,
)
from wms.services.journal import Journal, close_lists, complete_lists
from wms.services.requests import lock_fulfilments

CANCELLED = "CANCELLED"
INTERCEPTED = "INTERCEPTED"
SHIPPED = "SHIPPED"

_DONE = {
    FulfilmentState.SHIPPED: SHIPPED,
    FulfilmentState.CANCELLED: CANCELLED,
    FulfilmentState.INTERCEPTING: INTERCEPTED,
    FulfilmentState.INTERCEPTED: INTERCEPTED,
}


def cancel(documents: Sequence[str], *, actor: str, why: str = "") -> dict[str, str]:
    """Stop the work for these documents; safe to repeat.

    Does not touch the ledger: the caller releases the claims in the same transaction.

    Returns:
        Per document: "CANCELLED" (nothing was taken from the shelf; also for a document the
        floor never got), "INTERCEPTED" (a put-back note says what goes back), "SHIPPED" (too
        late, nothing changed).
    """
    assert connection.in_atomic_block, "Stopping joins the transaction that releases the claims."
    locked = lock_fulfilments(documents)
    results = dict.fromkeys(documents, CANCELLED)
    stopped: list[Fulfilment] = []
    for document, fulfilment in locked.items():
        state = FulfilmentState(fulfilment.state)
        if state in _DONE:
            results[document] = _DONE[state]
        elif fulfilment not in stopped:
            stopped.append(fulfilment)
    if not stopped:
        return results
    with_goods = _stop(stopped, Journal(actor), why)
    for document, fulfilment in locked.items():
        if fulfilment.pk in with_goods:
            results[document] = INTERCEPTED
    outbox.tell(topic="fulfilment.changed", keys=[row.document for row in stopped])
    return results


def _stop(stopped: list[Fulfilment], journal: Journal, why: str) -> set[int]:
    """Drop open tasks, void parcels, write put-back notes; the ids that have goods to go back."""
    ids = [row.pk for row in stopped]
    taken = list(
        Pick.objects.filter(task__line__fulfilment_id__in=ids)
        .values(
            "task__line__fulfilment_id",
            "task__pick_list__bench_id",
            "task__line__sku_id",
            "task__lot_id",
        )
        .annotate(units=Sum("qty"))
        .order_by("task__line__fulfilment_id", "task__line__sku_id", "task__lot_id")
    )
    with_goods = {row["task__line__fulfilment_id"] for row in taken}
    _drop_tasks(ids, journal, why)
    for fulfilment in stopped:
        step = fulfilment.intercept if fulfilment.pk in with_goods else fulfilment.cancel
        journal.walk(fulfilment, step, why)
    journal.write()
    complete_lists(fulfilment_ids=ids, journal=journal)
    Parcel.objects.filter(fulfilment_id__in=ids, shipped_at__isnull=True).update(
        voided_at=database_clock()
    )
    if taken:
        _write_notes([row for row in stopped if row.pk in with_goods], taken)
    return with_goods


def _drop_tasks(fulfilment_ids: list[int], journal: Journal, why: str) -> None:
    """Nobody walks for these any more; walks that had nothing else end."""
    about = PickTask.objects.filter(
        line__fulfilment_id__in=fulfilment_ids, state=TaskState.OPEN
    ).values("pick_list_id")
    lists = list(PickList.objects.select_for_update().filter(pk__in=about).order_by("id"))
    if not lists:
        return
    tasks = list(PickTask.objects.filter(pick_list__in=lists).select_related("line"))
    dropped = []
    for task in tasks:
        if task.state == TaskState.OPEN and task.line.fulfilment_id in fulfilment_ids:
            task.drop()
            dropped.append(task)
    PickTask.objects.bulk_update(dropped, ["state"])
    close_lists(lists=lists, tasks=tasks, journal=journal, why=why)


def _write_notes(stopped: list[Fulfilment], taken: Sequence[Mapping[str, Any]]) -> None:
    """One note per stopped fulfilment: what lies at the packing location for it."""
    # A fulfilment stands on one walk at a time, and each walk ends at one bench.
    benches = {row["task__line__fulfilment_id"]: row["task__pick_list__bench_id"] for row in taken}
    notes = PutBack.objects.bulk_create(
        PutBack(fulfilment=row, location_id=benches[row.pk]) for row in stopped
    )
    note_of = {note.fulfilment_id: note for note in notes}
    PutBackLine.objects.bulk_create(
        PutBackLine(
            put_back=note_of[row["task__line__fulfilment_id"]],
            sku_id=row["task__line__sku_id"],
            lot_id=row["task__lot_id"],
            qty=row["units"],
        )
        for row in taken
    )
