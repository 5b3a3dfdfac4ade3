"""What a rule said before and how it came to where it stands, for programs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import Http404
from django.utils.translation import override
from rest_framework.request import Request
from rest_framework.response import Response

from freeze_rules.api.rules import ANY, STATES, OfRules
from freeze_rules.facts.registry import LANGUAGES
from freeze_rules.models import Rule, RuleVersion
from freeze_rules.selectors import rule_views, wording
from freeze_rules.selectors.rulebook import values_for
from org.api.describing import described, joined
from org.api.queries import Query, plain

SAID = {"part": str, "label": str, "text": str}
DIFFERS = {"part": str, "label": str, "before": str, "after": str}
VERSION = {
    "number": int, "label": str, "current": bool, "waiting": bool, "made_by": str,
    "made_at": datetime, "enabled_by": str, "enabled_at": datetime | None,
}  # fmt: skip
ONE = joined(
    VERSION,
    {"definition": ANY, "sentence": {"zh": str, "en": str}, "said": {"zh": [SAID], "en": [SAID]}},
)
MOVE = {
    "id": int, "at": datetime, "from": ("", *STATES), "to": STATES, "version": str, "who": str,
    "why": str,
}  # fmt: skip


def _rule(rule_id: int) -> Rule:
    rule = rule_views.rule(rule_id)
    if rule is None or rule.version is None:
        raise Http404
    return rule


def _version(rule: Rule, number: int) -> RuleVersion:
    found = {each.number: each for each in rule_views.versions(rule.pk)}.get(number)
    if found is None:
        raise Http404
    return found


def _shown(rule: Rule, version: RuleVersion) -> dict[str, Any]:
    return {
        "number": version.number,
        "label": version.label,
        "current": version.pk == rule.version_id,
        "waiting": version.pk == rule.next_version_id,
        "made_by": str(version.made_by or ""),
        "made_at": plain(version.made_at),
        "enabled_by": str(version.enabled_by or ""),
        "enabled_at": plain(version.enabled_at),
    }


def _in_both(told: Mapping[str, Any], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The sentence of a definition and its parts, in Chinese and English."""
    found: dict[str, Any] = {"sentence": {}, "said": {}}
    for short, language in LANGUAGES.items():
        with override(language):
            found["sentence"][short] = wording.sentence(told, parameters)
            found["said"][short] = [plain(each) for each in wording.said(told, parameters)]
    return found


class RuleVersions(OfRules):
    """All that a rule ever said."""

    @described("List versions of a freeze rule", answer={"versions": [VERSION]}, also=(404,))
    def get(self, request: Request, rule_id: int) -> Response:
        """The newest first: who wrote each, who enabled it, which one runs and which one waits."""
        Query(request, ())
        rule = _rule(rule_id)
        return Response({"versions": [_shown(rule, each) for each in rule_views.versions(rule.pk)]})


class RuleVersionOne(OfRules):
    """What a rule said then."""

    @described("Read a version of a freeze rule", answer=ONE, also=(404,))
    def get(self, request: Request, rule_id: int, version: int) -> Response:
        """Its definition, and the same in sentences, with the parameters as they are now."""
        Query(request, ())
        rule = _rule(rule_id)
        found = _version(rule, version)
        words = _in_both(found.definition, values_for(rule, found))
        return Response({**_shown(rule, found), "definition": found.definition, **words})


class RuleDifferences(OfRules):
    """How two versions differ."""

    @described(
        "Compare two versions of a freeze rule",
        takes={"from": int, "to": int},
        answer={"from": str, "to": str, "differences": {"zh": [DIFFERS], "en": [DIFFERS]}},
        also=(404,),
    )
    def get(self, request: Request, rule_id: int) -> Response:
        """The parts that they say differently, as on the page, in Chinese and English.

        Without `from` and `to`: the change that waits beside what runs, else the last two; of the
        only version that there is nothing differs.
        """
        query = Query(request, ("from", "to"))
        told = query.number("from"), query.number("to")
        if (told[0] is None) != (told[1] is None):
            query.must("from" if told[0] is None else "to", None)
        rule = _rule(rule_id)
        every = rule_views.versions(rule.pk)
        pair = rule_views.beside_each_other(rule, every, numbers=told)
        if pair is None and told != (None, None):
            raise Http404
        old, new = pair or (every[0], every[0])
        differences = {}
        for short, language in LANGUAGES.items():
            with override(language):
                rows = wording.differences(old.definition, new.definition, rule.parameters)
                differences[short] = [plain(row) for row in rows]
        return Response({"from": old.label, "to": new.label, "differences": differences})


class RuleMoves(OfRules):
    """From state to state."""

    @described(
        "List steps of a freeze rule",
        takes={"before": int, "limit": int},
        answer={"moves": [MOVE]},
        also=(404,),
    )
    def get(self, request: Request, rule_id: int) -> Response:
        """The newest first: from which state to which, who did it and why."""
        query = Query(request, ("before", "limit"))
        rule = _rule(rule_id)
        rows = rule_views.moves(rule.pk, before=query.number("before"), limit=query.limit())
        return Response(
            {
                "moves": [
                    {
                        "id": row.id, "at": plain(row.at), "from": row.from_state,
                        "to": row.to_state, "version": row.version, "who": row.who,
                        "why": row.why,
                    }
                    for row in rows
                ]
            }
        )  # fmt: skip
