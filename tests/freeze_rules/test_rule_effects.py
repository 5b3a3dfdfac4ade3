"""Before a searching rule runs: whom it would hit, told as it then comes about."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone

from channels_sync.models import Listing, Shop
from channels_sync.services import publishing, shops
from freeze_rules.models import Rule
from freeze_rules.selectors import ageing
from freeze_rules.services import previewing, scanning
from freeze_rules.services.effects import Effects
from inventory import services as inventory
from inventory.models import Entry, Hold
from org.scope import Scope
from org.selectors import scope_of
from tests import given
from tests.freeze_rules.test_recalls import verb
from tests.freeze_rules.test_rule_trials import signed_in
from tests.freeze_rules.writing import enabled

pytestmark = pytest.mark.django_db


def shop(
    code: str, *warehouses: str, offers: tuple[str, ...], at: str = "HQ", safety: int = 0
) -> Shop:
    """A shop that offers goods, without a platform that is asked."""
    with transaction.atomic():
        made = shops.create(
            platform="shopify", code=code, name=code.title(), unit_id=given.unit(at).pk,
            base_url="http://127.0.0.1:9/",
            credentials={"access_token": "t", "client_secret": "hush"},
            warehouse_ids=[given.warehouse_id(one) for one in warehouses], actor="system:test",
        )  # fmt: skip
    Shop.objects.filter(pk=made.pk).update(safety_qty=safety)
    for sku in offers:
        Listing.objects.create(shop=made, outer_code=sku, sku_id=given.sku(sku))
    return made


def dairy() -> Rule:
    """Freezes all dairy in WH1; there SO-1 was shipped, SO-2 waits and 8 units are free."""
    given.unit("EAST", "REGION", "HQ")
    given.unit("S1", "STORE", "EAST")
    given.sku("MILK", category="DAIRY", list_price=Decimal(7), unit_cost=Decimal(3))
    given.stock("MILK", 50)
    given.stock("MILK", 4, warehouse="WH2")
    given.stock("TEA", 9)
    given.held("SO-1", "MILK", 30)
    verb("pin", "PinRequest", "SO-1", warehouse_id=given.warehouse_id("WH1"))
    verb("ship", "ShipRequest", "SO-1")
    given.held("SO-2", "MILK", 12)
    box = given.sku("BOX", is_kit=True)
    with transaction.atomic():
        inventory.write_recipe(
            kit_sku_id=box, parts=[(given.sku("MILK"), 3), (given.sku("TEA"), 1)], actor=given.ACTOR
        )
    shop("one", "WH1", offers=("MILK", "TEA", "BOX"), safety=2)
    shop("two", "WH1", "WH2", offers=("MILK",), at="S1")
    return enabled(
        trigger="schedule", scope="sku", policy="DISPLACE",
        condition={"all": [
            {"fact": "sku.category", "is": "=", "value": "DAIRY"},
            {"fact": "warehouse.code", "is": "=", "value": "WH1"},
        ]},
    )  # fmt: skip


def previewed(rule: Rule, scope: Scope) -> previewing.Preview:
    found = previewing.preview(rule, scope=scope)
    assert found is not None
    return found


def effects_of(rule: Rule, scope: Scope | None = None) -> Effects:
    return previewed(rule, scope or Scope.everything()).effects


def figures() -> dict[tuple[str, str], int | None]:
    """What each shop would be told now."""
    rows = list(Listing.objects.select_related("shop").order_by("id"))
    publishing.compute(rows)
    return {(row.shop.code, row.outer_code): row.computed_qty for row in rows}


def test_promised_goods_shops_and_sales_that_a_rule_would_hit_are_told_beforehand() -> None:
    rule = dairy()
    books = (Hold.objects.count(), Entry.objects.count())

    seen = effects_of(rule)

    assert [(row.document, row.sku, row.lost, row.moved, row.spare) for row in seen.orders] == [
        ("SO-2", "MILK", 12, 0, 4)
    ]
    assert {(row.shop, row.sku): (row.before, row.after) for row in seen.shops} == {
        ("One", "MILK"): (6, 0),
        ("Two", "MILK"): (12, 4),
        # Two boxes could be packed, less the two that stay out of the figure: none before or after.
    }
    # 30 in 30 days: one a day, at 7.
    [sale] = seen.sales
    assert (sale.sku, sale.warehouse, sale.frozen, sale.free) == ("MILK", "WH1", 20, 0)
    assert (round(sale.a_day, 4), round(seen.missed, 2)) == (Decimal(1), Decimal("7.00"))
    assert (seen.documents, seen.shops_hit, seen.left) == (1, 2, 0)
    assert (Hold.objects.count(), Entry.objects.count()) == books


def test_what_the_preview_told_is_what_then_comes_about() -> None:
    rule = dairy()
    Shop.objects.update(safety_qty=0)
    told = {(row.shop.lower(), row.sku): row.after for row in effects_of(rule).shops}
    missed = effects_of(rule).missed
    before = figures()

    with transaction.atomic():
        scanning.freeze_found(scanning.search(rule_id=rule.pk), rule_id=rule.pk)

    after = figures()
    assert told == {("one", "MILK"): 0, ("one", "BOX"): 0, ("two", "MILK"): 4}
    assert {key: after[key] for key in after if after[key] != before[key]} == told
    board = ageing.aged(scope=Scope.everything(), now=timezone.now())
    assert round(sum(row.freeze.missed for row in board), 6) == round(missed, 6) > 0


def test_nothing_is_missed_and_no_order_is_hit_while_free_units_are_enough() -> None:
    dairy()
    rule = enabled(
        trigger="schedule", scope="sku", policy="FREE_ONLY", quantity={"number": 3},
        condition={"all": [
            {"fact": "sku.category", "is": "=", "value": "DAIRY"},
            {"fact": "warehouse.code", "is": "=", "value": "WH1"},
        ]},
    )  # fmt: skip

    seen = effects_of(rule)

    assert not seen.orders
    assert not seen.sales
    assert seen.missed == 0
    assert {(row.shop, row.sku): (row.before, row.after) for row in seen.shops} == {
        ("One", "MILK"): (6, 3),
        ("Two", "MILK"): (12, 9),
    }


def test_somebody_sees_only_the_shops_of_their_own_units() -> None:
    rule = dairy()
    store = scope_of(given.person("STORE_MANAGER", "S1"))
    assert not store.is_everything

    everywhere = previewed(rule, Scope.everything())
    houses = Scope.of(store.unit_ids or (), warehouse_ids=[given.warehouse_id("WH1")])
    here = previewed(rule, houses)

    assert {row.shop for row in everywhere.effects.shops} == {"One", "Two"}
    assert {row.shop for row in here.effects.shops} == {"Two"}
    assert here.claims == everywhere.claims == 1


def test_the_page_shows_orders_shops_and_sales() -> None:
    rule = dairy()

    page = signed_in(given.person()).get(f"/freeze-rules/{rule.pk}/preview/").content.decode()

    for part in ('id="orders-hit"', 'id="shops-hit"', 'id="sales-at-risk"', "SO-2", "Two", "7.00"):
        assert part in page


def test_a_program_is_told_the_same() -> None:
    rule = dairy()

    told = signed_in(given.person()).get(f"/api/v1/freeze-rules/{rule.pk}/preview").json()

    assert (told["at_most"], told["claims"], told["units"], told["planned"]) == (False, 1, 20, 1)
    assert told["effects"]["orders"] == [
        {"document": "SO-2", "sku": "MILK", "name": "Milk", "lost": 12, "moved": 0, "spare": 4}
    ]
    assert [(row["shop"], row["before"], row["after"]) for row in told["effects"]["shops"]] == [
        ("One", 6, 0),
        ("Two", 12, 4),
    ]
    assert Decimal(told["effects"]["sales"][0]["missed"]) == 7


def test_a_rule_that_hears_events_is_shown_at_most_with_its_event_taken_as_met() -> None:
    dairy()
    where = {"fact": "warehouse.code", "is": "=", "value": "WH1"}
    many = {"fact": "event.qty", "is": ">=", "value": 1_000}
    milk = {"fact": "sku.category", "is": "=", "value": "DAIRY"}
    rule = enabled(scope="sku", policy="DISPLACE", condition={"all": [where, milk, many]})

    shown = previewed(rule, Scope.everything())

    assert (shown.at_most, shown.claims, shown.units) == (True, 1, 20)
    assert [(row.document, row.lost) for row in shown.effects.orders] == [("SO-2", 12)]
    for more in (
        {"quantity": {"event": True}},
        {"condition": {"any": [milk, many]}},
        {"condition": {"not": many}},
        {"trigger": "order.paid", "scope": "order"},
    ):
        said = {"scope": "sku", "condition": {"all": [where, milk, many]}, **more}
        assert previewing.preview(enabled(**said), scope=Scope.everything()) is None
