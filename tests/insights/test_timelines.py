"""Who, when and why, on the page of whatever something happens to."""

from __future__ import annotations

import re

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from inventory.models import Location, Stock
from org import services as org
from org.models import Person
from tests import given
from tests.pages.table import TABLE

pytestmark = pytest.mark.django_db

# A page, and the first thing that happened to what it shows as the tests of pages build it.
PAGES = {
    "stock-lot": "Received +10", "stock-cell": "Received +10", "stock-location": "Received +10",
    "recall": "Recall begun", "promotion": "Promotion planned",
    "inspection": "Inspection asked for", "excursion": "Found",
    "correction": "Stock corrected", "job": "Asked for", "webhook": "Webhook added",
}  # fmt: skip


def signed_in(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def happened(client: Client, address: str) -> list[str]:
    page = client.get(address).content.decode()
    return re.findall(r'class="timeline-what">([^<]*)<', page)


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_tells_what_happened_to_its_thing(name: str) -> None:
    address = reverse(name, args=TABLE[name].args())

    assert PAGES[name] in happened(signed_in(given.person()), address)


def test_who_and_why_stand_beside_it_and_a_shop_has_it_too() -> None:
    boss = given.person(name="boss")
    [shop_id] = TABLE["shop"].args()
    client = signed_in(boss)
    client.post(f"/shops/{shop_id}/look/")

    page = client.get(f"/shops/{shop_id}/").content.decode()

    assert "Shop looked at" in page
    assert f'<div class="timeline-who">{boss}</div>' in page


def test_of_a_shared_lot_only_ones_own_warehouses_tell() -> None:
    given.unit("S1", "STORE", "HQ")
    given.warehouse("SHOP1", at="S1")
    lot = given.lot("TEA", "L1")
    given.stock("TEA", 10, lot_id=lot)
    given.stock("TEA", 3, warehouse="SHOP1", lot_id=lot)
    with transaction.atomic():
        for unit, why in (("HQ", "house only"), ("S1", "store too")):
            org.record(
                actor=given.ACTOR, action="customs.changed", subject=f"lot:{lot}",
                after={"why": why}, unit_id=given.unit(unit).pk,
            )  # fmt: skip
    keeper = signed_in(given.person("STORE_MANAGER", at="S1"))

    seen = happened(keeper, f"/stock/lots/{lot}/")
    page = keeper.get(f"/stock/lots/{lot}/").content.decode()

    assert seen.count("Received +3") == 1
    assert "Received +10" not in seen
    assert "store too" in page
    assert "house only" not in page


def test_a_place_tells_of_every_cell_that_it_had() -> None:
    given.stock("TEA", 10)
    given.stock("RICE", 4)
    place = Location.objects.get(code="A-01")
    assert Stock.objects.filter(location=place).count() == 2

    seen = happened(signed_in(given.person()), reverse("stock-location", args=[place.pk]))

    assert {"Received +10", "Received +4"} <= set(seen)
