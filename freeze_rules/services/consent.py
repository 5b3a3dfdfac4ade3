"""Letting go of a freeze as something that may need somebody's consent."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from freeze_rules.selectors.by_hand import also_needed
from freeze_rules.services import batch_release, commanded, disposing
from freeze_rules.services.disposal_lines import REWORK, Disposal, Way
from freeze_rules.services.manual import (
    Released,
    check_may_release,
    check_release,
    release_many,
    release_units,
    stays_because,
    unfreeze,
    unfreeze_each,
)
from freeze_rules.services.orders import FreezeRefused, by_hand
from freeze_rules.services.own_reach import with_released
from inventory import selectors as stock
from inventory import services as inventory
from inventory.selectors import reach
from inventory.selectors.places import grades
from org import roles
from org.approving import ApprovalKind, CannotApply, Change, Facts, Granted, Payload
from org.callers import SignedIn
from org.models import Person
from org.scope import Scope
from org.selectors import head_office_id, scope_of
from org.services import approvals

CODE = "stock.unfreeze"


@dataclass(frozen=True, kw_only=True)
class LetGo:
    """What became of it: released, or asked for under the request `approval_id`."""

    document: str
    released: Released | None = None
    approval_id: int | None = None


def _hold(hold_id: int) -> stock.HoldView | None:
    found = stock.holds(scope=Scope.everything(), ids=[hold_id], closed=True)
    return found[0] if found else None


def place_of(hold_ids: Sequence[int]) -> tuple[int, int | None]:
    """The unit and the warehouse that all of these freezes lie in.

    The head office when they lie in several units, no warehouse when they lie in several.
    """
    held = reach.holds(hold_ids=hold_ids, documents=[])
    places = {place for each in held for place in each.places}
    units = {unit for unit, _house in places}
    if any(each.everywhere for each in held) or len(units) != 1:
        return head_office_id(), None
    houses = {house for _unit, house in places}
    return units.pop(), houses.pop() if len(houses) == 1 else None


def facts_of(hold: stock.HoldView, qty: int | None, disposal: Disposal | None = None) -> Facts:
    """How large it is, what it is for and what becomes of the units."""
    units = hold.open if qty is None else min(qty, hold.open)
    amount = hold.cost * units / hold.open if hold.open else Decimal(0)
    places = (hold.warehouse_code, hold.location_code, hold.lot_code)
    where = " · ".join(each for each in places if each)
    goods = f"{hold.sku_code} {hold.sku_name}".strip()
    if hold.more_skus:
        goods = f"{goods} +{hold.more_skus}"
    impact: list[tuple[str, int | str]] = [("reason", hold.reason_label)]
    if hold.review_at is not None:
        impact.append(("review", f"{hold.review_at:%Y-%m-%d}"))
    if hold.note:
        impact.append(("note", hold.note))
    if disposal is not None:
        impact += _becomes(disposal, units)
    return Facts(
        subject=" · ".join(each for each in (hold.document, goods, where, f"{units:,}") if each),
        amount=amount.quantize(Decimal("0.01")),
        qty=units,
        traits=("SAFETY",) if hold.is_safety else (),
        changes=(
            Change(
                what=goods or hold.document, where=where, code=hold.sku_code, before=hold.open,
                after=hold.open - units, url=reverse("hold", args=[hold.id]),
            ),
        ),
        impact=tuple(impact),
        links=(("hold", reverse("hold", args=[hold.id])),),
    )  # fmt: skip


def _becomes(disposal: Disposal, units: int) -> list[tuple[str, int | str]]:
    if disposal.way == Way.REGRADE:
        return [("regraded", units), ("grade", dict(grades()).get(disposal.grade, ""))]
    if disposal.way == Way.REWORK:
        labels = {view.code: view.label for view in stock.reasons(by_hand=False)}
        return [("becomes", labels.get(REWORK, ""))]
    if disposal.way == Way.RETURN:
        to = f"{disposal.supplier} {disposal.paper}".strip()
        return [("sent_back", units), ("supplier", to)]
    return [("scrapped", units)] if disposal.way == Way.SCRAP else []


def needed_for(
    hold: stock.HoldView, *, qty: int | None = None, person: Person | None
) -> approvals.Needed | None:
    """Whose consent it needs to let go of so many units (None: of all); None when nobody's."""
    unit_id, warehouse_id = place_of([hold.id])
    facts = with_released(
        facts_of(hold, qty), kind=CODE, hold_ids=[hold.id], person=person, most=qty
    )
    return approvals.needed(
        kind=CODE, facts=facts, unit_id=unit_id, warehouse_id=warehouse_id, person=person
    )


def let_go(
    *,
    key: str,
    hold_id: int,
    qty: int | None = None,
    why: str,
    person: Person,
    disposal: Disposal | None = None,
) -> LetGo:
    """Let go of a freeze, or ask for consent when a policy wants it.

    With a `disposal` the units take that way, and its own quantity and reason count. Whoever may
    release at all may ask; that the reason wants more of whoever releases, those who approve must
    have. Joins the caller's transaction. The same key does it once.

    Raises:
        FreezeRefused: as `unfreeze`, `disposing.check` and `disposing.requests_of`.
        approvals.ApprovalRefused: nobody_to_ask, key_reused.
        inventory.Refused: as `unfreeze`.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    if disposal is not None:
        qty, why = disposal.qty, disposal.why
    hold = hold_to_let_go(hold_id, person, disposal)
    if disposal is None:
        check_release(hold, qty=qty, why=why)
    else:
        disposing.check(hold, disposal)
    needed = needed_for(hold, qty=qty, person=person)
    if disposal is not None and (needed is None or hold.closed_at is not None):
        check_may_take(hold, disposal, person)
        done = disposing.carry_out(
            hold, disposal, key=f"dispose:{key}", actor=person.actor, owner_id=person.pk
        )
        return LetGo(document=hold.document, released=done)
    if needed is None or hold.closed_at is not None:
        done = unfreeze(key=key, hold_id=hold_id, qty=qty, why=why, person=person)
        return LetGo(document=hold.document, released=done)
    unit_id, warehouse_id = place_of([hold_id])
    asked = approvals.ask(
        kind=CODE,
        payload={
            "hold_id": hold_id,
            "qty": qty,
            "why": why.strip(),
            **({} if disposal is None else {"disposal": disposal.kept()}),
        },
        unit_id=unit_id,
        warehouse_id=warehouse_id,
        person=person,
        key=f"unfreeze:{person.pk}:{key}",
        why=why,
        document=hold.document,
        policy=needed.policy,
    )
    return LetGo(document=hold.document, approval_id=asked.pk)


def hold_to_let_go(hold_id: int, person: Person, disposal: Disposal | None) -> stock.HoldView:
    """The freeze, all of whose goods lie where this person may release and take them this way.

    Raises:
        FreezeRefused: not_allowed, unknown_hold.
    """
    asked = {roles.STOCK_RELEASE}
    if disposal is not None and disposal.way in disposing.ALSO:
        asked.add(disposing.ALSO[Way(disposal.way)])
    if not all(person.may(each) for each in asked):
        raise FreezeRefused("not_allowed")
    found, held = _hold(hold_id), reach.holds(hold_ids=[hold_id], documents=[])
    # Goods travel with their freeze: where they lie counts as well as the warehouse it names.
    scopes = [scope_of(person, permission=each) for each in asked]
    if found is None or not all(held[0].inside(scope) for scope in scopes):
        raise FreezeRefused("unknown_hold")
    return found


def check_may_take(hold: stock.HoldView, disposal: Disposal, person: Person) -> None:
    """Goods that stay in the books are let go of by whom the reason and the rule name.

    Raises:
        FreezeRefused: not_allowed, unknown_hold, part_of_recall, rule_asks_more.
    """
    if disposal.way not in disposing.LEAVES:
        also = also_needed([hold.id]).get(hold.id, "")
        check_may_release(by_hand(hold.reason_code), hold.id, SignedIn(person), also=also)


def let_go_each(*, hold_ids: Sequence[int], why: str, person: Person) -> dict[int, tuple[str, str]]:
    """Let go of each of these freezes whole; for those that need consent, ask.

    The others are weighed as one: what is too much together waits for consent together, and
    nothing of it is let go of before. Joins the caller's transaction.

    Returns:
        Per hold its document and why it stays; empty for those that are released.

    Raises:
        FreezeRefused: not_allowed, reason_missing.
    """
    if not person.may(roles.STOCK_RELEASE):
        raise FreezeRefused("not_allowed")
    scope = scope_of(person, permission=roles.STOCK_RELEASE)
    answers: dict[int, tuple[str, str]] = {}
    for hold in stock.holds(scope=scope, ids=hold_ids, limit=max(len(hold_ids), 1)):
        if hold.role != "FREEZE" or needed_for(hold, person=person) is None:
            continue
        key = f"many:{hold.id}:{hold.open}"
        try:
            with transaction.atomic():
                done = let_go(key=key, hold_id=hold.id, why=why, person=person)
        except (FreezeRefused, approvals.ApprovalRefused) as refused:
            answers[hold.id] = (hold.document, str(refused))
        else:
            said = _("Asked for approval as AP-%(number)s.") % {"number": done.approval_id}
            answers[hold.id] = (hold.document, said)
    rest = [each for each in hold_ids if each not in answers]
    together = _ask_together(rest, why=why, person=person, scope=scope)
    if together is not None:
        return answers | together
    return answers | unfreeze_each(hold_ids=rest, why=why, person=person)


def _ask_together(
    hold_ids: Sequence[int], *, why: str, person: Person, scope: Scope
) -> dict[int, tuple[str, str]] | None:
    """One request for all of these that may be let go of; None when they need nobody's consent.

    Raises:
        FreezeRefused: reason_missing.
    """
    if len(hold_ids) < 2:
        return None
    if not why.strip():
        raise FreezeRefused("reason_missing")
    seen = stock.holds(scope=scope, ids=hold_ids, closed=True, limit=len(hold_ids))
    found = {hold.id: hold for hold in seen}
    by, also = SignedIn(person), also_needed(hold_ids)
    stays = {
        pk: (found[pk].document if pk in found else f"H-{pk}", why_not)
        for pk in hold_ids
        if (why_not := stays_because(found.get(pk), by, also=also.get(pk, "")))
    }
    holds = sorted((found[pk] for pk in hold_ids if pk not in stays), key=lambda hold: hold.id)
    if len(holds) < 2:
        return None
    ids = [hold.id for hold in holds]
    unit_id, warehouse_id = place_of(ids)
    facts = with_released(
        batch_release.facts_of_many(holds), kind=CODE, hold_ids=ids, person=person
    )
    needed = approvals.needed(
        kind=CODE, facts=facts, unit_id=unit_id, warehouse_id=warehouse_id, person=person
    )
    if needed is None:
        return None
    try:
        with transaction.atomic():
            asked = approvals.ask(
                kind=CODE, payload={"hold_ids": ids, "why": why.strip()}, unit_id=unit_id,
                warehouse_id=warehouse_id, person=person,
                key=f"unfreeze:{person.pk}:{batch_release.key_of(holds)}", why=why,
                policy=needed.policy,
            )  # fmt: skip
    except approvals.ApprovalRefused as refused:
        said = str(refused)
    else:
        said = _("All of them together are asked for as AP-%(number)s.") % {"number": asked.pk}
    return stays | {hold.id: (hold.document, said) for hold in holds}


def _summarize(payload: Payload) -> Facts:
    if commanded.is_command(payload):
        return commanded.facts_of(payload)
    if batch_release.is_batch(payload):
        return batch_release.facts_of_many(batch_release.holds_in(payload))
    hold = _hold(payload["hold_id"])
    if hold is None:
        return Facts(subject=f"H-{payload['hold_id']}")
    return facts_of(hold, payload["qty"], _disposal(payload))


def _disposal(payload: Payload) -> Disposal | None:
    kept = payload.get("disposal")
    return None if kept is None else Disposal.of(kept)


def _fingerprint(payload: Payload, lock: bool) -> str:
    """All of a freeze is all that was shown; so many units of it stay the same while it lasts."""
    if commanded.is_command(payload):
        return commanded.fingerprint(payload, lock)
    if batch_release.is_batch(payload):
        return batch_release.fingerprint(payload, lock)
    if lock:
        inventory.keep_still(hold_ids=[payload["hold_id"]])
    hold = _hold(payload["hold_id"])
    if hold is None:
        return "gone"
    qty = payload["qty"]
    said = [hold.id, hold.closed_at is not None, hold.reason_code, hold.is_safety, qty]
    said.append(hold.open if qty is None else hold.open >= qty)
    if "disposal" in payload:
        said.append(sorted(payload["disposal"].items()))
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _apply(payload: Payload, granted: Granted) -> str:
    """Let go of it in the name of whoever asked.

    Raises:
        CannotApply: wrong_approver, unknown_hold, and what the ledger refuses.
    """
    try:
        if commanded.is_command(payload):
            _check_command(payload, granted)
            return commanded.let_go(payload, granted=granted)
        if batch_release.is_batch(payload):
            return _let_go_of_all(payload, granted)
        hold = _hold(payload["hold_id"])
        if hold is None:
            raise FreezeRefused("unknown_hold")
        disposal = _disposal(payload)
        if disposal is not None:
            return _dispose(hold, disposal, granted)
        _check_approved_by_one_who_may(hold, granted)
        done = release_units(
            hold, key=granted.key, qty=payload["qty"], why=payload["why"],
            actor=granted.maker.actor, approval=granted.number,
            approved_by=[each.actor for each in granted.deciders],
        )  # fmt: skip
    except (FreezeRefused, inventory.Refused) as refused:
        raise CannotApply(refused.code, str(refused)) from refused
    return done.document


def _dispose(hold: stock.HoldView, disposal: Disposal, granted: Granted) -> str:
    """Carry out a disposal in the name of whoever asked.

    Raises:
        FreezeRefused: not_allowed, unknown_hold, wrong_approver, and as `disposing.carry_out`.
        inventory.Refused: the ledger says no.
    """
    hold_to_let_go(hold.id, granted.maker, disposal)
    if disposal.way not in disposing.LEAVES:
        _check_approved_by_one_who_may(hold, granted)
    return disposing.carry_out(
        hold, disposal, key=granted.key, actor=granted.maker.actor, owner_id=granted.maker.pk,
        approval=granted.number, approved_by=[each.actor for each in granted.deciders],
    ).document  # fmt: skip


def _let_go_of_all(payload: Payload, granted: Granted) -> str:
    """All of the freezes, or none of them; the first one's document."""
    holds = batch_release.holds_in(payload)
    if not holds:
        raise FreezeRefused("unknown_hold")
    for hold in holds:
        _check_approved_by_one_who_may(hold, granted)
    for hold, refusal in release_many(
        holds, key=granted.key, why=payload["why"], actor=granted.maker.actor,
        approval=granted.number, approved_by=[each.actor for each in granted.deciders],
    ):  # fmt: skip
        if refusal is not None:
            raise CannotApply(refusal.code, f"{hold.document}: {refusal}")
    return holds[0].document


def _check_command(payload: Payload, granted: Granted) -> None:
    """As for a page; goods that are scrapped are not let go of to be sold."""
    if payload["command"]["verb"] == "scrap":
        if not granted.maker.may(roles.STOCK_SCRAP):
            raise FreezeRefused("not_allowed")
        return
    for hold in commanded.freezes_in(payload):
        _check_approved_by_one_who_may(hold, granted)


def _check_approved_by_one_who_may(hold: stock.HoldView, granted: Granted) -> None:
    """A policy never lets go of what none of those who agreed, or asked, could let go of."""
    reason = next(each for each in stock.reasons(by_hand=False) if each.code == hold.reason_code)
    also = also_needed([hold.id]).get(hold.id, "")
    for person in (*granted.deciders, granted.maker):
        try:
            check_may_release(reason, hold.id, SignedIn(person), also=also)
        except FreezeRefused:
            continue
        return
    raise FreezeRefused("wrong_approver")


# What every request about freezes calls its parts.
WORDS = {
    "before": gettext_lazy("Frozen now"),
    "after": gettext_lazy("Frozen afterwards"),
    "SAFETY": gettext_lazy("Safety freeze"),
    "reason": gettext_lazy("Frozen because of"),
    "review": gettext_lazy("Review date"),
    "note": gettext_lazy("Note of the freeze"),
    "hold": gettext_lazy("Page of the freeze"),
    "freezes": gettext_lazy("Freezes let go of together"),
}
KIND = ApprovalKind(
    code=CODE,
    name=gettext_lazy("Release of a freeze"),
    permission=roles.STOCK_RELEASE,
    summarize=_summarize,
    fingerprint=_fingerprint,
    apply=_apply,
    says_reach=True,
    words={
        **WORDS,
        "becomes": gettext_lazy("Becomes a freeze for"),
        "narrowed": gettext_lazy("Units no longer covered"),
        "regraded": gettext_lazy("Units that get another grade"),
        "scrapped": gettext_lazy("Units scrapped"),
        "sent_back": gettext_lazy("Units sent back to the supplier"),
        "grade": gettext_lazy("New grade"),
        "supplier": gettext_lazy("Supplier and document"),
    },
)
