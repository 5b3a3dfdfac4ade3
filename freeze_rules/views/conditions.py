"""Conditions in the making: read aloud while they are written, and tried on present stock."""

from __future__ import annotations

import json
from typing import Any

from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from freeze_rules import facts
from freeze_rules.conditions import ConditionRefused, Fault, from_json, parse, sentence
from freeze_rules.knowing import facts_known, kinds_knowing
from freeze_rules.selectors.checking import sentence_of
from freeze_rules.selectors.trying import Tried, try_on_stock
from freeze_rules.selectors.words import words_for
from freeze_rules.triggers import TRIGGERS
from org import roles
from org.access import permission_required, person_of
from org.selectors import scope_of

EMPTY: dict[str, Any] = {"all": []}
# One who tries a condition waits no longer than this; rules are searched by machines in the night.
PATIENCE_MS = 15_000


def editor_context(
    condition: Any, params: dict[str, Any], *, of_trigger: str = ""
) -> dict[str, Any]:
    """What `freeze_rules/condition_editor.html` is given.

    Args:
        condition: a tree, sound or not.
        params: the rule's parameters by name.
        of_trigger: where on the page the trigger is chosen, as a selector. Only facts that it
            knows are offered then; without it all are.
    """
    return {
        "condition": json.dumps(condition, ensure_ascii=False),
        "params": json.dumps(params, ensure_ascii=False),
        "facts": [{**each, "known_to": kinds_knowing(each["code"])} for each in facts.described()],
        "words": words(),
        "of_trigger": of_trigger,
    }


def words() -> dict[str, str]:
    """What the editor's own parts are called."""
    return {
        "all": _("All of these hold"),
        "any": _("At least one of these holds"),
        "none": _("None of these holds"),
        "notall": _("Not all of these hold"),
        "add": _("Add a comparison"),
        "group": _("Add a group"),
        "remove": _("Remove"),
        "up": _("Move up (Alt+↑)"),
        "down": _("Move down (Alt+↓)"),
        "fact": _("Fact"),
        "pick": _("Search for a fact …"),
        "nothing": _("No fact fits."),
        "unknown_here": _("Not known to this trigger: %s"),
        "comparison": _("Comparison"),
        "value": _("Value"),
        "low": _("From"),
        "high": _("To"),
        "values": _("Values; Enter adds one"),
        "yes": _("Yes"),
        "no": _("No"),
        "choose": _("Choose …"),
        "fixed": _("Fixed value"),
        "param": _("Parameter %s"),
        "new_param": _("New parameter"),
        "param_name": _("Name of the parameter"),
        "param_value": _("Value of the parameter"),
        "mode": _("How the parts of this group count"),
        "drop": _("Remove %s"),
    }


def posted(request: HttpRequest) -> tuple[Any, dict[str, Any]]:
    """Condition and parameters from the hidden fields of the editor.

    Raises:
        ConditionRefused: not_json.
    """
    tree = from_json(request.POST.get("condition", "") or json.dumps(EMPTY))
    params = from_json(request.POST.get("params", "") or "{}")
    if not isinstance(params, dict):
        raise ConditionRefused([Fault("not_json", names={"where": "params"})])
    return tree, params


@require_POST
@permission_required(roles.RULES_VIEW)
def check_condition(request: HttpRequest) -> HttpResponse:
    """The sentence of what stands in the editor, or its faults with their places.

    With a `trigger` also what that one never knows, in the words in which saving would refuse it.
    """
    trigger = request.POST.get("trigger", "")
    known = facts_known(trigger) if trigger in TRIGGERS else None
    try:
        tree, params = posted(request)
        context: dict[str, Any] = {"sentence": sentence(parse(tree, params, known=known))}
    except ConditionRefused as refused:
        context = {
            "faults": [
                {**fault.told, "text": sentence_of(fault, trigger)} for fault in refused.faults
            ]
        }
    return render(request, "freeze_rules/condition_said.html", context)


@require_GET
@permission_required(roles.RULES_VIEW)
def suggest_words(request: HttpRequest) -> HttpResponse:
    """Words that a fact may be compared with, by some letters of them."""
    fact = facts.FACTS.get(request.GET.get("fact", ""))
    typed = "".join(each for each in request.GET.get("q", "") if each.isprintable())[:64]
    scope = scope_of(person_of(request), permission=roles.RULES_VIEW)
    found = words_for(fact, typed=typed, scope=scope) if fact else []
    return JsonResponse({"words": found})


@require_http_methods(["GET", "POST"])
@permission_required(roles.RULES_VIEW)
def try_condition(request: HttpRequest) -> HttpResponse:
    """Write a condition and see what of the present stock it finds. Nothing is frozen."""
    tree: Any = EMPTY
    params: dict[str, Any] = {}
    context: dict[str, Any] = {}
    if request.method == "POST":
        try:
            tree, params = posted(request)
            context["sentence"] = sentence(parse(tree, params))
            context["tried"] = _tried(request, tree, params)
            context["too_long"] = context["tried"] is None
        except ConditionRefused as refused:
            context["faults"] = [fault.told for fault in refused.faults]
    context["editor"] = editor_context(tree, params)
    status = 422 if "faults" in context else 200
    return render(request, "freeze_rules/condition_try.html", context, status=status)


def _tried(request: HttpRequest, tree: Any, params: dict[str, Any]) -> Tried | None:
    """None when the search takes longer than a person waits."""
    scope = scope_of(person_of(request), permission=roles.RULES_VIEW)
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = %s", [PATIENCE_MS])
            return try_on_stock(tree, params, scope=scope)
    except OperationalError as error:
        # 57014: the statement was cancelled; anything else is not ours to explain.
        if getattr(error.__cause__, "pgcode", "") != "57014":
            raise
        return None
