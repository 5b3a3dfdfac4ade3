"""A warehouse, store or shop of others, named in the address or a form, gives nothing of theirs."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import models, transaction
from django.urls import reverse

from channels_sync.models import InboxOrder, Listing
from inventory.models import Hold, Location, Warehouse
from oms import services as orders
from oms.models import Order
from org.models import Unit
from org.roles import Role
from tests import given
from tests.channels_sync.test_pushes import connected
from tests.oms import told
from tests.pages.routes import EVERYBODY, MACHINE, routes_of_the_house
from tests.pages.table import TABLE
from tests.security.places import HERE, THERE, give_all_to_the_first, somebody, stores

pytestmark = pytest.mark.django_db

# Stands in whatever the first store has, and nowhere else.
CANARY = "CANARY"
# Policies are the company's: whoever writes them sees the names of all its parts.
WHOLE_TREE = {"approval-policies", "approval-policy-new"}
# Lists that show it to whoever belongs there: the control.
SHOW_IT = {"holds", "orders", "stock-locations", "masters-warehouses", "shops", "unmatched"}

OPEN = {MACHINE, EVERYBODY}
WITHOUT_A_THING = sorted(
    name
    for name, pattern in routes_of_the_house().items()
    if name in TABLE
    and "<" not in pattern
    and TABLE[name].permission not in OPEN
    and (TABLE[name].is_page or TABLE[name].speaks_json == "GET")
    and TABLE[name].speaks_json != "POST"
)


def _first_store() -> dict[str, Any]:
    """All that the first store has bears the canary; gives how others would name it."""
    stores()
    given.location(f"A-{CANARY}")
    given.stock("TEA", 10, location=f"A-{CANARY}")
    given.held(f"FZ-{CANARY}", "TEA", 2, reason="MANUAL")
    told.accept(told.draft(CANARY, told.line("TEA", 1)))
    orders.process()
    shop = connected("shopify")
    Listing.objects.create(shop=shop, outer_code=CANARY)
    InboxOrder.objects.create(shop=shop, platform_number=CANARY, payload={})
    give_all_to_the_first()
    type(shop).objects.update(name=CANARY)
    Warehouse.objects.filter(code="WH1").update(name=CANARY)
    Unit.objects.filter(code=HERE).update(name=CANARY)
    return {
        "warehouse": given.warehouse_id("WH1"), "code": "WH1", "shop": shop.pk,
        "unit": given.unit(HERE).pk,
    }  # fmt: skip


def test_naming_the_place_of_others_shows_nothing_of_it() -> None:
    names = _first_store()
    by_id = {"warehouse": names["warehouse"], "shop": names["shop"], "unit": names["unit"]}
    by_code = {"warehouse": names["code"]}
    stranger = somebody(Role.HEAD_OFFICE, THERE)
    told_to_them = []
    for name in WITHOUT_A_THING:
        for asked in (by_id, by_code):
            answer = stranger.get(reverse(name), asked)
            if CANARY.encode() in answer.content and name not in WHOLE_TREE:
                told_to_them.append((name, asked))
            assert answer.status_code < 500, (name, asked)
    owner = somebody(Role.HEAD_OFFICE, HERE)
    shown = {name for name in SHOW_IT if CANARY.encode() in owner.get(reverse(name)).content}

    assert told_to_them == []
    assert shown == SHOW_IT


# Forms that name a place, filled in rightly but for the place.
FORMS: dict[str, dict[str, Any]] = {
    "masters-warehouse-new": {
        "code": "NEW", "name": "New", "kind": "CENTRAL", "province": "上海", "city": "上海市",
        "aisles": "1", "bins": "1",
    },
    "unit-new": {"code": "NEW", "name": "New", "kind": "STORE"},
    "person-new": {"username": "new", "display_name": "New", "email": "new@example.org",
                   "role": "CLERK"},
    "client-new": {"name": "New"},
    "webhook-new": {"name": "New", "url": "https://example.org/", "topics": "order.created"},
    "approval-policy-new": {"name": "New", "kind": "stock.adjust"},
    "notice-channels": {"name": "New", "url": "https://example.org/"},
    "freeze": {"location": f"A-{CANARY}", "sku": "TEA", "amount": "some", "qty": "1",
               "policy": "FREE_ONLY", "reason": "MANUAL", "token": "t"},
    "incidents": {"kind": "DAMAGE", "location": f"A-{CANARY}", "sku": "TEA", "qty": "1"},
    "inspections": {"sku": "TEA", "qty": "1"},
    "stock-correct": {"sku": "TEA", "location": f"A-{CANARY}"},
    "pick": {"token": "t"}, "pack": {"code": "TEA"}, "ship": {"code": "TEA"},
    "put-back": {"code": "TEA"}, "receive": {"code": "TEA"}, "move": {"code": f"A-{CANARY}"},
    "count": {"code": f"A-{CANARY}"}, "look-up": {"code": f"A-{CANARY}"}, "set-place": {},
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(FORMS))
def test_a_form_does_nothing_at_the_place_of_others(name: str) -> None:
    names = _first_store()
    stranger = somebody(Role.HEAD_OFFICE, THERE)
    before = _rows_of(names["unit"])

    for house in (names["warehouse"], names["code"]):
        place = {"warehouse": house, "unit": names["unit"], "parent": names["unit"],
                 "unit_id": names["unit"], "shop": names["shop"],
                 "place": f"unit:{names['unit']}" if name != "set-place" else house}  # fmt: skip
        mark = transaction.savepoint()
        answer = stranger.post(reverse(name), {**FORMS[name], **place})
        stood = _rows_of(names["unit"])
        cookie = answer.cookies.get("place")
        transaction.savepoint_rollback(mark)

        assert answer.status_code < 500
        told_back = answer.content.replace(f"A-{CANARY}".encode(), b"")
        assert CANARY.encode() not in told_back or name in WHOLE_TREE
        assert stood == before
        assert cookie is None or not cookie.value


def _rows_of(unit: int) -> dict[str, int]:
    """How many rows the first store has, by table; and what lies and is held at its warehouse."""
    found = {
        model._meta.label: model._base_manager.filter(**{field.attname: unit}).count()
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and field.related_model is Unit
    }
    found.pop("org.AuditRecord", None)
    house = Warehouse.objects.get(code="WH1").pk
    return found | {
        "holds": Hold.objects.filter(warehouse=house).count(),
        "locations": Location.objects.filter(warehouse=house).count(),
        "orders": Order.objects.count(),
    }
