"""The other side of every comparison: what happened here, from the sandbox's own file."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from sandbox.world.clock import iso
from sandbox.world.money import major
from sandbox.world.orders import Order, read
from sandbox.world.store import store


def order_record(row: sqlite3.Row) -> dict[str, Any]:
    """One order, for comparing."""
    order = read(row)
    return {
        "id": order.id,
        "shop": order.shop,
        "platform": order.platform,
        "number": order.number,
        "state": order.state,
        "source": order.source,
        "placed_at": iso(order.placed_ms),
        "modified_at": iso(order.modified_ms),
        "cancelled_at": iso(order.cancelled_ms),
        "shipped_at": iso(order.shipped_ms),
        "tracking": [
            {"number": one.tracking, "company": one.company, "at": iso(one.at_ms)}
            for one in order.parcels
        ],
        "disturbed": bool(row["disturbed"]),
        "push_sent_at": iso(row["push_sent_ms"]),
        "push_attempts": row["push_attempts"],
        "push_answered_at": iso(row["push_answered_ms"]),
        "currency": order.currency,
        "payable": major(order.payable),
        "lines": [
            {
                "id": line.id,
                "sku": line.sku,
                "quantity": line.quantity,
                "price": major(line.price),
                "discount": major(line.discount),
                "shipped": line.shipped,
            }
            for line in order.lines
        ],
        "odd": order.odd,
    }


def detail(order: Order) -> dict[str, Any]:
    """One order with its receiver, pushes and what was told about shipping."""
    row = store.row("SELECT * FROM orders WHERE id = ?", (order.id,))
    assert row is not None
    receiver = order.receiver
    return {
        **order_record(row),
        "note": order.note,
        "memo": order.memo,
        "receiver": None
        if receiver is None
        else {name: getattr(receiver, name) for name in receiver.__slots__},
        "pushes": _shown("SELECT * FROM pushes WHERE order_id = ? ORDER BY id", (order.id,)),
        "shipments": _shown(
            "SELECT * FROM shipments WHERE shop = ? AND number = ? ORDER BY id",
            (order.shop, order.number),
        ),
    }


def _shown(sql: str, values: tuple[Any, ...]) -> list[dict[str, Any]]:
    return [_plain(row) for row in store.rows(sql, values)]


def _plain(row: sqlite3.Row) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for name in row.keys():  # noqa: SIM118
        value = row[name]
        if name in ("latency_ms", "took_ms"):
            shown[name] = value
        elif name.endswith("_ms"):
            shown[name.removesuffix("_ms") + "_at" if name != "at_ms" else "at"] = iso(value)
        elif name != "body":
            shown[name] = value
        elif isinstance(value, bytes):
            shown["bytes"] = len(value)
        else:
            shown["body"] = value
    return shown


def _where(*, shop: str | None, platform: str | None, after: int) -> tuple[str, list[Any]]:
    where = "id > ?"
    values: list[Any] = [after]
    if shop:
        where, values = where + " AND shop = ?", [*values, shop]
    if platform:
        where, values = where + " AND platform = ?", [*values, platform]
    return where, values


def orders_after(
    *, shop: str | None, platform: str | None, after: int, limit: int
) -> tuple[list[dict[str, Any]], int | None]:
    """Orders by running number, and where to go on."""
    where, values = _where(shop=shop, platform=platform, after=after)
    rows = store.rows(
        f"SELECT * FROM orders WHERE {where} ORDER BY id LIMIT ?",  # noqa: S608
        [*values, limit],
    )
    return [order_record(row) for row in rows], rows[-1]["id"] if len(rows) == limit else None


TABLES = {
    "shipments": "shipments",
    "pushes": "pushes",
    "calls": "calls",
    "stock-updates": "stock_updates",
}


def table_after(
    table: str, *, shop: str | None, after: int, limit: int
) -> tuple[list[dict[str, Any]], int | None]:
    """Rows of a journal by running number, and where to go on."""
    where, values = _where(shop=shop, platform=None, after=after)
    rows = store.rows(
        f"SELECT * FROM {TABLES[table]} WHERE {where} ORDER BY id LIMIT ?",  # noqa: S608
        [*values, limit],
    )
    return [_plain(row) for row in rows], rows[-1]["id"] if len(rows) == limit else None


def table_latest(table: str, limit: int) -> list[dict[str, Any]]:
    """The newest rows of a journal, newest first."""
    sql = f"SELECT * FROM {TABLES[table]} ORDER BY id DESC LIMIT ?"  # noqa: S608
    return [_plain(row) for row in store.rows(sql, (limit,))]


def stock_after(
    *, shop: str | None, after: int, limit: int
) -> tuple[list[dict[str, Any]], int | None]:
    """Figures by running number of the listing, and where to go on."""
    rows = store.rows(
        "SELECT l.id, l.shop, s.platform, l.sku, l.item_id, l.variant_id, l.stock AS figure,"
        " l.sold, l.cancelled, l.oversold, l.told, l.told_ms, l.times_told FROM listings l"
        " JOIN shops s ON s.code = l.shop WHERE l.id > ? AND (? IS NULL OR l.shop = ?)"
        " ORDER BY l.id LIMIT ?",
        (after, shop, shop, limit),
    )
    return [_plain(row) for row in rows], rows[-1]["id"] if len(rows) == limit else None


def summary(*, shop: str | None) -> dict[str, Any]:
    """Counts over everything, or over one shop."""
    where, values = ("WHERE shop = ?", (shop,)) if shop else ("", ())

    def groups(table: str, column: str) -> dict[str, int]:
        sql = f"SELECT {column}, COUNT(*) FROM {table} {where} GROUP BY 1"  # noqa: S608
        return {str(row[0]): row[1] for row in store.rows(sql, values)}

    def figure(sql: str) -> int:
        return store.number(f"{sql} {where}", values)

    states = groups("orders", "state")
    told, stock = groups("shipments", "outcome"), groups("stock_updates", "outcome")
    sent = groups("pushes", "state")
    counted = f"SELECT name, SUM(value) FROM counters {where} GROUP BY name"  # noqa: S608
    counters = {row[0]: row[1] for row in store.rows(counted, values)}
    both = where + (" AND" if where else "WHERE")
    return {
        "shops": store.number("SELECT COUNT(*) FROM shops"),
        "placed": counters.get("placed", 0),
        "fed": store.number(f"SELECT COUNT(*) FROM orders {both} source = 'feed'", values),  # noqa: S608
        **{
            name: states.get(name, 0)
            for name in ("unpaid", "paid", "cancelled", "shipped", "partially_shipped")
        },
        "refused_sold_out": counters.get("refused_sold_out", 0),
        "sold_units": figure("SELECT SUM(sold) FROM listings"),
        "cancelled_units": figure("SELECT SUM(cancelled) FROM listings"),
        "oversold": counters.get("oversold", 0),
        "shipments_told": sum(told.values()),
        "duplicate_shipments": told.get("duplicate", 0),
        "refused_shipments": told.get("refused", 0),
        "stock_updates": stock.get("accepted", 0),
        "refused_stock_updates": stock.get("refused", 0),
        "pushes": {name: sent.get(name, 0) for name in ("queued", "sent", "failed", "lost")},
        "disturbed": figure("SELECT SUM(disturbed) FROM orders"),
        "calls": figure("SELECT COUNT(*) FROM calls"),
        "call_faults": store.number(f"SELECT COUNT(*) FROM calls {both} fault <> ''", values),  # noqa: S608
    }


def forget_all(*, keep_shops: bool) -> None:
    """Empty the world; running numbers of orders go on, so no number is ever used twice."""
    with store.transaction() as file:
        last = store.number("SELECT MAX(id) FROM orders")
        before = store.number("SELECT value FROM notes WHERE name = 'last_order'")
        for table in (
            "orders",
            "shipments",
            "stock_updates",
            "pushes",
            "calls",
            "counters",
            "faults",
            "second_thoughts",
        ):
            file.execute(f"DELETE FROM {table}")  # noqa: S608
        if keep_shops:
            file.execute(
                "UPDATE listings SET stock = 0, sold = 0, cancelled = 0, oversold = 0,"
                " told = NULL, told_ms = NULL, times_told = 0"
            )
        else:
            file.execute("DELETE FROM listings")
            file.execute("DELETE FROM shops")
        file.execute("DELETE FROM notes")
        file.execute("INSERT INTO notes VALUES ('last_order', ?)", (json.dumps(max(last, before)),))
