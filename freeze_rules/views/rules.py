"""Pages of rules: the list, one rule with all it did, and the steps of its life."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_GET, require_POST

from freeze_rules.conditions import ConditionRefused, facts_in, parse
from freeze_rules.definition import DefinitionWrong
from freeze_rules.facts import FACTS
from freeze_rules.facts.registry import described_one
from freeze_rules.lists.rules import RULES
from freeze_rules.models import Rule, RuleState
from freeze_rules.selectors import rule_views, wording
from freeze_rules.selectors.rulebook import values_for
from freeze_rules.services import applying, reviewing, rules
from freeze_rules.services.rules import RuleRefused
from freeze_rules.services.trying import Tried, try_case
from org import roles
from org.access import permission_required, person_of
from org.addresses import number_in
from org.lists.pages import list_page
from org.models import Person
from org.selectors import scope_of

S = RuleState
PAGE = 50


@dataclass(frozen=True)
class Verb:
    """A step that a person may take with a rule: where it may be taken and what it asks."""

    key: str
    label: Promise
    text: Promise
    permission: str
    states: tuple[str, ...]
    # "": nothing is asked, "maybe": a note, "must": a reason.
    why: str = ""
    dangerous: bool = False
    main: bool = False


VERBS: tuple[Verb, ...] = (
    Verb(
        "enable", _lazy("Enable"), _lazy("From now on it freezes by itself."),
        roles.RULES_ENABLE, (S.PENDING_APPROVAL,), "maybe", main=True,
    ),
    Verb(
        "send_back", _lazy("Send back"), _lazy("What runs goes on as it is."),
        roles.RULES_ENABLE, (S.PENDING_APPROVAL,), "must",
    ),
    Verb(
        "resume", _lazy("Go on"), _lazy("It judges what was kept, within its limits."),
        roles.RULES_ENABLE, (S.PAUSED,), "must", main=True,
    ),
    Verb(
        "beyond", _lazy("Go on, beyond its limits once"),
        _lazy(
            "What was kept, or what its search finds now, is judged at once and may go beyond "
            "the limits this one time."
        ),
        roles.RULES_ENABLE, (S.PAUSED,), "must", dangerous=True,
    ),
    Verb(
        "ask", _lazy("Ask for enabling"),
        _lazy("Everybody who may enable rules is told; you cannot enable it yourself."),
        roles.RULES_EDIT, (S.DRAFT, S.SHADOW, S.PAUSED), main=True,
    ),
    Verb(
        "shadow", _lazy("Run in the shadow"),
        _lazy("It judges live events and only notes what it would freeze."),
        roles.RULES_EDIT, (S.DRAFT, S.PAUSED),
    ),
    Verb(
        "pause", _lazy("Pause"), _lazy("It judges nothing; its events are kept."),
        roles.RULES_EDIT, (S.ENABLED, S.SHADOW), "must",
    ),
    Verb(
        "retire", _lazy("Retire"),
        _lazy("It never runs again; its holds stay until they are released."),
        roles.RULES_EDIT, (S.DRAFT, S.SHADOW, S.PENDING_APPROVAL, S.ENABLED, S.PAUSED), "must",
        dangerous=True,
    ),
)  # fmt: skip


@require_GET
@permission_required(roles.RULES_VIEW)
def rule_list(request: HttpRequest) -> HttpResponse:
    """All rules, those that run and those that wait."""
    person = person_of(request)
    scope = scope_of(person, permission=roles.RULES_VIEW)
    context = {
        "list": list_page(request, RULES, scope=scope),
        "may_edit": person.may(roles.RULES_EDIT),
    }
    return render(request, "freeze_rules/rules.html", context)


def found_rule(rule_id: int) -> Rule:
    """The rule.

    Raises:
        Http404: there is none.
    """
    rule = rule_views.rule(rule_id)
    if rule is None or rule.version is None:
        raise Http404
    return rule


@require_GET
@permission_required(roles.RULES_VIEW)
def rule_page(request: HttpRequest, rule_id: int) -> HttpResponse:
    """What one rule says, what it did, what waits, and what may be done with it."""
    person, rule = person_of(request), found_rule(rule_id)
    scope = scope_of(person, permission=roles.RULES_VIEW)
    [row] = rule_views.rules(ids=[rule.pk], limit=1)
    version = rule.version
    assert version is not None
    all_versions = rule_views.versions(rule.pk)
    hits = rule_views.verdicts(
        rule_id=rule.pk, scope=scope, before=number_in(request.GET, "before"), limit=PAGE + 1
    )
    context = {
        "rule": rule,
        "row": row,
        "sentence": wording.sentence(version.definition, rule.parameters),
        "said": wording.said(version.definition, rule.parameters),
        "change": _change(rule),
        "versions": all_versions,
        "moves": rule_views.moves(rule.pk),
        "verdicts": hits[:PAGE],
        "next_url": f"?before={hits[PAGE - 1].id}" if len(hits) > PAGE else "",
        "tried": tried(rule),
        "reads": _reads(rule),
        "parameters": wording.parameters_said(rule.preset, rule.parameters),
        "settings": wording.settings_said(rule),
        "verbs": verbs(rule, person),
        "may_apply": rule.trigger == applying.KIND and rule.state == S.ENABLED
        and person.may(roles.STOCK_HOLD),
        "may_edit": person.may(roles.RULES_EDIT) and rule.state != S.RETIRED,
        "may_change": person.may(roles.RULES_EDIT)
        and rule.state not in (S.RETIRED, S.PENDING_APPROVAL),
    }  # fmt: skip
    return render(request, "freeze_rules/rule.html", context)


def _change(rule: Rule) -> list[wording.Differs]:
    """What a change that waits would make different."""
    if rule.next_version is None or rule.version is None:
        return []
    return wording.differences(
        rule.version.definition, rule.next_version.definition, rule.parameters
    )


def tried(rule: Rule) -> list[tuple[Any, Tried | None, list[str]]]:
    """Each test, what becomes of it now (None: the rule cannot be judged), and what it gives."""
    version = rule.next_version or rule.version
    found: list[tuple[Any, Tried | None, list[str]]] = []
    for case in rule.cases.order_by("id"):
        try:
            outcome = try_case(
                definition=version.definition if version else {},
                parameters=values_for(rule, version) if version else {},
                case=case,
            )  # fmt: skip
        except (DefinitionWrong, ConditionRefused):
            outcome = None
        found.append((case, outcome, rule_views.facts_said(case.given)))
    return found


def _reads(rule: Rule) -> list[dict[str, Any]]:
    """The facts that its condition compares, as an editor knows them: what a test gives."""
    version = rule.next_version or rule.version
    told = version.definition.get("condition") if version else None
    try:
        codes = facts_in(parse(told or {"all": []}, rule.parameters))
    except ConditionRefused:
        return []
    return [described_one(FACTS[code]) for code in sorted(codes) if code != "event.qty"]


def verbs(rule: Rule, person: Person) -> list[Verb]:
    """The steps that this person may take now."""
    asked = rule.next_version_id is not None and rule.asked_by_id is not None
    waits = rule.next_version_id is not None
    found = []
    for verb in VERBS:
        fits = rule.state in verb.states
        if verb.key in ("enable", "send_back"):
            version = rule.next_version or rule.version
            own = version is not None and person.pk in (version.made_by_id, rule.asked_by_id)
            fits = (fits or asked) and not (own and verb.key == "enable")
        elif verb.key == "ask":
            fits = (fits and not waits) or (waits and not asked and rule.state != S.RETIRED)
        elif verb.key in ("resume", "beyond"):
            fits = fits and rule.version is not None and rule.version.enabled_by_id is not None
        if fits and person.may(verb.permission):
            found.append(verb)
    return found


@require_POST
@permission_required(roles.RULES_EDIT, roles.RULES_ENABLE)
def act(request: HttpRequest, rule_id: int, verb: str) -> HttpResponse:
    """One step of a rule's life."""
    person = person_of(request)
    back = HttpResponseRedirect(reverse("freeze-rule", args=[rule_id]))
    done = STEPS.get(verb)
    if done is None:
        raise Http404
    why = _typed(request, "why", 400)
    try:
        with transaction.atomic(durable=True):
            rule = done(rule_id, person, why)
    except RuleRefused as refused:
        if refused.code == "unknown_rule":
            raise Http404 from refused
        messages.error(request, str(refused))
        return back
    label = str(S(rule.state).label)
    messages.success(
        request, _("%(rule)s: %(state)s.") % {"rule": f"{rule.number} {rule.name}", "state": label}
    )
    return back


Stepping = Callable[[int, Person, str], Rule]
STEPS: dict[str, Stepping] = {
    "shadow": lambda pk, person, _why: rules.shadow(rule_id=pk, person=person),
    "ask": lambda pk, person, _why: rules.ask(rule_id=pk, person=person),
    "enable": lambda pk, person, why: rules.enable(rule_id=pk, person=person, why=why),
    "send_back": lambda pk, person, why: rules.send_back(rule_id=pk, person=person, why=why),
    "pause": lambda pk, person, why: rules.pause(rule_id=pk, person=person, why=why),
    "resume": lambda pk, person, why: rules.resume(rule_id=pk, person=person, why=why),
    "beyond": lambda pk, person, why: rules.resume(rule_id=pk, person=person, why=why, beyond=True),
    "retire": lambda pk, person, why: rules.retire(rule_id=pk, person=person, why=why),
}


@require_POST
@permission_required(roles.RULES_EDIT)
def tune(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Other values for the rule's parameters."""
    person, rule = person_of(request), found_rule(rule_id)
    before = {
        **{each.name: each.value for each in wording.settings_now(rule)}, **rule.parameters,
    }  # fmt: skip
    given = {
        name: _value(request.POST.get(f"param-{name}", ""), value)
        for name, value in before.items()
        if f"param-{name}" in request.POST
    }
    try:
        with transaction.atomic(durable=True):
            rules.tune(rule_id=rule_id, parameters=given, person=person)
    except RuleRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The rule runs with these values from now on."))
    return HttpResponseRedirect(reverse("freeze-rule", args=[rule_id]))


def _value(typed: str, before: Any) -> Any:
    """What was typed, of the kind that stood there before."""
    text = typed.strip()[:2_000]
    if isinstance(before, str):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


@require_POST
@permission_required(roles.RULES_EDIT)
def say_of_verdict(request: HttpRequest, rule_id: int, verdict_id: int) -> HttpResponse:
    """A hit was right, or a false alarm."""
    person = person_of(request)
    said = {"false": True, "right": False}.get(request.POST.get("said", ""))
    try:
        with transaction.atomic(durable=True):
            reviewing.judge_verdict(
                verdict_id=verdict_id, rule_id=rule_id, false_alarm=said, person=person,
                scope=scope_of(person, permission=roles.RULES_EDIT),
            )  # fmt: skip
    except RuleRefused as refused:
        raise Http404 from refused
    back = "rule-review" if request.POST.get("back") == "review" else "freeze-rule"
    return HttpResponseRedirect(f"{reverse(back, args=[rule_id])}#V-{verdict_id}")


def _typed(request: HttpRequest, name: str, most: int = 64) -> str:
    """What a field holds, without characters that nobody can type."""
    text = request.POST.get(name, "")
    return "".join(each for each in text if each.isprintable()).strip()[:most]
