"""Setting up warehouses, places, SKUs and carriers: audited, inside the scope, nothing lost."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from inventory import selectors as stock
from inventory.models import Location, Sku, Warehouse
from org.models import AuditRecord
from org.scope import Scope
from tests import given
from wms import selectors as floor

pytestmark = pytest.mark.django_db

HOUSE = {
    "code": "wh-sh", "name": "上海仓", "kind": "CENTRAL", "province": "上海", "city": "上海市",
    "aisles": "2", "bins": "3",
}  # fmt: skip


def test_a_warehouse_comes_with_its_bins_and_benches(client: Client) -> None:
    home = given.unit()
    client.force_login(given.person())

    answer = client.post(reverse("masters-warehouse-new"), HOUSE | {"unit": home.pk})

    [house] = stock.warehouses(scope=Scope.everything())
    assert answer.headers["Location"] == reverse("masters-warehouse", args=[house.id])
    assert house.code == "WH-SH"
    codes = [place.code for place in stock.locations_in(warehouse_id=house.id)]
    assert codes == [
        "A-01", "A-02", "A-03", "B-01", "B-02", "B-03",
        "RCV-01", "PACK-01", "STAGE-01", "QC-01", "BAD-01",
    ]  # fmt: skip
    acts = set(AuditRecord.objects.values_list("action", flat=True))
    assert {"warehouse.created", "locations.created", "location.created"} <= acts


def test_a_code_that_is_taken_is_refused_at_its_field_and_nothing_is_lost(client: Client) -> None:
    given.warehouse("WH-SH")
    client.force_login(given.person())

    answer = client.post(reverse("masters-warehouse-new"), HOUSE | {"unit": given.unit().pk})

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["code"]
    assert 'value="上海仓"' in answer.content.decode()
    assert Warehouse.objects.count() == 1


def test_a_warehouse_is_made_in_ones_own_part_of_the_company_only(client: Client) -> None:
    home = given.unit()
    given.unit("S01", kind="STORE", parent="HQ")
    client.force_login(given.person(role="STORE_MANAGER", at="S01"))

    answer = client.post(reverse("masters-warehouse-new"), HOUSE | {"unit": home.pk})

    assert list(answer.context["form"].errors) == ["unit"]
    assert not Warehouse.objects.exists()


def test_warehouses_are_found_by_pinyin_and_told_apart_from_stores(client: Client) -> None:
    given.warehouse("WH1")
    store = given.warehouse("S1")
    closed = given.warehouse("OLD")
    Warehouse.objects.filter(pk=store).update(
        kind="STORE", name="虹桥店", pinyin="hongqiaodian hqd"
    )
    Warehouse.objects.filter(pk=closed).update(is_active=False)
    client.force_login(given.person())
    page = reverse("masters-warehouses")

    def found(**asked: str) -> list[str]:
        return [row["label"] for row in client.get(page, asked).context["list"].rows]

    assert found() == ["S1", "WH1"]
    assert found(sort="-code") == ["WH1", "S1"]
    assert found(q="hqd") == found(state="stores") == found(kind="STORE") == ["S1"]
    assert found(state="houses") == ["WH1"]
    assert found(state="closed") == ["OLD"]
    assert found(unit=str(given.unit().pk)) == ["S1", "WH1"]
    tabs = client.get(page).context["list"].tabs
    assert [each["count"] for each in tabs] == [2, 1, 1, 1]


def test_the_places_of_others_are_not_there(client: Client) -> None:
    house = given.warehouse("WH1")
    given.unit("S01", kind="STORE", parent="HQ")
    client.force_login(given.person(role="STORE_MANAGER", at="S01"))
    place = Location.objects.get(warehouse_id=house, code="A-01")

    assert client.get(reverse("masters-warehouse", args=[house])).status_code == 404
    assert client.post(reverse("masters-switch", args=[place.pk]), {"on": "0"}).status_code == 404
    place.refresh_from_db()
    assert place.is_active


def test_switching_off_is_undone_from_the_next_page_and_offered_once(client: Client) -> None:
    house = given.warehouse("WH1")
    place = Location.objects.get(warehouse_id=house, code="A-01")
    client.force_login(given.person())
    page = reverse("masters-warehouse", args=[house])

    client.post(reverse("masters-switch", args=[place.pk]), {"on": "0"})
    offer = client.get(page).context["undo"]

    place.refresh_from_db()
    assert not place.is_active
    assert client.get(page).context["undo"] is None
    client.post(offer["url"], offer["fields"])
    place.refresh_from_db()
    assert place.is_active
    acts = AuditRecord.objects.filter(action="location.changed").order_by("id")
    assert [act.after for act in acts] == [{"is_active": False}, {"is_active": True}]


def test_a_place_with_goods_is_not_switched_off(client: Client) -> None:
    given.stock("TEA", 10)
    place = Location.objects.get(code="A-01")
    client.force_login(given.person())

    answer = client.post(reverse("masters-switch", args=[place.pk]), {"on": "0"}, follow=True)

    assert "A-01" in " ".join(str(message) for message in answer.context["messages"])
    place.refresh_from_db()
    assert place.is_active


SKU = {
    "code": "tea-1", "name": "明前龙井", "unit_name": "件", "unit_cost": "10", "list_price": "30",
    "barcodes": "6901\n6902\n", "is_active": "on",
}  # fmt: skip


def test_a_sku_is_made_with_its_barcodes_and_pinyin(client: Client) -> None:
    client.force_login(given.person())

    answer = client.post(reverse("masters-sku-new"), SKU)

    assert answer.headers["Location"] == reverse("masters-skus")
    sku = Sku.objects.get(code="TEA-1")
    assert sorted(sku.barcodes.values_list("code", flat=True)) == ["6901", "6902"]
    assert "mqlj" in sku.pinyin
    assert AuditRecord.objects.filter(action="sku.created", subject="sku:TEA-1").count() == 1


def test_a_barcode_of_another_sku_is_refused_by_name(client: Client) -> None:
    client.force_login(given.person())
    client.post(reverse("masters-sku-new"), SKU)

    answer = client.post(reverse("masters-sku-new"), SKU | {"code": "TEA-2", "barcodes": "6902"})

    assert answer.status_code == 422
    assert "6902" in str(answer.context["form"].errors["barcodes"])
    assert not Sku.objects.filter(code="TEA-2").exists()


def test_a_sku_is_changed_and_its_code_stays(client: Client) -> None:
    client.force_login(given.person())
    client.post(reverse("masters-sku-new"), SKU)
    sku = Sku.objects.get(code="TEA-1")

    client.post(
        reverse("masters-sku", args=[sku.pk]),
        SKU | {"code": "OTHER", "name": "雨前龙井", "barcodes": "6901"},
    )

    sku.refresh_from_db()
    assert (sku.code, sku.name) == ("TEA-1", "雨前龙井")
    assert list(sku.barcodes.values_list("code", flat=True)) == ["6901"]


def test_a_code_that_cannot_be_scanned_is_refused(client: Client) -> None:
    client.force_login(given.person())

    answer = client.post(reverse("masters-sku-new"), SKU | {"code": "茶 1"})

    assert list(answer.context["form"].errors) == ["code"]


CARRIER = {"code": "sf", "name": "顺丰", "letters": "SF", "first": "100", "last": "199"}


def test_a_carrier_gets_its_numbers_once(client: Client) -> None:
    client.force_login(given.person())

    client.post(reverse("masters-carriers"), CARRIER)
    again = client.post(reverse("masters-carriers"), CARRIER)

    [carrier] = floor.carriers()
    assert (carrier.code, carrier.waybills_left) == ("SF", 100)
    assert list(again.context["form"].errors) == ["first"]
    assert AuditRecord.objects.filter(subject="carrier:SF").count() == 1
