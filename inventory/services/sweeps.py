"""Sweeps: the audit at work. What changed is looked at every minute, everything else within the
hour, all of it on demand; what is found is written down for people, and never repaired.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Max
from django.utils import timezone

from inventory.models import Balance, Entry, Finding, Sweep
from inventory.selectors.audit import ROWS_SHOWN, Audit, check
from inventory.selectors.everything import Everything
from inventory.selectors.laws import LAWS
from outbox import services as outbox

logger = logging.getLogger("inventory.audit")

# Balances asked about in one statement, and how long one sweep may take before it lets others on.
SLICE = 2_000
PATIENCE_SECONDS = 40.0
# Sweeps of a slice in which everything must have been visited: one a minute, done in an hour.
SLICES_PER_ROUND = 55
# Sweeps that are kept to look back on; the complete ones are kept for ever.
KEPT = 3_000


def sweep_changed() -> Sweep:
    """All laws on the balances that changed since the last such sweep, and on those with findings.

    Changes are read up to a transaction horizon, never by ids alone: a late commit has a low id.
    Entries above the last one known are looked at too, whatever posting they claim to belong to.
    Joins the caller's transaction.
    """
    sweep = _begin(Sweep.Kind.CHANGED)
    last = Sweep.objects.filter(kind=Sweep.Kind.CHANGED, finished_at__isnull=False).last()
    since, known = (last.reached, last.last_entry) if last else (0, 0)
    horizon, newest = _horizon_and_newest()
    # A restored database counts its transactions anew.
    since = 0 if since > horizon else since
    changed = _changed_balances(since, horizon, known)
    again = Finding.objects.filter(gone_at__isnull=True, balance__isnull=False)
    first = set(again.values_list("balance_id", flat=True)) | set(changed.pop(None, []))
    later = {balance: at for at, ids in changed.items() for balance in ids if at is not None}
    ordered = [*sorted(first), *(each for each in later if each not in first)]
    result, seen = _in_slices(ordered)
    left = [at for balance, at in later.items() if balance not in seen]
    sweep.reached = min(left, default=horizon)
    sweep.last_entry = newest
    return _end(sweep, result, balances=seen)


def sweep_slice() -> Sweep:
    """All laws on the next slice of balances; once a round also what belongs to no balance.

    Joins the caller's transaction.
    """
    sweep = _begin(Sweep.Kind.ROLLING)
    last = Sweep.objects.filter(kind=Sweep.Kind.ROLLING, finished_at__isnull=False).last()
    since = last.reached if last else 0
    size = max(SLICE // 4, -(-Balance.objects.count() // SLICES_PER_ROUND))
    ids = list(
        Balance.objects.filter(id__gt=since).order_by("id").values_list("id", flat=True)[:size]
    )
    result, seen = _in_slices(ids)
    sweep.reached = max(seen, default=since)
    if len(seen) == len(ids) < size:
        # The end of the round: from the start again next time.
        sweep.reached = 0
        everywhere = [law for law in LAWS if law.placeless]
        whole = check(everywhere)
        for law in everywhere:
            known = {(each.law, each.where) for each in result.differences}
            fresh = [each for each in whole.differences if each.law == law.code]
            fresh = [each for each in fresh if (each.law, each.where) not in known]
            result.add(law.code, fresh, whole.by_law[law.code][1])
        return _end(sweep, result, balances=seen, whole={law.code for law in everywhere})
    return _end(sweep, result, balances=seen)


def ask_for_everything(*, actor: str) -> Sweep:
    """Have everything checked soon; one that waits already is answered instead.

    Joins the caller's transaction.
    """
    waiting = Sweep.objects.filter(kind=Sweep.Kind.COMPLETE, finished_at__isnull=True).last()
    if waiting is not None:
        return waiting
    sweep = Sweep.objects.create(kind=Sweep.Kind.COMPLETE, asked_by=actor[:64])
    outbox.ring(topic="audit.asked")
    return sweep


def everything_is_due() -> bool:
    """True when somebody asked for everything, or nobody looked at everything for a day."""
    complete = Sweep.objects.filter(kind=Sweep.Kind.COMPLETE)
    if complete.filter(finished_at__isnull=True).exists():
        return True
    day_ago = timezone.now() - timedelta(days=1)
    return not complete.filter(started_at__gt=day_ago).exists()


def note_everything(began: datetime, *, found: Everything) -> Sweep:
    """Write down what both checkers found since `began`. Joins the caller's transaction."""
    waiting = Sweep.objects.filter(kind=Sweep.Kind.COMPLETE, finished_at__isnull=True)
    sweep = waiting.select_for_update().first() or Sweep(kind=Sweep.Kind.COMPLETE)
    sweep.started_at = began
    sweep.reached, sweep.seal = found.replayed.horizon, found.replayed.seal
    sweep.entries = found.replayed.entries
    laws = {law.code for law in LAWS}
    return _end(sweep, found.audit, balances=None, whole=laws)


def _begin(kind: str) -> Sweep:
    return Sweep(kind=kind, started_at=timezone.now())


def _horizon_and_newest() -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        horizon = int(cursor.fetchone()[0])
    return horizon, Entry.objects.aggregate(newest=Max("id"))["newest"] or 0


def _changed_balances(since: int, horizon: int, known: int) -> dict[int | None, list[int]]:
    """Balances by the first transaction, from `since` up to the horizon, that changed them.

    Under None those with entries above `known` that belong to no such transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT min(p.xid), e.balance_id FROM inventory_posting p
               JOIN inventory_entry e ON e.posting_id = p.id
               WHERE p.xid >= %s AND p.xid < %s AND e.balance_id IS NOT NULL
               GROUP BY 2 ORDER BY 1, 2""",
            [since, horizon],
        )
        found: dict[int | None, list[int]] = {}
        for at, balance in cursor.fetchall():
            found.setdefault(at, []).append(balance)
        cursor.execute(
            """SELECT DISTINCT e.balance_id FROM inventory_entry e
               LEFT JOIN inventory_posting p ON p.id = e.posting_id
               WHERE e.id > %s AND e.balance_id IS NOT NULL AND (p.id IS NULL OR p.xid < %s)""",
            [known, since],
        )
        strays = [row[0] for row in cursor.fetchall()]
    return found | {None: strays} if strays else found


def _in_slices(ids: list[int]) -> tuple[Audit, set[int]]:
    """Ask all laws about the balances, a slice at a time, as long as patience lasts."""
    result = check([law for law in LAWS if law.guards and not law.query])
    seen: set[int] = set()
    began = time.monotonic()
    for part in _parts(ids):
        found = check([law for law in LAWS if law.query], balances=part)
        told = {(each.law, each.where) for each in result.differences}
        for code, (_, seconds) in found.by_law.items():
            fresh = [each for each in found.differences if each.law == code]
            result.add(code, [one for one in fresh if (one.law, one.where) not in told], seconds)
        seen.update(part)
        if time.monotonic() - began > PATIENCE_SECONDS:
            break
    return result, seen


def _parts(ids: list[int]) -> Iterator[list[int]]:
    """At least one part: guards and what concerns no balance are asked every time."""
    for start in range(0, max(len(ids), 1), SLICE):
        yield ids[start : start + SLICE]


def _end(
    sweep: Sweep,
    result: Audit,
    *,
    balances: Collection[int] | None,
    whole: Collection[str] = (),
) -> Sweep:
    """Write the sweep and its findings; findings that were looked at again and not seen are gone.

    Args:
        balances: those that were looked at; None for all.
        whole: laws that were asked of everything.
    """
    sweep.milliseconds = round((timezone.now() - sweep.started_at).total_seconds() * 1000)
    sweep.finished_at = timezone.now()
    sweep.balances = Balance.objects.count() if balances is None else len(balances)
    sweep.laws = len(result.by_law)
    sweep.differences = len(result.differences)
    sweep.by_law = {
        law: [count, round(seconds * 1000, 1)] for law, (count, seconds) in result.by_law.items()
    }
    sweep.save()
    seen = _note(result)
    _let_go(sweep, result, seen, balances=balances, whole=whole)
    oldest = sweep.pk - KEPT
    Sweep.objects.filter(pk__lt=oldest).exclude(kind=Sweep.Kind.COMPLETE).delete()
    return sweep


def _note(result: Audit) -> set[int]:
    """Write every difference as a finding; a new one is told. Gives the ids seen now."""
    differences = {(each.law[:120], each.where[:120]): each for each in result.differences}
    if not differences:
        return set()
    rows = list(differences.values())
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO inventory_finding (law, "where", found, expected, balance_id)
               SELECT left(law, 120), left(spot, 120), left(found, 200), left(expected, 200),
                   balance
               FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[])
                   AS d(law, spot, found, expected, balance)
               ON CONFLICT (law, "where") WHERE gone_at IS NULL DO UPDATE
               SET found = excluded.found, expected = excluded.expected,
                   last_seen = clock_timestamp()
               RETURNING id, xmax = 0, law, "where", found, expected""",
            [
                [each.law for each in rows],
                [each.where for each in rows],
                [str(each.found) for each in rows],
                [str(each.expected) for each in rows],
                [each.balance_id for each in rows],
            ],
        )
        noted = cursor.fetchall()
    fresh = [row for row in noted if row[1]]
    for _, _, law, where, found, expected in fresh:
        logger.error("%s: %s: found %s, expected %s", law, where, found, expected)
    if fresh:
        outbox.tell(topic="audit.found", keys=[str(row[0]) for row in fresh])
    return {row[0] for row in noted}


def _let_go(
    sweep: Sweep,
    result: Audit,
    seen: Collection[int],
    *,
    balances: Collection[int] | None,
    whole: Collection[str],
) -> None:
    """Findings that this sweep looked for where they were, and did not find, are gone."""
    now = timezone.now()
    overflowing = {law for law, (count, _) in result.by_law.items() if count >= ROWS_SHOWN}
    guards = {law.code for law in LAWS if law.guards}
    old = Finding.objects.filter(gone_at__isnull=True, last_seen__lt=sweep.started_at)
    gone = []
    for finding in old.exclude(pk__in=seen).exclude(law__in=overflowing):
        asked = (
            finding.law in whole
            or (finding.found == "missing or off" and finding.law in guards)
            or (finding.balance_id is not None and finding.balance_id in (balances or ()))
        )
        if asked:
            finding.gone_at = now
            gone.append(finding)
    Finding.objects.bulk_update(gone, ["gone_at"])
