"""Items and their stock figures: set (type 1) or delta (type 2), at most 20 SKUs of one item in a
call.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

from sandbox.platforms.taobao import errors, payload
from sandbox.platforms.taobao.trades import required, whole
from sandbox.world import listings
from sandbox.world.clock import now_ms
from sandbox.world.listings import Told
from sandbox.world.shops import Shop
from sandbox.world.store import store

MOST = 20
TOO_HIGH = 100_000_000


def _figure(shop: Shop, listing: sqlite3.Row, given: int, kind: int) -> Told:
    """The absolute figure after a set or a delta; a delta below zero stops at 0.

    Raises:
        TopError: a set below zero, or a figure beyond the platform's limit.
    """
    value = given if kind == 1 else max(0, listing["stock"] + given)
    if not 0 <= value <= TOO_HIGH:
        listings.tell_refused(shop, sku=listing["sku"], value=0, why="isv.invalid-parameter")
        raise errors.business("isv.invalid-parameter:quantity", "库存数量不合法")
    return Told(listing, value)


def _unknown(shop: Shop, code: str, value: int) -> errors.TopError:
    listings.tell_refused(shop, sku=code, value=value, why="isv.sku-not-exist")
    return errors.business("isv.sku-not-exist", f"SKU不存在:{code}")


def update_skus(shop: Shop, params: Mapping[str, str]) -> dict[str, Any]:
    """``taobao.skus.quantity.update``: all or nothing.

    Raises:
        TopError: unknown item or SKU, more than 20, or a wrong figure.
    """
    item_id, kind = whole(params, "num_iid"), whole(params, "type", 1)
    if kind not in (1, 2):
        raise errors.invalid("type")
    by_id = params.get("skuid_quantities", "")
    text = by_id or params.get("outerid_quantities", "")
    if not text:
        raise errors.missing("skuid_quantities")
    pairs = [part.rpartition(":") for part in text.strip(";").split(";")]
    if len(pairs) > MOST:
        raise errors.invalid("skuid_quantities", "at most 20 SKUs")
    mine = listings.of_item(shop.code, item_id)
    if not mine:
        listings.tell_refused(shop, sku=str(item_id), value=0, why="isv.item-not-exist")
        raise errors.business("isv.item-not-exist", f"商品不存在:{item_id}")
    codes = {str(one["variant_id"] if by_id else one["sku"]): one for one in mine}
    told = []
    for code, _, figure in pairs:
        try:
            value = int(figure)
        except ValueError as wrong:
            raise errors.invalid("skuid_quantities", f"{code}:{figure}") from wrong
        if code not in codes:
            raise _unknown(shop, code, value)
        told.append(_figure(shop, codes[code], value, kind))
    listings.tell(shop, told)
    return {"item": _changed(shop, item_id)}


def update_item(shop: Shop, params: Mapping[str, str]) -> dict[str, Any]:
    """``taobao.item.quantity.update``: one SKU, or an item without SKUs.

    Raises:
        TopError: unknown item or SKU, or a wrong figure.
    """
    item_id, quantity = whole(params, "num_iid"), whole(params, "quantity")
    kind = whole(params, "type", 1)
    if kind not in (1, 2):
        raise errors.invalid("type")
    mine = listings.of_item(shop.code, item_id)
    if not mine:
        listings.tell_refused(shop, sku=str(item_id), value=quantity, why="isv.item-not-exist")
        raise errors.business("isv.item-not-exist", f"商品不存在:{item_id}")
    sku_id, outer = params.get("sku_id", ""), params.get("outer_id", "")
    if sku_id:
        found = [one for one in mine if str(one["variant_id"]) == sku_id]
    elif outer:
        found = [one for one in mine if one["sku"] == outer]
    else:
        found = [one for one in mine if not one["variant_id"]]
    if not found:
        raise _unknown(shop, sku_id or outer or str(item_id), quantity)
    listings.tell(shop, [_figure(shop, found[0], quantity, kind)])
    return {"item": _changed(shop, item_id)}


def _changed(shop: Shop, item_id: int) -> dict[str, Any]:
    rows = listings.of_item(shop.code, item_id)
    modified = payload.stamp(now_ms())
    skus = [
        {"sku_id": row["variant_id"], "quantity": row["stock"], "modified": modified}
        for row in rows
        if row["variant_id"]
    ]
    return {
        "num_iid": item_id,
        "iid": str(item_id),
        "num": sum(row["stock"] for row in rows),
        "modified": modified,
        **({"skus": {"sku": skus}} if skus else {}),
    }


def onsale(shop: Shop, params: Mapping[str, str]) -> dict[str, Any]:
    """``taobao.items.onsale.get``: the items of the shop, 200 a page at most."""
    required(params, "fields")
    page, size = whole(params, "page_no", 1), whole(params, "page_size", 40)
    if page < 1 or not 1 <= size <= 200:
        raise errors.invalid("page_size")
    rows = store.rows(
        "SELECT DISTINCT item_id FROM listings WHERE shop = ? ORDER BY item_id LIMIT ? OFFSET ?",
        (shop.code, size, (page - 1) * size),
    )
    total = store.number(
        "SELECT COUNT(DISTINCT item_id) FROM listings WHERE shop = ?", (shop.code,)
    )
    items = [payload.item(listings.of_item(shop.code, row["item_id"])) for row in rows]
    return {"total_results": total, **({"items": {"item": items}} if items else {})}


def item_skus(shop: Shop, params: Mapping[str, str]) -> dict[str, Any]:
    """``taobao.item.skus.get``: the SKUs of at most 40 items."""
    ids = [part.strip() for part in required(params, "num_iids").split(",") if part.strip()]
    if len(ids) > 40 or not all(one.isdigit() for one in ids):
        raise errors.invalid("num_iids")
    rows = [row for one in ids for row in listings.of_item(shop.code, int(one))]
    skus = [payload.sku(row) for row in rows if row["variant_id"]]
    return {"skus": {"sku": skus}} if skus else {}


def skus_custom(shop: Shop, params: Mapping[str, str]) -> dict[str, Any]:
    """``taobao.skus.custom.get``: the SKUs with an outer code."""
    listing = listings.by_sku(shop.code, required(params, "outer_id"))
    return {"skus": {"sku": [payload.sku(listing)]}} if listing and listing["variant_id"] else {}
