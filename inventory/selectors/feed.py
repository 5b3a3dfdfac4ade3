"""The feed of changes for machines that must not lose one.

Ids are given out early and become visible late: a reader that remembers the last id it saw loses
every posting that took a lower id and committed afterwards. So the feed is ordered by the writing
transaction, and reads only up to the oldest transaction that is still running: below it nothing
can appear any more (PostgreSQL manual, 9.28 "System Information Functions": pg_snapshot_xmin).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from inventory.models import Posting
from org.scope import Scope

LIMIT = 500
START = ""


class BadCursor(ValueError):
    """The cursor is not one of ours, or belongs to another database; start again from START."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeLine:
    """What a posting changed in one balance and lot; a claim without a cell has no lot.

    `version` is the balance's version now, for compare-and-set; it may be newer than the change.
    """

    warehouse_id: int
    warehouse_code: str
    sku_id: int
    sku_code: str
    grade: str
    owner: str
    lot_id: int | None
    lot_code: str
    on_hand: int
    held: int
    version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeRow:
    """One posting, with its entries folded per balance and lot."""

    posting_id: int
    kind: str
    document: str
    actor: str
    occurred_at: datetime
    recorded_at: datetime
    facts: dict[str, Any]
    reverses_id: int | None
    lines: tuple[ChangeLine, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangePage:
    """Postings in feed order, and the cursor to come back with, also when there were none."""

    rows: tuple[ChangeRow, ...]
    cursor: str


def changes(*, cursor: str = START, limit: int = LIMIT, scope: Scope) -> ChangePage:
    """The next postings after the cursor that no running transaction can precede.

    Lines outside the scope are left out, and postings without any line in it. Read, keep, and
    store the cursor in one transaction of your own: then each posting is taken exactly once.

    Args:
        cursor: what the last page gave, or START.
        limit: postings to look at; a page may show fewer.
        scope: whose warehouses.

    Raises:
        BadCursor: not a cursor of this database.
    """
    after = _read(cursor)
    with connection.cursor() as sql:
        sql.execute(
            "SELECT pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint"
            " FROM pg_current_snapshot() s"
        )
        horizon, newest = sql.fetchone()
        if after[0] >= newest:
            raise BadCursor(cursor)
        # One row comparison, so that the index on (xid, id) is walked from the cursor on.
        sql.execute(
            """SELECT id, xid FROM inventory_posting
               WHERE (xid, id) > (%s, %s) AND xid < %s ORDER BY xid, id LIMIT %s""",
            [*after, horizon, limit],
        )
        found = sql.fetchall()
    if not found:
        return ChangePage(rows=(), cursor=cursor)
    ids = [pk for pk, _ in found]
    lines = _lines(ids, scope)
    postings = Posting.objects.in_bulk(ids)
    return ChangePage(
        rows=tuple(_row(postings[pk], lines[pk]) for pk in ids if pk in lines),
        cursor=f"{found[-1][1]}.{found[-1][0]}",
    )


def _read(cursor: str) -> tuple[int, int]:
    if cursor == START:
        return (0, 0)
    xid, _, number = cursor.partition(".")
    if not (xid.isascii() and xid.isdecimal() and number.isascii() and number.isdecimal()):
        raise BadCursor(cursor)
    if max(len(xid), len(number)) > 18:
        raise BadCursor(cursor)
    return int(xid), int(number)


def _row(posting: Posting, lines: list[ChangeLine]) -> ChangeRow:
    return ChangeRow(
        posting_id=posting.pk,
        kind=posting.kind,
        document=posting.document,
        actor=posting.actor,
        occurred_at=posting.occurred_at,
        recorded_at=posting.recorded_at,
        facts=posting.facts,
        reverses_id=posting.reverses_id,
        lines=tuple(lines),
    )


def _lines(posting_ids: list[int], scope: Scope) -> dict[int, list[ChangeLine]]:
    """Lines inside the scope by posting. Everything sees effectless postings too."""
    found: dict[int, list[ChangeLine]] = (
        {pk: [] for pk in posting_ids} if scope.is_everything else {}
    )
    with connection.cursor() as sql:
        sql.execute(
            """SELECT e.posting_id, b.warehouse_id, w.code, b.sku_id, k.code, b.grade, b.owner,
                      e.lot_id, coalesce(o.code, ''), e.goods, e.claims, b.version
               FROM (SELECT n.posting_id, n.balance_id, c.lot_id, sum(n.on_hand)::bigint AS goods,
                            sum(n.held)::bigint AS claims
                     FROM inventory_entry n LEFT JOIN inventory_stock c ON c.id = n.stock_id
                     WHERE n.posting_id = ANY(%(postings)s) AND n.balance_id IS NOT NULL
                     GROUP BY n.posting_id, n.balance_id, c.lot_id) e
               JOIN inventory_balance b ON b.id = e.balance_id
               JOIN inventory_warehouse w ON w.id = b.warehouse_id
               JOIN inventory_sku k ON k.id = b.sku_id
               LEFT JOIN inventory_lot o ON o.id = e.lot_id
               WHERE (%(units)s::bigint[] IS NULL OR w.unit_id = ANY(%(units)s::bigint[])
                      OR w.id = ANY(%(houses)s::bigint[]))
               ORDER BY e.posting_id, e.balance_id, e.lot_id NULLS FIRST""",
            {"postings": posting_ids, **scope.of_warehouses},
        )
        for posting, *columns in sql.fetchall():
            found.setdefault(posting, []).append(
                ChangeLine(**dict(zip(ChangeLine.__dataclass_fields__, columns, strict=True)))
            )
    return found
