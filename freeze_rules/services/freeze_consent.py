"""A freeze by hand beyond what a person may do alone: it stops whole and asks.

How much that is, policies say: by value, by units, by kind of freeze, by unit (see
docs/approvals.md). Nothing is frozen until somebody else agrees to exactly the plan that was shown.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext_lazy

from freeze_rules.services import commanded
from freeze_rules.services.consent import WORDS
from freeze_rules.services.manual import Frozen, freeze, plan_freeze
from freeze_rules.services.orders import (
    FreezeOrder,
    FreezeRefused,
    by_hand,
    check,
    check_dates,
    check_reach,
)
from freeze_rules.services.own_reach import with_reach
from inventory import selectors as stock
from inventory import services as inventory
from inventory.selectors import scope_units
from org import roles
from org import services as org
from org.approving import ApprovalKind, CannotApply, Change, Facts, Granted, Payload
from org.models import Person
from org.selectors import head_office_id
from org.services import approvals

CODE = "stock.freeze"
# Lines of the plan that an approver is shown; the sums count all.
SHOWN = 20


@dataclass(frozen=True, kw_only=True)
class Laid:
    """What became of it: frozen, or asked for under the request `approval_id`."""

    frozen: Frozen | None = None
    approval_id: int | None = None


def freeze_or_ask(*, key: str, order: FreezeOrder, person: Person, pk: int, plan: str) -> Laid:
    """Freeze what the order names, or ask for consent when a policy wants it.

    `pk` and `plan` come from `plan_freeze`. Joins the caller's transaction; the same key does it
    once.

    Raises:
        FreezeRefused, inventory.Refused: as `freeze`.
        approvals.ApprovalRefused: nobody_to_ask, key_reused.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    check(order, person)
    payload: Payload = {"order": order.said(), "pk": pk, "person": person.pk}
    unit_id = unit_to_ask(order.warehouse_id)
    needed = approvals.needed(
        kind=CODE, facts=facts_for(payload, person), unit_id=unit_id,
        warehouse_id=order.warehouse_id, person=person,
    )  # fmt: skip
    if needed is None:
        return Laid(frozen=freeze(key=key, order=order, person=person, pk=pk, plan=plan))
    check_dates(order)
    asked = approvals.ask(
        kind=CODE,
        payload=payload,
        unit_id=unit_id,
        warehouse_id=order.warehouse_id,
        person=person,
        key=f"freeze:{person.pk}:{key}",
        why=order.note or by_hand(order.reason).label,
        document=f"FZ-{pk}",
        policy=needed.policy,
    )
    return Laid(approval_id=asked.pk)


def unit_to_ask(warehouse_id: int | None) -> int:
    """The unit whose people agree: the warehouse's; the head office when it is in several."""
    unit_id = stock.unit_of_warehouse(warehouse_id)
    return head_office_id() if unit_id is None else unit_id


def facts_for(payload: Payload, person: Person | None) -> Facts:
    """How large the freeze is and how far it reaches, with what the person froze before."""
    facts = _summarize(payload)
    if not approvals.limits_reach(kind=CODE):
        return facts
    plan = _plan(payload)
    return with_reach(
        facts, kind=CODE, by_sku=plan.frozen, warehouses=_warehouses(plan), person=person,
        releasing=False,
    )  # fmt: skip


def _warehouses(plan: inventory.Plan) -> set[int]:
    return {step.warehouse_id for step in plan.steps if step.change > 0}


def _order(payload: Payload) -> FreezeOrder:
    """The order out of what the request keeps."""
    said: dict[str, Any] = dict(payload["order"])
    for each in fields(FreezeOrder):
        if each.name.endswith("_at") and each.name in said:
            said[each.name] = datetime.fromisoformat(said[each.name])
    if "policy" in said:
        said["policy"] = inventory.Policy(said["policy"])
    return FreezeOrder(**said)


def _plan(payload: Payload) -> inventory.Plan:
    if commanded.is_command(payload):
        return commanded.plan_of(payload)
    person = Person.objects.get(pk=payload["person"])
    return plan_freeze(order=_order(payload), pk=payload["pk"], person=person).plan


def _said(payload: Payload) -> tuple[str, str, str]:
    """The document, the code of the reason and the note."""
    if commanded.is_command(payload):
        told = payload["command"]
        return told["document"], told["reason"], told["note"]
    order = _order(payload)
    return f"FZ-{payload['pk']}", order.reason, order.note


def _summarize(payload: Payload) -> Facts:
    number, code, note = _said(payload)
    plan = _plan(payload)
    reason = next(each for each in stock.reasons(by_hand=False) if each.code == code)
    skus, costs = stock.skus(list(plan.frozen)), scope_units.costs_of(list(plan.frozen))
    units = sum(plan.frozen.values())
    cost = sum((costs[sku] * qty for sku, qty in plan.frozen.items()), Decimal(0))
    named = [number, reason.label, f"{units:,}"]
    taken = sum(qty for lost in plan.displaced.values() for qty in lost.values())
    impact: list[tuple[str, int | str]] = [
        ("reason", reason.label), ("skus", len(plan.frozen)),
        ("displaced", len(plan.displaced)), ("taken", taken),
    ]  # fmt: skip
    if note:
        impact.append(("note", note))
    return Facts(
        subject=" · ".join(named),
        amount=cost.quantize(Decimal("0.01")),
        qty=units,
        traits=("SAFETY",) if reason.is_safety else (),
        changes=tuple(
            Change(
                what=f"{skus[sku].code} {skus[sku].name}", where="", code=skus[sku].code,
                before=0, after=qty, url=reverse("stock"),
            )
            for sku, qty in sorted(plan.frozen.items(), key=lambda each: -each[1])[:SHOWN]
        ),
        impact=tuple(impact),
    )  # fmt: skip


def _fingerprint(payload: Payload, lock: bool) -> str:
    """The same units of the same SKUs from the same documents; the ledger locks when it applies."""
    try:
        plan = _plan(payload)
    except FreezeRefused as refused:
        return f"refused:{refused.code}"
    said = [
        payload["command"] if commanded.is_command(payload) else payload["order"],
        sorted(plan.frozen.items()),
        sorted((document, sorted(lost.items())) for document, lost in plan.displaced.items()),
        plan.refusal.code if plan.refusal is not None else "",
    ]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _apply(payload: Payload, granted: Granted) -> str:
    """Freeze it in the name of whoever asked.

    Raises:
        CannotApply: what `freeze` refuses.
    """
    try:
        if commanded.is_command(payload):
            return _carry_out(payload, granted)
        done = freeze(
            key=granted.key, order=_order(payload), person=granted.maker, pk=payload["pk"],
            plan=_plan(payload).digest,
        )  # fmt: skip
    except (FreezeRefused, inventory.Refused) as refused:
        raise CannotApply(refused.code, str(refused)) from refused
    return done.number


def _carry_out(payload: Payload, granted: Granted) -> str:
    """Freeze what a command named, exactly as it is planned now.

    Raises:
        FreezeRefused: not_allowed, unknown_warehouse.
        inventory.Refused: the ledger says no.
    """
    request = commanded.request_in(payload)
    assert isinstance(request, inventory.HoldRequest)
    check_reach(request.warehouse_id, granted.maker)
    plan = _plan(payload)
    exact = replace(request, key=granted.key, plan=plan.digest)
    outcome = inventory.hold([exact], actor=granted.maker.actor)[0].check()
    if not outcome.repeated:
        org.record(
            actor=granted.maker.actor,
            action="stock.frozen",
            subject=request.document,
            after={
                "units": sum(plan.frozen.values()), "reason": request.reason,
                "displaced": len(outcome.displaced), "approval": granted.number,
                "approved_by": [each.actor for each in granted.deciders],
            },
            unit_id=stock.unit_of_warehouse(request.warehouse_id),
        )  # fmt: skip
    return request.document


KIND = ApprovalKind(
    code=CODE,
    name=gettext_lazy("Freeze by hand"),
    permission=roles.STOCK_HOLD,
    summarize=_summarize,
    fingerprint=_fingerprint,
    apply=_apply,
    says_reach=True,
    words={
        **WORDS,
        "skus": gettext_lazy("SKUs frozen"),
        "displaced": gettext_lazy("Documents that lose units"),
        "taken": gettext_lazy("Units taken from them"),
    },
)
