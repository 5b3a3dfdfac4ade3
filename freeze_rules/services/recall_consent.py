"""Lifting a recall is somebody else's consent: by policy, or by whoever may release for safety."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext_lazy

from freeze_rules.models import Recall, RecallHold
from freeze_rules.services.consent import WORDS
from freeze_rules.services.recalls import MOST_FREEZES, RecallRefused, lift_now
from inventory import selectors as stock
from inventory import services as inventory
from org import roles
from org.approving import ApprovalKind, CannotApply, Change, Facts, Granted, Payload
from org.models import Person
from org.scope import Scope
from org.selectors import head_office_id, scope_of
from org.services import approvals

CODE = "recall.lift"


@dataclass(frozen=True, kw_only=True)
class Lifted:
    """Lifted (`freezes` let go of), or asked for under the request `approval_id`."""

    number: str
    freezes: int = 0
    approval_id: int | None = None


def _holds(recall_id: int) -> list[stock.HoldView]:
    ids = list(RecallHold.objects.filter(recall=recall_id).values_list("hold_id", flat=True))
    return stock.holds(scope=Scope.everything(), ids=ids, limit=MOST_FREEZES)


def facts_of(row: Recall) -> Facts:
    """How much would be for sale again, and why it was called back."""
    holds = _holds(row.pk)
    url = reverse("recall", args=[row.pk])
    return Facts(
        subject=f"{row.number} · {row.why}",
        amount=sum((hold.cost for hold in holds), start=Decimal(0)),
        qty=sum(hold.open for hold in holds),
        traits=("SAFETY",),
        changes=tuple(
            Change(
                what=f"{hold.sku_code} {hold.sku_name}".strip(),
                where=_where(hold),
                code=hold.sku_code, before=hold.open, after=0, url=reverse("hold", args=[hold.id]),
            )
            for hold in holds[:50]
        ),
        impact=(("why", row.why), ("customers", row.at_customers)),
        links=(("recall", url),),
    )  # fmt: skip


def _where(hold: stock.HoldView) -> str:
    places = (hold.warehouse_code, hold.location_code, hold.lot_code)
    return " · ".join(each for each in places if each)


def needed_for(row: Recall, *, person: Person) -> approvals.Needed | None:
    """Whose consent lifting it needs; None when no policy asks for one."""
    return approvals.needed(kind=CODE, facts=facts_of(row), unit_id=head_office_id(), person=person)


def lift(*, key: str, recall_id: int, why: str, person: Person) -> Lifted:
    """Let go of all of a recall, or ask for consent when a policy wants it.

    Joins the caller's transaction. Without a policy, somebody other than whoever called the goods
    back does it, who may release safety freezes everywhere.

    Raises:
        RecallRefused: not_allowed, unknown_recall, lifted_already, lift_why_missing, own_recall.
        approvals.ApprovalRefused: nobody_to_ask, key_reused.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    row = Recall.objects.select_for_update(no_key=True).filter(pk=recall_id).first()
    if row is None:
        raise RecallRefused("unknown_recall")
    if not person.may(roles.STOCK_RELEASE):
        raise RecallRefused("not_allowed")
    if row.lifted_at is not None:
        raise RecallRefused("lifted_already")
    if not why.strip():
        raise RecallRefused("lift_why_missing")
    needed = needed_for(row, person=person)
    if needed is None:
        _check_may_lift(row, person)
        freezes = lift_now(row=row, why=why, by=person, actor=person.actor, key=f"lift:{row.pk}")
        return Lifted(number=row.number, freezes=freezes)
    asked = approvals.ask(
        kind=CODE,
        payload={"recall_id": row.pk, "why": why.strip()},
        unit_id=head_office_id(),
        person=person,
        key=f"lift:{person.pk}:{key}",
        why=why,
        document=row.number,
        policy=needed.policy,
    )
    return Lifted(number=row.number, approval_id=asked.pk)


def _check_may_lift(row: Recall, person: Person) -> None:
    if not person.may(roles.STOCK_RELEASE_SAFETY):
        raise RecallRefused("not_allowed")
    if not scope_of(person, permission=roles.STOCK_RELEASE_SAFETY).is_everything:
        raise RecallRefused("everywhere_only")
    if person.pk == row.person_id:
        raise RecallRefused("own_recall")


def _summarize(payload: Payload) -> Facts:
    row = Recall.objects.filter(pk=payload["recall_id"]).first()
    return Facts(subject=f"RC-{payload['recall_id']}") if row is None else facts_of(row)


def _fingerprint(payload: Payload, lock: bool) -> str:
    """Which freezes it is about; how much each holds may grow with what comes back."""
    rows = Recall.objects.select_for_update(no_key=True) if lock else Recall.objects.all()
    row = rows.get(pk=payload["recall_id"])
    said = [row.pk, row.lifted_at is not None, sorted(hold.id for hold in _holds(row.pk))]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _apply(payload: Payload, granted: Granted) -> str:
    """Let go of all of it, in the name of whoever asked.

    Raises:
        CannotApply: not_allowed, lifted_already, and what the ledger refuses.
    """
    row = Recall.objects.select_for_update(no_key=True).get(pk=payload["recall_id"])
    by = next(
        (each for each in (granted.maker, *granted.deciders) if each.pk != row.person_id), None
    )
    try:
        if by is None or not any(
            each.may(roles.STOCK_RELEASE_SAFETY) for each in (*granted.deciders, granted.maker)
        ):
            raise RecallRefused("not_allowed")
        lift_now(
            row=row, why=payload["why"], by=by, actor=granted.maker.actor, key=granted.key,
            approval=granted.number, approved_by=[each.actor for each in granted.deciders],
        )  # fmt: skip
    except (RecallRefused, inventory.Refused) as refused:
        raise CannotApply(refused.code, str(refused)) from refused
    return row.number


KIND = ApprovalKind(
    code=CODE,
    name=gettext_lazy("Lifting of a recall"),
    permission=roles.STOCK_RELEASE,
    summarize=_summarize,
    fingerprint=_fingerprint,
    apply=_apply,
    words={
        **WORDS,
        "why": gettext_lazy("Called back because of"),
        "customers": gettext_lazy("Units at customers"),
        "recall": gettext_lazy("Page of the recall"),
    },
)
