"""Would orders have waited? The claims of the past once more, with units taken away beforehand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db import connection

from inventory.selectors.selling import GOOD, Key
from inventory.things import ONE_OWNER


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """Units of one SKU in one warehouse that would have been frozen from one moment to another.

    `until` None: until now. `spares`: claims under rule versions that begin so are left out, as
    they are what is tried here (a rule that ran live froze the same units already).
    """

    warehouse_id: int
    sku_id: int
    units: int
    since: datetime
    until: datetime | None
    spares: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Waited:
    """Documents that would have found too little, with the units they wanted; the list price."""

    documents: Mapping[str, int] = field(default_factory=dict)
    price: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class _Change:
    at: datetime
    document: str
    role: str
    version: str
    on_hand: int
    held: int


# Entries of a balance have their ids in the order of recording: a mark says where to begin.
_CHANGES = """
WITH asked AS (
    SELECT b.id, b.warehouse_id, b.sku_id, b.available, k.list_price, a.since
    FROM unnest(%(houses)s::bigint[], %(skus)s::bigint[], %(since)s::timestamptz[])
        AS a(warehouse_id, sku_id, since)
    JOIN inventory_balance b ON b.warehouse_id = a.warehouse_id AND b.sku_id = a.sku_id
        AND b.grade = %(grade)s AND b.owner = %(owner)s
    JOIN inventory_sku k ON k.id = b.sku_id
)
SELECT a.warehouse_id, a.sku_id, a.available, a.list_price, p.recorded_at,
       coalesce(h.document, p.document), coalesce(h.role, ''), coalesce(h.rule_version, ''),
       sum(e.on_hand)::bigint, sum(e.held)::bigint
FROM asked a
JOIN inventory_entry e ON e.balance_id = a.id AND e.id > coalesce(
    (SELECT max(m.last_entry) FROM inventory_balancemark m
     WHERE m.balance_id = a.id AND m.recorded_at < a.since), 0)
JOIN inventory_posting p ON p.id = e.posting_id AND p.recorded_at >= a.since
LEFT JOIN inventory_holdline n ON n.id = e.line_id
LEFT JOIN inventory_hold h ON h.id = n.hold_id
GROUP BY a.warehouse_id, a.sku_id, a.available, a.list_price, p.id, p.recorded_at,
         coalesce(h.document, p.document), coalesce(h.role, ''), coalesce(h.rule_version, '')
-- What a posting gives back comes before what it takes: an order that draws from a reserve.
ORDER BY a.warehouse_id, a.sku_id, p.id, sum(e.held)
"""


def waited(windows: Sequence[Window]) -> list[Waited]:
    """Per window the documents that would have waited, in their order. One statement.

    The free units of each moment are reckoned back from those of today. An order waits when what
    would have stayed free is less than it claims; it then takes nothing. Orders that found nothing
    at that time anyway left no claim, and are not told of.
    """
    if not windows:
        return []
    first: dict[Key, datetime] = {}
    for each in windows:
        key = (each.warehouse_id, each.sku_id)
        first[key] = min(first.get(key, each.since), each.since)
    keys = sorted(first)
    changes: dict[Key, list[_Change]] = defaultdict(list)
    now: dict[Key, tuple[int, Decimal]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            _CHANGES,
            {
                "houses": [house for house, _sku in keys], "skus": [sku for _house, sku in keys],
                "since": [first[key] for key in keys], "grade": GOOD, "owner": ONE_OWNER,
            },
        )  # fmt: skip
        for house, sku, free, price, *change in cursor.fetchall():
            now[house, sku] = (free, price)
            changes[house, sku].append(_Change(*change))
    return [_of(each, changes, now) for each in windows]


def _of(
    window: Window, changes: Mapping[Key, list[_Change]], now: Mapping[Key, tuple[int, Decimal]]
) -> Waited:
    key = (window.warehouse_id, window.sku_id)
    if key not in now:
        return Waited()
    free, price = now[key]
    own = f"{window.spares}/"
    later = [each for each in changes[key] if each.at >= window.since]
    free -= sum(each.on_hand - each.held for each in later)
    left, waiting = free - window.units, dict[str, int]()
    for each in later:
        if window.until is not None and each.at >= window.until:
            break
        if each.version.startswith(own) or each.document in waiting:
            continue
        if each.role == "COMMITMENT" and each.held > max(left, 0):
            waiting[each.document] = each.held
            continue
        left += each.on_hand - each.held
    return Waited(documents=waiting, price=price)
