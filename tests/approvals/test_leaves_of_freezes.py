"""An approval that a freeze waits for is asked for when all else is there, on the usual screens."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from freeze_rules.models import Inspection, Proof, Watch
from freeze_rules.selectors import leaf_requests
from freeze_rules.selectors.evidence import evidence_of
from freeze_rules.services import events, leaf_consent, proving
from freeze_rules.services.reports import incidents, inspections
from freeze_rules.services.reports.naming import Named, named
from freeze_rules.tasks import ask_for_leaves
from inventory import services as inventory
from inventory.selectors import held_lines
from org.callers import SignedIn
from org.models import ApprovalPolicy, ApprovalRequest, NoticeCopy, Person, RequestStep
from org.scope import Scope
from org.services import approvals
from org.services.approvals import PolicyDraft, StepDraft
from org.services.approvals.talking import attach
from tests import given
from tests.freeze_rules import writing
from tests.freeze_rules.taking import taken

pytestmark = pytest.mark.django_db
SAFETY = "stock.release_safety"


def bowl() -> Named:
    """The mended goods."""
    return named(scope=Scope.everything(), warehouse="WH1", sku="BOWL")


def judged() -> None:
    while writing.judge().more:
        pass


def swept() -> None:
    """What the beat does, in the test's own transaction."""
    with transaction.atomic():
        leaf_consent.close_overtaken()
        leaf_consent.ask_for_leaves()


@pytest.fixture
def hold() -> int:
    """Three broken bowls came back and wait for repair, inspection and consent."""
    return came_back(location_id=given.location("A-01"))


def came_back(**where: int) -> int:
    given.stock("BOWL", 3, grade="CC")
    taken("defects")
    goods = events.Goods(sku_id=given.sku("BOWL"), qty=3, grade="CC", **where)
    with transaction.atomic():
        events.note(
            [
                events.Happening(
                    kind="return.received", key="R", goods=[goods],
                    warehouse_id=given.warehouse_id("WH1"),
                )
            ],
            told_by="system:test",
        )  # fmt: skip
    judged()
    [found] = writing.open_holds("DEFECT")
    return found.id


def inspected(by: Person, *, with_report: bool = True) -> Inspection:
    """The repair is done and a new inspection has passed."""
    with transaction.atomic():
        incidents.report(key="r", kind="REPAIR", what=bowl(), qty=3, note="glued", by=SignedIn(by))
        row = inspections.ask(
            key="i", sample=inspections.Sample(goods=bowl(), qty=3, sample=1), by=SignedIn(by)
        )
        inspections.decide(inspection_id=row.pk, result="PASSED", reference="QC-1", by=SignedIn(by))
    judged()
    if with_report:
        reported(row, by)
    return row


def reported(row: Inspection, by: Person) -> None:
    paper = b"%PDF-1.4 passed"
    with transaction.atomic():
        attach(
            document=row.number,
            actor=by.actor,
            name="r.pdf",
            file=io.BytesIO(paper),
            size=len(paper),
        )


def decided(by: Person, *, verdict: str = approvals.APPROVE, why: str = "seen") -> ApprovalRequest:
    request = ApprovalRequest.objects.get()
    with transaction.atomic():
        return approvals.decide(
            request_id=request.pk, person=by, verdict=verdict, key="tap", why=why
        ).request


def test_it_is_asked_for_when_the_inspection_with_its_report_is_there_and_its_yes_lets_go(
    hold: int,
) -> None:
    inspector, lead = given.person("WAREHOUSE_LEAD"), given.person("WAREHOUSE_LEAD", name="lead")
    swept()
    assert ApprovalRequest.objects.count() == 0
    row = inspected(inspector, with_report=False)
    swept()
    assert ApprovalRequest.objects.count() == 0

    reported(row, inspector)
    swept()
    swept()

    request = ApprovalRequest.objects.get()
    assert (request.kind, request.maker, request.document) == ("freeze.leaf", inspector, row.number)
    assert (request.qty, request.facts["traits"]) == (3, ["SAFETY", SAFETY])
    step = RequestStep.objects.get()
    assert (step.permission, step.deadline_hours, step.escalate_role) == (
        SAFETY, 24, "HEAD_OFFICE",
    )  # fmt: skip
    told = NoticeCopy.objects.filter(notice__kind="approval.waiting")
    assert lead.pk in set(told.values_list("person_id", flat=True))
    assert inspector.pk not in set(told.values_list("person_id", flat=True))
    assert given.free("BOWL") == 0

    assert decided(lead).state == "APPLIED"
    assert given.free("BOWL") == 3
    proof = Proof.objects.get(leaf=f"approval:{SAFETY}")
    assert (proof.person, proof.reference, proof.note) == (lead, request.number, "seen")
    swept()
    assert ApprovalRequest.objects.count() == 1


def test_whoever_passed_the_inspection_does_not_approve_the_release(hold: int) -> None:
    inspector = given.person("WAREHOUSE_LEAD")
    given.person("WAREHOUSE_LEAD")
    inspected(inspector)
    swept()

    with pytest.raises(approvals.ApprovalRefused) as refused:
        decided(inspector)
    assert refused.value.code == "own_request"
    with pytest.raises(approvals.ApprovalRefused) as refused, transaction.atomic():
        leaf_consent.approve_leaf(
            hold_id=hold, permission=SAFETY, person=inspector, reference="QC-1", key="k"
        )
    assert refused.value.code == "own_request"
    assert given.free("BOWL") == 0


def test_the_button_on_the_freezes_page_decides_the_request(hold: int) -> None:
    inspected(given.person("WAREHOUSE_LEAD"))
    lead = given.person("WAREHOUSE_LEAD")
    swept()
    client = Client(headers={"accept-language": "en"})
    client.force_login(lead)
    shown = client.get(reverse("hold", args=[hold])).content.decode()
    assert f">{ApprovalRequest.objects.get().number}</a>" in shown

    client.post(reverse("hold-approve", args=[hold]), {"permission": SAFETY, "reference": "QC-1"})

    assert ApprovalRequest.objects.get().state == "APPLIED"
    assert given.free("BOWL") == 3
    assert Proof.objects.get(leaf=f"approval:{SAFETY}").note == "QC-1"


def test_a_no_leaves_the_goods_frozen_and_is_not_asked_again(hold: int) -> None:
    inspected(given.person("WAREHOUSE_LEAD"))
    lead = given.person("WAREHOUSE_LEAD")
    swept()

    assert decided(lead, verdict=approvals.REJECT, why="still leaks").state == "REJECTED"
    swept()

    assert (ApprovalRequest.objects.count(), given.free("BOWL")) == (1, 0)
    evidence = evidence_of(hold)
    assert evidence is not None
    [leaf] = [each for each in evidence.leaves if each.permission]
    assert (leaf.met, leaf.request and leaf.request.state) == (False, "REJECTED")


def test_a_freeze_that_ends_otherwise_leaves_nobody_waiting(hold: int) -> None:
    inspected(given.person("WAREHOUSE_LEAD"))
    given.person("WAREHOUSE_LEAD")
    swept()
    assert leaf_requests.overtaken(limit=10) == []

    with transaction.atomic():
        inventory.release(
            [inventory.ReleaseRequest(key="x", document="X", hold_id=hold)], actor="system:test"
        )
    swept()

    assert ApprovalRequest.objects.get().state == "VOIDED"
    assert ApprovalRequest.objects.get().closed_at is not None


def test_a_policy_of_two_steps_lets_go_with_the_second_yes_only(hold: int) -> None:
    draft = PolicyDraft(
        kind="freeze.leaf", name="Two", again_allowed=False,
        steps=(
            StepDraft(asked="PERMISSION", permission=SAFETY),
            StepDraft(asked="ROLE", role="HEAD_OFFICE"),
        ),
    )  # fmt: skip
    with transaction.atomic():
        approvals.save_policy(draft=draft, person=given.person())
    inspected(given.person("WAREHOUSE_LEAD"))
    lead, boss = given.person("WAREHOUSE_LEAD"), given.person()
    swept()

    with transaction.atomic():
        done = leaf_consent.approve_leaf(
            hold_id=hold, permission=SAFETY, person=lead, reference="QC-1", key="k"
        )
    assert (done.proof_id, done.released, given.free("BOWL")) == (None, False, 0)
    assert decided(boss).state == "APPLIED"
    assert given.free("BOWL") == 3


def test_without_its_policy_nobody_is_asked_and_the_page_approves_as_before(hold: int) -> None:
    inspected(given.person("WAREHOUSE_LEAD"))
    lead = given.person("WAREHOUSE_LEAD")
    swept()
    policy = ApprovalPolicy.objects.get(kind="freeze.leaf")
    assert (policy.trait, policy.rank) == (SAFETY, -1_000)
    with transaction.atomic():
        approvals.switch_policy(policy_id=policy.pk, person=given.person(), on=False)
        approvals.settle(request_id=ApprovalRequest.objects.get().pk, actor="system:test")

    with transaction.atomic():
        done = leaf_consent.approve_leaf(
            hold_id=hold, permission=SAFETY, person=lead, reference="QC-1", key="k"
        )

    assert (done.released, done.request, given.free("BOWL")) == (True, "", 3)


def test_the_wrong_permission_in_a_policy_proves_nothing_and_says_so(hold: int) -> None:
    draft = PolicyDraft(
        kind="freeze.leaf", name="Wrong", steps=(StepDraft(asked="ROLE", role="FINANCE"),)
    )
    given.person("FINANCE", name="money")
    with transaction.atomic():
        approvals.save_policy(draft=draft, person=given.person())
    inspected(given.person("WAREHOUSE_LEAD"))
    swept()

    request = decided(Person.objects.get(username="money"))

    assert request.state == "APPLY_FAILED"
    assert request.failure != ""
    assert (Proof.objects.filter(leaf=f"approval:{SAFETY}").count(), given.free("BOWL")) == (0, 0)


def test_an_alternative_by_consent_alone_is_asked_for_at_once() -> None:
    given.stock("TEA", 10)
    writing.enabled(
        trigger="external", scope="sku", reason="QC",
        release={"any": [{"proof": "inspection.passed"}, {"approval": SAFETY}]},
    )  # fmt: skip
    lead = given.person("WAREHOUSE_LEAD")
    writing.tell("external", goods=[("TEA", 10)], facts={"event.external": "x"})
    assert given.free("TEA") == 0

    swept()

    assert decided(lead).state == "APPLIED"
    assert given.free("TEA") == 10


def test_a_fact_beside_the_approval_is_looked_at_before_anybody_is_asked() -> None:
    def freeze(sku: str, days: int) -> None:
        given.sku(sku, shelf_life_days=days)
        given.stock(sku, 10)
        writing.enabled(
            trigger="external", scope="sku", reason="QC",
            condition={"fact": "sku.code", "is": "=", "value": sku},
            release={
                "all": [
                    {"approval": SAFETY}, {"fact": "sku.shelf_life_days", "is": "<", "value": 50},
                ]
            },
        )  # fmt: skip
        writing.tell("external", goods=[(sku, 10)], facts={"event.external": sku})

    given.person("WAREHOUSE_LEAD")
    freeze("LONG", 90)
    freeze("SHORT", 9)

    swept()

    assert [row.facts["changes"][0]["code"] for row in ApprovalRequest.objects.all()] == ["SHORT"]


def test_the_beat_asks_once(hold: int) -> None:
    inspected(given.person("WAREHOUSE_LEAD"))
    given.person("WAREHOUSE_LEAD")

    ask_for_leaves()
    ask_for_leaves()

    assert ApprovalRequest.objects.count() == 1


def test_it_stands_on_the_list_of_whoever_is_asked_and_shows_the_report(hold: int) -> None:
    row = inspected(given.person("WAREHOUSE_LEAD"))
    lead, clerk = given.person("WAREHOUSE_LEAD"), given.person("CLERK")
    swept()
    request = ApprovalRequest.objects.get()

    def page(of: Person, address: str) -> str:
        client = Client(headers={"accept-language": "en"})
        client.force_login(of)
        return client.get(address).content.decode()

    assert request.number in page(lead, f"{reverse('approvals')}?box=waiting")
    assert request.number not in page(clerk, f"{reverse('approvals')}?box=waiting")
    shown = page(lead, reverse("approval", args=[request.pk]))
    assert "r.pdf" in shown
    assert row.number in shown
    assert "QC-1" in shown
    assert reverse("hold", args=[hold]) in shown


def test_nobody_decides_within_a_day_and_the_head_office_may_too(hold: int) -> None:
    inspected(given.person("WAREHOUSE_LEAD"))
    given.person("WAREHOUSE_LEAD")
    swept()
    step = RequestStep.objects.get()
    assert step.escalated_at is None

    RequestStep.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    with transaction.atomic():
        approvals.watch_deadlines()

    step.refresh_from_db()
    assert step.escalated_at is not None
    assert NoticeCopy.objects.filter(notice__kind="approval.escalated").exists()
    assert given.free("BOWL") == 0

    RequestStep.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    with transaction.atomic():
        approvals.watch_deadlines()
    swept()

    states = ApprovalRequest.objects.order_by("id").values_list("state", flat=True)
    assert list(states) == ["EXPIRED", "SUBMITTED"]
    assert given.free("BOWL") == 0


def test_a_return_told_without_a_place_is_frozen_in_its_cells_and_becomes_good_again() -> None:
    hold = came_back()
    [line] = held_lines.of_holds([hold])[hold]
    assert (line.location_id, line.open) == (given.location("A-01"), 3)
    inspected(given.person("WAREHOUSE_LEAD"))

    with transaction.atomic():
        done = proving.approve(
            hold_id=hold, permission=SAFETY,
            person=given.person("WAREHOUSE_LEAD"), reference="QC-1",
        )  # fmt: skip

    assert done.released
    assert given.free("BOWL") == 3


def test_units_that_lie_in_no_cell_stay_frozen_and_the_approval_says_why() -> None:
    given.stock("BOWL", 3)
    writing.enabled(
        scope="sku", reason="DEFECT", quantity={"event": True}, release={"approval": SAFETY}
    )
    writing.tell("goods.received", goods=[("BOWL", 3)])
    [hold] = writing.open_holds("DEFECT")
    # As such freezes were laid before rules that regrade took their cells at once.
    Watch.objects.update(regrade="CC")

    with pytest.raises(proving.ProofRefused) as refused, transaction.atomic():
        proving.approve(hold_id=hold.id, permission=SAFETY, person=given.person(), reference="QC-1")

    assert refused.value.code == "in_no_cell"
    assert "regrade them where they lie" in str(refused.value)
    assert [(each.id, each.open) for each in writing.open_holds("DEFECT")] == [(hold.id, 3)]
