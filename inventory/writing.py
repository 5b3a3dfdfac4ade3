"""Writes what was decided: cells, holds, lines, postings, entries, each in one statement."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import connection

from inventory.models import Entry, Hold, HoldKit, HoldLine, Posting, Stock
from inventory.models.claims import Effects
from inventory.requests import Pin, PinRequest, Request
from inventory.world import Claim, World


@dataclass
class Written:
    """Ids of what was written, by the request's place in the batch."""

    postings: dict[int, int] = field(default_factory=dict)
    pins: dict[int, tuple[Pin, ...]] = field(default_factory=dict)


def write(
    world: World,
    requests: Sequence[Request],
    claims: Mapping[int, Claim],
    *,
    actor: str,
    kind_of: Callable[[Request], str],
) -> Written:
    """Insert everything; the database's trigger then moves the sums."""
    written = Written()
    _postings(world, requests, written, actor=actor, kind_of=kind_of)
    _cells(world)
    _holds(world, written, actor=actor)
    _lines(world)
    entries = Entry.objects.bulk_create(
        Entry(
            posting_id=written.postings[draft.posting],
            sku_id=draft.sku_id,
            balance_id=draft.balance.id if draft.balance else None,
            stock_id=draft.cell.id if draft.cell else None,
            line_id=draft.line.id if draft.line else None,
            outside=draft.outside,
            on_hand=draft.on_hand,
            held=draft.held,
        )
        for draft in world.drafts
    )
    assert len(entries) == len(world.drafts)
    _blankets_of_cells(world)
    _close_holds(world)
    _pins(world, requests, written)
    return written


def _postings(
    world: World,
    requests: Sequence[Request],
    written: Written,
    *,
    actor: str,
    kind_of: Callable[[Request], str],
) -> None:
    # A request without a time of its own happened when it is recorded; the database's clock says.
    rows = []
    for index in sorted(world.posted):
        request = requests[index]
        row = Posting(
            key=request.key,
            fingerprint=request.fingerprint(),
            kind=kind_of(request),
            document=request.document,
            actor=actor,
        )
        if request.occurred_at is not None:
            row.occurred_at = request.occurred_at
        rows.append((index, row))
    made = Posting.objects.bulk_create(row for _, row in rows)
    for (index, _), row in zip(rows, made, strict=True):
        written.postings[index] = row.pk


def _cells(world: World) -> None:
    """New cells first get an id without their blanket, which may be as new as they are."""
    fresh = [cell for cell in world.cells.values() if cell.id is None]
    made = Stock.objects.bulk_create(
        Stock(
            balance_id=cell.balance.id,
            location_id=cell.place.id,
            lot_id=cell.batch.id if cell.batch else None,
        )
        for cell in fresh
    )
    for cell, row in zip(fresh, made, strict=True):
        cell.id = row.pk


def _holds(world: World, written: Written, *, actor: str) -> None:
    reasons = world.reasons
    made = Hold.objects.bulk_create(
        Hold(
            reason_id=reasons[claim.reason].pk,
            posting_id=written.postings[claim.posting if claim.posting is not None else -1],
            document=claim.document,
            warehouse_id=claim.scope.warehouse_id,
            zone_id=claim.scope.zone_id,
            location_id=claim.scope.location_id,
            sku_id=claim.scope.sku_id,
            lot_id=claim.scope.lot_id,
            supplier=claim.scope.supplier,
            grade=claim.scope.grade,
            owner=claim.scope.owner,
            blanket=claim.blanket,
            placed_by=actor,
            **{name: getattr(reasons[claim.reason], name) for name in Effects.EFFECT_FIELDS},
            **claim.row,
        )
        for claim in world.new_claims
    )
    for claim, row in zip(world.new_claims, made, strict=True):
        claim.id = row.pk
    kits = [
        HoldKit(hold_id=claim.id or 0, recipe_id=recipe, qty=qty)
        for claim in world.new_claims
        for recipe, qty in claim.kits
    ]
    if kits:
        HoldKit.objects.bulk_create(kits)


def _lines(world: World) -> None:
    """New lines in two rounds where one drawn line has another new line as its origin."""
    fresh = [line for line in world.lines if line.id is None]
    for batch in (
        [line for line in fresh if line.origin is None or line.origin.id is not None],
        [line for line in fresh if line.origin is not None and line.origin.id is None],
    ):
        made = HoldLine.objects.bulk_create(
            HoldLine(
                hold_id=line.claim.id or 0,
                balance_id=line.balance.id,
                stock_id=line.cell.id if line.cell else None,
                priority=line.priority,
                started=line.started,
                bound=line.bound,
                origin_id=line.origin.id if line.origin else None,
            )
            for line in batch
        )
        for line, row in zip(batch, made, strict=True):
            line.id = row.pk


def _blankets_of_cells(world: World) -> None:
    """Note the top blanket of cells where it changed."""
    moved = [cell for cell in world.cells.values() if cell.blanket_moved]
    if not moved:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE inventory_stock s SET blanket_id = d.hold
               FROM unnest(%s::bigint[], %s::bigint[]) AS d(cell, hold) WHERE s.id = d.cell""",
            [
                [cell.id for cell in moved],
                [cell.blanket.id if cell.blanket else None for cell in moved],
            ],
        )


def _close_holds(world: World) -> None:
    """Name the state of holds whose units changed: open, partly released, or at an end.

    Their rows are locked first and the sums are read in a later statement, so of two
    transactions that each close a part of one hold, the second sees the first.
    """
    ending = {claim.id: state for claim, state in world.ended.items() if claim.id is not None}
    if not ending:
        return
    lifted = [claim.id for claim in world.ended if claim.blanket and not claim.open]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM inventory_hold WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
            [sorted(ending)],
        )
        cursor.execute(
            """UPDATE inventory_hold h
               SET state = CASE WHEN sums.open = 0 AND (NOT h.blanket OR h.id = ANY(%s))
                                THEN d.state
                                WHEN d.state = 'RELEASED' AND NOT h.blanket
                                THEN 'PARTIALLY_RELEASED' ELSE h.state END,
                   closed_at = CASE WHEN sums.open = 0 AND (NOT h.blanket OR h.id = ANY(%s))
                                    THEN clock_timestamp() END
               FROM unnest(%s::bigint[], %s::text[]) AS d(id, state),
                    LATERAL (SELECT coalesce(sum(l.open), 0) AS open
                             FROM inventory_holdline l WHERE l.hold_id = d.id) sums
               WHERE h.id = d.id AND h.closed_at IS NULL""",
            [lifted, lifted, list(ending), list(ending.values())],
        )


def _pins(world: World, requests: Sequence[Request], written: Written) -> None:
    """Where the claims of each pinned document now lie, also those pinned before."""
    for index in world.posted:
        request = requests[index]
        if isinstance(request, PinRequest):
            written.pins[index] = tuple(
                Pin(
                    line_id=line.id or 0,
                    hold_id=line.claim.id or 0,
                    sku_id=line.balance.sku_id,
                    lot_id=line.cell.batch.id if line.cell.batch else None,
                    location_id=line.cell.place.id,
                    qty=line.open,
                )
                for line in world.lines_for(request.document)
                if line.cell is not None
                and line.claim.role == "COMMITMENT"
                and line.balance.key[0] == request.warehouse_id
            )
