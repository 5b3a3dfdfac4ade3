"""A rule over the events of the past: what it would have met. Writes nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from freeze_rules.models import Event, ManualFreeze, Outcome, Rule, Verdict
from freeze_rules.selectors.rulebook import LiveRule, RuleBook, compiled_definition
from freeze_rules.selectors.weighing import Heard, Hit, heard, weigh

# Somebody who freezes the same goods by hand so soon after agrees with the rule.
AGREES = timedelta(hours=48)


@dataclass(frozen=True, kw_only=True)
class Compared:
    """Hits beside what really happened: met live by this rule, called false, frozen by hand."""

    live: int
    false: int
    by_hand: int


def book_of(rule: Rule, *, parameters: Mapping[str, Any] | None = None) -> RuleBook:
    """The rule alone, as if it ran: its waiting change where there is one, its version else.

    Args:
        rule: with `version` and `next_version` at hand.
        parameters: other values than the rule's, to see what they would do.

    Raises:
        DefinitionWrong, conditions.ConditionRefused: it cannot be judged.
    """
    version = rule.next_version or rule.version
    assert version is not None, "A rule that is shown has a version."
    values = {**rule.parameters, **(parameters or {})}
    compiled = compiled_definition(version.definition, values)
    # The past is not bound by the days on which the rule is to run.
    definition = replace(compiled.definition, valid_from=None, valid_until=None)
    book = RuleBook()
    book.add(
        LiveRule(
            rule.pk, version.pk, version.label, "", rule.name, rule.priority,
            replace(compiled, definition=definition),
        )
    )  # fmt: skip
    return book


def candidates(*, kind: str, since: datetime, houses: Collection[int] | None) -> QuerySet[Event]:
    """Events of this kind since then that speak of these warehouses (None: of all)."""
    rows = Event.objects.filter(kind=kind, occurred_at__gte=since)
    return rows if houses is None else rows.filter(warehouse_id__in=houses)


def hits(rows: Sequence[Event], book: RuleBook) -> Iterator[Hit]:
    """What the rule meets among these events; dates are reckoned as of each event's day.

    Raises:
        ReplayFailed: its condition cannot be judged.
    """
    events = sorted(map(heard, rows), key=lambda each: each.occurred_at)
    for _day, batch in groupby(events, key=lambda each: timezone.localdate(each.occurred_at)):
        of_day: list[Heard] = list(batch)
        weighed = weigh(of_day, book, now=of_day[0].occurred_at)
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


def compared(found: Sequence[Hit], *, rule_id: int) -> Compared:
    """These hits beside what people and the live rule did. Two statements."""
    ids = {hit.event.id for hit in found if hit.event.id is not None}
    live = Verdict.objects.filter(version__rule_id=rule_id, event_id__in=ids)
    rows = list(
        live.filter(outcome__in=[Outcome.FROZEN, Outcome.WOULD_FREEZE]).values_list(
            "event_id", "false_alarm"
        )
    )
    return Compared(
        live=len({event for event, _false in rows}),
        false=len({event for event, false in rows if false}),
        by_hand=_by_hand(found),
    )


def _by_hand(found: Sequence[Hit]) -> int:
    """Hits whose goods a person froze within two days."""
    skus = {item.sku_id for hit in found for item in hit.items}
    if not skus:
        return 0
    first = min(hit.event.occurred_at for hit in found)
    frozen: dict[int, list[datetime]] = {}
    rows = ManualFreeze.objects.filter(sku_id__in=skus, at__gte=first)
    for sku, at in rows.values_list("sku_id", "at"):
        frozen.setdefault(sku or 0, []).append(at)
    return sum(
        any(
            hit.event.occurred_at <= at <= hit.event.occurred_at + AGREES
            for item in hit.items
            for at in frozen.get(item.sku_id, ())
        )
        for hit in found
    )
