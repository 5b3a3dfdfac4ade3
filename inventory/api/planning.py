"""What a command about claims would do, before it is done."""

from __future__ import annotations

from dataclasses import replace

from django.db import transaction
from rest_framework.request import Request
from rest_framework.response import Response

from inventory import selectors as stock
from inventory import services
from inventory.api.commands import Commands, told_in
from inventory.api.faults import of_refusal
from inventory.api.verbs import VERBS
from inventory.requests import Plan, PlanStep
from inventory.selectors import reach
from org.api.describing import described, joined
from org.api.faults import Fault, Faulty
from org.api.queries import plain

HOLD = next(verb for verb in VERBS if verb.name == "hold")


class Planning(Commands):
    """One hold as `hold` takes it; nothing is written.

    The answer's `digest`, sent along as `plan`, has exactly this applied or refused.
    """

    verb = HOLD
    permission = HOLD.permission

    @described(
        "Plan a freeze",
        body=HOLD.shape,
        answer={
            "digest": str, "frozen": {str: int}, "left": {str: int},
            "displaced": {str: {str: int}},
            "steps": [
                joined(
                    {"warehouse": str, "sku": str, "location": str | None, "lot": str | None},
                    PlanStep,
                )
            ],
        },
        example={
            "key": "plan-1", "document": "FZ-1", "warehouse": "WH1", "reason": "QC",
            "lines": [{"sku": "TEA", "qty": 3}],
        },
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """The steps with their documents, and what would be frozen, displaced and left."""
        bodies, single = told_in(request)
        if not single:
            raise Faulty(Fault(code="too_many_commands", there=1))
        [told] = self.read(bodies)
        if told.request is None:
            raise Faulty(*told.faults)
        with transaction.atomic(durable=True):
            # The plan is not part of what is planned.
            found = services.plan(replace(told.request, plan=""), actor=self.caller.actor)
        if found.refusal is not None:
            raise Faulty(of_refusal(found.refusal, item=0))
        return Response(_shown(found))


def _shown(found: Plan) -> dict[str, object]:
    """With codes for ids, in four statements at most."""
    skus = reach.sku_codes(
        {step.sku_id for step in found.steps}
        | set(found.frozen)
        | set(found.left)
        | {sku for lost in found.displaced.values() for sku in lost}
    )
    houses = reach.warehouse_codes({step.warehouse_id for step in found.steps})
    places = stock.locations({step.location_id for step in found.steps if step.location_id})
    lots = stock.lots({step.lot_id for step in found.steps if step.lot_id})
    return {
        "digest": found.digest,
        "frozen": {skus[sku]: qty for sku, qty in found.frozen.items()},
        "left": {skus[sku]: qty for sku, qty in found.left.items()},
        "displaced": {
            document: {skus[sku]: qty for sku, qty in lost.items()}
            for document, lost in found.displaced.items()
        },
        "steps": [
            {
                **plain(step),
                "warehouse": houses[step.warehouse_id],
                "sku": skus[step.sku_id],
                "location": places[step.location_id].code if step.location_id else None,
                "lot": lots[step.lot_id].code if step.lot_id else None,
            }
            for step in found.steps
        ],
    }
