"""Who has a job at one warehouse or one shop is asked about that one, and about no other."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.db import Error, IntegrityError, transaction
from django.test import Client

from freeze_rules import services as freezing
from org.models import ApprovalRequest, NoticeCopy, Person
from org.selectors import approvers
from org.selectors.approvals import request_page, requests
from org.services import approvals
from org.services.approvals import PolicyDraft, StepDraft
from tests import given
from tests.api.asking import shop
from tests.approvals.sample import Chain, asked, decided, just_at, policy, refusal, state

pytestmark = pytest.mark.django_db


def boxes(person: Person) -> tuple[list[int], list[int]]:
    """What waits for them and all that they see, by id."""
    return tuple(  # type: ignore[return-value]
        sorted(row.id for row in requests(person=person, box=box)) for box in ("waiting", "all")
    )


def told(person: Person) -> int:
    return NoticeCopy.objects.filter(person=person, notice__kind="approval.waiting").count()


@dataclass(frozen=True)
class Houses:
    """Two warehouses of one store, each with a lead of its own."""

    here: int
    next_door: int
    lead: Person
    neighbour: Person


@pytest.fixture
def houses(chain: Chain) -> Houses:
    here, next_door = given.warehouse("W1", at="S1"), given.warehouse("W2", at="S1")
    return Houses(
        here,
        next_door,
        just_at("WAREHOUSE_LEAD", "lead", warehouse_id=here),
        just_at("WAREHOUSE_LEAD", "neighbour", warehouse_id=next_door),
    )


@pytest.mark.parametrize(
    "step",
    [
        StepDraft(asked="ROLE", role="WAREHOUSE_LEAD"),
        StepDraft(asked="PERMISSION", permission="stock.release_safety"),
    ],
    ids=["role", "permission"],
)
def test_the_lead_of_a_warehouse_is_asked_sees_and_decides_about_it_only(
    chain: Chain, houses: Houses, step: StepDraft
) -> None:
    policy(step)
    given.person("WAREHOUSE_LEAD", "S1", "of the unit")
    about = asked(chain.clerk, warehouse_id=houses.here)
    of_the_unit = asked(chain.clerk)

    assert boxes(houses.lead) == ([about.pk], [about.pk])
    assert boxes(houses.neighbour) == ([], [])
    assert (told(houses.lead), told(houses.neighbour)) == (1, 0)
    assert request_page(about.pk, person=houses.neighbour) is None
    assert request_page(of_the_unit.pk, person=houses.lead) is None
    assert refusal(about, houses.neighbour) == "not_asked"
    assert refusal(of_the_unit, houses.lead) == "not_asked"
    decided(about, houses.lead)
    assert (state(about), state(of_the_unit)) == ("APPLIED", "SUBMITTED")


def test_where_only_the_lead_of_the_warehouse_can_decide_the_others_have_nobody_to_ask(
    chain: Chain, houses: Houses
) -> None:
    policy(StepDraft(asked="ROLE", role="WAREHOUSE_LEAD"))

    with pytest.raises(approvals.ApprovalRefused) as refused:
        asked(chain.clerk)

    assert (refused.value.code, ApprovalRequest.objects.count()) == ("nobody_to_ask", 0)
    assert asked(chain.clerk, warehouse_id=houses.here).warehouse_id == houses.here


def test_the_manager_of_just_this_warehouse_is_the_manager_asked_and_without_one_the_store(
    chain: Chain, houses: Houses
) -> None:
    policy()
    manager = just_at("STORE_MANAGER", "keeper", warehouse_id=houses.here)
    about, other = (
        asked(chain.clerk, warehouse_id=house) for house in (houses.here, houses.next_door)
    )

    assert boxes(manager)[0] == [about.pk]
    assert boxes(chain.store)[0] == [about.pk, other.pk]
    assert refusal(other, manager) == "not_asked"
    # Nobody decides about their own: theirs goes to the manager of the store.
    own = asked(manager, warehouse_id=houses.here)
    assert (boxes(manager)[0], refusal(own, manager)) == ([about.pk], "own_request")
    decided(own, chain.store)
    assert state(own) == "APPLIED"


def test_a_shops_manager_is_asked_about_the_shop_and_nothing_else(chain: Chain) -> None:
    policy()
    front, side = shop("FRONT", at="S1").pk, shop("SIDE", at="S1").pk
    keeper = just_at("STORE_MANAGER", "keeper", shop_id=front)
    about = asked(chain.clerk, shop_id=front)
    asked(chain.clerk, shop_id=side)
    asked(chain.clerk)

    assert boxes(keeper) == ([about.pk], [about.pk])
    decided(about, keeper)
    assert state(about) == "APPLIED"


def test_an_escalation_reaches_the_role_at_the_warehouse_too(chain: Chain, houses: Houses) -> None:
    policy(StepDraft(asked="MANAGER", deadline_hours=1, escalate_role="WAREHOUSE_LEAD"))
    request = asked(chain.clerk, warehouse_id=houses.here)
    step = request.steps.get()
    assert boxes(houses.lead)[0] == []

    with transaction.atomic():
        request.steps.update(due_at=step.opened_at)
        approvals.watch_deadlines()

    assert (boxes(houses.lead)[0], boxes(houses.neighbour)[0]) == ([request.pk], [])
    step.refresh_from_db()
    names = {each.pk for each in approvers.people_of_open_step(request, step)}
    assert names == {chain.store.pk, houses.lead.pk}


def test_whose_job_there_has_ended_is_asked_no_longer(chain: Chain, houses: Houses) -> None:
    policy(StepDraft(asked="ROLE", role="WAREHOUSE_LEAD"))
    request = asked(chain.clerk, warehouse_id=houses.here)

    houses.lead.assignments.update(valid_until="2020-01-01")

    assert boxes(houses.lead) == ([], [])
    assert refusal(request, Person.objects.get(pk=houses.lead.pk)) == "not_allowed"


def test_asked_again_it_is_still_about_the_same_warehouse(chain: Chain, houses: Houses) -> None:
    policy(StepDraft(asked="ROLE", role="WAREHOUSE_LEAD"))
    old = asked(chain.clerk, warehouse_id=houses.here)
    decided(old, houses.lead, "REJECT", why="no")
    with transaction.atomic():
        again = approvals.ask_again(request_id=old.pk, person=chain.clerk)

    assert (again.warehouse_id, boxes(houses.lead)[0]) == (houses.here, [again.pk])


def test_a_request_is_about_one_place_and_stays_there(chain: Chain, houses: Houses) -> None:
    policy()
    request = asked(chain.clerk, warehouse_id=houses.here)

    both = ApprovalRequest.objects.get(pk=request.pk)
    both.pk, both.key, both.shop_id = None, "both", 1
    with pytest.raises(IntegrityError, match="org_approval_one_place"), transaction.atomic():
        both.save(force_insert=True)
    with pytest.raises(Error, match="What was decided stays"), transaction.atomic():
        ApprovalRequest.objects.filter(pk=request.pk).update(warehouse_id=houses.next_door)


def test_a_correction_a_freeze_and_its_release_say_their_warehouse(client: Client) -> None:
    house = given.warehouse("WH1")
    given.sku("TEA", unit_cost=10)
    given.stock("TEA", 100)
    lead = just_at("WAREHOUSE_LEAD", "lead", warehouse_id=house)
    stranger = just_at("WAREHOUSE_LEAD", "other", warehouse_id=given.warehouse("WH2"))
    manager = given.person("STORE_MANAGER", name="manager")
    for kind in ("stock.adjust", "stock.freeze", "stock.unfreeze"):
        draft = PolicyDraft(
            kind=kind, name=kind,
            steps=(StepDraft(asked="PERMISSION", permission="stock.release_safety"),),
        )  # fmt: skip
        with transaction.atomic():
            approvals.save_policy(draft=draft, person=given.person("IT"))
    order = freezing.FreezeOrder(
        reason="MANUAL", warehouse_id=house, sku_id=given.sku("TEA"), qty=5
    )

    given.correction(change=-10, by=given.person("WAREHOUSE_LEAD"))
    with transaction.atomic():
        planned = freezing.plan_freeze(order=order, person=manager)
        freezing.freeze_or_ask(
            key="f", order=order, person=manager, pk=planned.pk, plan=planned.plan.digest
        )
    hold = given.held("FZ-1", "TEA", 20, reason="QC")
    with transaction.atomic():
        freezing.let_go(key="r", hold_id=hold, why="passed", person=manager)

    rows = ApprovalRequest.objects.order_by("pk").values_list("kind", "warehouse_id")
    assert list(rows) == [
        ("stock.adjust", house), ("stock.freeze", house), ("stock.unfreeze", house),
    ]  # fmt: skip
    assert (len(boxes(lead)[0]), boxes(stranger)) == (3, ([], []))
    client.force_login(stranger)
    last = ApprovalRequest.objects.latest("pk")
    assert client.get(f"/approvals/{last.pk}/").status_code == 403
    assert client.get(f"/api/v1/approvals/AP-{last.pk}").status_code == 404
    done = decided(last, lead)
    assert done.request.state == "APPLIED"


def test_a_sample_about_a_warehouse_names_who_has_a_job_there(
    chain: Chain, houses: Houses, client: Client
) -> None:
    policy(StepDraft(asked="ROLE", role="WAREHOUSE_LEAD"))
    client.force_login(given.person("IT", name="setup"))

    def names(where: int | str) -> list[str]:
        page = client.get("/approvals/policies/", {"kind": "sample", "unit": where, "qty": 10})
        return page.context["answer"].steps[0].names if "answer" in page.context else []

    assert list(names(f"warehouse:{houses.here}")) == [str(houses.lead)]
    assert list(names(f"warehouse:{houses.next_door}")) == [str(houses.neighbour)]
    assert list(names(given.unit("S1").pk)) == []
    assert names("warehouse:999999") == names("person:1") == names("99999") == []
