"""The world's papers in and out of the database: pieces, announcements, earlier postings.

Everything here is read under the balances' locks. Two things need more than those: a number that
comes in from outside may come in at two warehouses at once (a lock per SKU), and goods shipped
under one document may be returned to two warehouses at once (the shipping postings are locked).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from inventory import bulk
from inventory.decisions.needs import Needs
from inventory.models import Entry, Location, Piece, PieceEntry, Posting, Warehouse
from inventory.papers import Arrival, Past, PieceState
from inventory.world import Cell, World

# Advisory lock class; the second key is the SKU.
SERIALS = 7103


@dataclass
class Found:
    """What earlier postings did: facts never change, so they are read before the locks."""

    # Posting, balance, cell, line, SKU, outside code, on hand, held.
    entries: list[tuple[Any, ...]] = field(default_factory=list)
    # Posting, piece, from cell, to cell, outside code, SKU, serial number.
    pieces: list[tuple[Any, ...]] = field(default_factory=list)


def find(needs: Needs) -> Found:
    """Complete the needs by what only the database knows: whose locations, what was posted."""
    found = Found()
    if needs.at_location:
        places = {location for location, _, _, _ in needs.at_location}
        house = dict(Location.objects.filter(id__in=places).values_list("id", "warehouse_id"))
        for location, sku, grade, owner in needs.at_location:
            if location in house:
                key = (house[location], sku, grade, owner)
                needs.balances.add(key)
                needs.growing.add(key)
    if needs.reversing:
        found.entries = list(
            Entry.objects.filter(posting_id__in=needs.reversing)
            .order_by("id")
            .values_list(
                "posting_id", "balance_id", "stock_id", "line_id", "sku_id", "outside",
                "on_hand", "held",
            )
        )  # fmt: skip
        found.pieces = list(
            PieceEntry.objects.filter(posting_id__in=needs.reversing)
            .order_by("id")
            .values_list(
                "posting_id", "piece_id", "from_stock_id", "to_stock_id", "outside",
                "piece__sku_id", "piece__serial",
            )
        )  # fmt: skip
        needs.balance_ids.update(row[1] for row in found.entries if row[1] is not None)
        needs.cell_ids.update(row[2] for row in found.entries if row[2] is not None)
        needs.line_ids.update(row[3] for row in found.entries if row[3] is not None)
        needs.serials.update((row[5], row[6]) for row in found.pieces)
        shipped = Posting.objects.filter(id__in=needs.reversing, kind="SHIP")
        needs.shipped.update(shipped.values_list("document", flat=True))
    return found


def load(world: World, needs: Needs, found: Found, *, locked: bool) -> None:
    """Pieces, shipped units and earlier postings, after the cells and lines."""
    cells = {cell.id: cell for cell in world.cells.values() if cell.id is not None}
    if needs.houses:
        houses = Warehouse.objects.filter(id__in=needs.houses).exclude(kind="TRANSIT")
        world.papers.houses.update(houses.values_list("id", flat=True))
    if world.papers.serial_tracked and (needs.serials or needs.pieces_at):
        if locked:
            _lock_serials(world)
        _load_pieces(world, needs, cells)
    if locked and (needs.shipped or needs.reversing):
        _lock_postings(needs)
    if needs.shipped:
        _load_shipped(world, needs)
    if needs.reversing:
        _load_past(world, needs, found, cells)


def _lock_serials(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, id) FROM unnest(%s::int[]) AS id",
            [SERIALS, sorted(sku % 2**31 for sku in world.papers.serial_tracked)],
        )


def _load_pieces(world: World, needs: Needs, cells: Mapping[int, Cell]) -> None:
    tracked = world.papers.serial_tracked
    named = [(sku, serial) for sku, serial in needs.serials if sku in tracked]
    looked_at = [pk for pk, cell in cells.items() if cell.place.id in needs.pieces_at]
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT p.id, p.sku_id, p.serial, p.stock_id, p.outside, l.warehouse_id,
                      s.location_id, s.lot_id, left_under.document
               FROM inventory_piece p
               LEFT JOIN inventory_stock s ON s.id = p.stock_id
               LEFT JOIN inventory_location l ON l.id = s.location_id
               LEFT JOIN LATERAL (
                   SELECT o.document FROM inventory_pieceentry e
                   JOIN inventory_posting o ON o.id = e.posting_id
                   WHERE e.piece_id = p.id AND p.outside = 'CUSTOMER' AND o.kind = 'SHIP'
                   ORDER BY e.id DESC LIMIT 1) left_under ON true
               WHERE p.id IN (SELECT n.id FROM unnest(%s::bigint[], %s::text[]) AS k(sku_id, serial)
                              JOIN inventory_piece n USING (sku_id, serial))
                  OR p.stock_id = ANY(%s)""",
            [[sku for sku, _ in named], [serial for _, serial in named], looked_at],
        )
        rows = cursor.fetchall()
    for pk, sku, serial, stock, outside, house, location, lot, document in rows:
        cell = cells.get(stock)
        afar = {"warehouse_id": house, "location_id": location, "lot_id": lot}
        world.papers.know(
            PieceState(
                sku, serial, cell, outside, afar if stock and cell is None else {},
                document or "", pk,
            )
        )  # fmt: skip


def _lock_postings(needs: Needs) -> None:
    """Of two returns of one shipment, or a return and its reversal, the second waits."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT id FROM inventory_posting
               WHERE (document = ANY(%s) AND kind = 'SHIP') OR id = ANY(%s)
               ORDER BY id FOR NO KEY UPDATE""",
            [sorted(needs.shipped), sorted(needs.reversing)],
        )


def _load_shipped(world: World, needs: Needs) -> None:
    """Units at customers by document and SKU: shipped, less returned, less reversed."""
    documents = sorted(needs.shipped)
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH own AS (
                   SELECT id, document AS shipped FROM inventory_posting
                   WHERE kind = 'SHIP' AND document = ANY(%s)
                   UNION ALL
                   SELECT id, facts->>'shipped_document' FROM inventory_posting
                   WHERE kind = 'RETURN' AND facts->>'shipped_document' = ANY(%s)
               ), concerned AS (
                   SELECT id, shipped FROM own
                   UNION ALL
                   SELECT r.id, own.shipped FROM own
                   JOIN inventory_posting r ON r.reverses_id = own.id
               )
               SELECT c.shipped, e.sku_id, sum(e.on_hand)::bigint FROM concerned c
               JOIN inventory_entry e ON e.posting_id = c.id AND e.outside = 'CUSTOMER'
               GROUP BY 1, 2""",
            [documents, documents],
        )
        for document, sku, qty in cursor.fetchall():
            world.papers.at_customer[(document, sku)] = qty


def _load_past(world: World, needs: Needs, found: Found, cells: Mapping[int, Cell]) -> None:
    lines = {line.id: line for line in world.lines if line.id is not None}
    rows = Posting.objects.filter(id__in=needs.reversing).values_list(
        "id", "kind", "document", "facts", "reversed_by"
    )
    past = {
        pk: Past(pk, kind, document, facts, reversal is not None)
        for pk, kind, document, facts, reversal in rows
    }
    for posting, _, stock, line, sku, outside, on_hand, held in found.entries:
        if on_hand:
            past[posting].goods.append((cells.get(stock), sku, outside, on_hand))
        if held:
            past[posting].claims.append((lines[line], held))
    for posting, _, source, target, outside, sku, serial in found.pieces:
        piece = world.papers.piece(sku, serial)
        past[posting].pieces.append((piece, cells.get(source), cells.get(target), outside))
    world.papers.past = past
    _load_renewed(past)


def _load_renewed(past: Mapping[int, Past]) -> None:
    """Claims that a loss broke and whose documents have claimed the same goods since."""
    broken: dict[tuple[int | None, int], list[Past]] = defaultdict(list)
    for posting in past.values():
        if posting.kind in ("ADJUST", "SCRAP"):
            for line, _ in posting.claims:
                if not line.claim.open and line.claim.role == "COMMITMENT":
                    broken[(line.claim.id, line.balance.sku_id)].append(posting)
    if not broken:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT o.id, b.sku_id FROM unnest(%s::bigint[], %s::bigint[]) AS k(id, sku)
               JOIN inventory_hold o ON o.id = k.id
               JOIN inventory_hold n ON n.document = o.document AND n.id > o.id
               JOIN inventory_holdline l ON l.hold_id = n.id AND l.open > 0
               JOIN inventory_balance b ON b.id = l.balance_id AND b.sku_id = k.sku""",
            [[hold for hold, _ in broken], [sku for _, sku in broken]],
        )
        for hold, sku in cursor.fetchall():
            for posting in broken[(hold, sku)]:
                posting.renewed.add(hold)


def write(world: World, postings: Mapping[int, int]) -> None:
    """Piece entries and announcements of the requests that leave a posting, by its id."""
    _write_pieces(world, postings)
    changes = [change for change in world.papers.arrivals if change.posting in postings]
    _expect([change for change in changes if change.expected])
    _count_arrived([change for change in changes if change.arrived or change.missed])


def _write_pieces(world: World, postings: Mapping[int, int]) -> None:
    moves = [move for move in world.papers.moves if move.posting in postings]
    if not moves:
        return
    fresh = list(dict.fromkeys(move.piece for move in moves if move.piece.id is None))
    for piece, number in zip(fresh, bulk.reserve_ids({Piece: len(fresh)})[0], strict=True):
        piece.id = number
    bulk.insert(
        Piece,
        len(fresh),
        {
            "id": [piece.id for piece in fresh],
            "sku_id": [piece.sku_id for piece in fresh],
            "serial": [piece.serial for piece in fresh],
        },
    )
    # A piece moves once in a statement; a batch that moves it again takes another round.
    rounds: list[list[Any]] = []
    seen: dict[PieceState, int] = defaultdict(int)
    for move in moves:
        if seen[move.piece] == len(rounds):
            rounds.append([])
        rounds[seen[move.piece]].append(move)
        seen[move.piece] += 1
    for part in rounds:
        bulk.insert(
            PieceEntry,
            len(part),
            {
                "posting_id": [postings[move.posting] for move in part],
                "piece_id": [move.piece.id for move in part],
                "from_stock_id": [move.source.id if move.source else None for move in part],
                "to_stock_id": [move.target.id if move.target else None for move in part],
                "outside": [move.outside for move in part],
            },
        )


def _expect(changes: list[Arrival]) -> None:
    """Goods set out: they are announced where they go to."""
    sums: dict[tuple[str, int | None, int, str], list[Any]] = {}
    for change in changes:
        key = (change.document, change.warehouse_id, change.sku_id, change.grade)
        known = sums.setdefault(key, [0, change.due_at])
        known[0] += change.expected
    if not sums:
        return
    rows = sorted(sums.items())
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO inventory_incoming AS i (document, kind, warehouse_id, sku_id, grade,
                   qty, arrived, missed, due_at, announced_by)
               SELECT d.document, 'TRANSFER', d.warehouse, d.sku, d.grade, d.qty, 0, 0, d.due,
                   'system:transfer'
               FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::text[], %s::bigint[],
                   %s::timestamptz[]) AS d(document, warehouse, sku, grade, qty, due)
               ON CONFLICT (document, warehouse_id, sku_id, grade) DO UPDATE
               SET qty = i.qty + EXCLUDED.qty, due_at = EXCLUDED.due_at, closed_at = NULL""",
            [
                *(list(column) for column in zip(*(key for key, _ in rows), strict=True)),
                [figures[0] for _, figures in rows],
                [figures[1] for _, figures in rows],
            ],
        )


def _count_arrived(changes: list[Arrival]) -> None:
    """Count up what came or will not come; what is complete is closed, what came back opened."""
    sums: dict[tuple[str, int | None, int, str], list[int]] = {}
    for change in changes:
        key = (change.document, change.warehouse_id, change.sku_id, change.grade)
        known = sums.setdefault(key, [0, 0])
        known[0] += change.arrived
        known[1] += change.missed
    rows = list(sums.items())
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH change AS (
                   SELECT * FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::text[],
                       %s::bigint[], %s::bigint[])
                       AS d(document, warehouse, sku, grade, arrived, missed)
               ), own AS (
                   SELECT i.id, d.arrived, d.missed FROM inventory_incoming i JOIN change d
                       ON d.document = i.document AND d.sku = i.sku_id AND d.grade = i.grade
                       AND (d.warehouse = i.warehouse_id
                            OR d.warehouse IS NULL AND i.kind = 'TRANSFER')
                   ORDER BY i.id FOR NO KEY UPDATE OF i
               ), summed AS (
                   SELECT id, sum(arrived) AS arrived, sum(missed) AS missed FROM own GROUP BY id
               )
               UPDATE inventory_incoming i
               SET arrived = i.arrived + s.arrived, missed = i.missed + s.missed,
                   closed_at = CASE
                       WHEN i.arrived + s.arrived + i.missed + s.missed >= i.qty
                           THEN coalesce(i.closed_at, clock_timestamp())
                       WHEN s.arrived + s.missed < 0 THEN NULL
                       ELSE i.closed_at END
               FROM summed s WHERE s.id = i.id""",
            [
                [key[0] for key, _ in rows],
                bulk.literal([key[1] for key, _ in rows]),
                bulk.literal([key[2] for key, _ in rows]),
                [key[3] for key, _ in rows],
                bulk.literal([figures[0] for _, figures in rows]),
                bulk.literal([figures[1] for _, figures in rows]),
            ],
        )
