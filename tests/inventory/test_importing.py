"""Opening stock out of files: what is taken, what is refused and why, row by row."""

from __future__ import annotations

import io
from typing import Any

import pytest
import xlsxwriter
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from inventory import selectors as stock
from inventory.importing.stock import STOCK
from inventory.models import Entry, Location, Lot, Posting
from org import services as org
from org.importing import planner
from org.importing.booking import start_booking
from org.importing.checking import check_now
from org.importing.files import ImportRefused
from org.importing.storing import import_file, import_text
from org.importing.texts import about_row
from org.importing.workbooks import fault_workbook, template
from org.models import Import, Job, Person
from org.scope import Scope
from org.selectors.imports import booked_before, import_faults
from tests import given

pytestmark = pytest.mark.django_db
HEAD = "仓库,库位,商品编码,数量,批次,到期日期,等级,货主"


@pytest.fixture
def lead() -> Person:
    given.warehouse("WH1")
    given.sku("TEA")
    given.sku("MILK", lot_tracked=True)
    return given.person("HEAD_OFFICE")


def sent(person: Person, content: str | bytes, name: str = "stock.csv", key: str = "k") -> int:
    data = content.encode() if isinstance(content, str) else content
    with transaction.atomic():
        return import_file(
            kind=STOCK, key=key, name=name, file=io.BytesIO(data), size=len(data), person=person
        )


def workbook(rows: list[list[Any]], *merged: tuple[int, int, int, int, Any]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if hasattr(value, "year"):
                    sheet.write_datetime(number, column, value, day)
                else:
                    sheet.write(number, column, value)
        for first, left, last, right, value in merged:
            sheet.merge_range(first, left, last, right, value)
    return out.getvalue()


def faults(import_id: int) -> list[tuple[int, str, str]]:
    return [(each.row, each.column, each.code) for each in import_faults(import_id)]


def booked(import_id: int, person: Person, take: str = "GOOD", *, adds: bool = False) -> Job:
    with transaction.atomic():
        job = start_booking(import_id=import_id, take=take, adds=adds, person=person)
    work_off()
    return Job.objects.get(pk=job)


def work_off(seconds: float = 5) -> None:
    """Every due job, in as many turns as a sane one needs."""
    turns = 0
    while org.work_on_jobs(seconds=seconds):
        turns += 1
        assert turns < 30


def lying() -> list[tuple[str, str, str, int]]:
    cells = stock.cells(scope=Scope.everything())
    return sorted((each.location_code, each.lot_code, each.grade, each.on_hand) for each in cells)


def test_good_rows_become_an_opening_balance(lead: Person) -> None:
    number = sent(lead, f"{HEAD}\nWH1,A-01,TEA,5,,,,\nwh1,a-01,tea,2,,,CC,\n")

    assert faults(number) == []
    job = booked(number, lead, "ALL")

    assert (job.state, job.result) == ("DONE", {"rows": 2, "booked": 2})
    assert lying() == [("A-01", "", "CC", 2), ("A-01", "", "ZP", 5)]
    assert set(Entry.objects.exclude(outside="").values_list("outside", flat=True)) == {"OPENING"}
    posting = Posting.objects.get(kind="RECEIVE")
    assert posting.key == f"IM-{number}:2:{given.warehouse_id('WH1')}"
    assert posting.document == f"IM-{number}"


def test_gbk_and_semicolons_and_pasted_rows_are_read(lead: Person) -> None:
    gbk = sent(lead, f"{HEAD}\nWH1,A-01,TEA,5,,,良品,\n".encode("gbk"), key="1")
    semi = sent(lead, "warehouse;location;sku;quantity\nWH1;A-01;TEA;5\n", key="2")
    bom = sent(lead, b"\xef\xbb\xbf" + f"{HEAD}\nWH1,A-01,TEA,5\n".encode(), key="3")
    with transaction.atomic():
        pasted = import_text(kind=STOCK, key="4", text="WH1\tA-01\tTEA\t5\n", person=lead)

    for number in (gbk, semi, bom, pasted):
        found = Import.objects.get(pk=number)
        assert (found.rows, found.bad) == (1, 0)


def test_every_fault_names_row_column_and_what_to_do(lead: Person) -> None:
    rows = [
        "WH9,A-01,TEA,5", "WH1,Z-99,TEA,5", "WH1,A-01,NONE,5", "WH1,A-01,TEA,0",
        "WH1,A-01,TEA,-3", "WH1,A-01,TEA,1.5", "WH1,A-01,TEA,ten", "WH1,A-01,TEA,１０",
        'WH1,A-01,TEA,"1,000"', "WH1,A-01,TEA,1000000000001", "WH1,A-01,TEA,", ",A-01,TEA,1",
        "WH1,A-01,MILK,1", "WH1,A-01,MILK,1,L1,31/01/2026", "WH1,A-01,TEA,1,,2026-01-31",
        "WH1,A-01,TEA,1,,,AB", "WH1,A-01,MILK,1,L1",
    ]  # fmt: skip
    number = sent(lead, HEAD + "\n" + "\n".join(rows) + "\n")

    assert [each for each in faults(number) if each[2] != "same_row"] == [
        (2, "warehouse", "unknown_warehouse"),
        (3, "location", "new_location"),
        (4, "sku", "unknown_sku"),
        (5, "qty", "bad_number"),
        (6, "qty", "bad_number"),
        (7, "qty", "bad_number"),
        (8, "qty", "bad_number"),
        (9, "qty", "bad_number"),
        (10, "qty", "bad_number"),
        (11, "qty", "bad_number"),
        (12, "qty", "missing_value"),
        (13, "warehouse", "missing_value"),
        (14, "lot", "lot_missing"),
        (15, "expires_on", "bad_date"),
        (15, "lot", "new_lot"),
        (16, "lot", "lot_for_dates"),
        (17, "grade", "bad_choice"),
        (18, "lot", "new_lot"),
    ]
    assert {about_row(STOCK, code) for _row, _column, code in faults(number)}.isdisjoint(
        code for _row, _column, code in faults(number)
    )
    with transaction.atomic(), pytest.raises(ImportRefused) as refused:
        start_booking(import_id=number, take="ALL", adds=True, person=lead)
    assert refused.value.code == "has_faults"
    assert lying() == []


def test_the_same_cell_twice_is_a_fault_of_the_later_row(lead: Person) -> None:
    number = sent(lead, f"{HEAD}\nWH1,A-01,TEA,5\n\nwh1,A-01,tea,6\nWH1,A-01,TEA,6,,,CC\n")

    [fault] = import_faults(number)

    assert (fault.row, fault.code, fault.there) == (4, "same_row", "2")
    booked(number, lead)
    assert lying() == [("A-01", "", "CC", 6), ("A-01", "", "ZP", 5)]


def test_missing_locations_and_lots_are_made_when_asked_for(lead: Person) -> None:
    text = (
        f"{HEAD}\nWH1,B-02,MILK,5,L1,2027/1/31\nWH1,B-03,MILK,5,L1,2027年2月1日\nWH1,A-01,TEA,1\n"
    )
    number = sent(lead, text)
    found = Import.objects.get(pk=number)
    assert (found.rows, found.adding, found.faulty) == (3, 2, 0)

    job = booked(number, lead, adds=True)

    # The second row says another date of the lot that the first has made.
    assert job.result == {"rows": 3, "booked": 2}
    assert lying() == [("A-01", "", "ZP", 1), ("B-02", "L1", "ZP", 5)]
    assert str(Lot.objects.get().expires_on) == "2027-01-31"
    assert (3, "expires_on", "other_dates") in faults(number)
    assert Location.objects.filter(code="B-02").count() == 1


def test_without_asking_nothing_is_made(lead: Person) -> None:
    number = sent(lead, f"{HEAD}\nWH1,B-02,TEA,5\nWH1,A-01,TEA,1\n")

    job = booked(number, lead)

    assert job.result == {"rows": 2, "booked": 1}
    assert not Location.objects.filter(code="B-02").exists()


def test_a_workbook_with_dates_numbers_and_merged_cells(lead: Person) -> None:
    from datetime import datetime

    rows: list[list[Any]] = [
        ["仓库", "库位", "商品编码", "数量", "批次", "生产日期", "到期日期"],
        ["WH1", "A-01", "MILK", 5, "L1", datetime(2026, 1, 1), "2026.12.31"],  # noqa: DTZ001
        ["", "A-01", "TEA", 3.0],
        ["WH1", "RCV", "TEA", 2.5],
    ]
    content = workbook(rows, (1, 0, 2, 0, "WH1"))
    number = sent(lead, content, "stock.xlsx")

    assert faults(number) == [(2, "lot", "new_lot"), (4, "qty", "bad_number")]
    booked(number, lead, adds=True)
    assert lying() == [("A-01", "", "ZP", 3), ("A-01", "L1", "ZP", 5)]
    made = Lot.objects.get()
    assert (str(made.produced_on), str(made.expires_on)) == ("2026-01-01", "2026-12-31")


def test_a_merged_quantity_is_counted_once(lead: Person) -> None:
    rows: list[list[Any]] = [
        ["仓库", "库位", "商品编码", "数量"],
        ["WH1", "A-01", "TEA", 8],
        ["WH1", "RCV", "TEA", ""],
    ]
    number = sent(lead, workbook(rows, (1, 3, 2, 3, 8)), "stock.xlsx")

    assert faults(number) == [(3, "qty", "missing_value")]


def test_the_same_key_is_one_import_and_the_same_content_is_noticed(lead: Person) -> None:
    text = f"{HEAD}\nWH1,A-01,TEA,5\n"
    first = sent(lead, text)
    assert sent(lead, text) == first
    booked(first, lead)

    second = sent(lead, text, key="again")

    assert booked_before(Import.objects.get(pk=second)) == first


def test_booking_twice_is_one_booking(lead: Person) -> None:
    number = sent(lead, f"{HEAD}\nWH1,A-01,TEA,5\n")
    first = booked(number, lead)
    again = booked(number, lead)

    assert first.pk == again.pk
    assert lying() == [("A-01", "", "ZP", 5)]
    with transaction.atomic(), pytest.raises(ImportRefused):
        start_booking(import_id=number, take="ALL", person=lead)


def test_a_foreign_warehouse_looks_like_none(lead: Person) -> None:
    given.unit("EAST", "REGION", "HQ")
    given.unit("S1", "STORE", "EAST")
    given.warehouse("SHOP1", at="S1")
    keeper = given.person("STORE_MANAGER", at="S1")

    number = sent(keeper, f"{HEAD}\nSHOP1,A-01,TEA,5\nWH1,A-01,TEA,5\nWH9,A-01,TEA,5\n")

    assert faults(number) == [
        (3, "warehouse", "unknown_warehouse"),
        (4, "warehouse", "unknown_warehouse"),
    ]
    other = given.person("STORE_MANAGER", at="S1")
    with transaction.atomic(), pytest.raises(ImportRefused):
        start_booking(import_id=number, take="GOOD", person=other)


def test_somebody_who_lost_the_warehouse_books_nothing_there(lead: Person) -> None:
    given.unit("EAST", "REGION", "HQ")
    given.unit("S1", "STORE", "EAST")
    given.warehouse("SHOP1", at="S1")
    keeper = given.person("STORE_MANAGER", at="S1")
    number = sent(keeper, f"{HEAD}\nSHOP1,A-01,TEA,5\n")
    with transaction.atomic():
        job = start_booking(import_id=number, take="GOOD", person=keeper)
        keeper.assignments.all().delete()
    work_off()

    assert Job.objects.get(pk=job).state == "FAILED"
    assert lying() == []


def test_a_large_import_is_judged_and_booked_by_jobs_in_chunks(lead: Person) -> None:
    given.warehouse("WH2")
    for number in range(2500):
        Location.objects.create(warehouse_id=given.warehouse_id("WH2"), code=f"L{number}")
    rows = "".join(f"WH2,L{number},TEA,1\n" for number in range(2500))
    number = sent(lead, f"{HEAD}\n{rows}WH2,L7,TEA,1\n")
    found = Import.objects.get(pk=number)
    assert (found.checked_at, found.check_job_id is not None) == (None, True)
    with transaction.atomic(), pytest.raises(ImportRefused) as refused:
        start_booking(import_id=number, take="GOOD", person=lead)
    assert refused.value.code == "not_checked"

    work_off(seconds=0)
    assert faults(number) == [(2502, "", "same_row")]
    job = booked(number, lead)

    assert job.result == {"rows": 2501, "booked": 2500}
    assert Posting.objects.filter(kind="RECEIVE").count() == 3
    assert len(lying()) == 500  # as many as one look shows
    assert given.free("TEA", "WH2") == 2500


def test_the_planner_hears_of_a_large_import_and_of_tables_that_grew(
    lead: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def looks(key: str) -> int:
        number = sent(lead, f"{HEAD}\nWH1,A-01,TEA,5\nWH1,RCV,TEA,5\n", key=key)
        with CaptureQueriesContext(connection) as seen:
            booked(number, lead)
        return sum(each["sql"].startswith("ANALYZE inventory_") for each in seen)

    monkeypatch.setattr(planner, "GROWN", 1_000_000)
    assert looks("small") == 0
    with monkeypatch.context() as patch:
        patch.setattr(planner, "MANY", 2)
        patch.setattr(planner, "SMALL_PAGES", 0)
        assert looks("large") == 2  # before the first chunk and after the last
    monkeypatch.setattr(planner, "GROWN", 0)
    assert looks("grown") == 1  # after the chunk


def test_a_chunk_costs_as_many_statements_for_a_thousand_rows_as_for_ten(lead: Person) -> None:
    def statements(count: int, key: str) -> int:
        rows = "".join(f"WH1,X{key}{number},TEA,1\n" for number in range(count))
        number = sent(lead, f"{HEAD}\n{rows}", key=key)
        with CaptureQueriesContext(connection) as seen:
            check_now(Import.objects.get(pk=number), STOCK)
        return len(seen)

    assert statements(900, "a") == statements(10, "b")


def test_the_template_fits_and_the_fault_workbook_holds_no_formula(lead: Person) -> None:
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(template(STOCK))).get_sheet_by_index(0)
    heading = [str(each) for each in sheet.to_python()[0]]
    assert STOCK.fields_of(heading, {}) == STOCK.fields
    number = sent(lead, f"{HEAD}\nWH1,A-01,\"=cmd|'/c calc'!A1\",5\nWH1,A-01,TEA,5\n")

    content = fault_workbook(Import.objects.get(pk=number), STOCK)

    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert [row[8] for row in rows[1:]] == [2.0]
    assert rows[1][2] == "'=cmd|'/c calc'!A1"
    import zipfile

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
