"""What changed between two moments, and the postings that changed it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from inventory.models import Balance, Posting
from inventory.selectors.moments import (
    Axis,
    BalanceDifference,
    Change,
    DifferencePage,
    PostingView,
)
from inventory.selectors.past import narrowed_balances, past_balances
from inventory.selectors.past_sums import base_of
from org.scope import Scope

PAGE = 50
POSTINGS = 50
SOON = timedelta(seconds=10)

# Newest entries of a balance that are looked at; more postings than these hold are left out.
LOOKED_AT = 2_000

# Postings of a balance recorded in between: the entries between the marks around both times. On
# the occurred axis those that were recorded within ten seconds, so `until` is that much later.
_IN_TIME = """
    SELECT b.id, f.posting_id, f.entries
    FROM unnest(%(balances)s::bigint[]) AS b(id)
    CROSS JOIN LATERAL (
        SELECT g.posting_id, g.entries FROM (SELECT h.posting_id, count(*) OVER () AS entries FROM (
            SELECT e.posting_id
            FROM inventory_entry e JOIN inventory_posting p ON p.id = e.posting_id
            WHERE e.balance_id = b.id
              AND e.id > coalesce((
                  SELECT k.last_entry FROM inventory_balancemark k
                  WHERE k.balance_id = b.id AND k.recorded_at <= %(since)s
                  ORDER BY k.recorded_at DESC, k.last_entry DESC LIMIT 1), 0)
              AND e.id <= coalesce((
                  SELECT k.last_entry FROM inventory_balancemark k
                  WHERE k.balance_id = b.id AND k.recorded_at > %(until)s
                  ORDER BY k.recorded_at, k.last_entry LIMIT 1), 9223372036854775807)
              AND p.recorded_at > %(since)s AND p.recorded_at <= %(until)s
              AND (%(first)s::timestamptz IS NULL
                   OR (p.occurred_at > %(first)s AND p.occurred_at <= %(last)s
                       AND p.recorded_at <= %(known)s::timestamptz
                       AND p.recorded_at - p.occurred_at
                           BETWEEN interval '0' AND interval '10 seconds'))
            ORDER BY e.id DESC LIMIT %(looked_at)s + 1) h) g
        GROUP BY g.posting_id, g.entries) f"""
# All others of the occurred axis, by the index posting_out_of_time.
_OUT_OF_TIME = """
    SELECT DISTINCT e.balance_id, e.posting_id, 0
    FROM inventory_posting p JOIN inventory_entry e ON e.posting_id = p.id
    WHERE (p.recorded_at - p.occurred_at > interval '10 seconds'
           OR p.recorded_at - p.occurred_at < interval '0')
      AND tstzrange(least(p.occurred_at, p.recorded_at), greatest(p.occurred_at, p.recorded_at))
          && tstzrange(%(first)s, %(last)s, '[]')
      AND p.occurred_at > %(first)s AND p.occurred_at <= %(last)s
      AND p.recorded_at <= %(known)s::timestamptz
      AND e.balance_id = ANY(%(balances)s::bigint[])"""
_SUMS = """
    SELECT e.balance_id, e.posting_id, sum(e.on_hand)::bigint, sum(e.held)::bigint
    FROM inventory_entry e
    WHERE e.posting_id = ANY(%(postings)s::bigint[])
      AND e.balance_id = ANY(%(balances)s::bigint[])
    GROUP BY e.balance_id, e.posting_id"""


def difference(
    *,
    since: datetime,
    until: datetime,
    axis: Axis = Axis.RECORDED,
    known_at: datetime | None = None,
    balance_ids: Collection[int] | None = None,
    sku_ids: Collection[int] | None = None,
    warehouse_ids: Collection[int] | None = None,
    grade: str = "",
    owner: str = "",
    scope: Scope,
    after: int | None = None,
    limit: int = PAGE,
    postings: int = POSTINGS,
) -> DifferencePage:
    """Balances at two moments, with the postings after `since` up to and with `until`.

    A page looks at `limit` balances and shows those with postings in between, so it may be short
    although `after` says that more follow. Each shows its newest `postings`.

    Args:
        since, until: the two moments.
        axis, known_at, and what to narrow to: as in `as_of`.
        scope: whose warehouses.

    Raises:
        ValueError: `known_at` on the recorded axis.
    """
    bases = base_of(since, axis, known_at), base_of(until, axis, known_at)
    rows = narrowed_balances(
        scope, balance_ids=balance_ids, sku_ids=sku_ids, warehouse_ids=warehouse_ids,
        grade=grade, owner=owner,
    )  # fmt: skip
    if after is not None:
        rows = rows.filter(id__gt=after)
    found = list(rows.order_by("id")[: limit + 1])
    shown = found[:limit]
    changes = _changes([row.pk for row in shown], since, until, axis=axis, known_at=known_at)
    changed = [row for row in shown if row.pk in changes]
    before = past_balances(changed, at=since, axis=axis, known_at=known_at, base=bases[0])
    later = past_balances(changed, at=until, axis=axis, known_at=known_at, base=bases[1])
    return DifferencePage(
        rows=tuple(
            BalanceDifference(
                before=was,
                after=then,
                changes=tuple(changes[was.balance_id][0][:postings]),
                more=changes[was.balance_id][1] or len(changes[was.balance_id][0]) > postings,
            )
            for was, then in zip(before, later, strict=True)
        ),
        after=_last(shown) if len(found) > limit else None,
    )


def _last(rows: Sequence[Balance]) -> int:
    return rows[-1].pk


def _changes(
    balance_ids: list[int],
    since: datetime,
    until: datetime,
    *,
    axis: Axis,
    known_at: datetime | None,
) -> dict[int, tuple[list[Change], bool]]:
    """Postings of each balance in between, newest first, and whether there are more."""
    if not balance_ids:
        return {}
    occurred = axis is Axis.OCCURRED
    params: dict[str, Any] = {
        "balances": balance_ids,
        "since": since,
        "until": until + SOON if occurred else until,
        "first": since if occurred else None,
        "last": until,
        "known": "infinity" if known_at is None else known_at.isoformat(),
        "looked_at": LOOKED_AT,
    }
    with connection.cursor() as cursor:
        cursor.execute(_IN_TIME, params)
        rows = cursor.fetchall()
        if occurred:
            cursor.execute(_OUT_OF_TIME, params)
            rows += cursor.fetchall()
        postings = {row[1] for row in rows}
        cursor.execute(_SUMS, {"balances": balance_ids, "postings": sorted(postings)})
        sums = {(balance, posting): figures for balance, posting, *figures in cursor.fetchall()}
    views = posting_views(postings)
    found: dict[int, list[Change]] = {}
    cut_off: set[int] = set()
    for balance, posting, entries in rows:
        on_hand, held = sums[balance, posting]
        found.setdefault(balance, []).append(
            Change(posting=views[posting], on_hand=on_hand, held=held)
        )
        if entries > LOOKED_AT:
            cut_off.add(balance)
    return {
        balance: (sorted(changes, key=_time_on(axis), reverse=True), balance in cut_off)
        for balance, changes in found.items()
    }


def _time_on(axis: Axis) -> Callable[[Change], tuple[datetime, int]]:
    def time(change: Change) -> tuple[datetime, int]:
        posting = change.posting
        when = posting.occurred_at if axis is Axis.OCCURRED else posting.recorded_at
        return (when, posting.id)

    return time


def posting_views(ids: Collection[int]) -> dict[int, PostingView]:
    """Postings by id. One statement."""
    return {row.pk: posting_view(row) for row in Posting.objects.filter(id__in=ids)}


def posting_view(row: Posting) -> PostingView:
    """A posting as lists show it."""
    return PostingView(
        id=row.pk,
        kind=row.kind,
        kind_label=str(row.get_kind_display()),
        document=row.document,
        actor=row.actor,
        occurred_at=row.occurred_at,
        recorded_at=row.recorded_at,
    )
