"""Bringing rows in from files: columns, faults by row and field, all or the good ones, a job."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from python_calamine import CalamineWorkbook

from channels_sync.models import InboxOrder, Listing, Shop
from inventory import selectors as stock
from inventory.models import Barcode, Location, Sku
from org import services as org
from org.models import AuditRecord, Import, ImportMapping, Job, Person
from org.selectors.imports import import_faults
from tests import given
from tests.channels_sync.test_pushes import connected

pytestmark = pytest.mark.django_db


def signed_in(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def sent(client: Client, kind: str, rows: str) -> Import:
    answer = client.post(f"/imports/{kind}/", {"rows": rows, "token": rows[:30]})
    assert answer.status_code == 302, answer.content.decode()[:400]
    return Import.objects.latest("id")


def uploaded(client: Client, kind: str, content: bytes, name: str = "file.csv") -> Any:
    file = SimpleUploadedFile(name, content)
    return client.post(f"/imports/{kind}/", {"file": file, "token": name})


def booked(client: Client, found: Import, take: str = "GOOD") -> Import:
    client.post(f"/imports/{found.pk}/book/", {"take": take})
    while org.work_on_jobs(seconds=0):
        pass
    return Import.objects.get(pk=found.pk)


def codes(found: Import) -> list[tuple[int, str, str]]:
    return [(fault.row, fault.column, fault.code) for fault in import_faults(found.pk)]


def workbook(*rows: list[Any], merge: bool = False) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        for line, row in enumerate(rows):
            for at, value in enumerate(row):
                sheet.write(line, at, value)
        if merge:
            sheet.merge_range(1, 1, 2, 1, "Merged name")
    return out.getvalue()


def test_skus_are_made_changed_and_found_by_pinyin_and_barcode() -> None:
    given.sku("TEA", name="Old name")
    client = signed_in(given.person())

    found = sent(
        client, "skus",
        "商品编码\t商品名称\t条码\t重量\tunit_cost\n"
        "tea\t龙井茶\t6901\t250\t18.50\nCUP\t茶杯\t6902\t300\t7\n",
    )  # fmt: skip
    assert found.faulty == 0
    found = booked(client, found, "ALL")

    assert found.booked == 2
    tea = Sku.objects.get(code="TEA")
    assert (tea.name, tea.weight_g, str(tea.unit_cost)) == ("龙井茶", 250, "18.50")
    assert "longjingcha" in tea.pinyin
    assert set(Barcode.objects.values_list("code", "sku__code")) >= {
        ("6901", "TEA"), ("6902", "CUP"),
    }  # fmt: skip
    assert AuditRecord.objects.get(action="imported.skus").subject == str(found)


def test_each_fault_names_its_row_and_field_and_only_good_rows_are_booked() -> None:
    given.sku("OTHER")
    Barcode.objects.create(sku=Sku.objects.get(code="OTHER"), code="6909", qty=1)
    client = signed_in(given.person())

    found = sent(
        client, "skus",
        "SKU,Name,Barcode,Weight,Kept by lot\n"
        "A,Alpha,,1.5,\nB,,,10,\nC,Gamma,6909,,\nD,Delta,,,maybe\nE,Eps,,5,是\nE,Again,,,\n",
    )  # fmt: skip

    assert codes(found) == [
        (2, "weight_g", "bad_number"), (3, "name", "missing_value"),
        (4, "barcode", "barcode_taken"), (5, "lot_tracked", "bad_flag"), (7, "", "same_row"),
    ]  # fmt: skip
    found = booked(client, found)
    assert found.booked == 1
    assert sorted(Sku.objects.values_list("code", flat=True)) == ["E", "OTHER"]
    assert Sku.objects.get(code="E").lot_tracked


def test_all_or_none_is_refused_while_a_row_is_at_fault() -> None:
    client = signed_in(given.person())
    found = sent(client, "skus", "SKU,Name\nA,Alpha\nB,\n")

    client.post(f"/imports/{found.pk}/book/", {"take": "ALL"})

    assert not Job.objects.exists()
    assert not Sku.objects.exists()


def test_unknown_headings_are_mapped_once_and_remembered() -> None:
    person = given.person()
    client = signed_in(person)
    rows = "Artikel;Bezeichnung;Unsinn\nA;Alpha;x\n"

    uploaded(client, "skus", rows.encode())
    found = Import.objects.latest("id")
    page = client.get(f"/imports/{found.pk}/").content.decode()
    assert found.checked_at is None
    assert "No column holds these yet: SKU, Name" in page
    client.post(f"/imports/{found.pk}/columns/", {"column-0": "code", "column-1": "name"})
    found = booked(client, Import.objects.get(pk=found.pk), "ALL")

    assert found.booked == 1
    assert set(ImportMapping.objects.values_list("heading", "field")) == {
        ("artikel", "code"), ("bezeichnung", "name"),
    }  # fmt: skip
    uploaded(client, "skus", rows.replace("A;Alpha", "B;Beta").encode(), "next.csv")
    again = Import.objects.latest("id")
    assert again.checked_at is not None
    assert again.header == ["code", "name", ""]


def test_two_columns_cannot_hold_the_same() -> None:
    client = signed_in(given.person())
    uploaded(client, "skus", b"Artikel;Bezeichnung\nA;Alpha\n")
    found = Import.objects.latest("id")

    answer = client.post(
        f"/imports/{found.pk}/columns/", {"column-0": "code", "column-1": "code"}, follow=True
    )

    assert "No column holds these: Name" in answer.content.decode()
    assert Import.objects.get(pk=found.pk).checked_at is None


def test_locations_are_made_known_ones_change_their_order_and_odd_ones_are_frozen() -> None:
    house = given.warehouse("WH1")
    client = signed_in(given.person())
    before = Location.objects.filter(warehouse=house).count()

    found = sent(
        client, "locations",
        "仓库,库位,库位类型,动线顺序\nWH1,A-01,,7\nWH1,B-01,拣货,8\nWH1,BAD-1,DEFECT,9\n"
        "WH9,C-01,,1\nWH1,D-01,CASTLE,1\n",
    )  # fmt: skip
    assert codes(found) == [(5, "warehouse", "unknown_warehouse"), (6, "kind", "bad_choice")]
    found = booked(client, found)

    assert found.booked == 3
    assert Location.objects.filter(warehouse=house).count() == before + 2
    assert Location.objects.get(warehouse=house, code="A-01").sequence == 7
    assert Location.objects.get(warehouse=house, code="B-01").kind == "PICKING"
    assert stock.open_holds(
        scope=given_everything(), documents=["LOC-BAD-1"]
    ).count() == 1  # fmt: skip


def given_everything() -> Any:
    from org.scope import Scope

    return Scope.everything()


def own_shop(code: str = "desk") -> Shop:
    return Shop.objects.create(
        platform="api", code=code, name="Desk", unit=given.unit("HQ"), credentials={}
    )


def test_orders_of_several_lines_go_into_the_inbox_whole_or_not_at_all() -> None:
    own_shop()
    given.sku("TEA")
    given.sku("CUP")
    client = signed_in(given.person())

    found = sent(
        client, "orders",
        "订单号,商品编码,数量,单价,收件人,手机,地址\n"
        "A-1,TEA,2,10.00,李雷,13812345678,文一西路1号\n"
        "A-1,CUP,1,5.00,李雷,13812345678,文一西路1号\n"
        "A-2,TEA,1,10.00,韩梅,13900000000,西湖路2号\n"
        "A-2,NONE,1,5.00,韩梅,13900000000,西湖路2号\n",
    )  # fmt: skip
    assert codes(found) == [(4, "number", "order_at_fault"), (5, "sku", "unknown_sku")]
    found = booked(client, found)

    assert found.booked == 2
    row = InboxOrder.objects.get()
    assert row.platform_number == "A-1"
    assert [(line["sku"], line["qty"]) for line in row.payload["lines"]] == [("TEA", 2), ("CUP", 1)]
    assert row.payload["receiver"]["name"] == "李雷"


def test_rows_of_one_order_are_never_parted_by_a_block(monkeypatch: pytest.MonkeyPatch) -> None:
    from org.importing import storing

    monkeypatch.setattr(storing, "BLOCK", 2)
    own_shop()
    given.sku("TEA")
    given.sku("CUP")
    client = signed_in(given.person())
    lines = "".join(f"O-{at // 3},{'TEA' if at % 3 else 'CUP'},1,李雷,138,路\n" for at in range(9))

    found = sent(client, "orders", "订单号,商品编码,数量,收件人,手机,地址\n" + lines)
    while org.work_on_jobs(seconds=0):
        pass
    found = booked(client, Import.objects.get(pk=found.pk))

    assert found.booked == 9
    assert [len(row.payload["lines"]) for row in InboxOrder.objects.order_by("id")] == [3, 3, 3]


def test_mappings_name_listings_by_what_the_shop_calls_them() -> None:
    shop = connected("shopify")
    one = Listing.objects.create(shop=shop, platform_sku_id="P1", outer_code="ODD")
    two = Listing.objects.create(shop=shop, platform_sku_id="P2", outer_code="ODD")
    tea = given.sku("TEA")
    client = signed_in(given.person())

    found = sent(
        client, "mappings",
        f"Shop,Platform SKU,Merchant code,SKU\n{shop.code},P1,,TEA\n{shop.code},,ODD,TEA\n"
        f"{shop.code},P9,,TEA\nnowhere,P1,,TEA\n{shop.code},P2,,NONE\n",
    )  # fmt: skip
    assert codes(found) == [
        (3, "platform_sku_id", "several_listings"), (4, "platform_sku_id", "unknown_listing"),
        (5, "shop", "unknown_shop"), (6, "sku", "unknown_sku"),
    ]  # fmt: skip
    booked(client, found)

    assert Listing.objects.get(pk=one.pk).sku_id == tea
    assert Listing.objects.get(pk=two.pk).sku_id is None


def test_opening_stock_goes_the_same_way_and_makes_what_is_missing_when_asked() -> None:
    given.warehouse("WH1")
    given.sku("TEA")
    client = signed_in(given.person("WAREHOUSE_LEAD"))
    rows = "warehouse,location,sku,quantity\nWH1,A-01,TEA,7\nWH1,B-02,TEA,5\nWH1,A-01,NONE,1\n"
    uploaded(client, "stock", rows.encode())
    found = Import.objects.latest("id")

    page = client.get(f"/imports/{found.pk}/").content.decode()
    client.post(f"/imports/{found.pk}/book/", {"take": "ALL", "adds": "on"})
    refused = Import.objects.get(pk=found.pk).book_job_id
    client.post(f"/imports/{found.pk}/book/", {"take": "GOOD", "adds": "on"})
    while org.work_on_jobs(seconds=0):
        pass
    after = client.get(f"/imports/{found.pk}/").content.decode()

    assert codes(found) == [(3, "location", "new_location"), (4, "sku", "unknown_sku")]
    assert "Create missing locations and lots (1)" in page
    assert refused is None
    assert given.free("TEA") == 12
    assert "Everything chosen is booked." in after


def test_the_template_has_headings_drop_downs_and_rules() -> None:
    client = signed_in(given.person())

    answer = client.get("/imports/locations/template.xlsx")

    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    heading = book.get_sheet_by_index(0).to_python()[0]
    assert heading == ["Warehouse*", "Location*", "Kind", "Walking order"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert b"QUARANTINE" in archive.read("xl/worksheets/sheet1.xml")


def test_the_rows_at_fault_come_back_as_a_workbook_and_formulas_neutralised() -> None:
    client = signed_in(given.person())
    found = sent(client, "skus", "SKU,Name\nA,\n=1+1,\n")

    answer = client.get(f"/imports/{found.pk}/faults.xlsx")

    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0)
    _heading, first, second = rows.to_python()
    assert first == ["A", "", 2.0, "Name: This cell is empty. Fill it in."]
    assert second[0] == "'=1+1"


def test_a_corrected_fault_file_goes_in_again_as_it_was_meant() -> None:
    client = signed_in(given.person())

    found = booked(client, sent(client, "skus", "SKU,Name\nA,'=Alpha\n"))

    assert found.booked == 1
    assert Sku.objects.get(code="A").name == "=Alpha"


def test_a_clerk_imports_nothing_and_sees_nobody_elses() -> None:
    boss = given.person()
    found = sent(signed_in(boss), "skus", "SKU,Name\nA,Alpha\n")
    clerk, colleague = signed_in(given.person("CLERK")), signed_in(given.person())

    assert clerk.get("/imports/skus/").status_code == 403
    for client in (clerk, colleague):
        assert client.get(f"/imports/{found.pk}/").status_code == 403
        assert client.post(f"/imports/{found.pk}/book/", {"take": "ALL"}).status_code == 403
        assert client.get(f"/imports/{found.pk}/faults.xlsx").status_code == 403
    assert not Sku.objects.exists()


def test_the_same_page_sent_twice_is_one_import() -> None:
    client = signed_in(given.person())

    for _turn in range(2):
        client.post("/imports/skus/", {"rows": "SKU,Name\nA,Alpha\n", "token": "once"})

    assert Import.objects.count() == 1
