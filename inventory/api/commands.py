"""One endpoint per verb: many commands in one transaction, an answer for each.

A body `{"commands": [...]}` is answered 200 with `results`, each with a status of its own; a body
that is one command is answered with that command's status.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from django.db import IntegrityError, transaction
from drf_spectacular.utils import extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from inventory import selectors as stock
from inventory import services
from inventory.api.codes import Codes
from inventory.api.examples import SAYING, example_of
from inventory.api.faults import of_refusal
from inventory.api.verbs import VERBS, Verb
from inventory.requests import Outcome, Refused
from inventory.selectors import reach
from org.api.describing import ERRORS, Raw, any_of, described
from org.api.endpoints import Endpoint
from org.api.faults import Fault, Faulty
from org.api.shapes import Shape, Spot, Wrong
from org.callers import SignedIn
from org.models import Person
from org.services import approvals

MOST_COMMANDS = 1_000


@dataclass
class Told:
    """One command as it was told, what it became, and what was wrong with it."""

    key: str
    request: Any = None
    faults: Sequence[Fault] = ()
    outcome: Outcome | None = None
    # The request for approval under which it waits; nothing is booked before.
    approval: int | None = None


class Commands(Endpoint):
    """Carries out one verb, many times."""

    verb: ClassVar[Verb]
    # Every command carries its own.
    needs_key = False

    def post(self, request: Request) -> Response:
        """An answer for each command, in their order."""
        bodies, single = told_in(request)
        told = self.read(bodies)
        if isinstance(self.caller, SignedIn):
            self._ask_first(told, self.caller.person)
        good = [each for each in told if each.request is not None and each.approval is None]
        if good:
            outcomes = self.carry_out([each.request for each in good])
            for each, outcome in zip(good, outcomes, strict=True):
                each.outcome = outcome
        names = Names.of([each.outcome for each in good if each.outcome])
        results = [answer_to(each, number, names) for number, each in enumerate(told)]
        if single:
            return Response(results[0], status=results[0]["status"])
        return Response({"results": results})

    def _ask_first(self, told: Sequence[Told], person: Person) -> None:
        """What needs somebody's consent is asked for, each in a transaction of its own."""
        consent = self.verb.consent
        if consent is None:
            return
        # What is booked already is answered as it was.
        booked = reach.booked_keys({each.request.key for each in told if each.request is not None})
        for number, each in enumerate(told):
            if each.request is None or each.request.key in booked:
                continue
            try:
                with transaction.atomic(durable=True):
                    each.approval = consent(each.request, person=person)
            except approvals.ApprovalRefused as refused:
                each.faults = [Fault(code=refused.code, item=number, status=409, said=str(refused))]
                each.request = None
            except Refused as refused:
                each.faults = [of_refusal(refused, item=number)]
                each.request = None

    def read(self, bodies: Sequence[Any]) -> list[Told]:
        """Every command read and judged by itself; keys are kept apart by caller."""
        codes = Codes(self.scope())
        codes.gather(list(bodies))
        codes.find()
        return [self._one(body, number, codes) for number, body in enumerate(bodies)]

    def _one(self, body: Any, number: int, codes: Codes) -> Told:
        spot = Spot(codes, item=number)
        key = body.get("key") if isinstance(body, dict) else None
        told = Told(key if isinstance(key, str) else "")
        try:
            made = self.verb.shape.read(body, spot)
        except Wrong as wrong:
            spot.wrong(wrong.code, "", body)
            made = None
        if made is not None:
            fault = self.verb.guard(made, codes, self.caller)
            if fault is not None:
                spot.faults.append(replace(fault, item=number))
            else:
                told.request = replace(made, key=f"api:{self.caller.actor}:{made.key}")
        told.faults = spot.faults
        return told

    def carry_out(self, requests: Sequence[Any]) -> list[Outcome]:
        """In one transaction; two copies that arrive at once: the second finds the first's answer.

        Raises:
            IntegrityError: twice, so it is no race of keys.
        """
        service: Callable[..., list[Outcome]] = getattr(services, self.verb.service)
        actor = self.caller.actor
        prepare = self.verb.prepare
        try:
            with transaction.atomic(durable=True):
                return service(prepare(list(requests)), actor=actor)
        except IntegrityError:
            with transaction.atomic(durable=True):
                return service(prepare(list(requests)), actor=actor)


def told_in(request: Request, *, keyed: bool = True) -> tuple[list[Any], bool]:
    """The commands of a body, and whether it is one command by itself.

    With `keyed` the header Idempotency-Key may carry the key of a single command.

    Raises:
        Faulty: no_commands, too_many_commands, bad_object.
    """
    body = request.data
    if not isinstance(body, dict):
        raise Faulty(Fault(code="bad_object", asked=body))
    if "commands" not in body:
        key = request.headers.get("Idempotency-Key") if keyed else None
        return [{"key": key, **body} if key else body], True
    bodies = body["commands"]
    if set(body) != {"commands"}:
        raise Faulty(Fault(code="unknown_field", field=min(set(body) - {"commands"})))
    if not isinstance(bodies, list) or not bodies:
        raise Faulty(Fault(code="no_commands", field="commands"))
    if len(bodies) > MOST_COMMANDS:
        raise Faulty(
            Fault(code="too_many_commands", field="commands", asked=len(bodies),
                  there=MOST_COMMANDS)
        )  # fmt: skip
    return bodies, False


@dataclass(frozen=True)
class Names:
    """Codes of what the answers name."""

    skus: Mapping[int, str]
    locations: Mapping[int, str]
    lots: Mapping[int, str]

    @classmethod
    def of(cls, outcomes: Sequence[Outcome]) -> Names:
        """Three statements at most, and none when nothing is named."""
        pins = [pin for outcome in outcomes for pin in outcome.pins]
        lost = [lines for outcome in outcomes for lines in outcome.displaced.values()]
        sku_ids = {pin.sku_id for pin in pins} | {sku for lines in lost for sku in lines}
        places = {pin.location_id for pin in pins}
        lots = {pin.lot_id for pin in pins if pin.lot_id is not None}
        return cls(
            reach.sku_codes(sku_ids),
            {key: view.code for key, view in stock.locations(places).items()} if places else {},
            {key: view.code for key, view in stock.lots(lots).items()} if lots else {},
        )


def answer_to(told: Told, number: int, names: Names) -> dict[str, Any]:
    """What one command is answered."""
    outcome = told.outcome
    faults = list(told.faults)
    if outcome is not None and outcome.refusal is not None:
        said = [getattr(told.request, name, None) or () for name in ("lines", "placed", "counted")]
        skus = [line.sku_id for each in said for line in each]
        faults.append(of_refusal(outcome.refusal, item=number, skus_by_line=skus))
    answer: dict[str, Any] = {
        "item": number,
        "key": told.key[:64],
        "status": faults[0].status if faults else 200,
        "errors": [fault.shown() for fault in faults],
    }
    if outcome is not None and not faults:
        answer |= _done(outcome, names)
    if told.approval is not None:
        answer |= {
            "status": 202, "code": "approval_needed", "document": told.request.document,
            "approval": f"AP-{told.approval}",
        }  # fmt: skip
    return answer


def _done(outcome: Outcome, names: Names) -> dict[str, Any]:
    return {
        "document": outcome.document,
        "posting": outcome.posting_id,
        "hold": None if outcome.hold_id is None else f"H-{outcome.hold_id}",
        "repeated": outcome.repeated,
        "pins": [
            {
                "hold": f"H-{pin.hold_id}",
                "sku": names.skus[pin.sku_id],
                "location": names.locations[pin.location_id],
                "lot": None if pin.lot_id is None else names.lots[pin.lot_id],
                "qty": pin.qty,
            }
            for pin in outcome.pins
        ],
        "displaced": {
            document: {names.skus[sku]: units for sku, units in lost.items()}
            for document, lost in outcome.displaced.items()
        },
    }


OUTCOME = {
    "item": int, "key": str, "status": int,
    "errors": Raw({"type": "array", "maxItems": 0}),
    "document": str, "posting": int | None, "hold": str | None, "repeated": bool,
    "pins": [{"hold": str, "sku": str, "location": str, "lot": str | None, "qty": int}],
    "displaced": {str: {str: int}},
}  # fmt: skip
# A command of a person that waits for somebody's consent.
ASKED = {
    "item": int, "key": str, "status": int,
    "errors": Raw({"type": "array", "maxItems": 0}),
    "code": ("approval_needed",), "document": str, "approval": str,
}  # fmt: skip
# A command of a batch that was refused; alone it is the answer, with its status.
REFUSED = Raw(
    {
        "allOf": [
            ERRORS,
            {
                "type": "object",
                "properties": {
                    "item": {"type": "integer"},
                    "key": {"type": "string"},
                    "status": {"type": "integer"},
                },
                "required": ["item", "key", "status"],
            },
        ]
    }
)
ANSWER = any_of(OUTCOME, {"results": [any_of(OUTCOME, REFUSED)]})
ANSWER_OR_ASKED = any_of(OUTCOME, {"results": [any_of(OUTCOME, REFUSED, ASKED)]})


def one_or_many(shape: Shape) -> Raw:
    """A body that is one such object, or up to 1,000 under `commands`."""
    many = {"type": "array", "items": shape.schema, "minItems": 1, "maxItems": MOST_COMMANDS}
    return any_of(shape, Raw({
        "type": "object",
        "properties": {"commands": many},
        "required": ["commands"],
        "additionalProperties": False,
    }))  # fmt: skip


def endpoint_of(verb: Verb) -> type[Commands]:
    """The endpoint class of a verb."""
    name = verb.name.title().replace("-", "")
    made = type(name, (Commands,), {"verb": verb, "permission": verb.permission})
    summary, _body = SAYING[verb.name]
    asks = verb.consent is not None
    says = described(
        summary,
        body=one_or_many(verb.shape),
        answer=ANSWER_OR_ASKED if asks else ANSWER,
        more_answers={202: ASKED} if asks else None,
        example=example_of(verb.name),
    )
    found: type[Commands] = extend_schema_view(post=says)(made)
    return found


ENDPOINTS = {verb.name: endpoint_of(verb) for verb in VERBS}
