"""The page that freezes: what is typed, the plan that is shown, and its doing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from freeze_rules.models import ManualFreeze
from inventory import selectors as stock
from org.models import Person
from org.scope import Scope
from tests import given

pytestmark = pytest.mark.django_db

FORM = {
    "warehouse": "WH1", "zone": "", "location": "", "sku": "", "lot": "", "supplier": "",
    "grade": "", "amount": "all", "qty": "", "policy": "FREE_ONLY", "reason": "MANUAL",
    "review_on": "", "expires_on": "", "note": "", "token": "t1",
}  # fmt: skip
EVERYWHERE = Scope.everything()


@pytest.fixture
def lead(client: Client) -> Person:
    given.warehouse("WH1")
    given.stock("TEA", 10)
    person = given.person("WAREHOUSE_LEAD")
    client.force_login(person)
    return person


def shown(client: Client, **typed: str) -> Any:
    """The plan's page, and the form that applies it."""
    page = client.post("/holds/freeze/", {**FORM, **typed})
    assert page.status_code == 200, page.context["form"].errors
    applied = {
        **FORM, **typed, "apply": "1", "drawn": page.context["drawn"],
        "plan": page.context["planned"].plan.digest,
    }  # fmt: skip
    return page, applied


def frozen() -> list[stock.HoldView]:
    return [hold for hold in stock.holds(scope=EVERYWHERE, role="FREEZE") if "FZ-" in hold.document]


def test_the_plan_freezes_nothing_and_applying_it_freezes_exactly_that(
    lead: Person, client: Client
) -> None:
    page, applied = shown(client, location="a-01", sku="69TEA", amount="some", qty="4")

    assert page.context["told"].units == 4
    assert [(row.location, row.goods.qty) for row in page.context["told"].placed] == [("A-01", 4)]
    assert given.free("TEA") == 10
    assert not ManualFreeze.objects.exists()

    done = client.post("/holds/freeze/", applied)
    again = client.post("/holds/freeze/", applied)

    number = page.context["planned"].number
    assert (done.status_code, done["Location"]) == (302, f"/holds/?document={number}")
    assert again.status_code == 302
    assert given.free("TEA") == 6
    assert number in client.get(done["Location"]).content.decode()


def test_orders_that_would_lose_units_are_named_before_they_do(
    lead: Person, client: Client
) -> None:
    given.held("SO-1", "TEA", 7)

    free, _ = shown(client, sku="TEA")
    page, applied = shown(client, sku="TEA", policy="DISPLACE")

    assert (free.context["told"].units, free.context["told"].left_units) == (3, 7)
    assert free.context["told"].losing == []
    told = page.context["told"]
    assert (told.units, told.losers, told.left_units) == (10, 1, 0)
    assert [(row.document, row.goods.code, row.goods.qty) for row in told.losing] == [
        ("SO-1", "TEA", 7)
    ]
    assert stock.held_units(documents=["SO-1"])[0].qty == 7

    assert client.post("/holds/freeze/", applied).status_code == 302

    assert stock.held_units(documents=["SO-1"]) == []
    assert given.free("TEA") == 0


def test_a_world_that_moved_shows_the_new_plan_and_freezes_nothing(
    lead: Person, client: Client
) -> None:
    _, applied = shown(client, sku="TEA", policy="DISPLACE")
    given.held("SO-9", "TEA", 2)

    page = client.post("/holds/freeze/", applied)

    assert page.status_code == 409
    assert page.context["moved"]
    assert [row.document for row in page.context["told"].losing] == ["SO-9"]
    assert not frozen()
    assert not ManualFreeze.objects.exists()
    assert client.post(
        "/holds/freeze/", {**applied, "plan": page.context["planned"].plan.digest}
    ).status_code == 302  # fmt: skip
    assert given.free("TEA") == 0


def test_a_plan_of_somebody_else_is_not_applied(lead: Person, client: Client) -> None:
    _, applied = shown(client, sku="TEA")
    client.force_login(given.person("WAREHOUSE_LEAD"))

    page = client.post("/holds/freeze/", applied)

    assert page.status_code == 200
    assert page.context["drawn"] != applied["drawn"]
    assert not frozen()


def test_a_made_up_number_is_not_believed(lead: Person, client: Client) -> None:
    _, applied = shown(client, sku="TEA")

    page = client.post("/holds/freeze/", {**applied, "drawn": "[999, 1]:x:y"})

    assert page.status_code == 200
    assert not frozen()


def test_change_goes_back_to_the_form_as_it_was_filled(lead: Person, client: Client) -> None:
    page = client.post("/holds/freeze/", {**FORM, "sku": "TEA", "note": "wet", "change": "1"})

    assert (page.status_code, "told" in page.context) == (200, False)
    assert b'value="wet"' in page.content


def test_every_scope_freezes_what_it_names(lead: Person, client: Client) -> None:
    given.location("C-01", zone="COLD")
    given.sku("MILK", lot_tracked=True)
    given.stock("MILK", 3, lot_id=given.lot("MILK", "L1", supplier="Farm"), location="C-01")
    given.stock("MILK", 5, lot_id=given.lot("MILK", "L2"))
    given.stock("TEA", 2, grade="CC")
    scopes = {
        "zone": ({"zone": "cold"}, 3),
        "location": ({"location": "A-01"}, 17),
        "sku": ({"sku": "MILK"}, 8),
        "lot": ({"sku": "MILK", "lot": "l2"}, 5),
        "lot alone": ({"lot": "L1"}, 3),
        "supplier": ({"supplier": "Farm"}, 3),
        "warehouse": ({}, 20),
        "grade": ({"grade": "CC"}, 2),
    }

    units = {name: shown(client, **typed)[0].context["told"].units
             for name, (typed, _) in scopes.items()}  # fmt: skip

    assert units == {name: there for name, (_, there) in scopes.items()}
    _, applied = shown(client, zone="COLD", reason="COLD_CHAIN")
    assert client.post("/holds/freeze/", applied).status_code == 302
    [hold] = frozen()
    assert (hold.blanket, hold.open, hold.sku_code) == (True, 3, "MILK")
    assert given.free("MILK") == 5


def test_all_warehouses_at_once_are_for_those_who_see_all(lead: Person, client: Client) -> None:
    given.stock("TEA", 4, warehouse="WH2")
    page, _ = shown(client, warehouse="", sku="TEA")
    assert page.context["told"].units == 14

    given.unit("EAST", "REGION", "HQ")
    given.warehouse("WH3", at="EAST")
    client.force_login(given.person("WAREHOUSE_LEAD", at="EAST"))
    one = client.post("/holds/freeze/", {**FORM, "warehouse": "", "sku": "TEA"})
    foreign = client.post("/holds/freeze/", {**FORM, "warehouse": "WH1", "sku": "TEA"})

    assert (one.status_code, list(one.context["form"].errors)) == (422, ["warehouse"])
    assert (foreign.status_code, list(foreign.context["form"].errors)) == (422, ["warehouse"])


def test_a_review_date_comes_from_the_reason_and_an_end_from_people(
    lead: Person, client: Client
) -> None:
    today = timezone.localdate()
    page, _ = shown(client, sku="TEA", reason="QC")
    assert page.context["review_on"] == today + timedelta(days=3)

    end = today + timedelta(days=9)
    _, applied = shown(
        client, sku="TEA", expires_on=end.isoformat(), review_on=str(today + timedelta(days=1))
    )
    assert client.post("/holds/freeze/", applied).status_code == 302

    [hold] = frozen()
    assert hold.review_at is not None
    assert timezone.localdate(hold.review_at) == today + timedelta(days=1)


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("location", {"location": "Z-99"}),
        ("zone", {"zone": "Z"}),
        ("warehouse", {"warehouse": "", "location": "A-01"}),
        ("warehouse", {"warehouse": ""}),
        ("sku", {"sku": "NOBODY"}),
        ("lot", {"sku": "TEA", "lot": "L9"}),
        ("lot", {"lot": "L9"}),
        ("sku", {"amount": "some", "qty": "4"}),
        ("qty", {"sku": "TEA", "amount": "some"}),
        ("qty", {"sku": "TEA", "amount": "some", "qty": "0"}),
        ("qty", {"sku": "TEA", "amount": "some", "qty": "99"}),
        ("location", {"location": "RCV", "sku": "TEA", "amount": "some", "qty": "1"}),
        ("reason", {"sku": "TEA", "reason": "ORDER"}),
        ("reason", {"sku": "TEA", "reason": ""}),
        ("grade", {"grade": "XX"}),
        ("policy", {"policy": "ANYTHING"}),
        ("expires_on", {"sku": "TEA", "reason": "QC", "expires_on": "2190-01-01"}),
        ("expires_on", {"sku": "TEA", "expires_on": "2020-01-01"}),
        ("review_on", {"sku": "TEA", "review_on": "2020-01-01"}),
        ("review_on", {"sku": "TEA", "review_on": "soon"}),
        ("__all__", {"supplier": "Nobody"}),
    ],
)
def test_the_form_says_at_the_field_what_is_wrong(
    lead: Person, client: Client, field: str, typed: dict[str, str]
) -> None:
    page = client.post("/holds/freeze/", {**FORM, **typed})

    assert page.status_code == 422
    assert list(page.context["form"].errors) == [field]
    assert given.free("TEA") == 10


def test_a_cell_with_two_lots_asks_which(lead: Person, client: Client) -> None:
    given.sku("MILK", lot_tracked=True)
    for code in ("L1", "L2"):
        given.stock("MILK", 5, lot_id=given.lot("MILK", code))
    typed = {"location": "A-01", "sku": "MILK", "amount": "some", "qty": "2"}

    asked = client.post("/holds/freeze/", {**FORM, **typed})
    assert list(asked.context["form"].errors) == ["lot"]
    _, applied = shown(client, **typed, lot="l2")
    assert client.post("/holds/freeze/", applied).status_code == 302

    [hold] = frozen()
    assert (hold.lot_code, hold.open) == ("L2", 2)


def test_links_of_other_pages_fill_the_form(lead: Person, client: Client) -> None:
    cell = client.get("/holds/freeze/?warehouse=WH1&location=A-01&sku=TEA")
    lot = client.get("/holds/freeze/?sku=TEA&lot=L1")

    assert cell.context["form"]["amount"].value() == "some"
    assert lot.context["form"]["amount"].value() == "all"
    assert cell.context["form"]["sku"].value() == "TEA"
