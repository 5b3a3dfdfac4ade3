"""A program of one warehouse or one shop sees, changes and hears of that one only."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from inventory import selectors as stock
from oms.models import Order
from org import roles
from org import selectors as org_selectors
from org import services as org
from org.models import ApiClient
from org.scope import Scope
from tests import given
from tests.api.asking import order, shop, signed_in, tell
from tests.api.calling import STOCK, codes, signed
from webhooks import services as webhooks
from webhooks.models import Message

pytestmark = pytest.mark.django_db
MAY = (
    roles.STOCK_VIEW, roles.STOCK_RECEIVE, roles.STOCK_ADJUST, roles.STOCK_HOLD,
    roles.STOCK_RELEASE, roles.STOCK_RELEASE_SAFETY, roles.ORDERS_VIEW, roles.ORDERS_EDIT,
)  # fmt: skip


def _program(**places: Any) -> org.NewSecret:
    wish = org.ClientWish(name="WMS of others", permissions=MAY, **places)
    with transaction.atomic():
        return org.add_client(wish, actor=given.ACTOR, scope=Scope.everything())


def _read(who: org.NewSecret, path: str, query: str = "") -> Any:
    return signed(who, "GET", path, query=query)


def _write(who: org.NewSecret, path: str, body: Any) -> Any:
    return signed(who, "POST", path, body=body, key="k-" + path)


def _lines(**more: Any) -> dict[str, Any]:
    return {"key": "k", "document": "DOC-1", "lines": [{"sku": "TEA", "qty": 1}], **more}


def test_a_program_of_one_warehouse_sees_and_changes_nothing_of_the_other() -> None:
    given.stock("TEA", 10, warehouse="WH1")
    given.stock("TEA", 7, warehouse="WH2")
    foreign = given.held("FZ-OTHER", "TEA", 2, warehouse="WH2", reason="DAMAGE")
    who = _program(warehouse_ids=[given.warehouse_id("WH1")])

    houses = _read(who, "/api/v1/warehouses").json()
    free = _read(who, f"{STOCK}availability", "sku=TEA").json()
    there = _read(who, "/api/v1/warehouses/WH2")
    claims = _read(who, f"{STOCK}holds").json()
    refused = [
        _write(who, f"{STOCK}receive", _lines(warehouse="WH2", location="A-01")),
        _write(who, f"{STOCK}hold", _lines(warehouse="WH2", reason="DAMAGE")),
        _write(who, f"{STOCK}release", {"key": "r", "hold": f"H-{foreign}"}),
        _write(
            who, f"{STOCK}adjust",
            {"key": "a", "document": "DOC-1", "warehouse": "WH2", "location": "A-01",
             "counted": [{"sku": "TEA", "qty": 0}], "why": "x"},
        ),
    ]  # fmt: skip
    everywhere = _write(who, f"{STOCK}hold", _lines(reason="DAMAGE"))

    assert [each["code"] for each in houses["warehouses"]] == ["WH1"]
    assert [(each["warehouse"], each["available"]) for each in free["availability"]] == [
        ("WH1", 10)
    ]
    assert there.status_code == 404
    # Its own receiving area, nothing else.
    assert [each["document"] for each in claims["holds"]] == ["LOC-RCV"]
    assert f"H-{foreign}" not in str(claims)
    assert [each.status_code for each in refused] == [422, 422, 422, 422]
    assert codes(everywhere) == ["missing_field"]
    assert given.free("TEA", "WH2") == 5
    assert stock.holds(scope=Scope.everything(), ids=[foreign])[0].open == 2
    mine = _write(who, f"{STOCK}receive", _lines(warehouse="WH1", location="A-01", key="mine"))
    assert mine.status_code == 200, mine.content
    assert given.free("TEA", "WH1") == 11


def test_a_program_of_one_shop_sees_the_orders_of_that_shop_only() -> None:
    given.stock("TEA", 10)
    mine, other = shop("MINE"), shop("OTHER")
    desk = signed_in("ORDER_DESK")
    for number, code in (("A-1", "MINE"), ("B-1", "OTHER")):
        tell(desk, "orders", order(number, shop=code), 201)
    numbers = dict(Order.objects.values_list("shop_id", "number"))
    who = _program(shop_ids=[mine.pk])

    listed = _read(who, "/api/v1/orders").json()["orders"]
    foreign = _read(who, f"/api/v1/orders/{numbers[other.pk]}")
    cancelled = _write(who, f"/api/v1/orders/{numbers[other.pk]}/cancel", {"why": "no"})

    assert [each["number"] for each in listed] == [numbers[mine.pk]]
    assert [foreign.status_code, cancelled.status_code] == [404, 404]
    assert _read(who, "/api/v1/warehouses").json()["warehouses"] == []
    assert Order.objects.get(shop_id=other.pk).state != "CANCELLED"


def test_it_hears_of_its_own_warehouse_only() -> None:
    mine, other = given.warehouse("WH1"), given.warehouse("WH2")
    made = _program(warehouse_ids=[mine])
    with transaction.atomic():
        webhooks.add_webhook(
            webhooks.Wish(name="x", url="https://example.com/", topics=("stock.changed",)),
            client_id=made.client_id, actor=given.ACTOR, scope=Scope.everything(),
        )  # fmt: skip
        unit = frozenset({given.unit().pk})
        told = [
            webhooks.Event({"sku": name}, unit, frozenset({house}))
            for name, house in (("TEA", mine), ("MUG", other))
        ]
        assert webhooks.publish(topic="stock.changed", events=told) == 1
    assert '"TEA"' in Message.objects.get().body


def _typed(**change: Any) -> dict[str, Any]:
    return {
        "name": "ERP", "permissions": [roles.STOCK_VIEW], "networks": "", "per_minute": "600",
        "burst": "50", **change,
    }  # fmt: skip


def test_the_page_gives_single_warehouses_and_shops_and_keeps_them_on_the_trail(
    client: Client,
) -> None:
    house, store = given.warehouse("WH1"), shop("ERP")
    client.force_login(given.person("IT"))

    client.post(reverse("client-new"), _typed(warehouses=[house], shops=[store.pk]))
    made = ApiClient.objects.get()
    shown = client.get(reverse("client", args=[made.pk])).content.decode()
    client.post(reverse("client", args=[made.pk]), _typed(shops=[store.pk], version=1))

    assert f'name="warehouses" value="{house}" id="id_warehouses_0" checked' in shown
    [changed, first] = org_selectors.audit_trail(subject=made.actor)
    assert first.after is not None
    assert (first.after["units"], first.after["warehouses"]) == ([], ["WH1"])
    assert (changed.before, changed.after) == ({"warehouses": ["WH1"]}, {"warehouses": []})
    made.refresh_from_db()
    assert (made.warehouse_ids, made.shop_ids) == ([], [store.pk])


def test_whoever_keeps_one_region_gives_and_sees_no_warehouse_of_another(client: Client) -> None:
    given.unit("EAST", "REGION", "HQ")
    given.unit("WEST", "REGION", "HQ")
    east, west = given.warehouse("WH-E", at="EAST"), given.warehouse("WH-W", at="WEST")
    foreign = _program(warehouse_ids=[west])
    client.force_login(given.person("IT", at="EAST"))

    refused = client.post(reverse("client-new"), _typed(warehouses=[west]))
    made = client.post(reverse("client-new"), _typed(name="Own", warehouses=[east]))

    assert refused.status_code == 422
    assert list(refused.context["form"].errors) == ["warehouses"]
    assert made.status_code == 200
    assert client.get(reverse("client", args=[foreign.client_id])).status_code == 404
    page = client.get(reverse("clients")).content.decode()
    assert foreign.key_id not in page
    assert "WH-E" in page
    with pytest.raises(org.ClientTrouble, match="unknown_unit"), transaction.atomic():
        org.add_client(
            org.ClientWish(name="Y", permissions=[], warehouse_ids=[west]),
            actor=given.ACTOR, scope=Scope.of([given.unit("EAST").pk]),
        )  # fmt: skip
