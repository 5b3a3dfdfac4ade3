"""The ageing board: what is frozen, how long, whose it is, and what each day of it costs."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from freeze_rules.models import Lease
from freeze_rules.selectors import ageing
from freeze_rules.services import leases
from inventory import services as inventory
from org.models import Person
from org.scope import Scope
from tests import given
from tests.freeze_rules.test_recalls import verb

pytestmark = pytest.mark.django_db


def rows() -> list[ageing.AgedFreeze]:
    return ageing.aged(scope=Scope.everything(), now=timezone.now())


def signed_in(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def test_bound_capital_is_value_at_cost_by_the_yearly_rate() -> None:
    given.sku("TEA", unit_cost=Decimal(73), list_price=Decimal(100))
    given.stock("TEA", 100)
    given.held("FZ-1", "TEA", 50, reason="MANUAL")
    given.held("SO-1", "TEA", 10)

    [row] = rows()

    # 50 x 73 x 12 % / 365
    assert row.freeze.value == Decimal(3650)
    assert round(row.freeze.capital, 6) == Decimal("1.2")
    assert row.freeze.expiry + row.freeze.missed == 0
    assert row.days == 0


def test_goods_that_expire_before_the_review_lose_their_value_day_by_day() -> None:
    today = timezone.localdate()
    given.sku("MILK", unit_cost=Decimal(10))
    lot = given.lot("MILK", "L1", expires_on=today + timedelta(days=10))
    given.stock("MILK", 20, lot_id=lot)
    hold = given.held("FZ-1", "MILK", 20, reason="MANUAL", location_id=given.location("A-01"))
    with transaction.atomic():
        inventory.set_reviews({hold: timezone.now() + timedelta(days=20)})

    assert round(rows()[0].freeze.expiry, 2) == Decimal("20.00")
    with transaction.atomic():
        inventory.set_reviews({hold: timezone.now() + timedelta(days=5)})
    assert rows()[0].freeze.expiry == 0


def test_sales_are_missed_only_where_nothing_else_is_free() -> None:
    given.sku("TEA", unit_cost=Decimal(0), list_price=Decimal(7))
    given.stock("TEA", 50)
    given.held("SO-1", "TEA", 30)
    verb("pin", "PinRequest", "SO-1", warehouse_id=given.warehouse_id("WH1"))
    verb("ship", "ShipRequest", "SO-1")
    given.held("FZ-1", "TEA", 15, reason="MANUAL")
    assert rows()[0].freeze.missed == 0

    given.held("FZ-2", "TEA", 5, reason="MANUAL")

    # 30 in 30 days: one a day, at 7, shared by what each freeze holds.
    assert [(row.freeze.document, round(row.freeze.missed, 2)) for row in rows()] == [
        ("FZ-1", Decimal("5.25")),
        ("FZ-2", Decimal("1.75")),
    ]


def test_it_adds_up_by_owner_and_leaves_the_standing_freezes_of_places_out() -> None:
    lead = given.person("WAREHOUSE_LEAD", name="chen")
    given.stock("TEA", 100)
    given.stock("TEA", 7, location="RCV")
    given.held("FZ-1", "TEA", 5, reason="MANUAL")
    given.held("FZ-2", "TEA", 6, reason="QC")
    with transaction.atomic():
        leases.sweep()

    groups = ageing.grouped(rows(), "owner")

    assert [(group.label, group.freezes, group.units) for group in groups] == [("chen", 2, 11)]
    assert Lease.objects.filter(owner=lead).count() == 2
    assert {group.label for group in ageing.grouped(rows(), "reason")} == {
        row.reason for row in rows()
    }


def test_the_page_the_chart_and_the_files_say_the_same() -> None:
    given.sku("TEA", unit_cost=Decimal(73))
    given.stock("TEA", 100)
    given.held("FZ-1", "TEA", 50, reason="MANUAL")
    client = signed_in(given.person())

    page = client.get("/freezes/ageing/?by=warehouse").content.decode()
    data = client.get("/freezes/ageing/data/?by=warehouse").json()
    sheet = client.get("/freezes/ageing.csv").content.decode("utf-8-sig").splitlines()

    assert "FZ-1" in page
    assert data["axis"] == ["WH1"]
    assert data["lines"][0]["values"] == [1.2]
    assert sheet[1].endswith(",50,3650.00,1.20,0.00,0.00,1.20")
    assert client.get("/freezes/ageing.xlsx").content[:2] == b"PK"
    assert client.get("/freezes/ageing.pdf").status_code == 404


def test_a_store_sees_its_own_freezes_only() -> None:
    given.unit("ST1", "STORE", "HQ")
    given.stock("TEA", 10)
    given.held("FZ-1", "TEA", 5, reason="MANUAL")

    page = signed_in(given.person("STORE_MANAGER", at="ST1")).get("/freezes/ageing/")

    assert "FZ-1" not in page.content.decode()


def test_a_review_is_put_off_on_the_page_of_the_freeze() -> None:
    lead = given.person("WAREHOUSE_LEAD")
    given.stock("TEA", 10)
    hold = given.held("FZ-1", "TEA", 5, reason="MANUAL")
    with transaction.atomic():
        leases.sweep()
    client = signed_in(lead)
    day: date = timezone.localdate() + timedelta(days=20)
    said = {"review_on": day.isoformat(), "owner": str(lead.pk), "next_step": "INSPECT"}

    page = client.post(f"/holds/{hold}/lease/", said).content.decode()
    assert "Say why the review is put off" in page
    client.post(f"/holds/{hold}/lease/", {**said, "lease_why": "laboratory"})

    lease = Lease.objects.get(hold_id=hold)
    assert (lease.extensions, lease.next_step) == (1, "INSPECT")
    assert day.isoformat() in client.get(f"/holds/{hold}/").content.decode()
