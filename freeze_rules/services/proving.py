"""A person gives the approval that a hold waits for; what is met lets go of it at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from freeze_rules import formula
from freeze_rules.models import Proof, Watch
from freeze_rules.services import judging, releasing
from freeze_rules.services.laying import ACTOR
from freeze_rules.services.unplaced import in_no_cell
from inventory import selectors as stock
from inventory import services as inventory
from inventory.selectors import held_lines
from org import services as org
from org.coded import CodedRefusal
from org.models import Person
from org.selectors import scope_of
from org.selectors.attachments import documents_with_files

SENTENCES = {
    "unknown_hold": _("There is no such freeze among yours."),
    "nothing_to_approve": _("This freeze does not wait for such an approval."),
    "evidence_first": _(
        "The evidence comes first: the approval can be given when the other conditions of the "
        "freeze are met."
    ),
    "same_person": _("Whoever froze the goods does not approve their release: ask somebody else."),
    "already_given": _("You have approved this already."),
    "report_missing": _("Attach the report to the inspection first."),
    "cannot_release": _("The goods cannot be let go of as the rule says."),
    "in_no_cell": _(
        "These units lie in no cell, so they cannot get another grade with their release. Let go "
        "of them by hand and regrade them where they lie."
    ),
    "reference_missing": _("Say what the approval rests on, such as the number of a report."),
}


class ProofRefused(CodedRefusal):
    """Nothing was changed. `code` is stable, the text is for people."""

    sentences = SENTENCES

    def __init__(self, code: str, said: str = "") -> None:
        super().__init__(code)
        self.said = said

    def __str__(self) -> str:
        return self.said or super().__str__()


@dataclass(frozen=True, kw_only=True)
class Approved:
    """The proof that was kept, and whether the hold was let go of with it.

    `request` is the request that was decided, such as "AP-17"; without a proof it asks others too.
    """

    proof_id: int | None
    released: bool
    request: str = ""


def approve(
    *, hold_id: int, permission: str, person: Person, reference: str, note: str = ""
) -> Approved:
    """Approve one leaf of a hold's formula; a met formula lets go in the same transaction.

    The approval is the last word: what stands beside it in the formula must be proved before.

    Raises:
        ProofRefused: unknown_hold, nothing_to_approve, evidence_first, same_person,
            already_given, report_missing, in_no_cell, reference_missing.
        inventory.Refused: the goods cannot be let go of as the rule says.
    """
    if not reference.strip():
        raise ProofRefused("reference_missing")
    watch = _checked(hold_id=hold_id, permission=permission, person=person)
    leaf = formula.name_of({"approval": permission})
    proof = Proof.objects.create(
        watch=watch, leaf=leaf, person=person,
        reference=reference.strip()[:120], note=note.strip()[:400],
    )  # fmt: skip
    org.record(
        actor=person.actor, action="freeze.approved", subject=watch.hold.document,
        after={"hold": watch.hold_id, "permission": permission, "reference": proof.reference,
               "note": proof.note},
        unit_id=stock.unit_of_warehouse(watch.hold.warehouse_id),
    )  # fmt: skip
    return Approved(proof_id=proof.pk, released=_release(watch))


def _checked(*, hold_id: int, permission: str, person: Person) -> Watch:
    """The person may approve this leaf now; its watch, locked. Joins the caller's transaction.

    Raises:
        ProofRefused: as `approve`, but for the reference.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    watch = _watch(hold_id, permission, person)
    leaf = formula.name_of({"approval": permission})
    proofs = list(Proof.objects.filter(watch=watch).values_list("leaf", "person_id"))
    if watch.hold.placed_by == person.actor:
        raise ProofRefused("same_person")
    if any(who == person.pk for _leaf, who in proofs):
        raise ProofRefused("already_given")
    proved = {name for name, _who in proofs}
    if leaf in proved:
        # Given twice it would only keep the second person from giving another one.
        raise ProofRefused("nothing_to_approve")
    if not any(proved >= wanted for wanted in beside(watch.formula, leaf)):
        raise ProofRefused("evidence_first")
    if reports_missing([watch]):
        raise ProofRefused("report_missing")
    if watch.regrade and in_no_cell(held_lines.of_holds([watch.hold_id]).get(watch.hold_id, [])):
        raise ProofRefused("in_no_cell")
    return watch


def inspections_of(watches: Sequence[Watch]) -> dict[int, list[str]]:
    """The inspections that passed and stand as evidence, such as "QI-12", by watch; newest last."""
    told = Proof.objects.filter(watch__in=watches, leaf="inspection.passed", event__isnull=False)
    found: dict[int, list[str]] = {}
    for watch_id, number in told.order_by("id").values_list("watch_id", "event__facts__inspection"):
        if number:
            found.setdefault(watch_id, []).append(str(number))
    return found


def reports_missing(watches: Sequence[Watch]) -> set[int]:
    """Watches whose inspections have no report attached, as a photo or paper. Two statements."""
    told = inspections_of(watches)
    reported = documents_with_files({*chain.from_iterable(told.values())})
    return {watch_id for watch_id, numbers in told.items() if reported.isdisjoint(numbers)}


def _watch(hold_id: int, permission: str, person: Person) -> Watch:
    """The open watch of a hold, locked.

    Raises:
        ProofRefused: unknown_hold, nothing_to_approve.
    """
    scope = scope_of(person, permission=permission)
    if not stock.holds(scope=scope, ids=[hold_id]):
        raise ProofRefused("unknown_hold")
    watch = (
        Watch.objects.filter(hold_id=hold_id, closed_at__isnull=True)
        .select_related("hold__reason")
        .select_for_update(of=("self",))
        .first()
    )
    asked = {"approval": permission}
    if watch is None or asked not in list(formula.leaves(watch.formula)):
        raise ProofRefused("nothing_to_approve")
    return watch


def beside(tree: formula.Tree, leaf: str) -> Iterator[set[str]]:
    """For each place of the leaf the events that the groups around it want proved as well."""
    if "any" in tree:
        for part in tree["any"]:
            yield from beside(part, leaf)
    elif "all" in tree:
        for at, part in enumerate(tree["all"]):
            rest = [other for place, other in enumerate(tree["all"]) if place != at]
            # Of alternatives beside it nobody can say which will be proved: those are left out.
            wanted = {str(each["proof"]) for each in rest if "proof" in each}
            for inner in beside(part, leaf):
                yield inner | wanted
    elif formula.name_of(tree) == leaf:
        yield set()


def _release(watch: Watch) -> bool:
    now = timezone.now()
    steps = releasing.steps_met([watch], now=now)
    if not steps:
        return False
    outcomes = inventory.claims([step.request for step in steps], actor=ACTOR)
    for outcome in outcomes:
        outcome.check()
    return judging.close_after(steps, outcomes, now) > 0
