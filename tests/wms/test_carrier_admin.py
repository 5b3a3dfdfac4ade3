"""The superuser sets up carriers and their numbers; nobody edits what was handed out."""

from __future__ import annotations

import pytest
from django.test import Client

from org.models import Person
from tests import given
from tests.wms.world import House
from wms.models import Carrier, WaybillRange


@pytest.fixture
def desk(house: House, client: Client) -> Client:
    boss = given.person(name="root")
    Person.objects.filter(pk=boss.pk).update(is_staff=True, is_superuser=True)
    client.force_login(boss)
    return client


def add(desk: Client, first: int, last: int) -> list[str]:
    """What the form says; nothing when the range was added."""
    carrier = Carrier.objects.get(code="SF")
    answer = desk.post(
        "/admin/wms/waybillrange/add/",
        {"carrier": carrier.pk, "prefix": "SF", "first": first, "last": last},
    )
    if answer.status_code == 302:
        return []
    errors: list[str] = answer.context["adminform"].form.non_field_errors()
    return list(errors)


def test_a_new_range_is_added_and_overlaps_are_refused(desk: Client) -> None:
    assert add(desk, 5000, 6000) == []
    assert len(add(desk, 5500, 5600)) == 1
    assert len(add(desk, 9, 8)) == 1

    made = WaybillRange.objects.get(first=5000)
    assert (made.next, made.last, made.digits) == (5000, 6000, 4)
    assert WaybillRange.objects.count() == 2


def test_a_range_is_looked_at_but_not_changed(desk: Client) -> None:
    made = WaybillRange.objects.get()

    assert desk.get("/admin/wms/waybillrange/").status_code == 200
    assert desk.get(f"/admin/wms/waybillrange/{made.pk}/change/").status_code == 200
    refused = desk.post(f"/admin/wms/waybillrange/{made.pk}/change/", {"next": 900})
    assert refused.status_code == 403
    assert WaybillRange.objects.get().next == 1


def test_a_carrier_is_renamed(desk: Client) -> None:
    carrier = Carrier.objects.get()
    form = {"code": "SF", "name": "Shunfeng", "platform_codes": "{}", "is_active": "on"}

    assert desk.post(f"/admin/wms/carrier/{carrier.pk}/change/", form).status_code == 302
    assert Carrier.objects.get().name == "Shunfeng"
