"""What a rule would do and whether it does good, for programs: preview, verdicts, review."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.http import Http404
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from freeze_rules.api.rules import VERDICT, OfRules, refused_as, verdict_shown
from freeze_rules.conditions import ConditionRefused
from freeze_rules.definition import DefinitionWrong
from freeze_rules.models import Outcome, Rule
from freeze_rules.selectors import misses, rule_reviews, rule_views
from freeze_rules.selectors.replaying import ReplayFailed
from freeze_rules.services import previewing, reviewing, supposing
from freeze_rules.services.rules import RuleRefused
from freeze_rules.triggers import TRIGGERS
from org import roles
from org.api.describing import described, joined
from org.api.faults import Fault, Faulty, add_texts
from org.api.queries import Query, plain
from org.api.shapes import Field, Shape, day, text, word

add_texts(previewing.SENTENCES)
add_texts(supposing.SENTENCES)
EXAMPLE = ("sku", "lot", "warehouse", "place", "document", "supplier")
MONTH = timedelta(days=30)
SAID = {"FALSE_ALARM": True, "RIGHT": False, "UNKNOWN": None}
JUDGED = Shape((Field("said", word(*SAID), required=True),))
REVIEWED = Shape(
    (
        Field("next_on", day, about="The next review; a month from today when it is left out."),
        Field("note", text(400)),
    )
)


def _rule(rule_id: int) -> Rule:
    rule = rule_views.rule(rule_id)
    if rule is None or rule.version is None:
        raise Http404
    return rule


class RulePreview(OfRules):
    """What a rule would freeze now; nothing is written."""

    @described(
        "Preview a freeze rule",
        takes={**dict.fromkeys(EXAMPLE, str), "qty": int, "events": str},
        answer=previewing.Preview,
        also=(404,),
    )
    def get(self, request: Request, rule_id: int) -> Response:
        """On present stock of the caller's warehouses, with promised goods, shops and sales hit.

        `effects` are those of the first `planned` freezes: orders with the units that they lose,
        figures of shops before and after, sales at risk a day; `left` units stay promised. A rule
        that waits for an event is shown `at_most`, as if it came for all goods that it could meet;
        where that says nothing there is no preview: replay the past instead.

        For such a rule `sku`, `lot`, `qty`, `warehouse`, `place`, `document` or `supplier` name
        what its event would speak of now; `events=week` supposes those of the last seven days.
        """
        query = Query(request, (*EXAMPLE, "qty", "events"))
        rule = _rule(rule_id)
        named = {name: query.text(name) for name in EXAMPLE}
        qty, week = query.number("qty"), bool(query.some_of("events", "week"))
        version = rule.next_version or rule.version
        scanned = TRIGGERS[str(version.definition["trigger"])].scanned if version else True
        found: previewing.Preview | None
        try:
            if week and not scanned:
                found = supposing.last_week(rule, scope=self.scope())
            elif any(named.values()) and not scanned:
                like = supposing.Example(**named, qty=qty)
                found = supposing.suppose(rule, example=like, scope=self.scope())
            else:
                found = previewing.preview(rule, scope=self.scope())
        except supposing.ExampleRefused as refused:
            raise Faulty(Fault(code=refused.code, field=refused.field, said=str(refused))) from None
        except (DefinitionWrong, ConditionRefused) as wrong:
            raise Faulty(Fault(code="definition_wrong", said=str(wrong))) from None
        if found is None:
            raise Faulty(Fault(code="nothing_to_search"))
        return Response(plain(found))


class RuleVerdictJudged(OfRules):
    """Whether one verdict was right."""

    permission = roles.RULES_EDIT

    @described(
        "Judge a verdict of a freeze rule", body=JUDGED,
        answer={"verdict": int, "false_alarm": bool | None}, also=(404,),
        example={"said": "FALSE_ALARM"},
    )  # fmt: skip
    def post(self, request: Request, rule_id: int, verdict_id: int) -> Response:
        """A false alarm, right, or unknown again; the review counts it."""
        told, person = JUDGED.must(request.data), self.person()
        false_alarm = SAID[told["said"]]

        def work() -> Response:
            reviewing.judge_verdict(
                verdict_id=verdict_id, rule_id=rule_id, false_alarm=false_alarm, person=person,
                scope=self.scope(),
            )  # fmt: skip
            return Response({"verdict": verdict_id, "false_alarm": false_alarm})

        try:
            return self.once(work)
        except RuleRefused as refused:
            if refused.code == "unknown_verdict":
                raise Http404 from None
            raise refused_as(refused) from None


class RuleShadow(OfRules):
    """What a rule would have frozen while it ran on paper."""

    @described(
        "List what a shadow would have frozen",
        takes={"before": int, "limit": int},
        answer={"verdicts": [joined(VERDICT, {"frozen_by_hand": str | None})]},
        also=(404,),
    )
    def get(self, request: Request, rule_id: int) -> Response:
        """The newest first, each beside a freeze by hand of the same SKU within two days."""
        query = Query(request, ("before", "limit"))
        rule = _rule(rule_id)
        rows = rule_views.verdicts(
            rule_id=rule.pk, scope=self.scope(), outcomes=[Outcome.WOULD_FREEZE],
            before=query.number("before"), limit=query.limit(),
        )  # fmt: skip
        by_hand = rule_reviews.agreed_by_hand([row.id for row in rows])
        return Response(
            {
                "verdicts": [
                    {**verdict_shown(row), "frozen_by_hand": by_hand.get(row.id)} for row in rows
                ]
            }
        )


class RuleReview(OfRules):
    """Does the rule still do good."""

    @described(
        "Read the review of a freeze rule",
        answer={
            "review_on": str | None,
            "since": datetime,
            "figures": rule_reviews.Figures,
            "cost": rule_reviews.Cost,
            "misses": [misses.Miss],
        },
        also=(404,),
    )
    def get(self, request: Request, rule_id: int) -> Response:
        """Thirty days: verdicts and what people said of them, what it costs and what it missed."""
        Query(request, ())
        rule, since = _rule(rule_id), timezone.now() - MONTH
        scope = self.scope()
        figures = rule_reviews.figures(rule_id=rule.pk, scope=scope, since=since)
        try:
            missed = misses.misses(rule=rule, scope=scope, since=since)
        except (DefinitionWrong, ConditionRefused, ReplayFailed):
            # It cannot be judged: its page says why.
            missed = []
        cost = rule_reviews.cost(rule_id=rule.pk, scope=scope, since=since, now=timezone.now())
        return Response(
            {
                "review_on": plain(rule.review_on),
                "since": plain(since),
                "figures": plain(figures),
                "cost": plain(cost),
                "misses": plain(missed),
            }
        )

    @described(
        "Say that a freeze rule was reviewed", body=REVIEWED, answer={"review_on": str},
        also=(404,), example={"next_on": "2099-01-31", "note": "No false alarm in a month"},
    )  # fmt: skip
    def post(self, request: Request, rule_id: int) -> Response:
        """Sets the day of the next review."""
        told, person = REVIEWED.must(request.data), self.person()

        def work() -> Response:
            rule = reviewing.reviewed(
                rule_id=rule_id, next_on=told.get("next_on"), note=told.get("note", ""),
                person=person,
            )  # fmt: skip
            return Response({"review_on": plain(rule.review_on)})

        try:
            return self.once(work)
        except RuleRefused as refused:
            if refused.code == "day_passed":
                raise Faulty(Fault(code=refused.code, field="next_on")) from None
            raise refused_as(refused) from None
