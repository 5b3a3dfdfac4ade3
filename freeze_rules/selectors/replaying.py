"""A rule over the events of the past: what it would have met. Writes nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from freeze_rules import conditions
from freeze_rules.models import Event, ManualFreeze, Outcome, Rule, Verdict
from freeze_rules.selectors.aftermath import FAULTS, PASSED, Answers
from freeze_rules.selectors.past_facts import past_customs
from freeze_rules.selectors.rulebook import LiveRule, RuleBook, compiled_definition, values_for
from freeze_rules.selectors.weighing import Heard, Hit, weigh

# Facts of goods that are reckoned as of the moment of an event: days from dates, what had sold,
# what customs said.
THEN = frozenset({
    "lot.days_left", "lot.life_left_pct", "lot.age_days", "lot.stored_days", "lot.customs",
    "sku.sold_30d", "balance.sold_30d",
})  # fmt: skip
# Somebody who freezes the same goods by hand so soon after agrees with the rule.
AGREES = timedelta(hours=48)


@dataclass(frozen=True, kw_only=True)
class Compared:
    """Hits beside what really happened.

    `live`: met live by this rule; `false`: called a false alarm; `by_hand`: the goods were frozen
    by hand soon after. Each hit is one of three: `right` (called so, frozen by hand, or an
    inspection found a fault), `sound` (called a false alarm, or inspected and nothing was found),
    `unknown`.
    """

    live: int
    false: int
    by_hand: int
    right: int
    sound: int
    unknown: int


def book_of(rule: Rule, *, parameters: Mapping[str, Any] | None = None) -> RuleBook:
    """The rule alone, as if it ran (see `as_live`).

    Raises:
        DefinitionWrong, conditions.ConditionRefused: it cannot be judged.
    """
    book = RuleBook()
    book.add(as_live(rule, parameters=parameters))
    return book


def as_live(rule: Rule, *, parameters: Mapping[str, Any] | None = None) -> LiveRule:
    """The rule as if it ran: its waiting change where there is one, its version else.

    Args:
        rule: with `version` and `next_version` at hand.
        parameters: other values than the rule's, to see what they would do.

    Raises:
        DefinitionWrong, conditions.ConditionRefused: it cannot be judged.
    """
    version = rule.next_version or rule.version
    assert version is not None, "A rule that is shown has a version."
    values = {**values_for(rule, version), **(parameters or {})}
    compiled = compiled_definition(version.definition, values)
    # The past is not bound by the days on which the rule is to run.
    definition = replace(compiled.definition, valid_from=None, valid_until=None)
    return LiveRule(
        rule.pk, version.pk, version.label, "", rule.name, rule.priority,
        replace(compiled, definition=definition),
    )  # fmt: skip


def of_goods(live: LiveRule, node: conditions.Node) -> LiveRule:
    """The rule with another condition: such as its own without what only events tell."""
    compiled = replace(
        live.compiled, judge=conditions.compile_closure(node), reads=conditions.facts_in(node),
        key_fact="", key_values=frozenset(), required={},
    )  # fmt: skip
    return replace(live, compiled=compiled)


def facts_by_time(live: LiveRule) -> tuple[list[str], list[str]]:
    """Facts that the rule reads: those known as of each event, and those read as they are today."""
    read = live.compiled.reads
    then = {code for code in read if code.startswith("event.") or code in THEN}
    return sorted(then), sorted(read - then)


def candidates(*, kind: str, since: datetime, houses: Collection[int] | None) -> QuerySet[Event]:
    """Events of this kind since then that speak of these warehouses (None: of all)."""
    rows = Event.objects.filter(kind=kind, occurred_at__gte=since)
    return rows if houses is None else rows.filter(warehouse_id__in=houses)


def hits(rows: Sequence[Heard], book: RuleBook) -> Iterator[Hit]:
    """What the rule meets among these events; dates are reckoned as of each event's day.

    What customs said of a lot is that of the event's moment.

    Raises:
        ReplayFailed: its condition cannot be judged.
    """
    events = sorted(rows, key=lambda each: each.occurred_at)
    lots = (item.lot_id for event in events for item in event.items)
    reads = {code for codes in book.reads.values() for code in codes}
    past = past_customs(lots, reads=reads)
    for _day, batch in groupby(events, key=lambda each: timezone.localdate(each.occurred_at)):
        of_day: list[Heard] = list(batch)
        weighed = weigh(of_day, book, now=of_day[0].occurred_at, past=past)
        if weighed.failed:
            raise ReplayFailed(next(iter(weighed.failed.values())))
        yield from weighed.hits


class ReplayFailed(Exception):
    """The condition failed while it was judged; the text says how."""


def units_of(hit: Hit) -> int:
    """Units it would have frozen: those of the event where it takes everything."""
    quantity = hit.rule.definition.quantity
    return sum(
        item.qty if (asked := quantity.of(item.qty)) is None else asked for item in hit.items
    )


def compared(found: Sequence[Hit], answers: Answers, *, rule_id: int) -> Compared:
    """These hits beside what people and the live rule did. Two statements."""
    ids = {hit.event.id for hit in found if hit.event.id is not None}
    live = Verdict.objects.filter(version__rule_id=rule_id, event_id__in=ids)
    rows: dict[int | None, bool | None] = dict(
        live.filter(outcome__in=[Outcome.FROZEN, Outcome.WOULD_FREEZE])
        .order_by("id")
        .values_list("event_id", "false_alarm")
    )
    by_hand = _by_hand(found)
    said = [_said(hit, rows, at in by_hand, answers) for at, hit in enumerate(found)]
    return Compared(
        live=len(rows),
        false=sum(false is True for false in rows.values()),
        by_hand=len(by_hand),
        right=said.count(True),
        sound=said.count(False),
        unknown=said.count(None),
    )


def _said(
    hit: Hit, verdicts: Mapping[int | None, bool | None], by_hand: bool, answers: Answers
) -> bool | None:
    """True: it was right; False: nothing was wrong with the goods; None: nobody knows."""
    called = verdicts.get(hit.event.id)
    if called is not None:
        return not called
    if by_hand or any(answers.first(kind, hit) for kind in FAULTS):
        return True
    return False if answers.first(PASSED, hit) else None


def _by_hand(found: Sequence[Hit]) -> set[int]:
    """Places of the hits whose goods a person froze within two days."""
    skus = {item.sku_id for hit in found for item in hit.items}
    if not skus:
        return set()
    first = min(hit.event.occurred_at for hit in found)
    frozen: dict[int, list[datetime]] = {}
    rows = ManualFreeze.objects.filter(sku_id__in=skus, at__gte=first)
    for sku, at in rows.values_list("sku_id", "at"):
        frozen.setdefault(sku or 0, []).append(at)
    return {
        place
        for place, hit in enumerate(found)
        if any(
            hit.event.occurred_at <= at <= hit.event.occurred_at + AGREES
            for item in hit.items
            for at in frozen.get(item.sku_id, ())
        )
    }
