"""The approval that a freeze waits for, as a request on the screens of approvals.

A leaf of a release formula that says `{"approval": permission}` is asked for when everything else
that the formula wants is there: whoever has that permission where the goods are is told, on the
phone too, with the deadline and the stand-ins of any request. The last yes proves the leaf through
`proving.approve`, so no inspection is skipped; what is met lets go in the same transaction.

Whoever told the last evidence asks, else whoever wrote the rule, else whoever looks after the
freeze: none of them decides about the request they are the maker of.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from freeze_rules import formula
from freeze_rules.models import Lease, Proof, Watch
from freeze_rules.selectors import leaf_requests as requests
from freeze_rules.selectors.leaf_requests import CODE, Waiting
from freeze_rules.selectors.moments import moments_of
from freeze_rules.services import proving
from freeze_rules.services.consent import WORDS
from freeze_rules.services.disposal_consent import facts_of, place_of
from freeze_rules.services.proving import Approved, ProofRefused
from inventory import selectors as stock
from inventory import services as inventory
from org import roles
from org.approving import ApprovalKind, CannotApply, Facts, Granted, Payload
from org.models import ApprovalDecision, ApprovalRequest, ApprovalState, Person
from org.scope import Scope
from org.selectors import scope_of
from org.services import approvals

ACTOR = "system:rules"
# Watches looked at in one transaction.
BATCH = 500
DEADLINE_HOURS = 24


def ask_for_leaves(*, after: int = 0) -> tuple[int, int | None]:
    """Ask for approvals that are due, of one batch of freezes. Joins the caller's transaction.

    Args:
        after: the id of the last watch of the batch before.

    Returns:
        How many requests were made, and where the next batch begins; None: this was the last.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    found = requests.waiting(after=after, limit=BATCH)
    due = _due([each for each in found if each.wanted])
    made = sum(_ask(watch, permission, turn) for watch, permission, turn in due)
    return made, found[-1].watch.pk if len(found) == BATCH else None


def close_overtaken() -> int:
    """Requests whose freeze has ended otherwise wait for nobody any more; how many."""
    assert connection.in_atomic_block, "The edge opens the transaction."
    gone = requests.overtaken(limit=BATCH)
    for request_id in gone:
        approvals.settle(request_id=request_id, actor=ACTOR)
    return len(gone)


def _due(found: Sequence[Waiting]) -> list[tuple[Watch, str, int]]:
    """Leaves that are the last word: with all approvals given the formula would be met."""
    now = timezone.now()
    watches = [each.watch for each in found]
    moments = moments_of(watches, now=now)
    due = []
    for each in found:
        watch, moment = each.watch, moments[each.watch.pk]
        for permission, turn in each.wanted:
            leaf = formula.name_of({"approval": permission})
            if leaf in moment.proved or not _is_last(watch, leaf, moment):
                continue
            due.append((watch, permission, turn))
    without = proving.reports_missing([watch for watch, _permission, _turn in due])
    return [each for each in due if each[0].pk not in without]


def _is_last(watch: Watch, leaf: str, moment: formula.Moment) -> bool:
    """True when nothing but people's approvals is missing on the way on which this one lies."""
    others = {formula.name_of(each) for each in formula.leaves(watch.formula) if "approval" in each}
    given = set(moment.proved)
    with_all = replace(moment, proved=given | others)
    # An alternative without this approval, which others complete, does not make it due.
    return formula.met(watch.formula, with_all) and any(
        given | others >= wanted for wanted in proving.beside(watch.formula, leaf)
    )


def _ask(watch: Watch, permission: str, turn: int) -> bool:
    """Ask in the name of the first of its makers who leaves somebody to decide."""
    payload = {"hold_id": watch.hold_id, "watch_id": watch.pk, "permission": permission}
    facts, (unit_id, warehouse_id) = _summarize(payload), place_of([watch.hold_id])
    approvals.standard_policy(
        kind=CODE, permission=permission, deadline_hours=DEADLINE_HOURS, actor=ACTOR
    )
    for maker in _makers(watch):
        needed = approvals.needed(
            kind=CODE, facts=facts, unit_id=unit_id, warehouse_id=warehouse_id, person=maker
        )
        if needed is None:
            # Somebody switched the policy off: the page of the freeze is the place to approve.
            return False
        if not needed.possible:
            continue
        inspections = proving.inspections_of([watch]).get(watch.pk, [])
        with transaction.atomic():
            approvals.ask(
                kind=CODE, payload=payload, unit_id=unit_id, warehouse_id=warehouse_id,
                person=maker,
                key=requests.key_of(watch_id=watch.pk, permission=permission, turn=turn),
                why=watch.hold.note, policy=needed.policy,
                # The photos and reports of the inspection are shown with the request.
                document=inspections[-1] if inspections else watch.hold.document,
            )  # fmt: skip
        return True
    return False


def _makers(watch: Watch) -> Iterator[Person]:
    """Who told the evidence, the newest first; who wrote the rule; who looks after the freeze."""
    told = Proof.objects.filter(watch=watch, event__isnull=False).order_by("-id")
    ids = [
        int(actor.removeprefix("person:"))
        for actor in told.values_list("event__told_by", flat=True)
        if actor.startswith("person:")
    ]
    if watch.version is not None and watch.version.made_by_id is not None:
        ids.append(watch.version.made_by_id)
    owners = Lease.objects.filter(hold_id=watch.hold_id).values_list("owner_id", flat=True)
    ids += [each for each in owners if each is not None]
    people = Person.objects.filter(is_active=True).in_bulk(ids)
    for each in dict.fromkeys(ids):
        if each in people:
            yield people[each]


def approve_leaf(
    *, hold_id: int, permission: str, person: Person, reference: str, key: str, note: str = ""
) -> Approved:
    """Approve on the freeze's own page: its open request is decided, or the leaf is proved.

    Joins the caller's transaction. What a policy asks beyond one yes is asked here too.

    Raises:
        ProofRefused, inventory.Refused: as `proving.approve`.
        approvals.ApprovalRefused: this person may not decide the request.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    if not reference.strip():
        raise ProofRefused("reference_missing")
    if not stock.holds(scope=scope_of(person, permission=roles.STOCK_VIEW), ids=[hold_id]):
        raise ProofRefused("unknown_hold")
    request = requests.open_of(hold_id=hold_id, permission=permission)
    if request is None or request.state != ApprovalState.SUBMITTED:
        done = proving.approve(
            hold_id=hold_id, permission=permission, person=person, reference=reference, note=note
        )
        if request is not None:
            approvals.settle(request_id=request.pk, actor=person.actor)
        return done
    said = " · ".join(each for each in (reference.strip(), note.strip()) if each)
    decided = approvals.decide(
        request_id=request.pk, person=person, verdict=approvals.APPROVE, key=key, why=said
    )
    if decided.voided:
        raise ProofRefused("nothing_to_approve")
    if decided.request.state == ApprovalState.APPLY_FAILED:
        raise ProofRefused("cannot_release", decided.request.failure)
    proof = Proof.objects.filter(
        watch__hold_id=hold_id, leaf=formula.name_of({"approval": permission})
    ).last()
    closed = Watch.objects.filter(hold_id=hold_id, closed_at__isnull=False).exists()
    return Approved(
        proof_id=proof.pk if proof else None, released=closed, request=decided.request.number
    )


def _summarize(payload: Payload) -> Facts:
    """What is frozen, what is proved already, and what the approval would let go of."""
    hold = _hold(payload)
    watch = Watch.objects.filter(pk=payload["watch_id"]).first()
    if hold is None or watch is None:
        return Facts(subject=f"H-{payload['hold_id']}")
    facts = facts_of(hold, None)
    papers = Proof.objects.filter(watch=watch).exclude(reference="").order_by("id")
    shown: list[tuple[str, int | str]] = [
        ("proved", reference) for reference in papers.values_list("reference", flat=True)
    ]
    if watch.regrade:
        shown.append(("regrade", watch.regrade))
    return replace(
        facts, traits=(*facts.traits, payload["permission"]), impact=(*facts.impact, *shown)
    )


def _hold(payload: Payload) -> stock.HoldView | None:
    found = stock.holds(scope=Scope.everything(), ids=[payload["hold_id"]], closed=True)
    return found[0] if found else None


def _fingerprint(payload: Payload, lock: bool) -> str:
    """All of this freeze under this formula; that there are fewer units meanwhile is the same."""
    rows = Watch.objects.filter(pk=payload["watch_id"])
    if lock:
        # In the order of the judgement: first what it waits for, then the balances.
        rows = rows.select_for_update(of=("self",))
    watch = rows.first()
    if lock:
        inventory.keep_still(hold_ids=[payload["hold_id"]])
    hold = _hold(payload)
    if hold is None or watch is None:
        return "gone"
    leaf = formula.name_of({"approval": payload["permission"]})
    said = [
        hold.id, hold.closed_at is not None or watch.closed_at is not None, hold.reason_code,
        watch.formula, watch.regrade, Proof.objects.filter(watch=watch, leaf=leaf).exists(),
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _apply(payload: Payload, granted: Granted) -> str:
    """Prove the leaf by whoever agreed last and may; a met formula lets go.

    Raises:
        CannotApply: none of those who agreed may prove it, or the ledger refuses.
    """
    refused: ProofRefused | None = None
    for decision in _decisions(granted):
        for person in dict.fromkeys((decision.person, decision.principal)):
            try:
                proving.approve(
                    hold_id=payload["hold_id"], permission=payload["permission"], person=person,
                    reference=granted.number, note=decision.why,
                )  # fmt: skip
            except ProofRefused as wrong:
                refused = refused or wrong
            except inventory.Refused as wrong:
                raise CannotApply(wrong.code, str(wrong)) from wrong
            else:
                hold = _hold(payload)
                return hold.document if hold else ""
    code = refused.code if refused else "nothing_to_approve"
    raise CannotApply(code, str(refused or ProofRefused(code))) from refused


def _decisions(granted: Granted) -> list[ApprovalDecision]:
    request = ApprovalRequest.objects.get(pk=int(granted.number.removeprefix("AP-")))
    rows = request.decisions.filter(verdict=approvals.APPROVE)
    return list(rows.select_related("person", "principal").order_by("-id"))


KIND = ApprovalKind(
    code=CODE,
    name=gettext_lazy("Approval that a freeze waits for"),
    permission=roles.STOCK_VIEW,
    summarize=_summarize,
    fingerprint=_fingerprint,
    apply=_apply,
    words={
        **roles.PERMISSIONS,
        **WORDS,
        "proved": gettext_lazy("Proved by"),
        "regrade": gettext_lazy("Grade afterwards"),
    },
)
