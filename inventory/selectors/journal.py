"""The ledger as people read it: newest first, with what stood there after each posting."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from inventory.models import Balance, Posting, Stock
from inventory.selectors.difference import posting_view
from inventory.selectors.journal_views import JournalPage, JournalRow
from inventory.selectors.past_sums import Cut, Sums, balance_sums, cell_sums, running_sums
from org.scope import Scope

PAGE = 50
NEWEST = 2**62
# Entries read at once while looking for a page of postings.
CHUNK = 1_000

# Entries of the whole house looked through at once, and how often for one page.
WINDOW = 20_000
WINDOWS = 3
# Postings looked at beyond a page: those that the page before has shown already are left out.
SPARE = 8

_COLUMNS = {"balances": "balance_id", "cells": "stock_id"}
# Newest entries of what is asked for, merged.
_NEWEST = {
    kind: """SELECT e.id, e.posting_id, e.balance_id FROM unnest(%(ids)s::bigint[]) AS o(id)
             CROSS JOIN LATERAL (
                 SELECT n.id, n.posting_id, n.balance_id FROM inventory_entry n
                 WHERE n.{column} = o.id AND n.id < %(below)s ORDER BY n.id DESC LIMIT %(chunk)s) e
             ORDER BY e.id DESC LIMIT %(chunk)s""".replace("{column}", column)
    for kind, column in _COLUMNS.items()
}
_SUMS = {
    kind: """SELECT e.posting_id, e.balance_id, max(e.id), sum(e.on_hand)::bigint,
                    sum(e.held)::bigint
             FROM inventory_entry e WHERE e.posting_id = ANY(%(postings)s::bigint[])
                 AND e.{column} = ANY(%(ids)s::bigint[])
             GROUP BY e.posting_id, e.balance_id""".replace("{column}", column)
    for kind, column in _COLUMNS.items()
}


@dataclass(frozen=True)
class _Folded:
    """One posting in one balance: what changed, and its last entry there."""

    posting_id: int
    balance_id: int
    entry_id: int
    on_hand: int
    held: int


def journal(
    *,
    balance_id: int | None = None,
    stock_id: int | None = None,
    lot_id: int | None = None,
    location_id: int | None = None,
    document: str = "",
    scope: Scope,
    before: int | None = None,
    limit: int = PAGE,
) -> JournalPage:
    """Postings of a balance, cell, lot, location or document, newest first, with running sums.

    Within a balance and a cell the order is that of recording and the sums are exact. A lot's
    or a location's postings in several balances stand in the order of their entries' numbers,
    which is that of recording but for moments; the sums run over all its cells in the scope. The
    rows of a
    document carry the sums of their own balances.

    Args:
        balance_id, stock_id, lot_id, location_id, document: exactly one of them.
        scope: whose warehouses.
        before: the cursor of the page before.
        limit: rows on a page.

    Raises:
        ValueError: none or several named.
    """
    ids = (balance_id, stock_id, lot_id, location_id)
    if sum(each is not None for each in ids) + bool(document) != 1:
        raise ValueError("name exactly one of balance, cell, lot, location, document")
    below = NEWEST if before is None else before
    if document:
        return _of_document(document, scope, below, limit)
    if balance_id is not None:
        rows = scope.limit(Balance.objects.filter(pk=balance_id), "warehouse__unit")
        if not rows.exists():
            return JournalPage(rows=(), after=None)
        return _of_balance(balance_id, below, limit)
    of = {"pk": stock_id, "lot": lot_id, "location": location_id}
    cells = Stock.objects.filter(**{name: each for name, each in of.items() if each is not None})
    inside = scope.limit(cells, "balance__warehouse__unit")
    return _of_cells(dict(inside.values_list("id", "balance_id")), below, limit)


def newest(
    *, scope: Scope, before: int | None = None, limit: int = PAGE, window: int = WINDOW
) -> JournalPage:
    """Postings in all balances of the scope, newest first; each row has its own balance's sums.

    Looks through `window` entries at a time and `WINDOWS` such at most: where hardly anything
    happens a page may be short, or empty, and still go on.
    """
    below = NEWEST if before is None else before
    seen: set[tuple[int, int]] = set()
    start, exhausted = below, False
    for _ in range(WINDOWS):
        floor = _window_floor(start, window)
        seen.update(_seen_between(floor or 0, start, scope))
        exhausted, start = floor is None, floor or 0
        if exhausted or len(seen) > limit + SPARE:
            break
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT e.posting_id, e.balance_id, max(e.id), sum(e.on_hand)::bigint,
                      sum(e.held)::bigint
               FROM inventory_entry e
               JOIN unnest(%s::bigint[], %s::bigint[]) AS k(posting, balance)
                 ON e.posting_id = k.posting AND e.balance_id = k.balance
               GROUP BY e.posting_id, e.balance_id HAVING max(e.id) < %s
               ORDER BY max(e.id) DESC LIMIT %s""",
            [[one for one, _ in seen], [two for _, two in seen], below, limit + 1],
        )
        found = [_Folded(*row) for row in cursor.fetchall()]
    sums = running_sums([(row.balance_id, row.entry_id) for row in found[:limit]])
    running = [sums[row.balance_id, row.entry_id] for row in found[:limit]]
    page = _page(found, running, limit, more=len(found) > limit)
    if page.after is None and not exhausted:
        return JournalPage(rows=page.rows, after=start)
    return page


def _window_floor(below: int, window: int) -> int | None:
    """The first entry of the next window below; None when it is the last one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM inventory_entry WHERE id < %s ORDER BY id DESC OFFSET %s LIMIT 1",
            [below, window - 1],
        )
        row = cursor.fetchone()
    return None if row is None else int(row[0])


def _seen_between(floor: int, below: int, scope: Scope) -> list[tuple[int, int]]:
    """The newest (posting, balance) of the scope in a window; a page takes no more of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT e.posting_id, e.balance_id FROM inventory_entry e
               JOIN inventory_balance b ON b.id = e.balance_id
               JOIN inventory_warehouse w ON w.id = b.warehouse_id
               WHERE e.id >= %(floor)s AND e.id < %(below)s
                 AND (%(units)s::bigint[] IS NULL OR w.unit_id = ANY(%(units)s::bigint[])
                      OR w.id = ANY(%(houses)s::bigint[]))
               ORDER BY e.id DESC LIMIT %(chunk)s""",
            {**scope.of_warehouses, "floor": floor, "below": below, "chunk": CHUNK},
        )
        return [(posting, balance) for posting, balance in cursor.fetchall()]


def _of_balance(balance_id: int, below: int, limit: int) -> JournalPage:
    found, more = _fold("balances", [balance_id], below, limit)
    if not found:
        return JournalPage(rows=(), after=None)
    place = (balance_id, found[0].entry_id)
    sums = running_sums([place])[place]
    return _page(found, _running(found, sums.on_hand, sums.held), limit, more=more)


def _of_cells(balance_by_cell: dict[int, int], below: int, limit: int) -> JournalPage:
    found, more = _fold("cells", sorted(balance_by_cell), below, limit)
    if not found:
        return JournalPage(rows=(), after=None)
    top = found[0].entry_id
    cut = Cut.at_entries([(balance, top) for balance in set(balance_by_cell.values())])
    figures = cell_sums(cut, sorted(balance_by_cell)).values()
    running = _running(found, sum(row[0] for row in figures), sum(row[1] for row in figures))
    return _page(found, running, limit, more=more)


def journal_from(*, balance_id: int, at: datetime, scope: Scope) -> int | None:
    """The cursor with which the balance's journal begins at what was recorded until `at`."""
    rows = scope.limit(Balance.objects.filter(pk=balance_id), "warehouse__unit")
    if not rows.exists():
        return None
    return balance_sums(Cut.at([balance_id], at))[balance_id].last_entry + 1


def _fold(kind: str, ids: Sequence[int], below: int, limit: int) -> tuple[list[_Folded], bool]:
    """The next postings, each summed up over what is asked for, and whether there are more.

    A page before may have shown a posting some of whose entries have lower numbers than another
    one's: whatever has an entry at or above `below` was shown there.
    """
    chunk = CHUNK if len(ids) == 1 else CHUNK // 5
    seen: set[tuple[int, int]] = set()
    start, exhausted = below, False
    while len(seen) <= limit + SPARE and not exhausted:
        with connection.cursor() as cursor:
            cursor.execute(_NEWEST[kind], {"ids": list(ids), "below": start, "chunk": chunk})
            rows = cursor.fetchall()
        seen.update((posting, balance) for _, posting, balance in rows)
        exhausted = len(rows) < chunk
        start = rows[-1][0] if rows else start
    with connection.cursor() as cursor:
        cursor.execute(_SUMS[kind], {"ids": list(ids), "postings": [one for one, _ in seen]})
        sums = [_Folded(*row) for row in cursor.fetchall()]
    found = [row for row in sums if row.entry_id < below]
    found.sort(key=lambda row: -row.entry_id)
    return found[: limit + 1], len(found) > limit or not exhausted


def _running(found: Sequence[_Folded], on_hand: int, held: int) -> list[Sums]:
    """The sums after each posting, from those after the first."""
    running = []
    for row in found:
        running.append(Sums(on_hand, held))
        on_hand, held = on_hand - row.on_hand, held - row.held
    return running


def _of_document(document: str, scope: Scope, below: int, limit: int) -> JournalPage:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT e.posting_id, e.balance_id, max(e.id), sum(e.on_hand)::bigint,
                      sum(e.held)::bigint
               FROM inventory_posting p JOIN inventory_entry e ON e.posting_id = p.id
               JOIN inventory_balance b ON b.id = e.balance_id
               JOIN inventory_warehouse w ON w.id = b.warehouse_id
               WHERE p.document = %(document)s
                 AND (%(units)s::bigint[] IS NULL OR w.unit_id = ANY(%(units)s::bigint[])
                      OR w.id = ANY(%(houses)s::bigint[]))
               GROUP BY e.posting_id, e.balance_id HAVING max(e.id) < %(below)s
               ORDER BY max(e.id) DESC LIMIT %(limit)s""",
            {
                "document": document,
                **scope.of_warehouses,
                "below": below,
                "limit": limit + 1,
            },
        )
        found = [_Folded(*row) for row in cursor.fetchall()]
    sums = running_sums([(row.balance_id, row.entry_id) for row in found[:limit]])
    running = [sums[row.balance_id, row.entry_id] for row in found[:limit]]
    return _page(found, running, limit, more=len(found) > limit)


def _page(
    found: Sequence[_Folded], running: Sequence[Sums], limit: int, *, more: bool
) -> JournalPage:
    shown = found[:limit]
    postings = Posting.objects.in_bulk({row.posting_id for row in shown})
    balances = Balance.objects.select_related("sku", "warehouse").in_bulk(
        {row.balance_id for row in shown}
    )
    outside = _outside({row.posting_id for row in shown})
    return JournalPage(
        rows=tuple(
            _row(row, sums, postings[row.posting_id], balances[row.balance_id], outside)
            for row, sums in zip(shown, running[:limit], strict=True)
        ),
        after=shown[-1].entry_id if more else None,
    )


def _outside(posting_ids: Collection[int]) -> dict[tuple[int, int], tuple[str, ...]]:
    """Accounts outside that a posting touched, by (posting, SKU)."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT posting_id, sku_id, array_agg(DISTINCT outside::text)
               FROM inventory_entry WHERE posting_id = ANY(%s) AND balance_id IS NULL
               GROUP BY posting_id, sku_id""",
            [sorted(posting_ids)],
        )
        return {(posting, sku): tuple(codes) for posting, sku, codes in cursor.fetchall()}


def _row(
    row: _Folded,
    sums: Sums,
    posting: Posting,
    balance: Balance,
    outside: Mapping[tuple[int, int], tuple[str, ...]],
) -> JournalRow:
    return JournalRow(
        entry_id=row.entry_id,
        balance_id=row.balance_id,
        sku_id=balance.sku_id,
        sku_code=balance.sku.code,
        warehouse_id=balance.warehouse_id,
        warehouse_code=balance.warehouse.code,
        grade=balance.grade,
        posting=posting_view(posting),
        on_hand=row.on_hand,
        held=row.held,
        on_hand_after=sums.on_hand,
        held_after=sums.held,
        outside=outside.get((posting.pk, balance.sku_id), ()),
        facts=posting.facts,
        reverses_id=posting.reverses_id,
    )
