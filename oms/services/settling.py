"""Open exceptions follow what was found: new ones open, repeated ones wait longer, others close."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from oms import codes
from oms.facts import Finding
from oms.models import Order, OrderException
from oms.services.writing import update_rows

S = OrderException.State
R = OrderException.Resolution
# What closing an exception writes.
CLOSING = ("state", "resolution", "resolved_at", "resolved_by", "why", "retry_at")
Found = Mapping[int, Sequence[tuple[str, Finding]]]


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands in an order's way after settling.

    `blocked`: something does. `retry_at`: when the machine should look again by itself; None when
    a person (or news from outside) has to act first.
    """

    blocked: bool = False
    retry_at: datetime | None = None


def settle(
    *, orders: Sequence[Order], found: Found, steps: Collection[str], now: datetime, who: str
) -> dict[int, Standing]:
    """Make the open exceptions of these locked orders agree with what the steps found.

    Three statements at most. What a person accepted (same code, same field) is not raised again.

    Args:
        orders: locked by the caller.
        found: findings by order id, each with its step.
        steps: the steps that looked; their exceptions that were not found again are cleared.
        now: the database's clock.
        who: actor of the clearing.
    """
    rows = OrderException.objects.filter(order__in=orders).filter(
        Q(state=S.OPEN) | Q(resolution=R.ACCEPTED)
    )
    opened: dict[int, dict[tuple[str, str], OrderException]] = {}
    accepted: set[tuple[int, str, str]] = set()
    for row in rows.order_by("id"):
        if row.state == S.OPEN:
            opened.setdefault(row.order_id, {})[row.code, row.field] = row
        else:
            accepted.add((row.order_id, row.code, row.field))
    fresh: list[OrderException] = []
    changed: list[OrderException] = []
    standings = {}
    for order in orders:
        mine = opened.get(order.pk, {})
        seen = set()
        for step, finding in found.get(order.pk, ()):
            key = (finding.code, finding.field)
            if (order.pk, *key) in accepted or key in seen:
                continue
            seen.add(key)
            if key in mine:
                _again(mine[key], finding, now)
                changed.append(mine[key])
            else:
                mine[key] = _new(order, step, finding, now)
                fresh.append(mine[key])
        for key, row in mine.items():
            if row.step in steps and key not in seen:
                resolve_row(row, how=R.CLEARED, who=who, now=now)
                changed.append(row)
        standings[order.pk] = _standing(mine.values())
    OrderException.objects.bulk_create(fresh)
    OrderException.objects.bulk_update(
        changed,
        ["detail", "attempts", "retry_at", "state", "resolution", "resolved_at", "resolved_by"],
    )
    return standings


def resolve_row(row: OrderException, *, how: str, who: str, now: datetime, why: str = "") -> None:
    """Close one exception in memory; the caller saves it."""
    row.state, row.resolution = S.RESOLVED, how
    row.resolved_at, row.resolved_by, row.why = now, who, why[:200]
    row.retry_at = None


def overtake(*, orders: Sequence[Order], keep: Collection[str], now: datetime, who: str) -> None:
    """The orders ended: their open exceptions are over, except codes in `keep`. Two statements."""
    ended = OrderException.objects.filter(order__in=orders, state=S.OPEN).exclude(code__in=keep)
    rows = list(ended.order_by("id"))
    for row in rows:
        resolve_row(row, how=R.OVERTAKEN, who=who, now=now)
    update_rows(rows, CLOSING)


def _new(order: Order, step: str, finding: Finding, now: datetime) -> OrderException:
    policy = codes.policy(finding.code)
    return OrderException(
        order=order,
        unit_id=order.unit_id,
        code=finding.code,
        step=step,
        field=finding.field[:80],
        detail=finding.detail,
        blocks=policy.blocks,
        retryable=policy.retryable,
        retry_at=now + codes.back_off(1) if policy.retryable else None,
        deadline=now + policy.within,
    )


def _again(row: OrderException, finding: Finding, now: datetime) -> None:
    row.detail = finding.detail
    row.attempts += 1
    if row.retryable:
        row.retry_at = now + codes.back_off(row.attempts)


def _standing(rows: Collection[OrderException]) -> Standing:
    blockers = [row for row in rows if row.state == S.OPEN and row.blocks]
    if not blockers:
        return Standing()
    # While one of them needs a person, trying again would only repeat the answer.
    if any(row.retry_at is None for row in blockers):
        return Standing(blocked=True)
    return Standing(True, min(row.retry_at for row in blockers if row.retry_at))
