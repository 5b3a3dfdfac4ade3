"""Events are judged in batches: rules freeze, proofs let go, and everything is written down.

One batch is one transaction and one posting: what the rules lay and what the events let go of are
in the books together with the verdicts, or not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.utils import timezone

from freeze_rules import formula
from freeze_rules.definition import CHANGED
from freeze_rules.models import WAITING, Event, KeptEvent, Outcome, Verdict, Watch
from freeze_rules.selectors.rulebook import RuleBook, live_rules
from freeze_rules.selectors.weighing import Heard, Hit, heard, weigh
from freeze_rules.services import (
    following,
    laying,
    limits,
    own_claims,
    putting_off,
    release_limits,
    releasing,
    rule_leases,
    stopping,
)
from freeze_rules.services.laying import ACTOR, Laid
from freeze_rules.services.limits import Taken
from freeze_rules.services.releasing import Step
from freeze_rules.services.turns import first_turn
from inventory import services as inventory
from inventory.selectors import scope_units
from org.selectors.workdays import Workdays

BATCH = 500
# What somebody lets go beyond a limit is judged in one go, up to this many events.
MOST_KEPT = 5_000
# Holds looked at again in one transaction.
DUE_AT_ONCE = 2_000
# An event that failed so often alone stays in plain sight until somebody looks.
LAST_ATTEMPT = 5


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What a batch came to: events judged, claims laid and let go of; `more` may be waiting."""

    events: int
    laid: int
    released: int
    more: bool


def judge_batch(*, limit: int = BATCH, only: int | None = None) -> Judged:
    """Judge the oldest waiting events, or only the one with this id. Joins the transaction."""
    assert connection.in_atomic_block, "The edge opens the transaction."
    waiting = Event.objects.filter(WAITING)
    if only is not None:
        waiting = waiting.filter(pk=only)
    rows = list(waiting.order_by("id").select_for_update(skip_locked=True)[:limit])
    if not rows:
        return Judged(events=0, laid=0, released=0, more=False)
    events = [heard(row) for row in rows]
    book = live_rules()
    turn = first_turn(events, book)
    laid, released = carry_out(events[:turn], book, releases=True)
    Event.objects.filter(pk__in=[row.pk for row in rows[:turn]]).update(judged_at=timezone.now())
    more = turn < len(rows) or len(rows) == limit
    return Judged(events=turn, laid=laid, released=released, more=more)


def judge_kept(
    *,
    rule_id: int,
    beyond: bool = False,
    limit: int = BATCH,
    before: Sequence[Step] = (),
    found: Sequence[Heard] = (),
) -> int:
    """Judge events that a rule kept while it was paused; how many. Joins the transaction.

    Args:
        beyond: somebody allowed it to go beyond its limits for these.
        before: is taken first, in the same posting.
        found: what its search found, judged with them.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    kept = list(
        KeptEvent.objects.filter(rule_id=rule_id, for_release=False)
        .select_related("event")
        .order_by("id")
        .select_for_update(of=("self",), skip_locked=True)[:limit]
    )
    if not kept and not before and not found:
        return 0
    book = live_rules(only=rule_id)
    events = [*(heard(each.event) for each in kept), *found]
    carry_out(events, book, releases=False, beyond=beyond, before=before)
    if rule_id not in book.broken:
        KeptEvent.objects.filter(pk__in=[each.pk for each in kept]).delete()
    return len(kept)


def carry_out(
    events: Sequence[Heard],
    book: RuleBook,
    *,
    releases: bool,
    beyond: bool = False,
    before: Sequence[Step] = (),
) -> tuple[int, int]:
    """Weigh the events, lay and let go in one posting, and write down what was done.

    Args:
        releases: the events may let go of freezes.
        beyond: the limits of freezing do not count.
        before: is taken before all that the events come to.

    Returns:
        Claims laid and holds let go of.
    """
    now = timezone.now()
    weighed = weigh(events, book, now=now)
    stopping.pause_failed({**book.broken, **weighed.failed})
    stopping.keep_for_paused(events, book, weighed.failed)
    laid = _claims(own_claims.beyond(weighed.hits), now)
    laid, taken = _within_limits(laid, now, beyond=beyond)
    real = [at for at, each in enumerate(laid) if not each.hit.rule.is_shadow]
    steps = [*before, *(_steps(events, now) if releases else [])]
    requests = [each.request for each in steps] + [laid[at].request for at in real]
    outcomes = inventory.claims(requests, actor=ACTOR) if requests else []
    let_go = close_after(steps, outcomes[: len(steps)], now)
    done = dict(zip(real, outcomes[len(steps) :], strict=True))
    _write_down(laid, taken, done, now)
    return sum(not each.refused for each in done.values()), let_go


def within_limits(events: Sequence[Heard], book: RuleBook) -> bool:
    """False when all of these together are beyond a limit: the rule is stopped, nothing is laid."""
    now = timezone.now()
    laid = _claims(own_claims.beyond(weigh(events, book, now=now).hits), now)
    kept, _estimates = _within_limits(laid, now, beyond=False)
    return len(kept) == len(laid)


def _claims(hits: Sequence[Hit], now: datetime) -> list[Laid]:
    places = laying.places_of(hits)
    return [each for hit in hits for each in laying.claims_of(hit, places, now=now)]


def _within_limits(
    laid: list[Laid], now: datetime, *, beyond: bool
) -> tuple[list[Laid], dict[int, Taken]]:
    """What may be laid; rules beyond their limits are stopped whole. Estimates by place in laid."""
    unsure = [
        at for at, each in enumerate(laid)
        if each.hit.rule.is_shadow or limits.is_limited(each.hit.rule.definition.limits)
    ]  # fmt: skip
    found = dict(zip(unsure, limits.estimates([laid[at] for at in unsure]), strict=True))
    if beyond:
        return laid, found
    broken = limits.beyond([laid[at] for at in unsure], [found[at] for at in unsure], now=now)
    if not broken:
        return laid, found
    stopping.stop_at_limit(laid, found, broken)
    kept = [at for at, each in enumerate(laid) if each.hit.rule.id not in broken]
    return [laid[at] for at in kept], {
        new: found[old] for new, old in enumerate(kept) if old in found
    }


def _steps(events: Sequence[Heard], now: datetime) -> list[Step]:
    if not any(Watch.objects.filter(closed_at__isnull=True)[:1]):
        return []
    wide = releasing.hear_widely(events)
    watches = releasing.watches_for(events, without=wide)
    pairs = releasing.prove_by(events, watches)
    steps = following.steps(pairs) + releasing.steps_after(pairs, now=now)
    return release_limits.within(steps, now=now, pairs=pairs)


def close_after(steps: Sequence[Step], outcomes: Sequence[inventory.Outcome], now: datetime) -> int:
    """Close the watches of holds that are gone, watch what they became; how many are gone."""
    gone: list[int] = []
    became: dict[int, int | None] = {}
    works = Workdays()
    for step, outcome in zip(steps, outcomes, strict=True):
        closed = outcome.refusal is not None and outcome.refusal.code == "already_released"
        if closed or (step.ends and not outcome.refused):
            gone.append(step.watch.pk)
        if step.then_release is not None and outcome.hold_id is not None and not outcome.repeated:
            _watch_again(step, outcome.hold_id, now, works)
            became[outcome.hold_id] = step.watch.version_id
    if became:
        rule_leases.of_converted(became, now=now)
    putting_off.note(steps, outcomes, now=now)
    Watch.objects.filter(pk__in=gone).update(closed_at=now)
    return len(set(gone))


def _watch_again(step: Step, hold_id: int, now: datetime, works: Workdays) -> None:
    """The hold that a disposition made waits for its own formula, about the same goods."""
    old, tree = step.watch, dict(step.then_release or {})
    Watch.objects.create(
        hold_id=hold_id,
        version_id=old.version_id,
        formula=tree,
        # It goes on following the document that the first one follows.
        hears=sorted({*releasing.heard_kinds(tree, ()), *({CHANGED} & set(old.hears))}),
        document=old.document,
        supplier=old.supplier,
        sku_id=old.sku_id,
        lot_id=old.lot_id,
        warehouse_id=old.warehouse_id,
        location_id=old.location_id,
        zone_id=old.zone_id,
        look_at=formula.next_look(tree, frozen_at=now, now=now, works=works),
    )


def _write_down(
    laid: Sequence[Laid],
    taken: dict[int, Taken],
    done: dict[int, inventory.Outcome],
    now: datetime,
) -> None:
    """A verdict for each claim, and a watch for each hold that something may let go of."""
    new = {at: each for at, each in done.items() if not each.repeated}
    holds = [each.hold_id for each in new.values() if each.hold_id is not None]
    held = scope_units.held_by(holds) if holds else {}
    verdicts, watches, works = [], [], Workdays()
    for at, each in enumerate(laid):
        outcome = new.get(at)
        if outcome is None and not each.hit.rule.is_shadow:
            continue
        verdict = _verdict(each, outcome)
        if verdict.hold_id is not None:
            verdict.qty = held.get(verdict.hold_id, 0)
            verdict.value = each.hit.cost * verdict.qty
            watches.append(_watch(each, verdict.hold_id, now, works))
        else:
            would = taken.get(at, Taken())
            verdict.qty, verdict.value = would.units, would.value
        verdicts.append(verdict)
    Verdict.objects.bulk_create(verdicts)
    Watch.objects.bulk_create(watches, ignore_conflicts=True)
    rule_leases.of_laid(
        (each.hold_id, laid[at].hit.rule.definition.lease)
        for at, each in new.items()
        if each.hold_id is not None and not each.refused
    )


def _verdict(laid: Laid, outcome: inventory.Outcome | None) -> Verdict:
    refused = outcome is not None and outcome.refused
    said = Outcome.WOULD_FREEZE if outcome is None else Outcome.FROZEN
    return Verdict(
        event_id=laid.hit.event.id,
        version_id=laid.hit.rule.version_id,
        document=laid.request.document,
        outcome=Outcome.REFUSED if refused else said,
        hold_id=outcome.hold_id if outcome is not None and not refused else None,
        sku_id=laid.scope.sku_id,
        lot_id=laid.scope.lot_id,
        warehouse_id=laid.scope.warehouse_id,
        facts=dict(laid.hit.facts),
        code=outcome.refusal.code if outcome is not None and outcome.refusal else "",
    )


def _watch(laid: Laid, hold_id: int, now: datetime, works: Workdays) -> Watch:
    definition, scope = laid.hit.rule.definition, laid.scope
    return Watch(
        hold_id=hold_id,
        version_id=laid.hit.rule.version_id,
        formula=dict(definition.release),
        dispositions=[dict(each) for each in definition.dispositions],
        regrade=definition.regrade,
        hears=sorted(definition.hears),
        document=laid.hit.event.document,
        supplier=scope.supplier,
        sku_id=scope.sku_id,
        lot_id=scope.lot_id,
        warehouse_id=scope.warehouse_id,
        location_id=scope.location_id,
        zone_id=scope.zone_id,
        look_at=formula.next_look(definition.release, frozen_at=now, now=now, works=works),
    )


def look_again(*, now: datetime | None = None, limit: int = DUE_AT_ONCE) -> int:
    """Holds whose formula time or facts may have met: let go of those; how many were looked at."""
    assert connection.in_atomic_block, "The edge opens the transaction."
    now = now or timezone.now()
    watches = releasing.due(now=now, limit=limit)
    steps = putting_off.steps_again(watches, now=now)
    steps += releasing.steps_met([watch for watch in watches if not watch.put_off], now=now)
    steps = release_limits.within(steps, now=now, due=True)
    outcomes = inventory.claims([step.request for step in steps], actor=ACTOR) if steps else []
    close_after(steps, outcomes, now)
    return len(watches)


def let_go_held_back(*, rule_id: int, beyond: bool) -> int:
    """What a rule was not to let go of at its limit is looked at again; how many are let go of.

    Posts: joins a transaction that posts nothing else. See `held_back_steps`.
    """
    steps = held_back_steps(rule_id=rule_id, beyond=beyond)
    outcomes = inventory.claims([step.request for step in steps], actor=ACTOR) if steps else []
    return close_after(steps, outcomes, timezone.now())


def held_back_steps(*, rule_id: int, beyond: bool) -> list[Step]:
    """How a rule lets go of what it was not to let go of at its limit; nothing waits any more.

    Joins the transaction. Of very many the first are let go of beyond the limits, the others are
    weighed again when they are looked at.

    Args:
        beyond: somebody allowed it to go beyond its limits for these.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    now = timezone.now()
    waiting = release_limits.held_back(rule_id=rule_id)
    ids = list(waiting.order_by("id").values_list("pk", flat=True))
    waiting.update(held_back_at=None, look_at=now)
    kept = KeptEvent.objects.filter(rule_id=rule_id, for_release=True).select_related("event")
    events = [heard(each.event) for each in kept.order_by("id")]
    _put_off_later(events, ids[MOST_KEPT:])
    kept.delete()
    first = (
        Watch.objects.filter(pk__in=ids[:MOST_KEPT])
        .select_related("hold__reason")
        .order_by("id")
        .select_for_update(of=("self",))
    )
    watches = list(first)
    pairs = [
        (event, watch) for event in events for watch in watches if releasing.speaks_of(event, watch)
    ]
    spoken = {watch.pk for _event, watch in pairs}
    steps = releasing.steps_after(pairs, now=now)
    silent = [each for each in watches if each.pk not in spoken]
    steps += putting_off.steps_again(silent, now=now)
    steps += releasing.steps_met([each for each in silent if not each.put_off], now=now)
    return steps if beyond else release_limits.within(steps, now=now, pairs=pairs, due=True)


def _put_off_later(events: Sequence[Heard], ids: Sequence[int]) -> None:
    """What the events were to do about later freezes is done when those are looked at."""
    later = list(
        Watch.objects.filter(pk__in=ids).exclude(dispositions=[]).order_by("id").select_for_update()
    )
    for watch in later:
        deeds = [
            [event.id, at]
            for event in events
            if event.id is not None and releasing.speaks_of(event, watch)
            for at, deed in enumerate(watch.dispositions)
            if deed["on"] == event.kind
        ]
        watch.put_off = [*watch.put_off, *(each for each in deeds if each not in watch.put_off)]
    Watch.objects.bulk_update(later, ["put_off"])


def judge_alone(*, event_id: int, error: str) -> None:
    """An event failed alone: counted, and set apart after its last attempt. Own transaction."""
    row = Event.objects.select_for_update().get(pk=event_id)
    row.attempts += 1
    row.error = error[:400]
    if row.attempts >= LAST_ATTEMPT:
        row.failed_at = timezone.now()
    row.save(update_fields=["attempts", "error", "failed_at"])
