"""What a count found beyond a policy's size waits for somebody's consent, whoever counted."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from inventory import selectors as stock
from org.models import ApprovalRequest, Person
from org.scope import Scope
from org.services import approvals
from org.services.approvals import PolicyDraft, StepDraft
from tests import given
from tests.approvals.sample import just_at
from tests.wms import world
from tests.wms.test_pages import Screen
from tests.wms.world import House
from wms.models import CountEvent, CountSheet

pytestmark = pytest.mark.django_db

PATH = "/pda/count/"


def _policy(**limits: Any) -> None:
    """Whoever may correct stock is asked; there is somebody else than who counts."""
    given.person("WAREHOUSE_LEAD", name="somebody to ask")
    draft = PolicyDraft(
        kind="stock.count", name="Counts", **limits,
        steps=(StepDraft(asked="PERMISSION", permission="stock.adjust"),),
    )  # fmt: skip
    with transaction.atomic():
        approvals.save_policy(draft=draft, person=given.person("IT"))


@pytest.fixture
def lead(house: House) -> Person:
    return given.person("WAREHOUSE_LEAD", name="lead")


def _counted(by: Person, units: str) -> Screen:
    """Somebody found so many of the ten units of salt."""
    client = Client()
    client.force_login(by)
    screen = Screen(client, PATH, htmx=True)
    screen.scan("A-02")
    screen.scan("SALT")
    screen.scan(units)
    assert screen.scan("CMD-DONE") == "done"
    return screen


def _state() -> str:
    return str(CountSheet.objects.latest("pk").state)


def _decided(by: Person, verdict: str = "APPROVE") -> str:
    request = ApprovalRequest.objects.latest("pk")
    with transaction.atomic():
        done = approvals.decide(
            request_id=request.pk, person=by, verdict=verdict, key=f"{by.pk}", why="seen"
        )
    return str(done.request.state)


def _refusal(by: Person) -> str:
    with pytest.raises(approvals.ApprovalRefused) as refused:
        _decided(by)
    return refused.value.code


def _press(by: Person, verdict: str) -> str:
    client = Client()
    client.force_login(by)
    body = {"count": CountSheet.objects.latest("pk").number, "verdict": verdict}
    return client.post("/floor/counts/", body, follow=True).content.decode()


def test_a_difference_beyond_the_policy_waits_although_a_lead_counted(
    house: House, lead: Person
) -> None:
    _policy(min_qty=5)

    screen = _counted(lead, "3")

    request = ApprovalRequest.objects.get()
    assert (_state(), world.lying(house, "SALT")) == ("HANDED_IN", {"A-02": 10})
    assert request.number in screen.text
    assert (request.kind, request.qty, request.maker_id) == ("stock.count", 7, lead.pk)
    assert request.document == CountSheet.objects.get().number
    assert [(each["before"], each["after"]) for each in request.facts["changes"]] == [(10, 3)]
    assert _refusal(lead) == "own_request"
    assert _decided(given.person("WAREHOUSE_LEAD")) == "APPLIED"
    assert (_state(), world.lying(house, "SALT")) == ("BOOKED", {"A-02": 3})
    rows = stock.journal(document=request.document, scope=Scope.everything()).rows
    assert {row.posting.actor for row in rows if row.posting.kind == "ADJUST"} == {lead.actor}
    states = CountEvent.objects.order_by("pk").values_list("to_state", flat=True)
    assert list(states) == ["OPEN", "HANDED_IN", "BOOKED"]


def test_below_it_everything_is_as_before(house: House, lead: Person) -> None:
    _policy(min_qty=8)

    _counted(lead, "3")

    assert (_state(), world.lying(house, "SALT")) == ("BOOKED", {"A-02": 3})
    assert not ApprovalRequest.objects.exists()


def test_also_a_small_difference_when_the_policy_says_so(house: House) -> None:
    _policy(min_qty=1)

    _counted(given.person("WAREHOUSE_STAFF"), "9")

    assert (_state(), world.lying(house, "SALT")) == ("HANDED_IN", {"A-02": 10})
    assert ApprovalRequest.objects.get().qty == 1


def test_a_count_that_agrees_asks_nobody(house: House, lead: Person) -> None:
    _policy()

    _counted(lead, "10")

    assert (_state(), ApprovalRequest.objects.count()) == ("BOOKED", 0)


def test_when_goods_moved_since_nothing_is_booked(house: House, lead: Person) -> None:
    _policy()
    _counted(lead, "3")
    given.stock("SALT", 2, location="A-02")

    assert _decided(given.person("WAREHOUSE_LEAD")) == "VOIDED"
    assert (_state(), world.lying(house, "SALT")) == ("HANDED_IN", {"A-02": 12})


def test_rejected_it_is_counted_again_or_asked_again(house: House, lead: Person) -> None:
    _policy()
    _counted(given.person("WAREHOUSE_STAFF"), "3")
    checker = given.person("WAREHOUSE_LEAD")
    assert _decided(checker, "REJECT") == "REJECTED"
    assert (_state(), world.lying(house, "SALT")) == ("HANDED_IN", {"A-02": 10})

    _press(lead, "book")

    again = ApprovalRequest.objects.latest("pk")
    assert (ApprovalRequest.objects.count(), again.maker_id) == (2, lead.pk)
    assert world.lying(house, "SALT") == {"A-02": 10}
    assert _decided(checker) == "APPLIED"
    assert (_state(), world.lying(house, "SALT")) == ("BOOKED", {"A-02": 3})


def test_while_it_waits_no_lead_books_it_past_those_who_are_asked(
    house: House, lead: Person
) -> None:
    _policy()
    _counted(given.person("WAREHOUSE_STAFF"), "3")
    number = ApprovalRequest.objects.get().number

    page = _press(lead, "book")

    assert number in page
    assert 'value="book"' not in page
    assert (_state(), world.lying(house, "SALT")) == ("HANDED_IN", {"A-02": 10})
    assert ApprovalRequest.objects.count() == 1


def test_thrown_away_meanwhile_it_is_void(house: House, lead: Person) -> None:
    _policy()
    _counted(given.person("WAREHOUSE_STAFF"), "3")
    _press(lead, "drop")

    assert _decided(lead) == "VOIDED"
    assert (_state(), world.lying(house, "SALT")) == ("DROPPED", {"A-02": 10})


def test_with_nobody_to_ask_it_waits_and_the_lead_is_told(house: House, lead: Person) -> None:
    draft = PolicyDraft(
        kind="stock.count", name="Nobody", steps=(StepDraft(asked="ROLE", role="REGION_MANAGER"),)
    )
    with transaction.atomic():
        approvals.save_policy(draft=draft, person=given.person("IT"))

    _counted(given.person("WAREHOUSE_STAFF"), "3")
    _press(lead, "book")

    assert (_state(), world.lying(house, "SALT")) == ("HANDED_IN", {"A-02": 10})
    assert not ApprovalRequest.objects.exists()


def test_the_lead_of_just_this_warehouse_is_asked(house: House) -> None:
    _policy()
    sheet_by = given.person("WAREHOUSE_STAFF")
    _counted(sheet_by, "3")
    there = CountSheet.objects.get().warehouse_id
    here = just_at("WAREHOUSE_LEAD", "here", warehouse_id=there)
    other = just_at("WAREHOUSE_LEAD", "other", warehouse_id=given.warehouse("WH9"))

    assert _refusal(other) == "not_asked"
    assert _decided(here) == "APPLIED"
