"""Make pick lists: claim released fulfilments, pin their units to cells, lay out the walk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from inventory import selectors as stock
from inventory import services as inventory
from org.scope import Scope
from outbox import services as outbox
from wms.models import Fulfilment, FulfilmentLine, FulfilmentState, PickList, PickTask
from wms.refusals import FloorRefused
from wms.services.answers import Answer, Command, Replies
from wms.services.journal import Journal

MOST_FULFILMENTS = 200


@dataclass(frozen=True)
class PickListWish(Command):
    """A walk for at most `limit` fulfilments of a warehouse; `picker_id` None: whoever takes it."""

    warehouse_id: int = 0
    limit: int = 20
    picker_id: int | None = None


@dataclass(frozen=True)
class _Step:
    """Take `qty` from a cell for a line."""

    line: FulfilmentLine
    location_id: int
    lot_id: int | None
    qty: int


def create_pick_list(wish: PickListWish, *, actor: str, scope: Scope | None = None) -> Answer:
    """Claim the most urgent released fulfilments, pin them, and lay out one walk.

    Rows another planner holds are skipped, so planners never wait for each other. A fulfilment
    whose units cannot be pinned becomes short with the ledger's reason; the others go on.

    Answer data: pick_list ("" when every claimed fulfilment was short), tasks (count),
    fulfilments (numbers), short ({number: reason code}).
    Refusals: unknown_warehouse, no_packing_location, nothing_to_pick, key_reused.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    replies = Replies(verb="PICK_LIST", commands=[wish], who=actor)
    for index, _ in replies.waiting():
        try:
            bench_id = _bench(wish.warehouse_id, scope or Scope.everything())
            replies.accept(index, **_plan(wish, bench_id, actor))
        except FloorRefused as refused:
            replies.refuse(index, refused)
    return replies.keep()[0]


def _bench(warehouse_id: int, scope: Scope) -> int:
    """Where the goods are brought.

    Raises:
        FloorRefused: unknown_warehouse, no_packing_location.
    """
    views = stock.warehouses(scope=scope, ids=[warehouse_id])
    if not views:
        raise FloorRefused("unknown_warehouse")
    bench_id = stock.staging_location(warehouse_id=warehouse_id, kind="PACKING")
    if bench_id is None:
        raise FloorRefused("no_packing_location", warehouse=views[0].name)
    return bench_id


def _plan(wish: PickListWish, bench_id: int, actor: str) -> dict[str, object]:
    claimed = list(
        Fulfilment.objects.select_for_update(skip_locked=True)
        .filter(warehouse_id=wish.warehouse_id, state=FulfilmentState.RELEASED)
        .order_by("-priority", "id")[: max(1, min(wish.limit, MOST_FULFILMENTS))]
    )
    if not claimed:
        raise FloorRefused("nothing_to_pick")
    steps, short = _pin(claimed, wish.key, actor)
    journal = Journal(actor)
    for fulfilment in claimed:
        if fulfilment.pk in short:
            journal.walk(fulfilment, fulfilment.run_short, short[fulfilment.pk])
        else:
            journal.walk(fulfilment, fulfilment.start_picking)
    number = ""
    if steps:
        pick_list = PickList(
            warehouse_id=wish.warehouse_id, bench_id=bench_id, picker_id=wish.picker_id
        )
        pick_list.save()
        journal.walk_list(pick_list, pick_list.release)
        _lay_out(pick_list, steps)
        number = pick_list.number
    journal.write()
    started = [row for row in claimed if row.pk not in short]
    # From here on somebody walks for them: a shortfall takes from others first.
    inventory.start_lines(documents=[row.document for row in started])
    outbox.tell(topic="fulfilment.picking", keys=[row.document for row in started])
    outbox.tell(topic="fulfilment.short", keys=[row.document for row in claimed if row.pk in short])
    return {
        "pick_list": number,
        "tasks": len(steps),
        "fulfilments": [row.number for row in started],
        "short": {row.number: short[row.pk] for row in claimed if row.pk in short},
    }


def _pin(claimed: Sequence[Fulfilment], key: str, actor: str) -> tuple[list[_Step], dict[int, str]]:
    """Pin every claimed fulfilment with one verb call; the steps, and who is short and why."""
    outcomes = inventory.pin(
        [
            inventory.PinRequest(
                key=f"pin:{key}:{row.document}",
                document=row.document,
                warehouse_id=row.warehouse_id,
            )
            for row in claimed
        ],
        actor=actor,
    )
    lines: dict[int, dict[int, FulfilmentLine]] = {row.pk: {} for row in claimed}
    for line in FulfilmentLine.objects.filter(fulfilment__in=claimed):
        lines[line.fulfilment_id][line.sku_id] = line
    steps: list[_Step] = []
    short: dict[int, str] = {}
    for fulfilment, outcome in zip(claimed, outcomes, strict=True):
        if outcome.refusal is not None:
            short[fulfilment.pk] = outcome.refusal.code
            continue
        asked = {sku_id: line.qty for sku_id, line in lines[fulfilment.pk].items()}
        pinned: dict[int, int] = {}
        for pin in outcome.pins:
            pinned[pin.sku_id] = pinned.get(pin.sku_id, 0) + pin.qty
        if pinned != asked:
            # The claim is not what was asked for: displaced in part, or changed above.
            short[fulfilment.pk] = "claim_differs"
            continue
        steps += [
            _Step(lines[fulfilment.pk][pin.sku_id], pin.location_id, pin.lot_id, pin.qty)
            for pin in outcome.pins
        ]
    return steps, short


def _lay_out(pick_list: PickList, steps: Sequence[_Step]) -> None:
    """Tasks in walk order; equal goods of one cell stand together."""
    places = stock.locations([step.location_id for step in steps])
    walk = sorted(
        steps,
        key=lambda step: (
            places[step.location_id].sequence,
            places[step.location_id].code,
            step.line.sku_id,
            step.lot_id or 0,
            step.line.pk,
        ),
    )
    PickTask.objects.bulk_create(
        PickTask(
            pick_list=pick_list,
            line=step.line,
            location_id=step.location_id,
            lot_id=step.lot_id,
            qty=step.qty,
            sequence=number,
        )
        for number, step in enumerate(walk, start=1)
    )
