"""Before a rule acts and after: what it would do, would have done, and whether it does good."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from freeze_rules.conditions import ConditionRefused
from freeze_rules.definition import DefinitionWrong
from freeze_rules.models import Outcome, Rule
from freeze_rules.selectors import misses, rule_reviews, rule_views, wording
from freeze_rules.selectors.replaying import ReplayFailed
from freeze_rules.selectors.rule_views import fact_label
from freeze_rules.services import previewing, replaying, reviewing, supposing
from freeze_rules.services.rules import RuleRefused
from freeze_rules.triggers import TRIGGERS
from freeze_rules.views.rules import found_rule
from org import roles
from org.access import permission_required, person_of
from org.addresses import number_in
from org.scope import Scope
from org.selectors import jobs as jobs_of
from org.selectors import scope_of

MONTH = timedelta(days=30)
ROWS = 100


@require_http_methods(["GET", "POST"])
@permission_required(roles.RULES_VIEW)
def preview(request: HttpRequest, rule_id: int) -> HttpResponse:
    """What it would freeze on present stock; POST asks for a replay of the past."""
    person, rule = person_of(request), found_rule(rule_id)
    if request.method == "POST":
        return _ask(request, rule)
    if TRIGGERS[_trigger(rule)].scanned and {"like", "week"} & set(request.GET):
        # A search asks for no example.
        return HttpResponseRedirect(reverse("rule-preview", args=[rule.pk]))
    scope = scope_of(person, permission=roles.RULES_VIEW)
    version = rule.next_version or rule.version
    told = version.definition if version else {}
    scanned = TRIGGERS[str(told.get("trigger"))].scanned
    number = number_in(request.GET, "job")
    here = reverse("rule-preview", args=[rule.pk])
    mine = [each for each in jobs_of(person=person, limit=50) if each.page_url == here]
    job = next((each for each in mine if each.id == number), mine[0] if mine else None)
    context: dict[str, Any] = {
        "rule": rule,
        "version": version,
        "sentence": wording.sentence(told, rule.parameters),
        "scanned": scanned,
        "job": job,
        "jobs": mine[:10],
        "parameters": wording.parameters_said(rule.preset, rule.parameters),
        "result": _shown(job.result) if job and job.result else None,
    }  # fmt: skip
    status = 200
    if not scanned:
        fields = supposing.fields_for(str(told.get("trigger")))
        context["example"] = {name: request.GET.get(name, "")[:64] for name in fields}
    try:
        context["preview"] = previewing.preview(rule, scope=scope)
        if "like" in request.GET:
            context["supposed"] = supposing.suppose(
                rule, example=_example(context["example"]), scope=scope
            )
        elif "week" in request.GET:
            context["supposed"] = supposing.last_week(rule, scope=scope)
        context["policy"] = wording.POLICIES.get(str(told.get("policy", "FREE_ONLY")), "")
    except supposing.ExampleRefused as refused:
        context["wrong"], status = {refused.field: str(refused)}, 422
    except (DefinitionWrong, ConditionRefused) as wrong:
        messages.error(request, str(wrong))
    return render(request, "freeze_rules/rule_preview.html", context, status=status)


def _example(typed: dict[str, str]) -> supposing.Example:
    """What was typed as an example; a quantity that is none is refused as one.

    Raises:
        ExampleRefused: bad_quantity.
    """
    qty = typed.get("qty", "").strip()
    if qty and not (qty.isascii() and qty.isdecimal() and len(qty) < 12):
        raise supposing.ExampleRefused("bad_quantity", "qty")
    others = {name: value for name, value in typed.items() if name != "qty"}
    return supposing.Example(**others, qty=int(qty) if qty else None)


def _trigger(rule: Rule) -> str:
    version = rule.next_version or rule.version
    return str(version.definition.get("trigger")) if version else ""


def _ask(request: HttpRequest, rule: Rule) -> HttpResponse:
    given = {}
    for name, before in rule.parameters.items():
        typed = request.POST.get(f"param-{name}", "").strip()[:2_000]
        try:
            value = typed if isinstance(before, str) else json.loads(typed or "null")
        except ValueError:
            value = typed
        if typed and value != before:
            given[name] = value
    days = request.POST.get("days", "")
    here = reverse("rule-preview", args=[rule.pk])
    try:
        with transaction.atomic(durable=True):
            job = replaying.ask_replay(
                rule_id=rule.pk,
                days=int(days) if days.isdecimal() and len(days) < 6 else 0,
                parameters=given,
                person=person_of(request),
            )
    except RuleRefused as refused:
        messages.error(request, str(refused))
        return HttpResponseRedirect(here)
    return HttpResponseRedirect(f"{here}?job={job}#replay")


def _shown(result: dict[str, Any]) -> dict[str, Any]:
    """The result for a page: hours with the share of the fullest, facts by their names."""
    hours = sorted(result.get("hours", {}).items())
    most = max((units for _hour, units in hours), default=0)
    first = [
        {**row, "facts": [(fact_label(code), value) for code, value in row["facts"].items()]}
        for row in result.get("first", [])
    ]
    # The longest wanted first; a result from before these were worked out has none.
    waiting = sorted(result.get("waiting", {}).items(), key=lambda each: (-each[1], each[0]))
    return {
        **result, "hours": hours[-ROWS:], "most": most, "first": first, "waiting": waiting[:ROWS],
        "waiting_count": len(waiting),
        **{when: [fact_label(code) for code in result.get(when, [])] for when in ("then", "today")},
    }  # fmt: skip


@require_GET
@permission_required(roles.RULES_VIEW)
def shadow(request: HttpRequest, rule_id: int) -> HttpResponse:
    """What it would have frozen while it ran on paper, beside what people froze by hand."""
    person, rule = person_of(request), found_rule(rule_id)
    scope = scope_of(person, permission=roles.RULES_VIEW)
    rows = rule_views.verdicts(
        rule_id=rule.pk, scope=scope, outcomes=[Outcome.WOULD_FREEZE],
        before=number_in(request.GET, "before"), limit=ROWS + 1,
    )  # fmt: skip
    agreed = rule_reviews.agreed_by_hand([row.id for row in rows[:ROWS]])
    context = {
        "rule": rule,
        "rows": [(row, agreed.get(row.id)) for row in rows[:ROWS]],
        "agreed": len(agreed),
        "shown": min(len(rows), ROWS),
        "next_url": f"?before={rows[ROWS - 1].id}" if len(rows) > ROWS else "",
        "may_ask": rule.state == "SHADOW" and person.may(roles.RULES_EDIT),
    }
    return render(request, "freeze_rules/rule_shadow.html", context)


@require_GET
@permission_required(roles.RULES_VIEW)
def review(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Does the rule still do good: hits, false alarms, and goods that it did not see."""
    person, rule = person_of(request), found_rule(rule_id)
    scope = scope_of(person, permission=roles.RULES_VIEW)
    since = timezone.now() - MONTH
    version = rule.version
    reason = str(version.definition.get("reason", "")) if version else ""
    context = {
        "rule": rule,
        "figures": rule_reviews.figures(rule_id=rule.pk, scope=scope, since=since),
        "verdicts": rule_views.verdicts(rule_id=rule.pk, scope=scope, since=since, limit=ROWS),
        "cost": rule_reviews.cost(rule_id=rule.pk, scope=scope, since=since, now=timezone.now()),
        "misses": _misses(request, rule, scope, since),
        "reason": wording.reason_labels().get(reason, reason),
        "may_edit": person.may(roles.RULES_EDIT) and rule.state != "RETIRED",
        "next_on": timezone.localdate() + MONTH,
    }
    return render(request, "freeze_rules/rule_review.html", context)


def _misses(request: HttpRequest, rule: Rule, scope: Scope, since: datetime) -> list[misses.Miss]:
    """What it missed; nothing, and why, when its condition cannot be judged."""
    try:
        return misses.misses(rule=rule, scope=scope, since=since)
    except (DefinitionWrong, ConditionRefused, ReplayFailed) as wrong:
        messages.error(request, str(wrong))
        return []


@require_POST
@permission_required(roles.RULES_EDIT)
def reviewed(request: HttpRequest, rule_id: int) -> HttpResponse:
    """It was looked at; the next day is set."""
    try:
        day = date.fromisoformat(request.POST.get("next_on", ""))
    except ValueError:
        day = None
    try:
        with transaction.atomic(durable=True):
            reviewing.reviewed(
                rule_id=rule_id, next_on=day, note=request.POST.get("note", "")[:400],
                person=person_of(request),
            )  # fmt: skip
    except RuleRefused as refused:
        messages.error(request, str(refused))
        return HttpResponseRedirect(reverse("rule-review", args=[rule_id]))
    messages.success(request, _("Looked at; the next review is set."))
    return HttpResponseRedirect(reverse("freeze-rule", args=[rule_id]))
