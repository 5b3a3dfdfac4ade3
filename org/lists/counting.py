"""Counts that are honest and cost the same on a thousand rows and on a million.

Nobody works through more than ten thousand rows, so counting stops there and says "10,000+".
What is slow to count is kept for `settings.COUNTS_KEPT_S` seconds, by the text of its own
statement: whoever's scope differs asks another statement and gets another count. How old a count
is, is shown. What is quickly counted is counted anew, so it is right after one's own action.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping
from hashlib import blake2b
from typing import Any, TypeVar

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet
from redis import RedisError

from org.lists.specs import Counted, Tab, Words

Key = TypeVar("Key")
MOST_COUNTED = 10_000
# Seconds; a quicker count is not worth keeping.
SLOW_S = 0.01


def counted(rows: QuerySet[Any]) -> Counted:
    """How many rows there are, up to ten thousand."""
    return counted_each({"": rows})[""]


def counted_each(
    questions: Mapping[Key, QuerySet[Any]], *, most: int = MOST_COUNTED
) -> dict[Key, Counted]:
    """The same for several questions; one look into the cache, one statement for each not there."""
    names = {key: _name(rows) for key, rows in questions.items()}
    kept = _kept(list(names.values()))
    now = time.time()
    fresh: dict[str, tuple[int, float]] = {}
    found: dict[Key, Counted] = {}
    for key, rows in questions.items():
        if names[key] in kept:
            number, at = kept[names[key]]
        else:
            began = time.monotonic()
            number, at = bounded(rows, most=most), now
            if time.monotonic() - began >= SLOW_S:
                fresh[names[key]] = (number, at)
        found[key] = Counted(min(number, most), number > most, max(0, int(now - at)))
    if fresh:
        _keep(fresh)
    return found


def counted_tabs(
    param: str,
    labels: Mapping[str, Words],
    chosen: str,
    rows_of: Callable[[str], QuerySet[Any]],
    *,
    tones: Mapping[str, str] | None = None,
) -> list[Tab]:
    """A tab for each value of a parameter, with what it would show.

    Args:
        param: what the tab sets in the address.
        labels: value to label, in the order of the tabs.
        rows_of: the rows of a value.
        tones: tones of tabs that show anything.
    """
    counts = counted_each({value: rows_of(value) for value in labels})
    return [
        Tab(
            sets={param: value},
            label=label,
            active=value == chosen,
            counted=counts[value],
            tone=(tones or {}).get(value, "") if counts[value].count else "",
        )
        for value, label in labels.items()
    ]


def bounded(rows: QuerySet[Any], *, most: int = MOST_COUNTED) -> int:
    """How many rows, counted up to one beyond `most`; one statement."""
    return int(rows.order_by().values("pk")[: most + 1].count())


def _name(rows: QuerySet[Any]) -> str:
    try:
        statement, values = rows.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        # A place outside of the scope, for instance: nothing is asked, and there is nothing.
        return "count:nothing"
    # Times in a statement ("due before now") move on; a count is as old as it says anyway.
    said = f"{rows.db}|{_database(rows)}|{statement}|{values!r}"
    return f"count:{blake2b(said.encode(), digest_size=16).hexdigest()}"


def _database(rows: QuerySet[Any]) -> str:
    """Two databases behind one cache (the tests', a copy's) must not share their counts."""
    return str(connections[rows.db].settings_dict["NAME"])


def _kept(names: list[str]) -> dict[str, tuple[int, float]]:
    """Counts from the cache; none when it cannot be reached: a list needs no cache."""
    try:
        found: dict[str, tuple[int, float]] = cache.get_many(names)
    except (RedisError, OSError):
        return {}
    return found


def _keep(fresh: dict[str, tuple[int, float]]) -> None:
    if settings.COUNTS_KEPT_S <= 0:
        return
    # Without the cache the next one counts again.
    with contextlib.suppress(RedisError, OSError):
        cache.set_many(fresh, settings.COUNTS_KEPT_S)
