"""Readings in quarantine are read again, or put away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone

from freeze_rules.models import QuarantinedReading
from freeze_rules.selectors.sensors import quarantine_rows
from freeze_rules.services.sensors import ingesting
from org import services as org
from org.scope import Scope

TRY_AGAIN, DISCARD = "try_again", "discard"
MOST = 1_000


@dataclass(frozen=True, kw_only=True)
class Settled:
    """How many were kept as readings, put away, and are as wrong as before."""

    taken: int
    discarded: int
    still_wrong: int


def settle(*, ids: Sequence[int], how: str, actor: str, scope: Scope) -> Settled:
    """Settle readings in quarantine, at most a thousand; those of others and settled ones stay.

    Joins the caller's transaction and leaves an audit record.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    rows = list(
        quarantine_rows(scope=scope)
        .filter(pk__in=list(ids)[:MOST])
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    if how == DISCARD:
        done = rows
    else:
        verdicts = ingesting.take_readings(
            [_told(row) for row in rows], actor=actor, scope=scope, keep_wrong=False
        )
        done = [
            row
            for row, verdict in zip(rows, verdicts, strict=True)
            if verdict.outcome != ingesting.QUARANTINED
        ]
        wrong = dict(zip((row.pk for row in rows), verdicts, strict=True))
        for row in rows:
            # What is wrong now may be something else.
            row.code = wrong[row.pk].code or row.code
    now = timezone.now()
    for row in done:
        row.settled_at, row.settled_by = now, actor
        row.settled_as = "DISCARDED" if how == DISCARD else "TAKEN"
    QuarantinedReading.objects.bulk_update(rows, ["settled_at", "settled_by", "settled_as", "code"])
    if done:
        org.record(
            actor=actor, action="sensor.quarantine_settled", subject="sensors",
            after={"how": how, "readings": len(done), "first": done[0].pk},
        )  # fmt: skip
    discarded = len(done) if how == DISCARD else 0
    return Settled(
        taken=len(done) - discarded, discarded=discarded, still_wrong=len(rows) - len(done)
    )


def _told(row: QuarantinedReading) -> dict[str, Any]:
    """As it was sent; a value that looks like a number is one."""
    try:
        value: Any = float(row.value_told)
    except ValueError:
        value = row.value_told
    return {"device": row.device_code, "at": row.at_told, "value": value}
