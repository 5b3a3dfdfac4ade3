"""The list of SKUs: what it finds, and what is done with many at once."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from inventory.models import Barcode, Sku
from org.models import AuditRecord
from tests import given

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper(client: Client) -> Client:
    client.force_login(given.person("HEAD_OFFICE"))
    return client


def codes(client: Client, query: str = "") -> list[str]:
    page: Any = client.get(reverse("masters-skus") + query).context["list"]
    return [row["label"] for row in page.rows]


def test_names_pinyin_and_any_barcode_find_a_sku_once(keeper: Client) -> None:
    tea = given.sku("TEA-LJ", name="明前龙井")
    given.sku("RICE", name="东北大米")
    for number in ("6901", "6902", "6901234"):
        Barcode.objects.create(sku_id=tea, code=number)

    assert codes(keeper, "?q=龙井") == ["TEA-LJ"]
    assert codes(keeper, "?q=mqlj") == ["TEA-LJ"]
    assert codes(keeper, "?q=6902") == ["TEA-LJ"]
    assert codes(keeper, "?q=nobody") == []


def test_what_is_not_in_use_has_a_tab_of_its_own(keeper: Client) -> None:
    given.sku("TEA")
    given.sku("OLD")
    Sku.objects.filter(code="OLD").update(is_active=False)
    Sku.objects.filter(code="TEA").update(lot_tracked=True)

    assert codes(keeper) == ["TEA"]
    assert codes(keeper, "?state=off") == ["OLD"]
    assert codes(keeper, "?state=lots") == ["TEA"]
    assert codes(keeper, "?state=kits") == []


def test_many_are_taken_out_of_use_and_each_stands_on_the_audit_trail(keeper: Client) -> None:
    chosen = [given.sku("TEA"), given.sku("RICE")]
    given.sku("SALT")

    keeper.post(reverse("list-batch", args=["skus"]), {"action": "off", "id": chosen, "query": ""})

    assert set(Sku.objects.filter(is_active=True).values_list("code", flat=True)) == {"SALT"}
    told = AuditRecord.objects.filter(action="sku.changed").order_by("subject")
    assert [(each.subject, each.after) for each in told] == [
        ("sku:RICE", {"is_active": False}),
        ("sku:TEA", {"is_active": False}),
    ]
