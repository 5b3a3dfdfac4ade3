"""A replay: long work that judges the past chunk by chunk and tells what a rule would have done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from freeze_rules import conditions, formula
from freeze_rules.definition import DefinitionWrong
from freeze_rules.models import Event, Rule
from freeze_rules.selectors import past_searches, replaying
from freeze_rules.selectors.aftermath import INSPECTED, Answers, answers
from freeze_rules.selectors.rulebook import LiveRule, RuleBook
from freeze_rules.selectors.weighing import Heard, Hit, heard
from freeze_rules.services import ledger_events
from freeze_rules.services.laying import ends_at
from freeze_rules.services.rules import RuleRefused
from freeze_rules.triggers import TRIGGERS
from inventory import selectors as stock
from inventory.selectors import past_arrivals
from inventory.selectors.past_arrivals import Sought
from inventory.selectors.past_waiting import Window, waited
from org import roles
from org import services as org
from org.models import Person
from org.selectors import scope_of
from org.services.job_runs import JobTrouble, Step, Work

KIND = "rules.replay"
CHUNK = 5_000
MOST_DAYS = 366
SHOWN = 50
GOOD = "ZP"
# Hits whose effect on the orders of that time is worked out.
MOST_WAITED = 500
NUMBERS = (
    "events", "ledger", "hits", "units", "live", "false", "by_hand", "right", "sound", "unknown",
    "looked",
)  # fmt: skip


def ask_replay(*, rule_id: int, days: int, parameters: Mapping[str, Any], person: Person) -> int:
    """Have the rule judged over the last days; the id of the job. Joins the transaction.

    Args:
        rule_id: whose waiting change, or else whose version is judged.
        days: how far back, 1 to 366.
        parameters: other values than its own, to see what they would do.
        person: who asks; only warehouses they see are counted.

    Raises:
        RuleRefused: not_allowed, unknown_rule, unknown_parameter, days_wrong,
            search_days_wrong, definition_wrong.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    if not person.may(roles.RULES_VIEW):
        raise RuleRefused("not_allowed")
    rule = _rule(rule_id)
    if not 1 <= days <= MOST_DAYS:
        raise RuleRefused("days_wrong")
    version = rule.next_version or rule.version
    trigger = str(version.definition.get("trigger")) if version else ""
    if days > past_searches.MOST_DAYS and _searches(trigger):
        raise RuleRefused("search_days_wrong")
    if set(parameters) - set(rule.parameters):
        raise RuleRefused("unknown_parameter")
    try:
        replaying.book_of(rule, parameters=parameters)
    except (DefinitionWrong, conditions.ConditionRefused) as wrong:
        raise RuleRefused("definition_wrong") from wrong
    now = timezone.now()
    return org.add_job(
        kind=KIND,
        title=_("%(rule)s over the last %(n)s days") % {
            "rule": f"{version} {rule.name}", "n": days,
        },
        person=person,
        payload={
            "rule": rule.pk,
            "since": (now - timedelta(days=days)).isoformat(),
            "until": now.isoformat(),
            "parameters": dict(parameters),
        },
        page_url=reverse("rule-preview", args=[rule.pk]),
    )  # fmt: skip


def _rule(rule_id: int) -> Rule:
    rows = Rule.objects.select_related("version", "next_version")
    rule = rows.filter(pk=rule_id, version__isnull=False).first()
    if rule is None:
        raise RuleRefused("unknown_rule")
    return rule


def replay(work: Work) -> Iterator[Step]:
    """Judge the events of the time, chunk by chunk; the result grows with each.

    First those that were kept, then what the ledger booked besides them.
    """
    if work.place.get("end"):
        return
    try:
        past = _past(work)
        if _searches(past.live.definition.trigger):
            yield from _search_nights(work, past)
            return
        told = dict(work.place.get("told") or past.nothing())
        place, done = dict(work.place), work.done
        total = int(place.get("total") or past.count())
        while not place.get("end"):
            batch, place = past.next(place)
            found = list(replaying.hits(batch, past.book))
            told = _added(told, batch, found, past)
            done = total if place.get("end") else min(done + len(batch), total)
            kept = {**place, "total": total, "told": told}
            yield Step(done=done, total=total, place=kept, result=told)
    except (DefinitionWrong, conditions.ConditionRefused, replaying.ReplayFailed) as wrong:
        raise JobTrouble(str(wrong)) from wrong


def _searches(trigger: str) -> bool:
    return trigger in TRIGGERS and TRIGGERS[trigger].scanned


def _search_nights(work: Work, past: _Past) -> Iterator[Step]:
    """A rule that searches: night by night over the stock of then, from the first one."""
    since, until = (parse_datetime(str(work.payload[name])) for name in ("since", "until"))
    assert since is not None, "ask_replay wrote it."
    assert until is not None, "ask_replay wrote it."
    moments = past_searches.nights(since, until)
    if not moments:
        return
    try:
        stock_then = past_searches.Past(past.live, moments, past.houses)
    except past_searches.TooMuch:
        raise JobTrouble(
            _("More than %(most)s cells lay there: narrow the rule's condition or its place.")
            % {"most": f"{past_searches.MOST_CELLS:,}"}
        ) from None
    then, today = past_searches.facts_by_time(past.live)
    told = {**past.nothing(), "then": then, "today": today, "nights": len(moments)}
    for at in range(len(moments)):
        searched, found = stock_then.night(at)
        told = _added(told, [], found, past)
        told["events"] = told["ledger"] = told["events"] + searched
        done = at + 1
        end = done == len(moments)
        yield Step(done=done, total=len(moments), place={"end": end}, result=told)


@dataclass(frozen=True)
class _Past:
    """Where the events come from, and what came after them."""

    live: LiveRule
    book: RuleBook
    events: QuerySet[Event]
    sought: Sought | None
    answers: Answers
    houses: Collection[int] | None

    def count(self) -> int:
        """Events to look at: kept ones, and postings (those told of twice count twice)."""
        return self.events.count() + (past_arrivals.count_of(self.sought) if self.sought else 0)

    def next(self, place: Mapping[str, Any]) -> tuple[list[Heard], dict[str, Any]]:
        """The next chunk, and where the one after it begins."""
        if not place.get("kept"):
            after = int(place.get("after") or 0)
            rows = list(self.events.filter(pk__gt=after).order_by("pk")[:CHUNK])
            kept = len(rows) < CHUNK
            here = {"after": rows[-1].pk if rows else after, "kept": kept}
            return [heard(row) for row in rows], {**here, "end": kept and self.sought is None}
        assert self.sought is not None, "Without postings it ends with the events."
        posting = int(place.get("posting") or 0)
        ids = past_arrivals.next_of(self.sought, after=posting, limit=CHUNK)
        again = ledger_events.told_again(self.live.definition.trigger, ids)
        last = {"posting": ids[-1] if ids else posting, "end": len(ids) < CHUNK}
        return again, {**place, **last}

    def nothing(self) -> dict[str, Any]:
        """The result before anything was judged."""
        then, today = replaying.facts_by_time(self.live)
        return {
            "rule": self.live.id, **dict.fromkeys(NUMBERS, 0), "value": "0", "missed": "0",
            "hours": {}, "first": [], "waiting": {}, "then": then, "today": today,
            "from_ledger": self.sought is not None,
        }  # fmt: skip


def _past(work: Work) -> _Past:
    rule = _rule(int(work.payload["rule"]))
    since = parse_datetime(str(work.payload["since"]))
    until = parse_datetime(str(work.payload["until"]))
    assert since is not None, "ask_replay wrote it."
    assert until is not None, "ask_replay wrote it."
    scope = scope_of(work.person, permission=roles.RULES_VIEW)
    houses = None if scope.is_everything else [view.id for view in stock.warehouses(scope=scope)]
    live = replaying.as_live(rule, parameters=work.payload["parameters"])
    book = RuleBook()
    book.add(live)
    return _Past(
        live=live,
        book=book,
        events=replaying.candidates(kind=live.definition.trigger, since=since, houses=houses),
        sought=ledger_events.sought(live, since=since, until=until, houses=houses),
        answers=answers({*INSPECTED, *formula.hears(live.definition.release)}, since=since),
        houses=houses,
    )


def _added(
    told: Mapping[str, Any], batch: Sequence[Heard], found: list[Hit], past: _Past
) -> dict[str, Any]:
    """What was told, with these events and hits in it."""
    beside = replaying.compared(found, past.answers, rule_id=past.live.id)
    hours = Counter(told["hours"])
    value = Decimal(told["value"])
    units = 0
    for hit in found:
        here = replaying.units_of(hit)
        units += here
        value += hit.cost * here
        hours[f"{timezone.localtime(hit.event.occurred_at):%Y-%m-%d %H:00}"] += here
    looked = found[: max(MOST_WAITED - told["looked"], 0)]
    waiting, missed = _waiting(looked, past)
    more = {
        "events": len(batch), "ledger": sum(each.id is None for each in batch),
        "hits": len(found), "units": units, "live": beside.live, "false": beside.false,
        "by_hand": beside.by_hand, "right": beside.right, "sound": beside.sound,
        "unknown": beside.unknown, "looked": len(looked),
    }  # fmt: skip
    first = [*told["first"], *(_row(hit) for hit in found[:SHOWN])][:SHOWN]
    return {
        **told, **{name: told[name] + more[name] for name in NUMBERS}, "value": str(value),
        "hours": dict(hours), "first": first, "waiting": {**told["waiting"], **waiting},
        "missed": str(Decimal(told["missed"]) + missed),
    }  # fmt: skip


def _waiting(looked: Sequence[Hit], past: _Past) -> tuple[dict[str, int], Decimal]:
    """Orders that would have waited for what these hits take, with the units they wanted; and
    these units at list price."""
    windows = [
        Window(
            warehouse_id=item.warehouse_id, sku_id=item.sku_id, since=hit.event.occurred_at,
            units=item.qty if (asked := hit.rule.definition.quantity.of(item.qty)) is None
            else asked,
            until=_ends(hit, past.answers), spares=f"FR-{hit.rule.id}",
        )
        for hit in looked
        for item in hit.items
        if item.warehouse_id is not None and item.grade == GOOD
        and (past.houses is None or item.warehouse_id in past.houses)
    ]  # fmt: skip
    found: dict[str, int] = {}
    missed = Decimal(0)
    for each in waited(windows):
        # Whoever waits for one freeze does not wait a second time for the next.
        new = {document: units for document, units in each.documents.items()
               if document not in found}  # fmt: skip
        found |= new
        missed += each.price * sum(new.values())
    return found, missed


def _ends(hit: Hit, told: Answers) -> datetime | None:
    """When the freeze would have ended: by its ways out or by its lease; None: it would last."""
    ways = (told.released(hit), ends_at(hit.rule.definition, hit, hit.event.occurred_at))
    return min((at for at in ways if at is not None), default=None)


def _row(hit: Hit) -> dict[str, Any]:
    return {
        "event": hit.event.id,
        "at": f"{timezone.localtime(hit.event.occurred_at):%Y-%m-%d %H:%M}",
        "document": hit.event.document,
        "units": replaying.units_of(hit),
        "facts": dict(hit.facts),
    }
