"""Listings: what a shop offers and how many it believes it has.

The figure is the platform's own: lowered by every sale, replaced by what the seller says. It does
not rise by
itself when an order is cancelled, unless the shop's option ``restock_on_cancel`` is set.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

from sandbox.world.clock import now_ms
from sandbox.world.money import minor
from sandbox.world.refusals import Refused
from sandbox.world.shops import Shop
from sandbox.world.store import store

ITEM_BASE = 600_000_000_000
VARIANT_BASE = 5_000_000_000_000

_version = 0


def version() -> int:
    """Rises whenever a listing is added, so that traders look again."""
    return _version


def add(shop: Shop, wanted: list[Any]) -> tuple[int, int]:
    """Offer these SKUs; known ones get their title, price and ids, and keep their figure.

    Returns:
        (added, already known).
    Raises:
        Refused: an entry has no sku, or a figure below zero.
    """
    global _version
    added = known = 0
    with store.transaction() as file:
        next_id = store.number("SELECT MAX(id) FROM listings")
        have = {
            row["sku"]: row
            for row in file.execute("SELECT * FROM listings WHERE shop = ?", (shop.code,))
        }
        for entry in wanted:
            sku = str(entry.get("sku") or "") if isinstance(entry, dict) else ""
            if not sku:
                raise Refused("bad_listing", f"a listing needs a sku: {str(entry)[:200]}")
            old = have.get(sku)
            if old is not None:
                file.execute(
                    "UPDATE listings SET title = ?, price = ?, item_id = ?, variant_id = ?"
                    " WHERE id = ?",
                    (
                        str(entry.get("title", old["title"])),
                        minor(entry["price"]) if "price" in entry else old["price"],
                        int(entry.get("item_id", old["item_id"])),
                        int(entry.get("variant_id", old["variant_id"])),
                        old["id"],
                    ),
                )
                known += 1
                continue
            stock = int(entry.get("stock", 0))
            if stock < 0:
                raise Refused("bad_listing", f"{sku}: a figure cannot be below zero")
            next_id += 1
            file.execute(
                "INSERT INTO listings (id, shop, sku, item_id, variant_id, title, price, stock)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (shop, sku) DO NOTHING",
                (
                    next_id,
                    shop.code,
                    sku,
                    int(entry.get("item_id") or ITEM_BASE + next_id),
                    int(entry.get("variant_id", VARIANT_BASE + next_id)),
                    str(entry.get("title") or sku),
                    minor(entry.get("price", "10.00")),
                    stock,
                ),
            )
            added += 1
        _version += 1
    return added, known


def by_sku(shop: str, sku: str) -> sqlite3.Row | None:
    """The listing of an outer code in a shop."""
    return store.row("SELECT * FROM listings WHERE shop = ? AND sku = ?", (shop, sku))


def by_variant(shop: str, variant_id: int) -> sqlite3.Row | None:
    """The listing of a platform's variant (SKU) id in a shop."""
    return store.row(
        "SELECT * FROM listings WHERE shop = ? AND variant_id = ? AND variant_id <> 0",
        (shop, variant_id),
    )


def of_item(shop: str, item_id: int) -> list[sqlite3.Row]:
    """All variants of an item in a shop."""
    return store.rows(
        "SELECT * FROM listings WHERE shop = ? AND item_id = ? ORDER BY id", (shop, item_id)
    )


@dataclass(frozen=True, slots=True)
class Told:
    """A figure the seller set: absolute, after any arithmetic the platform did."""

    listing: sqlite3.Row
    value: int


def tell(shop: Shop, told: list[Told]) -> None:
    """The seller says how many there are: the figures are replaced, all or none."""
    moment = now_ms()
    with store.transaction() as file:
        for one in told:
            file.execute(
                "UPDATE listings SET stock = ?, told = ?, told_ms = ?, times_told = times_told + 1"
                " WHERE id = ?",
                (one.value, one.value, moment, one.listing["id"]),
            )
            file.execute(
                "INSERT INTO stock_updates (shop, sku, value, before, at_ms, outcome, why)"
                " VALUES (?, ?, ?, ?, ?, 'accepted', '')",
                (shop.code, one.listing["sku"], one.value, one.listing["stock"], moment),
            )


def tell_refused(shop: Shop, *, sku: str, value: int, why: str) -> None:
    """The seller said a figure the platform does not take; it goes on record."""
    with store.transaction() as file:
        file.execute(
            "INSERT INTO stock_updates (shop, sku, value, before, at_ms, outcome, why)"
            " VALUES (?, ?, ?, NULL, ?, 'refused', ?)",
            (shop.code, sku, value, now_ms(), why),
        )


def set_by_hand(shop: Shop, figures: dict[str, Any]) -> int:
    """Set figures without anybody having told them; returns how many.

    Raises:
        Refused: a SKU is not listed, or a figure is below zero.
    """
    with store.transaction() as file:
        for sku, figure in figures.items():
            if by_sku(shop.code, sku) is None:
                raise Refused("not_listed", f"{sku} is not listed in {shop.code}", status=404)
            if int(figure) < 0:
                raise Refused("bad_listing", f"{sku}: a figure cannot be below zero")
            file.execute(
                "UPDATE listings SET stock = ? WHERE shop = ? AND sku = ?",
                (int(figure), shop.code, sku),
            )
    return len(figures)
