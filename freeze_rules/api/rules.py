"""Rules for programs: read, written as versions, stepped through their life, and told events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from freeze_rules.api.conditions import tree
from freeze_rules.models import Rule, RuleState
from freeze_rules.selectors import rule_views, wording
from freeze_rules.selectors.rulebook import values_for
from freeze_rules.services import cases, exchange, replaying, rules
from freeze_rules.services.rules import RuleRefused
from freeze_rules.services.trying import try_case
from org import roles
from org.api.describing import Needed, Raw, described
from org.api.endpoints import Endpoint
from org.api.faults import Fault, Faulty, add_texts
from org.api.queries import Query, plain
from org.api.shapes import Field, Shape, can_be_kept, day, facts, number, text, word
from org.callers import SignedIn
from org.models import Person

add_texts(rules.SENTENCES)
STATES = tuple(RuleState.values)
ANY = Raw({"type": "object", "additionalProperties": True})
ROW = {
    "id": int, "number": str, "name": str, "state": STATES, "trigger": str, "preset": str,
    "version": str, "owner": str, "review_on": str | None, "frozen": int, "hits": int,
    "would": int, "kept": int,
}  # fmt: skip
WHOLE = {
    **ROW, "sentence": str, "priority": int, "note": str, "parameters": ANY, "definition": ANY,
    "waiting": Raw({"type": ["object", "null"], "additionalProperties": True}),
    "paused_why": str, "settings": [{"name": str, "value": Any, "tuned": bool}],
    "tests": [{"name": str, "passed": bool, "message": str}],
}  # fmt: skip
DRAFT = Shape(
    (
        Field("name", text(80, least=1), required=True),
        Field("definition", tree, required=True, about="Trigger, condition, scope, ..."),
        Field("parameters", facts),
        Field("note", text(400)),
        Field("priority", number(-1_000_000, 1_000_000)),
        Field("review_on", day),
    )
)
EXAMPLE = {
    "name": "Dairy waits for its inspection",
    "definition": {
        "trigger": "goods.received",
        "condition": {"fact": "sku.category", "is": "=", "value": "DAIRY"},
        "scope": "lot",
        "reason": "QC",
        "release": {"proof": "inspection.passed"},
    },
}
CONFLICTS = {"wrong_state", "nothing_asked", "case_fails", "never_enabled", "name_taken"}
FORBIDDEN = {"not_allowed", "release_waits", "same_person"}


def refused_as(refused: RuleRefused) -> Faulty:
    """Every fault with its part of the rule."""
    status = 409 if refused.code in CONFLICTS else 403 if refused.code in FORBIDDEN else 422
    if refused.code.startswith("unknown_rule"):
        raise Http404 from refused
    return Faulty(
        *(
            Fault(
                code=refused.code, field=f"definition.{wrong.part}"[:64], there=wrong.path or None,
                said=wrong.sentence, status=status,
            )
            for wrong in refused.wrong
        ),
        *(() if refused.wrong else (Fault(code=refused.code, status=status),)),
    )  # fmt: skip


def _whole(rule_id: int) -> dict[str, Any]:
    rule = rule_views.rule(rule_id)
    if rule is None or rule.version is None:
        raise Http404
    [row] = rule_views.rules(ids=[rule_id], limit=1)
    waiting = rule.next_version
    return {
        **_row(row),
        "sentence": wording.sentence(rule.version.definition, rule.parameters),
        "priority": rule.priority,
        "note": rule.note,
        "parameters": rule.parameters,
        "definition": rule.version.definition,
        "waiting": waiting.definition if waiting else None,
        "paused_why": rule.paused_why,
        "settings": [
            {"name": each.name, "value": each.value, "tuned": each.is_tuned}
            for each in wording.settings_now(rule)
        ],
        "tests": _tests(rule),
    }


def _row(row: rule_views.RuleRow) -> dict[str, Any]:
    return {name: plain(getattr(row, name)) for name in ROW}


def _tests(rule: Rule) -> list[dict[str, Any]]:
    version = rule.next_version or rule.version
    tried = [
        try_case(definition=version.definition, parameters=values_for(rule, version), case=case)
        for case in rule.cases.order_by("id")
        if version is not None
    ]
    return [{"name": each.name, "passed": each.passed, "message": each.sentence} for each in tried]


class OfRules(Endpoint):
    """What the addresses below share."""

    permission = roles.RULES_VIEW
    permission_to_change = roles.RULES_EDIT

    def person(self) -> Person:
        """Whose hand this is: rules are written and enabled by people.

        Raises:
            Faulty: people_only.
        """
        if not isinstance(self.caller, SignedIn):
            raise Faulty(Fault(code="people_only", status=403))
        return self.caller.person

    def done(self, work: Callable[[], Rule], *, status: int = 200) -> Response:
        """The write, once; its refusals as faults."""
        try:
            return self.once(lambda: Response(_whole(work().pk), status=status))
        except RuleRefused as refused:
            raise refused_as(refused) from None


def _draft(body: Mapping[str, Any]) -> rules.RuleDraft:
    return rules.RuleDraft(**{"parameters": {}, **body})


class Rules(OfRules):
    """List, write."""

    @described(
        "List freeze rules",
        takes={"state": STATES, "q": str, "before": int, "limit": int},
        answer={"rules": [ROW]},
    )
    def get(self, request: Request) -> Response:
        """The newest first; hits are those of seven days."""
        query = Query(request, ("state", "q", "before", "limit"))
        state = query.one_of("state", "", *STATES)
        rows = rule_views.rules(
            states=[state] if state else (), words=query.text("q"), before=query.number("before"),
            limit=query.limit(),
        )  # fmt: skip
        return Response({"rules": [_row(row) for row in rows]})

    @described("Write a freeze rule", body=DRAFT, answer=WHOLE, status=201, example=EXAMPLE)
    def post(self, request: Request) -> Response:
        """A rule in DRAFT; every fault of its definition is named with its part."""
        body, person = DRAFT.must(request.data), self.person()
        return self.done(lambda: rules.create_rule(draft=_draft(body), person=person), status=201)


class RuleOne(OfRules):
    """Read, change."""

    @described("Read a freeze rule", answer=WHOLE, also=(404,))
    def get(self, request: Request, rule_id: int) -> Response:
        """What it says, in words and in JSON, and its tests."""
        Query(request, ())
        return Response(_whole(rule_id))

    @described("Change a freeze rule", body=DRAFT, answer=WHOLE, also=(404, 409), example=EXAMPLE)
    def put(self, request: Request, rule_id: int) -> Response:
        """The next version. One that freezes goes on with its old one until it is enabled."""
        body, person = DRAFT.must(request.data), self.person()
        return self.done(
            lambda: rules.change_rule(rule_id=rule_id, draft=_draft(body), person=person)
        )


STEPS = ("shadow", "ask", "enable", "send_back", "pause", "resume", "beyond", "retire")
STEP = Shape((Field("step", word(*STEPS), required=True), Field("why", text(400))))


class RuleStep(OfRules):
    """From state to state."""

    permission = roles.RULES_VIEW
    permission_to_change = roles.RULES_VIEW

    @described(
        "Step a freeze rule", body=STEP, answer=WHOLE, also=(404, 409),
        example={"step": "pause", "why": "Stocktaking"},
    )  # fmt: skip
    def post(self, request: Request, rule_id: int) -> Response:
        """`enable`, `send_back`, `resume` and `beyond` need the permission to enable rules."""
        body, person = STEP.must(request.data), self.person()
        step, why = body["step"], body.get("why", "")
        if step in ("shadow", "ask"):
            take = getattr(rules, step)
            return self.done(lambda: take(rule_id=rule_id, person=person))
        if step == "beyond":
            return self.done(
                lambda: rules.resume(rule_id=rule_id, person=person, why=why, beyond=True)
            )
        take = getattr(rules, step)
        return self.done(lambda: take(rule_id=rule_id, person=person, why=why))


TUNING = Shape((Field("parameters", facts, required=True),))


class RuleParameters(OfRules):
    """Tuned in place."""

    permission = roles.RULES_EDIT

    @described(
        "Tune a freeze rule", body=TUNING, answer=WHOLE, also=(404,),
        example={"parameters": {"days": 45}},
    )  # fmt: skip
    def put(self, request: Request, rule_id: int) -> Response:
        """Other values for its parameters and `settings`; they count at once.

        Settings are its time plan, days, quantity and limits; an empty one is what the version
        says.
        """
        body, person = TUNING.must(request.data), self.person()
        return self.done(
            lambda: rules.tune(rule_id=rule_id, parameters=body["parameters"], person=person)
        )


CASE = Shape(
    (
        Field("name", text(120, least=1), required=True),
        Field("given", facts, required=True),
        Field("qty", number(1, 10**12)),
        Field("expected", number(0, 10**12), about="Units that must be frozen; all when missing."),
    )
)


TRIED = {
    "name": str, "given": ANY, "qty": int, "expected": int | None, "passed": bool, "message": str,
}  # fmt: skip


class RuleTests(OfRules):
    """Given, when, then."""

    permission = roles.RULES_VIEW
    permission_to_change = roles.RULES_EDIT

    @described("List tests of a freeze rule", answer={"tests": [TRIED]}, also=(404,))
    def get(self, request: Request, rule_id: int) -> Response:
        """Each with what becomes of it now, with the change that waits where there is one."""
        Query(request, ())
        rule = rule_views.rule(rule_id)
        if rule is None or rule.version is None:
            raise Http404
        rows = zip(rule.cases.order_by("id"), _tests(rule), strict=True)
        return Response(
            {
                "tests": [
                    {**said, "given": case.given, "qty": case.qty, "expected": case.expected}
                    for case, said in rows
                ]
            }
        )

    @described(
        "Keep a test of a freeze rule", body=CASE, answer=WHOLE, also=(404,),
        example={"name": "milk is held", "given": {"sku.category": "DAIRY"}, "qty": 10},
    )  # fmt: skip
    def post(self, request: Request, rule_id: int) -> Response:
        """One of the same name is replaced."""
        body, person = CASE.must(request.data), self.person()
        return self.done(
            lambda: cases.keep_case(
                rule_id=rule_id, name=body["name"], given=body["given"], qty=body.get("qty", 1),
                expected=body.get("expected"), person=person,
            ).rule
        )  # fmt: skip

    @described(
        "Drop a test of a freeze rule", takes={"name": Needed(str)}, answer=WHOLE, also=(404,)
    )
    def delete(self, request: Request, rule_id: int) -> Response:
        """By its name; the others stay."""
        name, person = Query(request, ("name",)).text("name", 120), self.person()

        def drop() -> Rule:
            rule = rule_views.rule(rule_id)
            case = rule.cases.filter(name=name).first() if rule else None
            if rule is None or case is None:
                raise Http404
            cases.drop_case(rule_id=rule_id, case_id=case.pk, person=person)
            return rule

        return self.done(drop)


VERDICT = {
    "id": int, "at": datetime, "outcome": str, "version": str, "document": str,
    "hold_id": int | None, "sku": str, "lot": str, "warehouse": str, "qty": int, "value": str,
    "facts": ANY, "code": str, "false_alarm": bool | None,
}  # fmt: skip


class RuleVerdicts(OfRules):
    """What it did."""

    @described(
        "List verdicts of a freeze rule",
        takes={"before": int, "since": datetime, "limit": int},
        answer={"verdicts": [VERDICT]},
        also=(404,),
    )
    def get(self, request: Request, rule_id: int) -> Response:
        """The newest first, each with the facts of its moment."""
        query = Query(request, ("before", "since", "limit"))
        if rule_views.rule(rule_id) is None:
            raise Http404
        found = rule_views.verdicts(
            rule_id=rule_id, scope=self.scope(), before=query.number("before"),
            since=query.moment("since"), limit=query.limit(),
        )  # fmt: skip
        return Response({"verdicts": [verdict_shown(each) for each in found]})


def verdict_shown(row: rule_views.VerdictView) -> dict[str, Any]:
    """A verdict with the facts of its moment."""
    return {**{name: plain(getattr(row, name)) for name in VERDICT}, "facts": dict(row.facts)}


REPLAY = Shape(
    (
        Field("days", number(1, replaying.MOST_DAYS), required=True),
        Field("parameters", facts, about="Values to try; they are not kept."),
    )
)


class RuleReplays(OfRules):
    """What it would have done."""

    permission_to_change = roles.RULES_VIEW

    @described(
        "Replay a freeze rule", body=REPLAY, answer={"job": int}, status=202, also=(404,),
        example={"days": 30},
    )  # fmt: skip
    def post(self, request: Request, rule_id: int) -> Response:
        """A job judges the events of the last days; its result is on the job."""
        body, person = REPLAY.must(request.data), self.person()

        def work() -> Response:
            job = replaying.ask_replay(
                rule_id=rule_id, days=body["days"], parameters=body.get("parameters", {}),
                person=person,
            )  # fmt: skip
            return Response({"job": job}, status=202)

        try:
            return self.once(work)
        except RuleRefused as refused:
            raise refused_as(refused) from None


class RulesFile(OfRules):
    """Out and in."""

    @described("Export freeze rules", takes={"id": [int]}, answer=ANY)
    def get(self, request: Request) -> Response:
        """Those that are named, or all that are not retired."""
        query = Query(request, ("id",))
        named = [int(each) for each in query.texts("id") if each.isdecimal()]
        return Response(exchange.exported(ids=named or None))

    @described("Import freeze rules", body=ANY, answer={"rules": [int]}, status=201)
    def post(self, request: Request) -> Response:
        """All as drafts, or every fault and none of them."""
        person = self.person()
        told = request.data if isinstance(request.data, dict) else None
        if not can_be_kept(told):
            raise Faulty(Fault(code="bad_text"))

        def work() -> Response:
            made = exchange.import_rules(told, person=person)
            return Response({"rules": [rule.pk for rule in made]}, status=201)

        try:
            return self.once(work)
        except exchange.ImportRefused as refused:
            raise Faulty(
                *(
                    Fault(code="file_wrong", item=max(each.place - 1, 0), said=each.sentence)
                    for each in refused.faults
                )
            ) from None
