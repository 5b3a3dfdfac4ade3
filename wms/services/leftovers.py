"""Goods of stopped orders that still lie at the bench and were promised to another order."""

from __future__ import annotations

from collections.abc import Sequence

from outbox.clock import database_clock
from wms.models import FulfilmentState, Pick, PutBack, PutBackLine
from wms.services.journal import Journal
from wms.services.pieces import Pieces
from wms.services.walks import Walks
from wms.tallies import Share


def use_leftovers(
    picks: Sequence[tuple[Pick, Share]], *, walks: Walks, pieces: Pieces, journal: Journal
) -> None:
    """What was taken at the bench itself need not go back to the shelf: notes shrink, oldest first.

    A piece with a serial number leaves the note it stands on, and no other. `walks` holds the
    locks of the fulfilments whose notes these are. Walks that take nothing at their bench cost no
    statement.
    """
    at_bench = [
        (pick, share)
        for pick, share in picks
        if pick.task.location_id == walks.lists[pick.task.pick_list_id].bench_id
    ]
    if not at_bench:
        return
    rows = list(
        PutBackLine.objects.filter(
            put_back__fulfilment_id__in=list(walks.fulfilments), put_back__done_at__isnull=True
        )
        .select_related("put_back")
        .order_by("id")
    )
    changed = set()
    for pick, share in at_bench:
        goods = (pick.task.location_id, walks.sku_id(pick.task), pick.task.lot_id)
        for units, fulfilment_id in _portions(share, goods[1], pieces):
            left = units
            for row in rows:
                note = row.put_back
                same_goods = (note.location_id, row.sku_id, row.lot_id) == goods
                same_note = fulfilment_id in (None, note.fulfilment_id)
                take = min(left, row.qty - row.returned) if same_goods and same_note else 0
                if take:
                    row.returned += take
                    left -= take
                    changed.add(row.pk)
    PutBackLine.objects.bulk_update([row for row in rows if row.pk in changed], ["returned"])
    _finish(rows, changed, walks, journal)


def _portions(share: Share, sku_id: int, pieces: Pieces) -> list[tuple[int, int | None]]:
    """Units and the stopped fulfilment they were taken for before; None: whichever had such."""
    if not share.serials:
        return [(share.qty, None)]
    held = [pieces.held(sku_id, serial) for serial in share.serials]
    return [(1, row.pick.task.line.fulfilment_id) for row in held if row is not None]


def _finish(rows: list[PutBackLine], changed: set[int], walks: Walks, journal: Journal) -> None:
    """Close the notes that have nothing left."""
    open_notes = {row.put_back_id for row in rows if row.returned < row.qty}
    touched = {row.put_back_id: row.put_back for row in rows if row.pk in changed}
    done = [note for note in touched.values() if note.pk not in open_notes]
    for note in done:
        fulfilment = walks.fulfilments[note.fulfilment_id]
        if fulfilment.state == FulfilmentState.INTERCEPTING:
            journal.walk(fulfilment, fulfilment.finish_interception, "taken_at_the_bench")
    PutBack.objects.filter(pk__in=[note.pk for note in done]).update(done_at=database_clock())
