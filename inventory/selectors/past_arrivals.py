"""Postings of the past that brought goods, narrowed in SQL before anybody reads them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from inventory.selectors.fact_columns import COLUMNS

# Facts of goods that a posting's entries lead to at once: SKU, lot and balance.
NARROWING = frozenset(
    code for code, column in COLUMNS.items() if set(column.tables) <= {"k", "l", "b"}
)
_JOINS = {
    "b": "JOIN inventory_balance b ON b.id = e.balance_id",
    "k": "JOIN inventory_sku k ON k.id = e.sku_id",
    "l": "JOIN inventory_stock s ON s.id = e.stock_id LEFT JOIN inventory_lot l ON l.id = s.lot_id",
}


@dataclass(frozen=True, kw_only=True)
class Sought:
    """Which postings: kinds, the time in which they happened, warehouses (None: all).

    `having`: facts out of `NARROWING` with the values one of which some of the goods must have, as
    they are known today.
    """

    kinds: Sequence[str]
    since: datetime
    until: datetime
    houses: Collection[int] | None = None
    having: Mapping[str, Collection[Any]] = field(default_factory=dict)


def count_of(sought: Sought) -> int:
    """How many there are. One statement."""
    where, told = _where(sought)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM inventory_posting p WHERE {where}", told)  # noqa: S608 - our own words
        return int(cursor.fetchone()[0])


def next_of(sought: Sought, *, after: int, limit: int) -> list[int]:
    """The ids of the next ones after that posting, in order. One statement."""
    where, told = _where(sought)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT p.id FROM inventory_posting p WHERE {where}"  # noqa: S608 - our own words
            " AND p.id > %(after)s ORDER BY p.id LIMIT %(limit)s",
            {**told, "after": after, "limit": limit},
        )
        return [int(row[0]) for row in cursor.fetchall()]


def last_of(sought: Sought, *, limit: int) -> list[int]:
    """The ids of the newest ones, the oldest of them first. One statement."""
    where, told = _where(sought)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT p.id FROM inventory_posting p WHERE {where}"  # noqa: S608 - our own words
            " ORDER BY p.id DESC LIMIT %(limit)s",
            {**told, "limit": limit},
        )
        return [int(row[0]) for row in cursor.fetchall()][::-1]


def _where(sought: Sought) -> tuple[str, dict[str, Any]]:
    told: dict[str, Any] = {
        "kinds": list(sought.kinds),
        "since": sought.since,
        "until": sought.until,
    }
    parts = ["e.posting_id = p.id", "e.on_hand > 0", "e.stock_id IS NOT NULL"]
    tables: set[str] = set()
    for at, (code, values) in enumerate(sorted(sought.having.items())):
        column = COLUMNS[code]
        assert code in NARROWING, f"{code} is not known of a posting."
        tables |= set(column.tables)
        told[f"fact{at}"] = sorted(values, key=str)
        parts.append(f"{column.sql} = ANY(%(fact{at})s)")
    if sought.houses is not None:
        tables.add("b")
        told["houses"] = sorted(sought.houses)
        parts.append("b.warehouse_id = ANY(%(houses)s::bigint[])")
    joined = " ".join(_joined(tables))
    return (
        "p.kind = ANY(%(kinds)s) AND p.occurred_at >= %(since)s AND p.occurred_at < %(until)s"
        f" AND EXISTS (SELECT FROM inventory_entry e {joined} WHERE {' AND '.join(parts)})",
        told,
    )


def _joined(tables: Iterable[str]) -> list[str]:
    return [_JOINS[name] for name in ("b", "k", "l") if name in tables]
