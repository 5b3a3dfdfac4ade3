"""Recalls on the screen: asked, shown, laid exactly so, lifted, and taken away as a file."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from freeze_rules.models import Recall
from freeze_rules.selectors.recalls import documents_of
from org.models import Person
from tests import given
from tests.freeze_rules.test_recalls import lot, moved, received, shipped
from tests.org.refused import errors_of, typed_in

pytestmark = pytest.mark.django_db


def signed_in(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def asked(**more: str) -> dict[str, str]:
    return {"root": "LOT", "lot": "l1", "policy": "DISPLACE", "why": "Glass", "token": "t", **more}


def seen_on(page: str) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', page)
    assert found is not None
    return found[1]


def test_a_recall_is_shown_first_and_then_laid_exactly_so() -> None:
    bad = lot()
    received("PO-1", 20, bad)
    shipped("SO-1", 5, bad)
    client = signed_in(given.person())

    page = client.post("/recalls/new/", asked())
    assert page.status_code == 200
    assert Recall.objects.count() == 0
    assert "SO-1" in page.content.decode()
    done = client.post("/recalls/new/", asked(apply="1", seen=seen_on(page.content.decode())))

    row = Recall.objects.get()
    assert (done.status_code, done["Location"]) == (302, f"/recalls/{row.pk}/")
    assert given.free("MILK") == 0
    assert f"RC-{row.pk}" in client.get(f"/recalls/{row.pk}/").content.decode()
    assert f"RC-{row.pk}" in client.get("/recalls/").content.decode()
    sheet = client.get(f"/recalls/{row.pk}/shipped.csv").content.decode("utf-8-sig")
    assert sheet.splitlines()[1] == "SO-1,MILK,Milk,L1,5,0"


def test_goods_that_moved_meanwhile_are_shown_anew_and_nothing_is_frozen() -> None:
    bad = lot()
    received("PO-1", 20, bad)
    client = signed_in(given.person())
    first = seen_on(client.post("/recalls/new/", asked()).content.decode())
    moved(8, bad, "A-01", "B-01")

    page = client.post("/recalls/new/", asked(apply="1", seen=first))

    assert page.status_code == 409
    assert given.free("MILK") == 20
    assert seen_on(page.content.decode()) != first


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"lot": ""}, "Name the lot."),
        ({"lot": "L404"}, "There is no lot of this number."),
        ({"sku": "NOBODY"}, "Nobody knows this code."),
        ({"root": "ORDER", "document": " "}, "Name the delivery or the order."),
        ({"root": "RECEIPT", "document": "PO-404"}, "The books know no goods"),
    ],
)
def test_what_cannot_be_found_is_said_at_its_field(said: dict[str, str], words: str) -> None:
    received("PO-1", 20, lot())

    page = signed_in(given.person()).post("/recalls/new/", asked(**said))

    assert page.status_code == 422
    assert words in page.content.decode()
    assert Recall.objects.count() == 0


def test_whoever_called_back_does_not_lift_and_another_does() -> None:
    received("PO-1", 20, lot())
    boss = given.person()
    client = signed_in(boss)
    first = seen_on(client.post("/recalls/new/", asked()).content.decode())
    client.post("/recalls/new/", asked(apply="1", seen=first))
    row = Recall.objects.get()
    address = f"/recalls/{row.pk}/lift/"

    own = client.post(address, {"token": "a", "why": "fine"})
    other = signed_in(given.person())
    nothing = other.post(address, {"token": "b", "why": " "})
    too_long = other.post(address, {"token": "b", "why": "x" * 201})
    assert [each.status_code for each in (own, nothing, too_long)] == [422, 422, 422]
    assert "Whoever called goods back does not lift the recall" in own.content.decode()
    assert errors_of(nothing) == {"lift-recall-why": ["Please give a reason."]}
    assert [*typed_in(own, "lift-recall-why"), *typed_in(too_long, "lift-recall-why")] == [
        "fine", "x" * 201,
    ]  # fmt: skip
    assert given.free("MILK") == 0
    other.post(address, {"token": "b", "why": "fine"})

    assert given.free("MILK") == 20
    again = other.post(address, {"token": "c", "why": "fine"})
    assert again.status_code == 422
    assert "This recall is lifted already." in again.content.decode()
    assert Recall.objects.get().lift_why == "fine"
    asked_for = [
        {"state": "open"},
        {"state": "lifted"},
        {"q": "l1"},
        {"q": "l2"},
        {"root": "ORDER"},
    ]
    shown = [client.get("/recalls/", each).context["list"].rows for each in asked_for]
    assert [len(rows) for rows in shown] == [0, 1, 1, 0, 0]


def test_documents_of_others_warehouses_are_not_told() -> None:
    bad = lot()
    received("PO-1", 20, bad)
    received("PO-2", 30, lot("L2"))
    shipped("SO-1", 5, bad)
    given.held("SO-3", "MILK", 4)
    client = signed_in(given.person())
    client.post(
        "/recalls/new/",
        asked(apply="1", seen=seen_on(client.post("/recalls/new/", asked()).content.decode())),
    )
    number = Recall.objects.get().pk
    given.unit("NORTH", "STORE", parent="HQ")
    given.warehouse("WH9", at="NORTH")
    stranger = signed_in(given.person("STORE_MANAGER", at="NORTH"))

    page = stranger.get(f"/recalls/{number}/")
    sheet = stranger.get(f"/recalls/{number}/shipped.csv").content.decode("utf-8-sig")
    answer = stranger.get(f"/api/v1/recalls/{number}").json()["cone"]

    assert page.status_code == 200
    assert "SO-1" not in page.content.decode()
    assert "SO-3" not in page.content.decode()
    assert len(sheet.splitlines()) == 1
    assert (answer["shipped"], answer["promised"], answer["at_customers"]) == ([], [], 0)
    mine = client.get(f"/api/v1/recalls/{number}").json()["cone"]
    assert [row["document"] for row in mine["shipped"]] == ["SO-1"]
    assert [row["document"] for row in mine["promised"]] == ["SO-3"]
    assert documents_of(f"RC-{number}") == frozenset({"SO-1"})
