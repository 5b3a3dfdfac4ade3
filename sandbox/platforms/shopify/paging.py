"""Cursor paging: the next page's address comes in the ``Link`` header and may carry only limit and
fields.
"""

from __future__ import annotations

import base64
import binascii
import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest

from sandbox.world.clock import now_ms
from sandbox.world.store import store

LARGEST = 250
USUAL = 50


class BadPage(Exception):
    """The query asks for something the platform does not allow (400)."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a list call asks for: its filters, where it stands, and how many rows."""

    filters: dict[str, str]
    after: list[int] | None
    limit: int


def ask(request: HttpRequest, allowed: Sequence[str]) -> Page:
    """Read a list call.

    Raises:
        BadPage: page_info beside filters, a broken page_info, or a limit out of range.
    """
    query = {name: str(value) for name, value in request.GET.items()}
    text = query.get("limit", str(USUAL))
    if not text.isdigit() or not 1 <= int(text) <= LARGEST:
        raise BadPage("limit must be between 1 and 250")
    cursor = query.get("page_info")
    if cursor is None:
        filters = {name: query[name] for name in allowed if query.get(name)}
        return Page(filters, None, int(text))
    if set(query) - {"page_info", "limit", "fields"}:
        raise BadPage("page_info may only be accompanied by limit and fields")
    try:
        kept = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        return Page(dict(kept["filters"]), [int(one) for one in kept["after"]], int(text))
    except (binascii.Error, ValueError, KeyError, TypeError) as wrong:
        raise BadPage("Invalid value for page_info parameter") from wrong


def link(request: HttpRequest, page: Page, after: Sequence[int]) -> str:
    """The ``Link`` header that leads to the next page."""
    kept = json.dumps({"filters": page.filters, "after": list(after)}, separators=(",", ":"))
    query = {"limit": str(page.limit)}
    if "fields" in request.GET:
        query["fields"] = request.GET["fields"]
    query["page_info"] = base64.urlsafe_b64encode(kept.encode()).decode()
    return f'<{request.build_absolute_uri(request.path)}?{urlencode(query)}>; rel="next"'


def moment(text: str) -> int:
    """An ISO time of a filter in ms; a plus sign that became a blank on the way is forgiven.

    Raises:
        BadPage: it is no time.
    """
    try:
        stamp = datetime.fromisoformat(text.strip().replace(" ", "+") if "T" in text else text)
    except ValueError as wrong:
        raise BadPage(f"{text!r} is not a valid date") from wrong
    return int(stamp.timestamp() * 1000)


_STATUS = {
    "any": "1",
    "open": "state NOT IN ('cancelled', 'shipped')",
    "closed": "state = 'shipped'",
    "cancelled": "state = 'cancelled'",
}
_TIMES = {
    "updated_at_min": "modified_ms >= ?",
    "updated_at_max": "modified_ms <= ?",
    "created_at_min": "placed_ms >= ?",
    "created_at_max": "placed_ms <= ?",
}
ORDER_FILTERS = ("status", "order", "since_id", "ids", *_TIMES)
_SORTS = {
    "created_at": "placed_ms",
    "processed_at": "placed_ms",
    "updated_at": "modified_ms",
    "id": "id",
}


def _conditions(shop: str, filters: dict[str, str]) -> tuple[str, list[Any]]:
    status = _STATUS.get(filters.get("status", "open"))
    if status is None:
        raise BadPage("status must be any, open, closed or cancelled")
    where, values = ["shop = ?", "visible_ms <= ?", status], [shop, now_ms()]
    for name, condition in _TIMES.items():
        if name in filters:
            # Whole seconds on the wire: up to means through the end of that second.
            where.append(condition)
            late = 999 if name.endswith("_max") else 0
            values.append(moment(filters[name]) + late)
    if "since_id" in filters:
        where.append("CAST(number AS INTEGER) > ?")
        values.append(_whole(filters["since_id"]))
    if "ids" in filters:
        ids = filters["ids"].split(",")
        where.append(f"number IN ({','.join('?' * len(ids))})")
        values += [one.strip() for one in ids]
    return " AND ".join(where), values


def _whole(text: str) -> int:
    if not text.isdigit():
        raise BadPage(f"{text!r} is not a valid id")
    return int(text)


def count_orders(shop: str, filters: dict[str, str]) -> int:
    """How many orders match."""
    where, values = _conditions(shop, filters)
    return store.number(f"SELECT COUNT(*) FROM orders WHERE {where}", values)  # noqa: S608


def orders_page(shop: str, page: Page) -> tuple[list[sqlite3.Row], list[int] | None]:
    """One page of orders, newest first unless ``order`` says so, and where the next starts."""
    where, values = _conditions(shop, page.filters)
    wish = page.filters.get("order", "created_at desc").lower().split()
    column = _SORTS.get(wish[0]) if wish else None
    if column is None or wish[1:] not in ([], ["asc"], ["desc"]):
        raise BadPage("order is a column and asc or desc")
    way, sign = ("ASC", ">") if wish[1:] == ["asc"] else ("DESC", "<")
    if page.after is not None:
        where += f" AND ({column}, id) {sign} (?, ?)"
        values += page.after
    rows = store.rows(
        f"SELECT * FROM orders WHERE {where} ORDER BY {column} {way}, id {way} LIMIT ?",  # noqa: S608
        [*values, page.limit + 1],
    )
    if len(rows) <= page.limit:
        return rows, None
    last = rows[page.limit - 1]
    return rows[: page.limit], [last[column], last["id"]]
