"""Facts of stock in SQL: each with its expression and the tables it reads.

Tables go by one letter: s cell, b balance, k SKU, l lot, w warehouse (with `today` on its own
calendar), u unit, p location, z zone, g the goods asked for; v and c units sold. A text that is
empty is not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

# Days of sales that speed is reckoned from.
SPEED_DAYS = 30


@dataclass(frozen=True, slots=True)
class Column:
    """One fact: what is selected, and from which tables. `sold`: it reads what was sold."""

    sql: str
    tables: tuple[str, ...]

    @property
    def sold(self) -> bool:
        """True when sales must be summed for it."""
        return "v" in self.tables or "c" in self.tables


def _text(column: str) -> Column:
    return Column(f"NULLIF({column}, '')", (column[0],))


def _plain(column: str) -> Column:
    return Column(column, (column[0],))


_FREEZES = """(SELECT array_agg(DISTINCT r.code ORDER BY r.code) FROM inventory_reason r
    WHERE r.role = 'FREEZE' AND (
        r.id = (SELECT h.reason_id FROM inventory_hold h WHERE h.id = s.blanket_id)
        OR r.id IN (SELECT h.reason_id FROM inventory_holdline n
                    JOIN inventory_hold h ON h.id = n.hold_id
                    WHERE n.stock_id = s.id AND n.open > 0)))"""
_IDLE = """(SELECT w.today - (q.recorded_at AT TIME ZONE w.time_zone)::date FROM inventory_entry e
    JOIN inventory_posting q ON q.id = e.posting_id WHERE e.stock_id = s.id
    ORDER BY e.id DESC LIMIT 1)"""
_SHARE = """round((l.expires_on - w.today) * 100.0 / NULLIF(
    COALESCE(k.shelf_life_days, l.expires_on - l.produced_on), 0), 1)"""

COLUMNS: Mapping[str, Column] = {
    "sku.code": _plain("k.code"),
    "sku.name": _text("k.name"),
    "sku.category": _text("k.category"),
    "sku.brand": _text("k.brand"),
    "sku.cost": _plain("k.unit_cost"),
    "sku.price": _plain("k.list_price"),
    "sku.temperature": _plain("k.temperature"),
    "sku.light_sensitive": _plain("k.light_sensitive"),
    "sku.shelf_life_days": _plain("k.shelf_life_days"),
    "sku.lot_tracked": _plain("k.lot_tracked"),
    "sku.serial_tracked": _plain("k.serial_tracked"),
    "sku.weight": _plain("k.weight_g"),
    "sku.volume": _plain("k.volume_ml"),
    "sku.sold_30d": Column("COALESCE(c.sold, 0)", ("k", "c")),
    "lot.code": _plain("l.code"),
    "lot.produced_on": _plain("l.produced_on"),
    "lot.expires_on": _plain("l.expires_on"),
    "lot.days_left": Column("(l.expires_on - w.today)", ("l", "w")),
    "lot.life_left_pct": Column(_SHARE, ("l", "w", "k")),
    "lot.age_days": Column("(w.today - l.produced_on)", ("l", "w")),
    "lot.stored_days": Column(
        "(w.today - (l.created_at AT TIME ZONE w.time_zone)::date)", ("l", "w")
    ),
    "lot.supplier": _text("l.supplier"),
    "lot.origin": _text("l.origin"),
    "lot.customs": _plain("l.customs"),
    "cell.grade": _plain("b.grade"),
    "cell.owner": _plain("b.owner"),
    "cell.on_hand": _plain("s.on_hand"),
    "cell.pinned": _plain("s.pinned"),
    "cell.free": Column("(s.on_hand - s.pinned)", ("s",)),
    "cell.value": Column("(s.on_hand * k.unit_cost)", ("s", "k")),
    "cell.idle_days": Column(_IDLE, ("s", "w")),
    "cell.freezes": Column(_FREEZES, ("s",)),
    "balance.on_hand": _plain("b.on_hand"),
    "balance.available": _plain("b.available"),
    "balance.sold_30d": Column("COALESCE(v.sold, 0)", ("b", "v")),
    "balance.cover_days": Column(f"(b.available * {SPEED_DAYS} / NULLIF(v.sold, 0))", ("b", "v")),
    "warehouse.code": _plain("w.code"),
    "warehouse.kind": _plain("w.kind"),
    "warehouse.region": Column("string_to_array(trim(trailing '/' FROM u.path), '/')", ("u",)),
    "warehouse.province": _text("w.province"),
    "warehouse.city": _text("w.city"),
    "zone.code": _plain("z.code"),
    "zone.temperature": _text("z.temperature"),
    "zone.dark": _plain("z.dark"),
    "location.code": _plain("p.code"),
    "location.kind": _plain("p.kind"),
}
# Goods have a grade and an owner also where none of them lies yet.
OF_GOODS: Mapping[str, Column] = {
    "cell.grade": _plain("g.grade"),
    "cell.owner": _plain("g.owner"),
    "balance.sold_30d": Column("CASE WHEN b.id IS NOT NULL THEN COALESCE(v.sold, 0) END",
                               ("b", "v")),
    "cell.freezes": Column(f"CASE WHEN s.id IS NOT NULL THEN {_FREEZES} END", ("s",)),
}  # fmt: skip

# The day of a warehouse is reckoned once per warehouse, not once per cell.
PRELUDE = """WITH moment AS MATERIALIZED (
        SELECT COALESCE(%s::timestamptz, clock_timestamp()) AS at
    ), here AS MATERIALIZED (
        SELECT h.id, h.code, h.kind, h.unit_id, h.province, h.city, h.time_zone,
            (moment.at AT TIME ZONE h.time_zone)::date AS today
        FROM inventory_warehouse h, moment
    )"""
SOLD = f""", sold AS MATERIALIZED (
    SELECT e.balance_id, -sum(e.on_hand)::bigint AS sold
    FROM moment, inventory_posting q JOIN inventory_entry e ON e.posting_id = q.id
    WHERE q.kind = 'SHIP' AND e.balance_id IS NOT NULL AND q.occurred_at <= moment.at
      AND q.occurred_at > moment.at - interval '{SPEED_DAYS} days'
    GROUP BY e.balance_id)"""  # noqa: S608 - a number of ours

_SOLD_HERE = "LEFT JOIN sold v ON v.balance_id = b.id"
_SOLD_OF_SKU = """LEFT JOIN (SELECT y.sku_id, sum(x.sold)::bigint AS sold FROM sold x
    JOIN inventory_balance y ON y.id = x.balance_id GROUP BY y.sku_id) c ON c.sku_id = k.id"""

# In the order in which they may be joined: each needs only those before it.
FROM_CELLS: Mapping[str, str] = {
    "s": "inventory_stock s",
    "b": "JOIN inventory_balance b ON b.id = s.balance_id",
    "k": "JOIN inventory_sku k ON k.id = b.sku_id",
    "w": "JOIN here w ON w.id = b.warehouse_id",
    "u": "JOIN org_unit u ON u.id = w.unit_id",
    "p": "JOIN inventory_location p ON p.id = s.location_id",
    "z": "LEFT JOIN inventory_zone z ON z.id = p.zone_id",
    "l": "LEFT JOIN inventory_lot l ON l.id = s.lot_id",
    "v": _SOLD_HERE,
    "c": _SOLD_OF_SKU,
}
FROM_GOODS: Mapping[str, str] = {
    "g": """unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::text[])
        WITH ORDINALITY AS g(sku, house, lot, place, grade, owner, n)""",
    "k": "LEFT JOIN inventory_sku k ON k.id = g.sku",
    "p": "LEFT JOIN inventory_location p ON p.id = g.place",
    "z": "LEFT JOIN inventory_zone z ON z.id = p.zone_id",
    "w": "LEFT JOIN here w ON w.id = COALESCE(g.house, p.warehouse_id)",
    "u": "LEFT JOIN org_unit u ON u.id = w.unit_id",
    "l": "LEFT JOIN inventory_lot l ON l.id = g.lot AND l.sku_id = g.sku",
    "b": """LEFT JOIN inventory_balance b ON b.warehouse_id = w.id AND b.sku_id = g.sku
        AND b.grade = g.grade AND b.owner = g.owner""",
    "s": """LEFT JOIN inventory_stock s ON s.balance_id = b.id AND s.location_id = g.place
        AND s.lot_id IS NOT DISTINCT FROM g.lot""",
    "v": _SOLD_HERE,
    "c": _SOLD_OF_SKU,
}
# What a table hangs on: a cell knows its balance, goods ask for one.
_HANG_ON: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "s": {"k": ("b",), "w": ("b",), "u": ("w",), "z": ("p",), "v": ("b",), "c": ("k",)},
    "g": {
        "z": ("p",), "w": ("p",), "u": ("w",), "b": ("w",), "s": ("b",), "v": ("b",), "c": ("k",),
    },
}  # fmt: skip


def needed(tables: Iterable[Iterable[str]], known: Mapping[str, str]) -> list[str]:
    """The tables to join, in order, with those they hang on; the first of all always."""
    first = next(iter(known))
    wanted = {first}
    waiting = [name for names in tables for name in names]
    while waiting:
        name = waiting.pop()
        if name not in wanted and name in known:
            wanted.add(name)
            waiting += _HANG_ON[first].get(name, ())
    return [name for name in known if name in wanted]
