"""Writing rules: new ones, changes, tests, and rules as files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from freeze_rules.models import Rule, RuleState
from freeze_rules.presets import PRESETS
from freeze_rules.services import cases, exchange, presets, rules
from freeze_rules.services.rules import RuleRefused
from freeze_rules.views import rule_form
from freeze_rules.views.conditions import editor_context
from freeze_rules.views.rules import found_rule
from org import roles
from org.access import permission_required, person_of
from org.addresses import number_in

# A file of some thousand rules; more is a mistake.
MOST_BYTES = 2_000_000


@require_http_methods(["GET", "POST"])
@permission_required(roles.RULES_EDIT)
def new(request: HttpRequest) -> HttpResponse:
    """A rule of one's own, or a copy of another (`?from=`)."""
    if request.method == "POST":
        return _save(request, None)
    copied = number_in(request.GET, "from")
    if copied is not None:
        fields = rule_form.of_rule(found_rule(copied)) | {"name": ""}
    else:
        fields = rule_form.of_definition(rule_form.EMPTY, {})
    return _form(request, None, fields)


@require_http_methods(["GET", "POST"])
@permission_required(roles.RULES_EDIT)
def edit(request: HttpRequest, rule_id: int) -> HttpResponse:
    """A change: the next version of the rule."""
    rule = found_rule(rule_id)
    if rule.state in (RuleState.RETIRED, RuleState.PENDING_APPROVAL):
        messages.error(request, str(RuleRefused("wrong_state")))
        return HttpResponseRedirect(reverse("freeze-rule", args=[rule.pk]))
    if request.method == "POST":
        return _save(request, rule)
    return _form(request, rule, rule_form.of_rule(rule))


def _save(request: HttpRequest, rule: Rule | None) -> HttpResponse:
    person = person_of(request)
    fields = rule_form.of_definition(rule_form.EMPTY, {})
    try:
        fields = rule_form.posted(request.POST)
        draft = rule_form.draft(fields, preset=rule.preset if rule else "")
        with transaction.atomic(durable=True):
            if rule is None:
                saved = rules.create_rule(draft=draft, person=person)
            else:
                saved = rules.change_rule(rule_id=rule.pk, draft=draft, person=person)
    except RuleRefused as refused:
        return _form(request, rule, fields, refused=refused)
    messages.success(request, _("%(rule)s is kept.") % {"rule": f"{saved.number} {saved.name}"})
    return HttpResponseRedirect(reverse("freeze-rule", args=[saved.pk]))


def _form(
    request: HttpRequest,
    rule: Rule | None,
    fields: rule_form.Fields,
    refused: RuleRefused | None = None,
) -> HttpResponse:
    blank: list[dict[str, str]] = [{} for _row in range(rule_form.BLANK_ROWS)]
    context = {
        "rule": rule,
        "f": fields,
        "wrong": rule_form.by_part(refused) if refused else {},
        "refused": refused,
        "presets": [] if rule or refused else list(PRESETS.values()),
        "choices": rule_form.choices(),
        "editor": editor_context(fields["condition"], fields["params"], of_trigger="#trigger"),
        "release_rows": [*fields["release"], *blank],
        "deed_rows": [*fields["dispositions"], *blank[:2]],
    }
    return render(request, "freeze_rules/rule_form.html", context, status=422 if refused else 200)


@require_POST
@permission_required(roles.RULES_EDIT)
def take_preset(request: HttpRequest, code: str) -> HttpResponse:
    """A preset becomes a draft with its parameters and tests, open to be changed."""
    try:
        with transaction.atomic(durable=True):
            rule = presets.install(
                code=code, person=person_of(request), name=request.POST.get("name", "").strip()[:80]
            )
    except presets.PresetRefused as refused:
        raise Http404 from refused
    except RuleRefused as refused:
        messages.error(request, str(refused))
        return HttpResponseRedirect(reverse("freeze-rule-new"))
    messages.success(request, _("%(rule)s is kept.") % {"rule": f"{rule.number} {rule.name}"})
    return HttpResponseRedirect(reverse("freeze-rule", args=[rule.pk]))


@require_POST
@permission_required(roles.RULES_EDIT)
def keep_case(request: HttpRequest, rule_id: int) -> HttpResponse:
    """A test: the facts that are given, the units of the event, what must be frozen."""
    given = {
        name.removeprefix("given-"): rule_form.fact_value(name.removeprefix("given-"), typed)
        for name, typed in request.POST.items()
        if name.startswith("given-") and isinstance(typed, str) and typed.strip()
    }
    qty, expected = request.POST.get("qty", ""), request.POST.get("expected", "").strip()
    back = HttpResponseRedirect(f"{reverse('freeze-rule', args=[rule_id])}#tests")
    try:
        with transaction.atomic(durable=True):
            cases.keep_case(
                rule_id=rule_id,
                name=request.POST.get("name", "")[:200],
                given=given,
                qty=_whole(qty, otherwise=0),
                expected=None if expected == "" else _whole(expected, otherwise=-1),
                person=person_of(request),
            )
    except RuleRefused as refused:
        if refused.code == "unknown_rule":
            raise Http404 from refused
        messages.error(request, str(refused))
    return back


def _whole(typed: str, *, otherwise: int) -> int:
    text = typed.strip()
    return int(text) if text.isdecimal() and len(text) < 13 else otherwise


@require_POST
@permission_required(roles.RULES_EDIT)
def drop_case(request: HttpRequest, rule_id: int, case_id: int) -> HttpResponse:
    """Take a test away."""
    try:
        with transaction.atomic(durable=True):
            cases.drop_case(rule_id=rule_id, case_id=case_id, person=person_of(request))
    except RuleRefused as refused:
        raise Http404 from refused
    return HttpResponseRedirect(f"{reverse('freeze-rule', args=[rule_id])}#tests")


@require_GET
@permission_required(roles.RULES_VIEW)
def export(request: HttpRequest) -> HttpResponse:
    """Rules as a file: those that are named (`?id=`), or all that are not retired."""
    named = [int(each) for each in request.GET.getlist("id") if each.isdecimal() and len(each) < 16]
    body = json.dumps(exchange.exported(ids=named or None), ensure_ascii=False, indent=2)
    name = f"FR-{named[0]}" if len(named) == 1 else "freeze-rules"
    return HttpResponse(
        body + "\n",
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}.json"'},
    )


@require_http_methods(["GET", "POST"])
@permission_required(roles.RULES_EDIT)
def bring_in(request: HttpRequest) -> HttpResponse:
    """Rules out of a file: all of them as drafts, or every fault and none of them."""
    context: dict[str, Any] = {}
    if request.method == "POST":
        told = _file(request)
        try:
            with transaction.atomic(durable=True):
                made = exchange.import_rules(told, person=person_of(request))
        except exchange.ImportRefused as refused:
            context = {"faults": refused.faults}
            return render(request, "freeze_rules/rule_import.html", context, status=422)
        messages.success(request, _("%(n)s rules were brought in as drafts.") % {"n": len(made)})
        return HttpResponseRedirect(f"{reverse('freeze-rules')}?state=DRAFT")
    return render(request, "freeze_rules/rule_import.html", context)


def _file(request: HttpRequest) -> Mapping[str, Any] | None:
    """What the file says; None when it cannot be read."""
    sent = request.FILES.get("file")
    if sent is None or isinstance(sent, list) or (sent.size or 0) > MOST_BYTES:
        return None
    try:
        told = json.loads(sent.read().decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None
