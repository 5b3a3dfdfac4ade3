"""Facts and conditions for programs: what may be asked, whether it is sound, what it finds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from rest_framework.request import Request
from rest_framework.response import Response

from freeze_rules import conditions, facts
from freeze_rules.facts.registry import LANGUAGES
from freeze_rules.knowing import facts_known, kinds_knowing
from freeze_rules.selectors.checking import sentence_of
from freeze_rules.selectors.trying import MOST_ROWS, try_on_stock
from freeze_rules.triggers import TRIGGERS
from inventory.selectors.facts import Found, FoundCell
from org import roles
from org.api.describing import Raw, described
from org.api.endpoints import Endpoint
from org.api.faults import Fault, Faulty, add_texts
from org.api.queries import Query, plain
from org.api.shapes import Field, Shape, Spot, Wrong, can_be_kept, reads, word

add_texts({"bad_condition": _("The condition will not do; each fault says where and why.")})
TREE = Raw({"type": "object", "additionalProperties": True})
SOON = {"all": [{"fact": "lot.days_left", "is": "<", "value": {"param": "days"}}]}
WORD = {"code": str, "label": str}
FACT = {
    "code": str, "subject": str, "subject_label": str, "label": str,
    "names": {"zh": str, "en": str}, "about": str, "type": str, "unit": str, "unit_label": str,
    "least": int | None, "comparisons": [{**WORD, "takes": ("nothing", "one", "two", "list")}],
    "choices": [WORD], "source": str, "known_to": [str],
}  # fmt: skip


@reads({"type": "object", "additionalProperties": True})
def tree(given: Any, _spot: Spot) -> dict[str, Any]:
    """An object whose inside is judged later."""
    if not isinstance(given, dict):
        raise Wrong("bad_object")
    if not can_be_kept(given):
        raise Wrong("bad_text")
    return given


ASKED = Shape(
    (
        Field("condition", tree, required=True, about="Groups and comparisons of facts."),
        Field("params", tree, about="Values of the parameters that it names."),
    )
)
CHECKED = Shape(
    (
        *ASKED.fields,
        Field(
            "trigger", word(*(kind for kind, each in TRIGGERS.items() if each.starts)),
            about="What the rule listens to; then a fact that it never knows is a fault.",
        ),
    )
)  # fmt: skip


def refused(error: conditions.ConditionRefused, trigger: str = "") -> Faulty:
    """Every fault, each with its path in the field: "condition.all[1]"."""
    return Faulty(
        *(
            Fault(
                code="bad_condition",
                field=f"condition.{fault.path}".rstrip("."),
                there=fault.code,
                said=sentence_of(fault, trigger),
            )
            for fault in error.faults
        )
    )


class Facts(Endpoint):
    """What conditions are about."""

    permission = roles.RULES_VIEW

    @described("List facts", answer={"facts": [FACT]})
    def get(self, request: Request) -> Response:
        """Every fact that a condition may compare, with its names, type, unit and comparisons.

        `known_to` are the triggers of rules whose condition may ask for it.
        """
        Query(request, ())
        return Response(
            {
                "facts": [
                    {**each, "known_to": kinds_knowing(each["code"])} for each in facts.described()
                ]
            }
        )


class Check(Endpoint):
    """Is a condition sound, and what does it say?"""

    permission = roles.RULES_VIEW
    needs_key = False

    @described(
        "Check a condition",
        body=CHECKED,
        example={"condition": SOON, "params": {"days": 30}},
        answer={
            "sentence": {"zh": str, "en": str}, "facts": [str], "params": [str],
        },
        answer_example={
            "sentence": {"zh": "距到期天数少于 30 天", "en": "Days to expiry is less than 30 days"},
            "facts": ["lot.days_left"],
            "params": ["days"],
        },
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Read a condition: its sentence in both languages, or every fault with its place."""
        asked = CHECKED.must(request.data)
        trigger = asked.get("trigger", "")
        known = facts_known(trigger) if trigger else None
        try:
            node = conditions.parse(asked["condition"], asked.get("params"), known=known)
        except conditions.ConditionRefused as error:
            raise refused(error, trigger) from None
        said = {}
        for short, language in LANGUAGES.items():
            with override(language):
                said[short] = conditions.sentence(node)
        return Response(
            {
                "sentence": said,
                "facts": sorted(conditions.facts_in(node)),
                "params": sorted(conditions.params_in(asked["condition"])),
            }
        )


class Trial(Endpoint):
    """What a condition finds now."""

    permission = roles.RULES_VIEW
    needs_key = False

    @described(
        "Try a condition on stock",
        body=ASKED,
        example={"condition": SOON, "params": {"days": 30}},
        answer={
            "at": datetime, "found": Found, "whole": Found, "cells": [FoundCell],
            "facts_of_events": [str],
        },
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """How much of the present stock fits, of how much there is, and the first cells of it.

        Facts of events are not known here: a comparison with one of them finds nothing.
        """
        asked = ASKED.must(request.data)
        now = datetime.now(UTC)
        try:
            tried = try_on_stock(
                asked["condition"], asked.get("params") or {}, scope=self.scope(), now=now
            )
        except conditions.ConditionRefused as error:
            raise refused(error) from None
        assert len(tried.rows) <= MOST_ROWS
        return Response(
            {
                "at": now.isoformat(),
                "found": plain(tried.found),
                "whole": plain(tried.whole),
                "cells": plain([row.cell for row in tried.rows]),
                "facts_of_events": [fact.code for fact in tried.of_events],
            }
        )
