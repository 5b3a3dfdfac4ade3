"""The second checker: streams all entries, replays them in Python and compares with the tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from django.db import connection

from inventory.selectors.audit import Difference
from inventory.selectors.reckoning import Reckoning, Seal

# Rows on their way at a time: the memory of the replay does not grow with the history.
FETCHED = 10_000

_ENTRIES = """
    SELECT e.id, e.posting_id, p.xid, e.sku_id, e.balance_id, e.stock_id, e.line_id, e.outside,
        e.on_hand, e.held
    FROM inventory_entry e LEFT JOIN inventory_posting p ON p.id = e.posting_id
    ORDER BY e.posting_id, e.id"""
_PIECES = """
    SELECT id, posting_id, piece_id, from_stock_id, to_stock_id, outside
    FROM inventory_pieceentry ORDER BY id"""


@dataclass(frozen=True)
class Replayed:
    """What the replay found, how much it read, and the seal over what can never change again."""

    differences: list[Difference]
    entries: int
    horizon: int
    seal: str


def replay(*, sealed: tuple[int, str] | None = None) -> Replayed:
    """Replay every entry and compare balances, cells, lines and pieces exactly.

    The caller's transaction must be REPEATABLE READ: the entries and the tables are read by
    several statements and must be of one moment.

    Args:
        sealed: horizon and digest of an earlier replay: the entries below that horizon must
            still give that digest, or history was changed (A14).
    """
    assert connection.in_atomic_block, "A replay looks at one moment: open a transaction."
    horizon = _horizon()
    books = Reckoning()
    fresh = Seal(horizon)
    # A restored database counts its transactions anew: an old seal says nothing there.
    earlier = Seal(sealed[0]) if sealed and sealed[0] <= horizon else None
    books.replay(_stream(_ENTRIES), [fresh, earlier] if earlier else [fresh])
    books.walk(_stream(_PIECES))
    if sealed and earlier and earlier.digest != sealed[1]:
        books.tell("A14", f"below transaction {sealed[0]}", earlier.digest, sealed[1])
    _compare_cells(books, _compare_balances(books))
    _compare_lines(books)
    _compare_pieces(books)
    found = [
        Difference(each.law, each.where, each.found, each.expected, each.balance_id)
        for each in books.wrong
    ]
    return Replayed(found, books.entries, horizon, fresh.digest)


def _horizon() -> int:
    """All transactions below it have ended, whatever order their rows came in."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return int(cursor.fetchone()[0])


def _stream(query: str) -> Iterator[tuple[Any, ...]]:
    """Rows by a cursor on the server; it lives no longer than the caller's transaction."""
    connection.ensure_connection()
    with closing(connection.connection.cursor(name="replay")) as cursor:
        cursor.itersize = FETCHED
        cursor.execute(query)
        yield from cursor


def _compare_balances(books: Reckoning) -> dict[int, int]:
    """Balances against their entries; answers the goods that each balance's cells should have."""
    goods: dict[int, int] = {}
    for balance, on_hand, held in _stream("SELECT id, on_hand, held FROM inventory_balance"):
        expected = (books.goods.pop(balance, 0), books.claims.pop(balance, 0))
        if (on_hand, held) != expected:
            books.tell(
                "A1.balances", f"balance {balance}", f"{on_hand}/{held}",
                f"{expected[0]}/{expected[1]}", balance,
            )  # fmt: skip
        if on_hand:
            goods[balance] = on_hand
    for balance in [*books.goods, *books.claims]:
        books.tell("A1.balances", f"balance {balance}", "none", "a balance")
    return goods


def _compare_cells(books: Reckoning, goods: dict[int, int]) -> None:
    cells = _stream("SELECT id, balance_id, on_hand, pinned FROM inventory_stock")
    for cell, balance, on_hand, pinned in cells:
        expected = books.cell_goods.get(cell, 0)
        if on_hand != expected:
            books.tell("A1.cells", f"cell {cell}", on_hand, expected, balance)
        claimed = books.cell_claims.pop(cell, 0)
        if pinned != claimed:
            books.tell("B1.cells", f"cell {cell}", pinned, claimed, balance)
        left = goods.get(balance, 0) - on_hand
        if left:
            goods[balance] = left
        else:
            goods.pop(balance, None)
    for balance, missing in goods.items():
        books.tell("A1.balance-cells", f"balance {balance}", missing, "0 outside cells", balance)
    for cell in books.cell_claims:
        books.tell("B1.cells", f"cell {cell}", "none", "a cell")


def _compare_lines(books: Reckoning) -> None:
    """Lines against their entries, and closed holds against their lines."""
    open_holds: set[int] = set()
    rows = _stream(
        "SELECT l.id, l.balance_id, l.open, l.hold_id, h.closed_at IS NULL, o.hold_id"
        " FROM inventory_holdline l JOIN inventory_hold h ON h.id = l.hold_id"
        " LEFT JOIN inventory_holdline o ON o.id = l.origin_id"
    )
    for line, balance, units, hold, is_open, reserve in rows:
        expected = books.lines.pop(line, 0)
        if units != expected:
            books.tell("B1.lines", f"line {line}", units, expected, balance)
        if units and reserve is not None:
            # Units drawn from a reserve may return to it, so it stays open without any.
            open_holds.add(reserve)
        if units and is_open:
            open_holds.add(hold)
        elif units:
            books.tell("B5.units", f"hold {hold}", units, 0, balance)
    for line in books.lines:
        books.tell("B1.lines", f"line {line}", "none", "a line")
    opened = "SELECT id FROM inventory_hold WHERE closed_at IS NULL AND NOT blanket"
    for (hold,) in _stream(opened):
        if hold not in open_holds:
            books.tell("B5.units", f"hold {hold}", "open and 0", "open and more")


def _compare_pieces(books: Reckoning) -> None:
    """Pieces against their entries, and their number against the goods of each cell."""
    rows = _stream("SELECT id, stock_id, outside FROM inventory_piece")
    for piece, cell, outside in rows:
        there = books.pieces.pop(piece, (None, ""))
        if (cell, outside) != there:
            books.tell("A16.place", f"piece {piece}", cell or outside, there[0] or there[1])
    for piece in books.pieces:
        books.tell("A16.place", f"piece {piece}", "none", "a piece")
    counted = _stream(
        "SELECT c.id, c.balance_id,"
        " (SELECT count(*) FROM inventory_piece p WHERE p.stock_id = c.id)"
        " FROM inventory_sku s JOIN inventory_balance b ON b.sku_id = s.id"
        " JOIN inventory_stock c ON c.balance_id = b.id WHERE s.serial_tracked"
    )
    for cell, balance, pieces in counted:
        if pieces != books.cell_goods.get(cell, 0):
            found, expected = f"{pieces} pieces", books.cell_goods.get(cell, 0)
            books.tell("A16.count", f"cell {cell}", found, expected, balance)
