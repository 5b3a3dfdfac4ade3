"""Trades: the increment list whose rows move while you page, and one trade in full."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sandbox.platforms.taobao import errors, payload
from sandbox.world import orders
from sandbox.world.clock import now_ms
from sandbox.world.orders import read
from sandbox.world.shops import Shop
from sandbox.world.store import store

DAY_MS = 24 * 60 * 60 * 1000
LARGEST = 100
USUAL = 40


def required(params: Mapping[str, str], name: str) -> str:
    """A parameter that must be there.

    Raises:
        TopError: it is not (40).
    """
    value = params.get(name, "")
    if not value:
        raise errors.missing(name)
    return value


def whole(params: Mapping[str, str], name: str, default: int | None = None) -> int:
    """A whole number.

    Raises:
        TopError: it is missing (40) or something else (41).
    """
    text = params.get(name, "")
    if not text and default is not None:
        return default
    text = required(params, name)
    try:
        return int(text)
    except ValueError as wrong:
        raise errors.invalid(name) from wrong


def moment(params: Mapping[str, str], name: str) -> int:
    """A GMT+8 time in ms.

    Raises:
        TopError: it is missing or no time.
    """
    text = required(params, name)
    try:
        stamp = datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=payload.CHINA_TIME)
    except ValueError as wrong:
        raise errors.invalid(name, "yyyy-MM-dd HH:mm:ss") from wrong
    return int(stamp.timestamp() * 1000)


_STATE = {word: state for state, word in payload.STATUS.items()}


def increment(shop: Shop, params: Mapping[str, str]) -> dict[str, Any]:
    """``taobao.trades.sold.increment.get``: changed in a window of at most a day, newest change
    first.

    Pages are cut anew at every call, so a trade that changes meanwhile moves to page 1 and pushes
    others to later
    pages: reading from the last page back to the first loses none.

    Raises:
        TopError: a parameter is missing or wrong.
    """
    fields = required(params, "fields")
    start, end = moment(params, "start_modified"), moment(params, "end_modified")
    if end < start:
        raise errors.invalid("end_modified", "end_modified is before start_modified")
    if end - start > DAY_MS:
        raise errors.invalid("end_modified", "the window is longer than one day")
    page, size = whole(params, "page_no", 1), whole(params, "page_size", USUAL)
    if page < 1:
        raise errors.invalid("page_no")
    if not 1 <= size <= LARGEST:
        raise errors.invalid("page_size")
    where = "shop = ? AND modified_ms >= ? AND modified_ms <= ? AND visible_ms <= ?"
    values: list[Any] = [shop.code, start, end + 999, now_ms()]
    if params.get("status"):
        where += " AND state = ?"
        values.append(_STATE.get(params["status"], "-"))
    rows = store.rows(
        f"SELECT * FROM orders WHERE {where} ORDER BY modified_ms DESC, id DESC LIMIT ? OFFSET ?",  # noqa: S608
        [*values, size + 1, (page - 1) * size],
    )
    trades = []
    for row in rows[:size]:
        order = read(row)
        shown = payload.trade(shop, order)
        trades.append(shown if order.raw is not None else payload.only(shown, fields))
    found: dict[str, Any] = {"trades": {"trade": trades}} if trades else {}
    if params.get("use_has_next") == "true":
        found["has_next"] = len(rows) > size
    else:
        found["total_results"] = store.number(
            f"SELECT COUNT(*) FROM orders WHERE {where}",  # noqa: S608
            values,
        )
    return found


def fullinfo(shop: Shop, params: Mapping[str, str]) -> dict[str, Any]:
    """``taobao.trade.fullinfo.get``.

    Raises:
        TopError: no such trade in this shop, or a parameter is missing.
    """
    fields = required(params, "fields")
    order = orders.by_number(shop=shop.code, number=str(whole(params, "tid")))
    if order is None:
        raise errors.business("isv.trade-not-exist", "交易不存在")
    shown = payload.full(shop, order)
    if order.raw is not None:
        return {"trade": shown}
    # The address token comes only when asked for (platforms.md section 1).
    kept = payload.only(shown, fields)
    if params.get("include_oaid") and "oaid" in shown:
        kept["oaid"] = shown["oaid"]
    return {"trade": kept}
