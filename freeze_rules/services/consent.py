"""Letting go of a freeze as something that may need somebody's consent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from freeze_rules.selectors.by_hand import also_needed
from freeze_rules.services import batch_release, commanded, disposal_consent, disposing, taking_over
from freeze_rules.services.disposal_consent import (
    LETS_GO,
    disposal_in,
    facts_of,
    hold_of,
    hold_to_let_go,
    kind_of,
    place_of,
)
from freeze_rules.services.disposal_lines import Disposal, Way
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
from freeze_rules.services.reports.refusals import ReportRefused
from inventory import selectors as stock
from inventory import services as inventory
from org import roles
from org.approving import ApprovalKind, CannotApply, Facts, Granted, Payload
from org.callers import Caller, SignedIn
from org.models import Person
from org.scope import Scope
from org.selectors import scope_of
from org.services import approvals

CODE = LETS_GO


@dataclass(frozen=True, kw_only=True)
class LetGo:
    """What became of it: released, or asked for under the request `approval_id`."""

    document: str
    released: Released | None = None
    approval_id: int | None = None


def needed_for(
    hold: stock.HoldView,
    *,
    qty: int | None = None,
    disposal: Disposal | None = None,
    person: Person | None,
) -> approvals.Needed | None:
    """Whose consent it needs to let go of so many units (None: of all); None when nobody's.

    Args:
        disposal: what becomes of them; for what leaves the books the policies of scrapping count.
    """
    unit_id, warehouse_id = place_of([hold.id])
    kind, facts = kind_of(disposal), facts_of(hold, qty, disposal)
    if kind == CODE:
        facts = with_released(facts, kind=CODE, hold_ids=[hold.id], person=person, most=qty)
    return approvals.needed(
        kind=kind, facts=facts, unit_id=unit_id, warehouse_id=warehouse_id, person=person
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
    hold = hold_to_let_go(hold_id, SignedIn(person), disposal)
    if disposal is None:
        check_release(hold, qty=qty, why=why)
    else:
        disposing.check(hold, disposal)
    needed = needed_for(hold, qty=qty, disposal=disposal, person=person)
    if disposal is not None and (needed is None or hold.closed_at is not None):
        check_may_take(hold, disposal, SignedIn(person))
        done = disposing.carry_out(
            hold, disposal, key=f"dispose:{key}", actor=person.actor, owner_id=person.pk
        )
        return LetGo(document=hold.document, released=done)
    if needed is None or hold.closed_at is not None:
        done = unfreeze(key=key, hold_id=hold_id, qty=qty, why=why, person=person)
        return LetGo(document=hold.document, released=done)
    unit_id, warehouse_id = place_of([hold_id])
    asked = approvals.ask(
        kind=kind_of(disposal),
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


def dispose(*, key: str, hold_id: int, disposal: Disposal, by: Caller) -> LetGo:
    """What becomes of a freeze, said by a person or a program; the same key does it once.

    Policies are about people: a program acts within its permissions. Joins the caller's
    transaction.

    Raises:
        FreezeRefused, approvals.ApprovalRefused, inventory.Refused: as `let_go`.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    if isinstance(by, SignedIn):
        whole = disposal.way == Way.RESTOCK and disposal.qty is None
        return let_go(
            key=key, hold_id=hold_id, why=disposal.why, person=by.person,
            disposal=None if whole else disposal,
        )  # fmt: skip
    hold = hold_to_let_go(hold_id, by, disposal)
    disposing.check(hold, disposal)
    check_may_take(hold, disposal, by)
    done = disposing.carry_out(hold, disposal, key=f"dispose:{key}", actor=by.actor, owner_id=None)
    return LetGo(document=hold.document, released=done)


def check_may_take(hold: stock.HoldView, disposal: Disposal, by: Caller) -> None:
    """Goods that stay in the books are let go of by whom the reason and the rule name.

    Raises:
        FreezeRefused: not_allowed, unknown_hold, part_of_recall, rule_asks_more.
    """
    if disposal.way not in disposing.LEAVES:
        also = also_needed([hold.id]).get(hold.id, "")
        check_may_release(by_hand(hold.reason_code), hold.id, by, also=also)


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
    if taking_over.is_asked(payload):
        return taking_over.facts_in(payload)
    hold = hold_of(payload)
    if hold is None:
        return Facts(subject=f"H-{payload['hold_id']}")
    return facts_of(hold, payload["qty"], disposal_in(payload))


def _fingerprint(payload: Payload, lock: bool) -> str:
    """What the kept command, batch or decision would do now."""
    if commanded.is_command(payload):
        return commanded.fingerprint(payload, lock)
    if batch_release.is_batch(payload):
        return batch_release.fingerprint(payload, lock)
    if taking_over.is_asked(payload):
        return taking_over.fingerprint(payload, lock)
    return disposal_consent.fingerprint(payload, lock)


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
        hold = hold_of(payload)
        if hold is None:
            raise FreezeRefused("unknown_hold")
        disposal = disposal_in(payload)
        if disposal is None or disposal.way not in disposing.LEAVES:
            _check_approved_by_one_who_may(hold, granted)
        if taking_over.is_asked(payload):
            return taking_over.carry_out_granted(payload, granted)
        if disposal is not None:
            return disposal_consent.carry_out(hold, disposal, granted)
        done = release_units(
            hold, key=granted.key, qty=payload["qty"], why=payload["why"],
            actor=granted.maker.actor, approval=granted.number,
            approved_by=[each.actor for each in granted.deciders],
        )  # fmt: skip
    except (FreezeRefused, ReportRefused, inventory.Refused) as refused:
        raise CannotApply(refused.code, str(refused)) from refused
    return done.document


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
    """As for a page."""
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
        "promotion": gettext_lazy("Taken over by the promotion"),
        "narrowed": gettext_lazy("Units no longer covered"),
        "regraded": gettext_lazy("Units that get another grade"),
        "grade": gettext_lazy("New grade"),
    },
)
