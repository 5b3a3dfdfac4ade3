"""Writes what was decided: cells, holds, lines, postings, entries, each in one statement."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from inventory import bulk
from inventory.models import Entry, Hold, HoldKit, HoldLine, Posting, Stock
from inventory.models.claims import Effects
from inventory.requests import Pin, PinRequest, Request
from inventory.world import Cell, LineState, World


@dataclass
class Written:
    """Ids of what was written, by the request's place in the batch."""

    postings: dict[int, int] = field(default_factory=dict)
    pins: dict[int, tuple[Pin, ...]] = field(default_factory=dict)


def write(
    world: World,
    requests: Sequence[Request],
    *,
    actor: str,
    fingerprints: Sequence[str],
    kind_of: Callable[[Request], str],
) -> Written:
    """Insert everything; the database's trigger then moves the sums."""
    written = Written()
    cells, lines = _number(world, written)
    _postings(world, requests, written, actor=actor, fingerprints=fingerprints, kind_of=kind_of)
    _holds(world, written, actor=actor)
    _cells(cells)
    _lines(lines)
    _entries(world, written)
    _blankets_of_cells(world, fresh=set(cells))
    _reopen_holds(world)
    _narrow_holds(world)
    _close_holds(world)
    _pins(world, requests, written)
    return written


def _number(world: World, written: Written) -> tuple[list[Cell], list[LineState]]:
    """Give all new rows their ids beforehand, so they can name each other; gives the new ones."""
    posted = sorted(world.posted)
    cells = [cell for cell in world.cells.values() if cell.id is None]
    lines = [line for line in world.lines if line.id is None]
    counts = {
        Posting: len(posted), Stock: len(cells), Hold: len(world.new_claims), HoldLine: len(lines),
    }  # fmt: skip
    posting_ids, cell_ids, hold_ids, line_ids = bulk.reserve_ids(counts)
    written.postings.update(zip(posted, posting_ids, strict=True))
    for cell, number in zip(cells, cell_ids, strict=True):
        cell.id = number
    for claim, number in zip(world.new_claims, hold_ids, strict=True):
        claim.id = number
    for line, number in zip(lines, line_ids, strict=True):
        line.id = number
    return cells, lines


def _postings(
    world: World,
    requests: Sequence[Request],
    written: Written,
    *,
    actor: str,
    fingerprints: Sequence[str],
    kind_of: Callable[[Request], str],
) -> None:
    # A request without a time of its own happened when it is recorded; the database's clock says.
    timed = [index for index in written.postings if requests[index].occurred_at is not None]
    untimed = [index for index in written.postings if requests[index].occurred_at is None]
    for part in (untimed, timed):
        asked = [requests[index] for index in part]
        columns = {
            "id": [written.postings[index] for index in part],
            "key": [request.key for request in asked],
            "fingerprint": [fingerprints[index] for index in part],
            "kind": [kind_of(request) for request in asked],
            "document": [request.document for request in asked],
            "actor": actor,
            "facts": [world.facts_of(index) for index in part],
            "reverses_id": [world.papers.reverses.get(index) for index in part],
        }
        if part is timed:
            columns["occurred_at"] = [request.occurred_at for request in asked]
        bulk.insert(Posting, len(part), columns)


def _holds(world: World, written: Written, *, actor: str) -> None:
    claims, scopes = world.new_claims, [claim.scope for claim in world.new_claims]
    reasons = [world.reasons[claim.reason] for claim in claims]
    for claim, reason in zip(claims, reasons, strict=True):
        claim.reason_id = reason.pk
    columns: dict[str, Any] = {
        "id": [claim.id for claim in claims],
        "reason_id": [reason.pk for reason in reasons],
        "posting_id": [
            written.postings[claim.posting if claim.posting is not None else -1] for claim in claims
        ],
        "document": [claim.document for claim in claims],
        "warehouse_id": [scope.warehouse_id for scope in scopes],
        "zone_id": [scope.zone_id for scope in scopes],
        "location_id": [scope.location_id for scope in scopes],
        "sku_id": [scope.sku_id for scope in scopes],
        "lot_id": [scope.lot_id for scope in scopes],
        "supplier": [scope.supplier for scope in scopes],
        "grade": [scope.grade for scope in scopes],
        "owner": [scope.owner for scope in scopes],
        "blanket": [claim.blanket for claim in claims],
        "placed_by": actor,
    }
    for name in Effects.EFFECT_FIELDS:
        columns[name] = [getattr(reason, name) for reason in reasons]
    left_out = bulk.defaults(Hold)
    for name in {name for claim in claims for name in claim.row}:
        columns[name] = [claim.row.get(name, left_out[name]) for claim in claims]
    bulk.insert(Hold, len(claims), columns)
    _review(world)
    kits = [(claim.id, recipe, qty) for claim in claims for recipe, qty in claim.kits]
    bulk.insert(
        HoldKit,
        len(kits),
        {
            "hold_id": [hold for hold, _, _ in kits],
            "recipe_id": [recipe for _, recipe, _ in kits],
            "qty": [qty for _, _, qty in kits],
        },
    )


def _review(world: World) -> None:
    """A claim without a review time gets its reason's, from the moment it was placed."""
    days = {
        claim.id: world.reasons[claim.reason].review_days
        for claim in world.new_claims
        if claim.row.get("review_at") is None and world.reasons[claim.reason].review_days
    }
    if not days:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE inventory_hold h SET review_at = h.created_at + make_interval(days => d.days)
               FROM unnest(%s::bigint[], %s::int[]) AS d(hold, days) WHERE h.id = d.hold""",
            [bulk.literal(list(days)), bulk.literal(list(days.values()))],
        )


def _cells(fresh: list[Cell]) -> None:
    bulk.insert(
        Stock,
        len(fresh),
        {
            "id": [cell.id for cell in fresh],
            "balance_id": [cell.balance.id for cell in fresh],
            "location_id": [cell.place.id for cell in fresh],
            "lot_id": [cell.batch.id if cell.batch else None for cell in fresh],
            "blanket_id": [cell.blanket.id if cell.blanket else None for cell in fresh],
        },
    )


def _lines(fresh: list[LineState]) -> None:
    bulk.insert(
        HoldLine,
        len(fresh),
        {
            "id": [line.id for line in fresh],
            "hold_id": [line.claim.id for line in fresh],
            "reason_id": [line.claim.reason_id for line in fresh],
            "balance_id": [line.balance.id for line in fresh],
            "stock_id": [line.cell.id if line.cell else None for line in fresh],
            "priority": [line.priority for line in fresh],
            "started": [line.started for line in fresh],
            "bound": [line.bound for line in fresh],
            "origin_id": [line.origin.id if line.origin else None for line in fresh],
        },
    )


def _entries(world: World, written: Written) -> None:
    drafts = world.drafts
    bulk.insert(
        Entry,
        len(drafts),
        {
            "posting_id": [written.postings[draft.posting] for draft in drafts],
            "sku_id": [draft.sku_id for draft in drafts],
            "balance_id": [draft.balance.id if draft.balance else None for draft in drafts],
            "stock_id": [draft.cell.id if draft.cell else None for draft in drafts],
            "line_id": [draft.line.id if draft.line else None for draft in drafts],
            "outside": [draft.outside for draft in drafts],
            "on_hand": [draft.on_hand for draft in drafts],
            "held": [draft.held for draft in drafts],
        },
    )


def _blankets_of_cells(world: World, *, fresh: set[Cell]) -> None:
    """Note the top blanket of cells where it changed."""
    moved = [cell for cell in world.cells.values() if cell.blanket_moved and cell not in fresh]
    if not moved:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE inventory_stock s SET blanket_id = d.hold
               FROM unnest(%s::bigint[], %s::bigint[]) AS d(cell, hold) WHERE s.id = d.cell""",
            [
                bulk.literal([cell.id for cell in moved]),
                bulk.literal([cell.blanket.id if cell.blanket else None for cell in moved]),
            ],
        )


def _reopen_holds(world: World) -> None:
    """Holds whose units came back by a reversal are open again."""
    if not world.reopened:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH own AS (SELECT id FROM inventory_hold WHERE id = ANY(%s)
                            ORDER BY id FOR NO KEY UPDATE)
               UPDATE inventory_hold h SET state = 'ACTIVE', closed_at = NULL
               FROM own WHERE own.id = h.id""",
            [sorted(claim.id for claim in world.reopened if claim.id is not None)],
        )


def _narrow_holds(world: World) -> None:
    """Blankets that cover less now, or that became a fixed quantity."""
    if not world.narrowed:
        return
    rows = [
        {
            "id": claim.id,
            "lots": sorted(claim.scope.without_lots),
            "cells": sorted(claim.scope.without_cells),
            "blanket": claim.blanket,
            "asked": claim.row.get("asked"),
        }
        for claim in world.narrowed
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE inventory_hold h
               SET excluded_lots = ARRAY(SELECT jsonb_array_elements_text(d.lots)::bigint),
                   excluded_cells = ARRAY(SELECT jsonb_array_elements_text(d.cells)::bigint),
                   blanket = d.blanket, asked = d.asked
               FROM jsonb_to_recordset(%s::jsonb)
                   AS d(id bigint, lots jsonb, cells jsonb, blanket boolean, asked bigint)
               WHERE h.id = d.id""",
            [json.dumps(rows)],
        )


def _close_holds(world: World) -> None:
    """Name the state of holds whose units changed: open, partly released, or at an end.

    Their rows are locked first and the sums are read in a later statement, so of two
    transactions that each close a part of one hold, the second sees the first.
    """
    ending = {claim.id: state for claim, state in world.ended.items() if claim.id is not None}
    if not ending:
        return
    # Ended by decision: a blanket, or a reserve of which units are still out.
    lifted = [claim.id for claim in world.ended if not claim.open]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM inventory_hold WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
            [sorted(ending)],
        )
        cursor.execute(
            """UPDATE inventory_hold h
               SET state = CASE WHEN sums.done THEN d.state
                                WHEN d.state IN ('RELEASED', 'EXPIRED') AND NOT h.blanket
                                THEN 'PARTIALLY_RELEASED' ELSE h.state END,
                   closed_at = CASE WHEN sums.done THEN clock_timestamp() END
               FROM unnest(%s::bigint[], %s::text[]) AS d(id, state),
                    LATERAL (
                        SELECT NOT EXISTS (SELECT FROM inventory_holdline l
                                           WHERE l.hold_id = d.id AND l.open > 0)
                           AND (d.id = ANY(%s) OR NOT t.blanket AND NOT EXISTS (
                               SELECT FROM inventory_holdline o
                               JOIN inventory_holdline l ON l.origin_id = o.id
                               WHERE o.hold_id = d.id AND l.open > 0)) AS done
                        FROM inventory_hold t WHERE t.id = d.id) sums
               WHERE h.id = d.id AND h.closed_at IS NULL""",
            [list(ending), list(ending.values()), lifted],
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
