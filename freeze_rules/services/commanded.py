"""A command about freezes that somebody sent over REST and that waits for consent.

All of it is kept with the request for approval, and the ledger itself says, without writing, what
it would do: that is what is shown, hashed, and done once somebody has agreed.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.urls import reverse

from inventory import selectors as stock
from inventory import services as inventory
from inventory.selectors import scope_units
from org import services as org
from org.approving import Change, Facts, Granted, Payload
from org.models import Person
from org.scope import Scope
from org.selectors.belonging import unit_over

# Freezes of one document or command that are looked at, and changes that an approver is shown.
MOST_FREEZES = 1_000
SHOWN = 20
SERVICES = {
    "convert": inventory.convert,
    "narrow": inventory.narrow,
    "regrade": inventory.regrade,
    "release": inventory.release,
    "scrap": inventory.scrap,
}


def payload_of(request: inventory.Request, person: Person) -> dict[str, Any]:
    """What the request for approval keeps."""
    return {"command": inventory.kept_of(request), "person": person.pk}


def is_command(payload: Payload) -> bool:
    """True when a whole command is kept, not what somebody typed on a page."""
    return "command" in payload


def request_in(payload: Payload) -> inventory.Request:
    """The command as it was sent."""
    return inventory.request_of(payload["command"])


def plan_of(payload: Payload) -> inventory.Plan:
    """What the command would do now; the plan that its sender was shown is not part of it."""
    request = request_in(payload)
    if isinstance(request, inventory.HoldRequest):
        request = replace(request, plan="")
    return inventory.plan(request, actor=f"person:{payload['person']}")


def freezes_in(payload: Payload) -> list[stock.HoldView]:
    """The freezes that the command would let go of, whole or in part, by id."""
    request = request_in(payload)
    everything = Scope.everything()
    if isinstance(request, inventory.ReleaseRequest) and request.hold_id is None:
        documents = [request.document] if request.freezes else []
        found = stock.holds(
            scope=everything, documents=documents, role="FREEZE", limit=MOST_FREEZES
        )
    else:
        ids = _hold_ids(request)
        found = stock.holds(scope=everything, ids=ids, closed=True, limit=max(len(ids), 1))
    return sorted((hold for hold in found if hold.role == "FREEZE"), key=lambda hold: hold.id)


def _hold_ids(request: Any) -> list[int]:
    """The claims that a command names to let go of; a freeze that is carried along stays."""
    if isinstance(request, (inventory.ScrapRequest, inventory.RegradeRequest)):
        lines: Sequence[Any] = request.lines
        return sorted(
            {
                line.hold_id
                for line in lines
                if line.hold_id is not None and not getattr(line, "carry", False)
            }
        )
    return [request.hold_id]


Lost = Counter[tuple[str, str, int]]


def _lost(plan: inventory.Plan, freezes: Sequence[stock.HoldView]) -> Lost:
    """Units that these freezes would lose, by document, reason and SKU."""
    names = {(hold.document, hold.reason_code) for hold in freezes}
    lost: Lost = Counter()
    for step in plan.steps:
        if step.change < 0 and (step.document, step.reason) in names and step.role == "FREEZE":
            lost[step.document, step.reason, step.sku_id] -= step.change
    return lost


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much it is: a line for people, base units, their value at cost, codes and names."""

    subject: str
    units: int
    amount: Decimal
    codes: Mapping[int, str]
    names: Mapping[int, str]


def size_of(units: Mapping[int, int], *, document: str) -> Size:
    """How much so many units of each SKU are. Two statements."""
    ids = sorted(units)
    skus, costs = stock.skus(ids), scope_units.costs_of(ids)
    names = {sku: f"{skus[sku].code} {skus[sku].name}" for sku in ids}
    goods = list(names.values())
    if len(goods) > 1:
        goods = [f"{goods[0]} +{len(goods) - 1}"]
    count = sum(units.values())
    amount = sum((costs[sku] * qty for sku, qty in units.items()), Decimal(0))
    return Size(
        subject=" · ".join([document, *goods, f"{count:,}"]),
        units=count,
        amount=amount.quantize(Decimal("0.01")),
        codes={sku: skus[sku].code for sku in ids},
        names=names,
    )


def facts_of(payload: Payload) -> Facts:
    """How many frozen units it would let go of, their value, and what becomes of them."""
    freezes, request = freezes_in(payload), request_in(payload)
    lost = _lost(plan_of(payload), freezes)
    by_sku: Counter[int] = Counter()
    for (_document, _reason, sku), qty in lost.items():
        by_sku[sku] += qty
    documents = sorted({hold.document for hold in freezes}) or [request.document]
    size = size_of(by_sku, document=documents[0])
    labels = sorted({hold.reason_label for hold in freezes})
    return Facts(
        subject=size.subject,
        amount=size.amount,
        qty=size.units,
        traits=("SAFETY",) if any(hold.is_safety for hold in freezes) else (),
        changes=tuple(_changes(freezes, lost)),
        impact=(("reason", ", ".join(labels)), *_becomes(payload, size.units)),
        links=tuple(("hold", reverse("hold", args=[hold.id])) for hold in freezes[:1]),
    )


def _changes(freezes: Sequence[stock.HoldView], lost: Lost) -> list[Change]:
    """One line for each freeze; those of one document and reason are told together."""
    found: dict[tuple[str, str], list[stock.HoldView]] = {}
    for hold in freezes:
        found.setdefault((hold.document, hold.reason_code), []).append(hold)
    changes = []
    for name, alike in list(found.items())[:SHOWN]:
        first = alike[0]
        before = sum(hold.open for hold in alike)
        after = before - sum(qty for key, qty in lost.items() if key[:2] == name)
        places = (first.warehouse_code, first.location_code, first.lot_code)
        changes.append(
            Change(
                what=f"{first.sku_code} {first.sku_name}".strip() or first.document,
                where=" · ".join(each for each in places if each),
                code=first.sku_code, before=before, after=after,
                url=reverse("hold", args=[first.id]),
            )
        )  # fmt: skip
    return changes


def _becomes(payload: Payload, units: int) -> list[tuple[str, int | str]]:
    """What becomes of the units, when they are not simply released."""
    request = request_in(payload)
    if isinstance(request, inventory.ConvertRequest):
        labels = {view.code: view.label for view in stock.reasons(by_hand=False)}
        return [("becomes", labels.get(request.reason, request.reason))]
    if isinstance(request, inventory.NarrowRequest):
        return [("narrowed", units)]
    if isinstance(request, inventory.RegradeRequest):
        return [("regraded", units)]
    return []


def fingerprint(payload: Payload, lock: bool) -> str:
    """The same command that takes the same units from the same freezes, or none of it."""
    freezes = freezes_in(payload)
    if lock:
        inventory.keep_still(hold_ids=[hold.id for hold in freezes])
        freezes = freezes_in(payload)
    plan = plan_of(payload)
    said = [
        request_in(payload).fingerprint(),
        [[hold.id, hold.closed_at is not None, hold.is_safety] for hold in freezes],
        sorted([*key, qty] for key, qty in _lost(plan, freezes).items()),
        plan.refusal.code if plan.refusal is not None else "",
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def let_go(payload: Payload, *, granted: Granted) -> str:
    """Carry it out in the name of whoever sent it; gives its document.

    Raises:
        inventory.Refused: the ledger says no.
    """
    return carry_out(
        payload, granted=granted, action="stock.unfrozen", told="released",
        units=facts_of(payload).qty,
    )  # fmt: skip


def carry_out(payload: Payload, *, granted: Granted, action: str, told: str, units: int) -> str:
    """Do it once and put `action` on the trail, with the units under the name `told`.

    Raises:
        inventory.Refused: the ledger says no.
    """
    request = replace(request_in(payload), key=granted.key)
    verb = payload["command"]["verb"]
    # Asked first: a freeze that is let go of whole is closed afterwards.
    unit_id = _unit_of(payload)
    carry: Any = SERVICES[verb]
    outcome = carry([request], actor=granted.maker.actor)[0].check()
    if not outcome.repeated:
        org.record(
            actor=granted.maker.actor,
            action=action,
            subject=request.document,
            after={
                told: units, "verb": verb, "approval": granted.number,
                "approved_by": [each.actor for each in granted.deciders],
            },
            unit_id=unit_id,
        )  # fmt: skip
    return str(request.document)


def _unit_of(payload: Payload) -> int | None:
    """The unit that the trail shows it to: the warehouse's, or the one over all the freezes."""
    request = request_in(payload)
    if isinstance(request, (inventory.ScrapRequest, inventory.RegradeRequest)):
        return stock.unit_of_warehouse(request.warehouse_id)
    return unit_over({hold.unit_id for hold in freezes_in(payload) if hold.unit_id})
