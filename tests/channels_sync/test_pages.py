"""Pages about shops: the state is shown, a person matches and tries again, scope holds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from channels_sync import selectors
from channels_sync.models import InboxOrder, Listing, PullCursor, ShipmentUpload, Shop
from org.models import AuditRecord, Person
from org.scope import Scope
from tests import given
from tests.channels_sync.test_pushes import connected
from tests.channels_sync.test_shipments import owe
from tests.org.refused import errors_of, typed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    made = connected("shopify")
    Listing.objects.create(shop=made, outer_code="GREEN", title="Green <b>tea</b>")
    InboxOrder.objects.create(
        shop=made, platform_number="77", dead_at=timezone.now(), attempts=8,
        error_code="time_missing", error_where="updated_at", payload={"email": "canary"},
    )  # fmt: skip
    owe(made, "9", attempts=1, error_code="B04", dead_at=timezone.now())
    return made


def signed_in(client: Client, role: str = "HEAD_OFFICE", at: str = "HQ") -> Person:
    person = given.person(role, at=at)
    client.force_login(person)
    client.cookies["django_language"] = "en"
    return person


def page(client: Client, url: str) -> str:
    answer: Any = client.get(url)
    assert answer.status_code == 200, url
    return str(answer.content.decode())


def test_the_list_says_what_waits_and_what_was_given_up(client: Client, shop: Shop) -> None:
    signed_in(client)
    text = page(client, "/shops/")
    assert "One" in text
    (row,) = selectors.shop_rows(scope=Scope.everything())
    assert (row.inbox_dead, row.uploads_dead, row.unmatched, row.dead) == (1, 1, 1, 2)
    assert row.tone == "bad"  # nothing was ever pulled


def test_a_shop_in_sync_says_so(client: Client) -> None:
    shop = connected("shopify")
    PullCursor.objects.filter(shop=shop).update(safe_until=timezone.now())
    signed_in(client)
    assert "In sync" in page(client, "/shops/")


def test_a_shop_shows_its_failures_without_opening_payloads(client: Client, shop: Shop) -> None:
    signed_in(client)
    text = page(client, f"/shops/{shop.pk}/")
    assert "time_missing" in text
    assert "B04" in text
    assert "canary" not in text
    assert "hush" not in text
    assert "<b>tea</b>" not in text
    assert f"/push/shopify/{shop.code}/" in text


def test_the_list_costs_the_same_for_many_shops(shop: Shop) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as one:
        selectors.shop_rows(scope=Scope.everything())
    for code in ("two", "three"):
        Shop.objects.create(
            platform="taobao", code=code, name=code, unit=shop.unit, base_url="http://x/",
            credentials={},
        )  # fmt: skip
    with CaptureQueriesContext(connection) as many:
        assert len(selectors.shop_rows(scope=Scope.everything())) == 3
    assert len(many) == len(one)


def test_a_person_matches_an_item_by_code(client: Client, shop: Shop) -> None:
    sku = given.sku("TEA")
    person = signed_in(client)
    row = Listing.objects.get()
    assert "GREEN" in page(client, "/listings/unmatched/")

    answer = client.post(f"/listings/{row.pk}/map/", {"sku": "TEA", "back": "/shops/"})

    assert (answer.status_code, answer["Location"]) == (302, "/shops/")
    assert Listing.objects.get().sku_id == sku
    record = AuditRecord.objects.get(action="listing.mapped")
    assert (record.actor, record.after) == (person.actor, {"sku_id": sku})
    assert selectors.unmatched(scope=Scope.everything()) == []


@pytest.mark.parametrize("typed", ["", "NOPE", "\x00", "x" * 500])
def test_an_unknown_code_matches_nothing(client: Client, shop: Shop, typed: str) -> None:
    signed_in(client)
    row = Listing.objects.get()
    answer = client.post(
        f"/listings/{row.pk}/map/?q=GREEN", {"sku": typed, "back": "https://elsewhere.example/"}
    )
    assert answer.status_code == 422
    assert list(errors_of(answer)) == [f"sku-{row.pk}"]
    assert typed_in(answer, f"sku-{row.pk}") == [typed]
    # The list around it is the one that was looked at, and leads back to itself.
    assert 'name="back" value="/listings/unmatched/?q=GREEN"' in answer.content.decode()
    assert Listing.objects.get().sku_id is None


def test_failures_are_tried_again(client: Client, shop: Shop) -> None:
    signed_in(client)
    assert client.post(f"/shops/{shop.pk}/retry/orders/").status_code == 302
    assert client.post(f"/shops/{shop.pk}/retry/uploads/").status_code == 302
    assert client.post(f"/shops/{shop.pk}/retry/figures/").status_code == 302
    assert client.post(f"/shops/{shop.pk}/retry/else/").status_code == 404
    assert InboxOrder.objects.get().dead_at is None
    assert ShipmentUpload.objects.get().dead_at is None
    assert AuditRecord.objects.filter(action="shop.orders_retried").count() == 1


def test_looking_now_makes_the_shop_due(client: Client, shop: Shop) -> None:
    signed_in(client)
    PullCursor.objects.update(due_at=timezone.now() + timedelta(days=1))
    assert client.post(f"/shops/{shop.pk}/look/").status_code == 302
    assert PullCursor.objects.get().due_at <= timezone.now()


def test_shops_of_other_units_do_not_exist(client: Client, shop: Shop) -> None:
    given.unit("EAST", "REGION", "HQ")
    given.unit("S01", "STORE", "EAST")
    signed_in(client, "STORE_MANAGER", at="S01")
    row = Listing.objects.get()

    assert "GREEN" not in page(client, "/listings/unmatched/")
    assert f"/shops/{shop.pk}/" not in page(client, "/shops/")
    assert client.get(f"/shops/{shop.pk}/").status_code == 404
    assert client.post(f"/shops/{shop.pk}/retry/orders/").status_code == 404
    assert client.post(f"/listings/{row.pk}/map/", {"sku": "TEA"}).status_code == 403
    assert InboxOrder.objects.get().dead_at is not None


def test_odd_addresses_are_forgiven(client: Client, shop: Shop) -> None:
    signed_in(client)
    for query in ("?after=x&shop=-1", "?q=%00", "?q=%25_&shop=999999999999999999999"):
        page(client, f"/listings/unmatched/{query}")


def test_what_is_owed_is_counted(shop: Shop) -> None:
    with transaction.atomic():
        owed = selectors.owed(shop_ids=[shop.pk])
    assert (owed.inbox, owed.figures, owed.uploads, owed.dead) == (0, 0, 0, 2)


def test_a_shop_of_ones_own_systems_says_how_orders_are_handed_in(client: Client) -> None:
    made = connected("shopify")
    Shop.objects.filter(pk=made.pk).update(platform="api", code="POS-7")
    signed_in(client)

    text = page(client, f"/shops/{made.pk}/")

    assert "POST /api/v1/orders" in text
    assert "POS-7" in text
    for absent in ("/push/", "Last pull", "Nightly comparison", "Look now"):
        assert absent not in text, absent


def test_the_settings_of_a_shop_are_changed_and_on_the_trail(client: Client, shop: Shop) -> None:
    person = signed_in(client)
    second = given.warehouse("WH2")
    url = f"/shops/{shop.pk}/settings/"
    typed = {"name": "Two", "pull_seconds": 60, "safety_qty": 3, "warehouses": [second]}

    answer: Any = client.post(url, typed)

    assert (answer.status_code, answer["Location"]) == (302, f"/shops/{shop.pk}/")
    now = Shop.objects.get()
    assert (now.name, now.pull_seconds, now.safety_qty) == ("Two", 60, 3)
    assert [each.warehouse_id for each in now.bindings.all()] == [second]
    assert now.base_url == shop.base_url
    actions = AuditRecord.objects.filter(actor=person.actor).order_by("id")
    assert list(actions.values_list("action", flat=True)) == [
        "shop.changed", "shop.safety_changed", "shop.warehouses_bound",
    ]  # fmt: skip

    client.post(url, typed)
    assert actions.count() == 3, "the same again changes nothing"


def test_wrong_settings_are_marked_kept_and_not_half_saved(client: Client, shop: Shop) -> None:
    signed_in(client)
    answer: Any = client.post(
        f"/shops/{shop.pk}/settings/", {"name": "Two", "pull_seconds": 500, "safety_qty": -1}
    )

    assert answer.status_code == 422
    text = answer.content.decode()
    assert 'value="500"' in text
    assert text.count("field-error") == 3
    assert "would show 0 everywhere" in text
    assert Shop.objects.get().name == "One"


def test_warehouses_beyond_the_person_s_part_stay_bound(client: Client, shop: Shop) -> None:
    given.unit("S1", kind="STORE", parent="HQ")
    here, foreign = given.warehouse("W-S1", at="S1"), given.warehouse_id("WH1")
    Shop.objects.update(unit=given.unit("S1"))
    signed_in(client, "IT", at="S1")

    answer: Any = client.post(
        f"/shops/{shop.pk}/settings/",
        {"name": "One", "pull_seconds": 120, "safety_qty": 0, "warehouses": [here, foreign]},
    )
    assert answer.status_code == 422, "a warehouse that is not theirs cannot be chosen"
    client.post(
        f"/shops/{shop.pk}/settings/",
        {"name": "One", "pull_seconds": 120, "safety_qty": 0, "warehouses": [here]},
    )
    bound = Shop.objects.get().bindings.values_list("warehouse_id", flat=True)
    assert set(bound) == {here, foreign}


def test_whoever_was_slower_is_told_so_and_changes_nothing(client: Client, shop: Shop) -> None:
    signed_in(client)
    url, house = f"/shops/{shop.pk}/settings/", given.warehouse_id("WH1")
    seen = client.get(url).context["seen"]
    typed = {"name": "One", "pull_seconds": 120, "safety_qty": 9, "warehouses": [house]}
    client.post(url, {**typed, "seen": seen})

    answer: Any = client.post(url, {**typed, "name": "Two", "safety_qty": 0, "seen": seen})

    assert answer.status_code == 422
    assert "Somebody else changed this shop meanwhile" in answer.content.decode()
    found = Shop.objects.get()
    assert (found.name, found.safety_qty) == ("One", 9)
    # Told of it, they save again what they typed.
    client.post(url, {**typed, "name": "Two", "seen": answer.context["seen"]})
    assert Shop.objects.get().name == "Two"


def test_a_shop_that_sells_from_others_warehouses_only_can_be_renamed(
    client: Client, shop: Shop
) -> None:
    given.unit("S1", kind="STORE", parent="HQ")
    given.warehouse("W-S1", at="S1")
    Shop.objects.update(unit=given.unit("S1"))
    signed_in(client, "IT", at="S1")

    client.post(
        f"/shops/{shop.pk}/settings/", {"name": "Two", "pull_seconds": 120, "safety_qty": 0}
    )

    found = Shop.objects.get()
    assert found.name == "Two"
    assert [each.warehouse_id for each in found.bindings.all()] == [given.warehouse_id("WH1")]
