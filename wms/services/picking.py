"""Take goods from the shelf by scan, and say when the shelf has less than the books."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from inventory import services as inventory
from inventory.selectors import PieceView
from org.scope import Scope
from outbox import services as outbox
from wms.models import (
    Fulfilment,
    FulfilmentLine,
    FulfilmentState,
    Pick,
    PickListState,
    PickTask,
    TaskState,
)
from wms.numbers import FULFILMENT, fold
from wms.refusals import FloorRefused
from wms.services.answers import Answer, Command, Replies
from wms.services.items import Items, items_by_code
from wms.services.journal import Journal, close_lists
from wms.services.leftovers import use_leftovers
from wms.services.pieces import (
    Pieces,
    allot,
    must_lie,
    named,
    pieces_scanned,
    read_scan,
    take_pieces,
)
from wms.services.walks import Walks
from wms.tallies import Share, Want


@dataclass(frozen=True)
class PickScan(Command):
    """Location and goods were scanned: `qty` codes, each worth what the barcode packs.

    Goods with serial numbers are named piece by piece: in `serials`, or one as the `barcode`.
    `task` narrows the scan to one step; None fills the open steps of that cell in walk order.
    """

    pick_list: str = ""
    location: str = ""
    barcode: str = ""
    qty: int = 1
    task: int | None = None
    serials: tuple[str, ...] = ()


@dataclass(frozen=True)
class ShortReport(Command):
    """The cell of a step holds less than its step wants."""

    pick_list: str = ""
    task: int = 0
    why: str = ""


def confirm_picks(
    picks: Sequence[PickScan], *, actor: str, scope: Scope | None = None
) -> list[Answer]:
    """Take scanned goods to the packing location; each scan whole or not at all.

    The claim follows the goods. Constant number of statements for any number of scans.

    Answer data: pick_list, units (base units taken), tasks_left, fulfilments_done (numbers), and
    the serials of goods that have them.
    Refusals: unknown_pick_list, pick_list_closed, wrong_location, wrong_item, unknown_item,
    too_many, invalid_quantity, unknown_task, task_closed, task_dropped, key_reused, scan_serial,
    not_by_serial, serial_is_one_piece, unknown_serial, scanned_already, piece_elsewhere,
    other_lot, and the ledger's own (not_held, blocked, wrong_serials, ...).
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    walks = Walks([pick.pick_list for pick in picks], scope)
    replies = Replies(verb="PICK", commands=picks, who=actor)
    wanted_skus = {walks.sku_id(task) for task in walks.tasks}
    items = items_by_code([pick.barcode for pick in picks], also=wanted_skus)
    pieces = pieces_scanned(picks, items=items, wanted_skus=wanted_skus)
    taken: dict[int, int] = {}
    plans: dict[int, list[Share]] = {}
    for index, pick in replies.waiting():
        try:
            plans[index] = _judge(pick, walks, items, pieces, taken)
        except FloorRefused as refused:
            replies.refuse(index, refused)
            continue
        for share in plans[index]:
            taken[share.id] = taken.get(share.id, 0) + share.qty
    _move(picks, plans, walks, replies, actor)
    _book(picks, plans, walks, pieces, replies, actor)
    return replies.keep()


def _judge(
    pick: PickScan, walks: Walks, items: Items, pieces: Pieces, taken: dict[int, int]
) -> list[Share]:
    """Which steps a scan fills.

    Raises:
        FloorRefused: with what is expected instead.
    """
    row = walks.open_list(pick.pick_list)
    everything = walks.tasks_of(row)
    tasks = _candidates(pick, everything, walks, items)
    here = [task for task in tasks if walks.place(task) == fold(pick.location)]
    if not here:
        _refuse_place(pick, tasks, everything, walks, items)
    skus = {walks.sku_id(task) for task in here}
    goods = read_scan(pick, items=items, pieces=pieces, wanted_skus=skus)
    wants = [
        Want(task.pk, task.location_id, walks.sku_id(task), task.left, task.lot_id)
        for task in here
        if walks.sku_id(task) == goods.sku_id
    ]
    if not wants:
        raise FloorRefused(
            "wrong_item",
            scanned=goods.scanned,
            location=walks.place(here[0]),
            expected=items.names(walks.sku_id(task) for task in here),
        )
    for piece in goods.pieces:
        pieces.must_be_new(piece)
        _must_be_free(piece, here[0], walks, pieces)
        must_lie(piece, here[0].location_id)
    shares = allot(goods, wants=wants, taken=taken, items=items)
    pieces.note(goods, row.number)
    return shares


def _must_be_free(piece: PieceView, task: PickTask, walks: Walks, pieces: Pieces) -> None:
    """Nobody has the piece, or it is what a stopped order left at the bench.

    Raises:
        FloorRefused: scanned_already.
    """
    held = pieces.held(piece.sku_id, piece.serial)
    if held is None:
        return
    former = walks.fulfilments.get(held.pick.task.line.fulfilment_id)
    at_bench = task.location_id == walks.lists[task.pick_list_id].bench_id
    if at_bench and former is not None and former.state == FulfilmentState.INTERCEPTING:
        return
    number = f"{FULFILMENT}-{held.pick.task.line.fulfilment_id}"
    raise FloorRefused("scanned_already", scanned=piece.serial, number=number)


def _candidates(
    pick: PickScan, tasks: list[PickTask], walks: Walks, items: Items
) -> list[PickTask]:
    """The open steps a scan may fill."""
    if pick.task is None:
        return [task for task in tasks if task.state == TaskState.OPEN]
    task = next((task for task in tasks if task.pk == pick.task), None)
    if task is None:
        raise FloorRefused("unknown_task")
    if task.state == TaskState.DROPPED:
        raise FloorRefused("task_dropped", expected=items.name(walks.sku_id(task)))
    if task.state != TaskState.OPEN:
        raise FloorRefused("task_closed")
    return [task]


def _refuse_place(
    pick: PickScan, tasks: list[PickTask], everything: list[PickTask], walks: Walks, items: Items
) -> None:
    """Say where to go instead, or that the order behind this place was stopped."""
    stopped = [
        task
        for task in everything
        if task.state == TaskState.DROPPED and walks.place(task) == fold(pick.location)
    ]
    if stopped:
        raise FloorRefused("task_dropped", expected=items.name(walks.sku_id(stopped[0])))
    raise FloorRefused(
        "wrong_location",
        scanned=pick.location,
        expected=walks.place(tasks[0]) if tasks else "",
    )


def _move(
    picks: Sequence[PickScan],
    plans: dict[int, list[Share]],
    walks: Walks,
    replies: Replies[PickScan],
    actor: str,
) -> None:
    """Move the units in the ledger, one request per scan; drop the plans it refuses."""
    if not plans:
        return
    by_id = {task.pk: task for task in walks.tasks}
    requests: list[inventory.MoveRequest] = []
    asked: list[int] = []
    for index, shares in plans.items():
        row = walks.open_list(picks[index].pick_list)
        lines = tuple(
            inventory.MoveLine(
                sku_id=walks.sku_id(by_id[share.id]),
                qty=share.qty,
                from_location_id=by_id[share.id].location_id,
                to_location_id=row.bench_id,
                lot_id=by_id[share.id].lot_id,
                hold_document=_document(by_id[share.id], walks),
                serials=share.serials,
            )
            for share in shares
            # What came back from a stopped order may already lie at the bench.
            if by_id[share.id].location_id != row.bench_id
        )
        if lines:
            asked.append(index)
            requests.append(
                inventory.MoveRequest(
                    key=f"pick:{picks[index].key}",
                    document=row.number,
                    warehouse_id=row.warehouse_id,
                    lines=lines,
                )
            )
    if not requests:
        return
    for index, outcome in zip(asked, inventory.move(requests, actor=actor), strict=True):
        if outcome.refusal is not None:
            replies.refuse(index, outcome.refusal)
            del plans[index]


def _document(task: PickTask, walks: Walks) -> str:
    return walks.fulfilments[walks.lines[task.line_id].fulfilment_id].document


def _book(
    picks: Sequence[PickScan],
    plans: dict[int, list[Share]],
    walks: Walks,
    pieces: Pieces,
    replies: Replies[PickScan],
    actor: str,
) -> None:
    """Write down what was taken, finish what is finished, and answer."""
    by_id = {task.pk: task for task in walks.tasks}
    journal = Journal(actor)
    touched: dict[int, PickTask] = {}
    lines: dict[int, FulfilmentLine] = {}
    made: list[tuple[Pick, Share]] = []
    for index, shares in plans.items():
        for share in shares:
            task = touched.setdefault(share.id, by_id[share.id])
            line = lines.setdefault(task.line_id, walks.lines[task.line_id])
            task.picked += share.qty
            line.picked += share.qty
            pick = Pick(task=task, key=picks[index].key, qty=share.qty, who=actor)
            made.append((pick, share))
            if not task.left:
                task.confirm()
    if not made:
        return
    PickTask.objects.bulk_update(list(touched.values()), ["picked", "state"])
    FulfilmentLine.objects.bulk_update(list(lines.values()), ["picked"])
    Pick.objects.bulk_create(pick for pick, _ in made)
    use_leftovers(made, walks=walks, pieces=pieces, journal=journal)
    take_pieces(
        [(pick, walks.sku_id(pick.task), share.serials) for pick, share in made], pieces=pieces
    )
    done = _finish(walks, {line.fulfilment_id for line in lines.values()}, journal)
    started = {task.pick_list_id for task in touched.values()}
    for row in walks.lists.values():
        if row.pk in started and row.state == PickListState.RELEASED:
            journal.walk_list(row, row.start)
    close_lists(lists=walks.lists.values(), tasks=walks.tasks, journal=journal)
    journal.write()
    outbox.tell(topic="fulfilment.changed", keys=[row.document for row in done.values()])
    for index, shares in plans.items():
        row = walks.lists[by_id[shares[0].id].pick_list_id]
        served = {walks.lines[by_id[share.id].line_id].fulfilment_id for share in shares}
        replies.accept(
            index,
            pick_list=row.number,
            units=sum(share.qty for share in shares),
            tasks_left=sum(1 for task in walks.tasks_of(row) if task.state == TaskState.OPEN),
            fulfilments_done=[done[pk].number for pk in sorted(served) if pk in done],
            **named(shares),
        )


def _finish(walks: Walks, touched: set[int], journal: Journal) -> dict[int, Fulfilment]:
    """Fulfilments that now have everything."""
    missing = {line.fulfilment_id for line in walks.lines.values() if line.picked < line.qty}
    done = {pk: walks.fulfilments[pk] for pk in sorted(touched - missing)}
    for row in done.values():
        journal.walk(row, row.finish_picking)
    return done


def report_short(
    reports: Sequence[ShortReport], *, actor: str, scope: Scope | None = None
) -> list[Answer]:
    """Say that a cell holds less than its step wants.

    The step and its whole fulfilment become short, the fulfilment's other open steps are
    dropped, and the asker hears of it. The books of the cell change only by a count, which is
    its own act.

    Answer data: fulfilment, tasks_left. Refusals: unknown_pick_list, pick_list_closed,
    unknown_task, task_closed, task_dropped, key_reused.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    walks = Walks([report.pick_list for report in reports], scope)
    replies = Replies(verb="SHORT", commands=reports, who=actor)
    items = items_by_code([], also={walks.sku_id(task) for task in walks.tasks})
    journal = Journal(actor)
    changed: list[PickTask] = []
    told: list[str] = []
    for index, report in replies.waiting():
        try:
            row = walks.open_list(report.pick_list)
            pick = PickScan(report.key, pick_list=report.pick_list, task=report.task)
            task = _candidates(pick, walks.tasks_of(row), walks, items)[0]
        except FloorRefused as refused:
            replies.refuse(index, refused)
            continue
        fulfilment = walks.fulfilments[walks.lines[task.line_id].fulfilment_id]
        changed += _run_short(task, fulfilment, walks)
        journal.walk(fulfilment, fulfilment.run_short, report.why or "short_pick")
        told.append(fulfilment.document)
        left = sum(1 for other in walks.tasks_of(row) if other.state == TaskState.OPEN)
        replies.accept(index, fulfilment=fulfilment.number, tasks_left=left)
    PickTask.objects.bulk_update(changed, ["state"])
    close_lists(lists=walks.lists.values(), tasks=walks.tasks, journal=journal)
    journal.write()
    outbox.tell(topic="fulfilment.short", keys=told)
    return replies.keep()


def _run_short(task: PickTask, fulfilment: Fulfilment, walks: Walks) -> list[PickTask]:
    task.run_short()
    others = [
        other
        for other in walks.tasks
        if other.state == TaskState.OPEN
        and walks.lines[other.line_id].fulfilment_id == fulfilment.pk
    ]
    for other in others:
        other.drop()
    return [task, *others]
