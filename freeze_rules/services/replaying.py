"""A replay: long work that judges the past chunk by chunk and tells what a rule would have done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from freeze_rules import conditions
from freeze_rules.definition import DefinitionWrong
from freeze_rules.models import Event, Rule
from freeze_rules.selectors import replaying
from freeze_rules.selectors.weighing import Hit
from freeze_rules.services.rules import RuleRefused
from inventory import selectors as stock
from org import roles
from org import services as org
from org.models import Person
from org.selectors import scope_of
from org.services.job_runs import JobTrouble, Step, Work

KIND = "rules.replay"
CHUNK = 5_000
MOST_DAYS = 366
SHOWN = 50
NUMBERS = ("hits", "units", "live", "false", "by_hand")


def ask_replay(*, rule_id: int, days: int, parameters: Mapping[str, Any], person: Person) -> int:
    """Have the rule judged over the last days; the id of the job. Joins the transaction.

    Args:
        rule_id: whose waiting change, or else whose version is judged.
        days: how far back, 1 to 366.
        parameters: other values than its own, to see what they would do.
        person: who asks; only warehouses they see are counted.

    Raises:
        RuleRefused: not_allowed, unknown_rule, unknown_parameter, days_wrong, definition_wrong.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    if not person.may(roles.RULES_VIEW):
        raise RuleRefused("not_allowed")
    rule = _rule(rule_id)
    if not 1 <= days <= MOST_DAYS:
        raise RuleRefused("days_wrong")
    if set(parameters) - set(rule.parameters):
        raise RuleRefused("unknown_parameter")
    try:
        replaying.book_of(rule, parameters=parameters)
    except (DefinitionWrong, conditions.ConditionRefused) as wrong:
        raise RuleRefused("definition_wrong") from wrong
    version = rule.next_version or rule.version
    return org.add_job(
        kind=KIND,
        title=_("%(rule)s over the last %(n)s days") % {
            "rule": f"{version} {rule.name}", "n": days,
        },
        person=person,
        payload={
            "rule": rule.pk,
            "since": (timezone.now() - timedelta(days=days)).isoformat(),
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
    """Judge the events of the time, chunk by chunk; the result grows with each."""
    rule = _rule(int(work.payload["rule"]))
    since = parse_datetime(str(work.payload["since"]))
    assert since is not None, "ask_replay wrote it."
    scope = scope_of(work.person, permission=roles.RULES_VIEW)
    houses = None if scope.is_everything else [view.id for view in stock.warehouses(scope=scope)]
    version = rule.next_version or rule.version
    trigger = str(version.definition.get("trigger", "")) if version else ""
    events = replaying.candidates(kind=trigger, since=since, houses=houses)
    total = int(work.place.get("total") or events.count())
    after, done = int(work.place.get("after") or 0), work.done
    told: dict[str, Any] = dict(work.place.get("told") or _nothing(rule, total))
    if work.place.get("end"):
        return
    try:
        book = replaying.book_of(rule, parameters=work.payload["parameters"])
        while True:
            rows: list[Event] = list(events.filter(pk__gt=after).order_by("pk")[:CHUNK])
            found = list(replaying.hits(rows, book))
            told = _added(told, found, rule_id=rule.pk)
            after, done = (rows[-1].pk if rows else after), min(done + len(rows), total)
            end = len(rows) < CHUNK
            place = {"after": after, "total": total, "told": told, "end": end}
            yield Step(done=done, total=total, place=place, result=told)
            if end:
                return
    except (DefinitionWrong, conditions.ConditionRefused, replaying.ReplayFailed) as wrong:
        raise JobTrouble(str(wrong)) from wrong


def _nothing(rule: Rule, total: int) -> dict[str, Any]:
    numbers = dict.fromkeys(NUMBERS, 0)
    return {"rule": rule.pk, "events": total, **numbers, "value": "0", "hours": {}, "first": []}


def _added(told: Mapping[str, Any], found: list[Hit], *, rule_id: int) -> dict[str, Any]:
    """What was told, with these hits in it."""
    beside = replaying.compared(found, rule_id=rule_id)
    hours = Counter(told["hours"])
    value = Decimal(told["value"])
    units = 0
    for hit in found:
        here = replaying.units_of(hit)
        units += here
        value += hit.cost * here
        hours[f"{timezone.localtime(hit.event.occurred_at):%Y-%m-%d %H:00}"] += here
    more = {
        "hits": len(found), "units": units, "live": beside.live, "false": beside.false,
        "by_hand": beside.by_hand,
    }  # fmt: skip
    first = [*told["first"], *(_row(hit) for hit in found[:SHOWN])][:SHOWN]
    return {
        **told, **{name: told[name] + more[name] for name in NUMBERS}, "value": str(value),
        "hours": dict(hours), "first": first,
    }  # fmt: skip


def _row(hit: Hit) -> dict[str, Any]:
    return {
        "event": hit.event.id,
        "at": f"{timezone.localtime(hit.event.occurred_at):%Y-%m-%d %H:%M}",
        "document": hit.event.document,
        "units": replaying.units_of(hit),
        "facts": dict(hit.facts),
    }
