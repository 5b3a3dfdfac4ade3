"""Files that cannot be used, or hardly: refused with what to do, or read as they were meant."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from inventory.models import Sku
from org import services as org
from org.importing import files
from org.importing.files import ImportRefused
from org.importing.kinds import Told
from org.models import Import
from tests import given
from tests.org.test_imports import booked, signed_in, uploaded, workbook

pytestmark = pytest.mark.django_db


class Peak:
    """The memory that this process takes at once, beyond what it had (proc_pid_clear_refs(5))."""

    def __init__(self) -> None:
        Path("/proc/self/clear_refs").write_text("5")
        self.before = self._highest()

    @staticmethod
    def _highest() -> int:
        lines = Path("/proc/self/status").read_text().splitlines()
        return int(next(each.split()[1] for each in lines if each.startswith("VmHWM:")))

    def kilobytes(self) -> int:
        """So much more than at the beginning, at the highest moment."""
        return self._highest() - self.before


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "There are no rows"),
        (b"SKU,Name\n", "There are no rows"),
        (b"%PDF-1.7 hello", "neither an Excel workbook nor a CSV"),
        (b"\xd0\xcf\x11\xe0 old", "old or a protected workbook"),
        (b"PK\x03\x04 broken", "cannot be read"),
        (b"a\x00b", "neither an Excel workbook nor a CSV"),
        ("SKU,Name\nA,Alpha\n".encode("utf-16"), "neither an Excel workbook nor a CSV"),
        (b"SKU,sku,Name\nA,A,Alpha\n", "Two columns are headed SKU"),
        (b'SKU,Name\n"A,Alpha\n' + b"x,y\n" * 40_000, "quotation mark is not closed"),
    ],
    ids=["empty", "heading", "pdf", "old", "broken", "binary", "utf16", "twice", "quote"],
)
def test_a_file_of_the_wrong_kind_is_refused_with_what_to_do(content: bytes, said: str) -> None:
    answer = uploaded(signed_in(given.person()), "skus", content)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Import.objects.exists()


def test_ten_megabytes_are_read_block_by_block_and_a_row_too_many_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = signed_in(given.person())
    row = f"{{}},龙井茶 {{}} 号,{'x' * 3_500}\n"
    content = "SKU,Name,Remark\n" + "".join(row.format(f"T{at}", at) for at in range(3_000))
    assert len(content.encode()) > 10_000_000
    peak = Peak()

    assert uploaded(client, "skus", content.encode(), "large.csv").status_code == 302
    found = Import.objects.get()
    while org.work_on_jobs(seconds=0):
        pass
    found.refresh_from_db()
    monkeypatch.setattr(files, "MOST_ROWS", 2_999)
    refused = uploaded(client, "skus", content.encode(), "more.csv")

    assert (found.rows, found.faulty) == (3_000, 0)
    assert found.check_job is not None
    assert peak.kilobytes() < 100_000
    assert refused.status_code == 422
    assert "too many rows (at most 2999)" in refused.content.decode()
    assert Import.objects.count() == 1


def test_a_file_beyond_the_limit_of_bytes_is_refused_unread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(files.MOST_BYTES, "CSV", 20)

    answer = uploaded(signed_in(given.person()), "skus", b"SKU,Name\nA,Alpha\nB,Beta\n")

    assert answer.status_code == 422
    assert "The file is too large." in answer.content.decode()
    assert not Import.objects.exists()


@pytest.mark.parametrize(
    "written", ["2026-01-31", "2026/1/31", "2026.01.31", "2026年1月31日", "20260131", "46053"]
)
def test_days_written_as_text_in_any_usual_way_are_one_day(written: str) -> None:
    row = Told(2, {"day": written})

    assert str(row.day("day")) == "2026-01-31"
    assert row.faults == []


@pytest.mark.parametrize("written", ["31/01/2026", "2026-13-01", "1899-01-01", "yesterday", "46"])
def test_what_may_be_two_days_or_none_is_never_guessed_at(written: str) -> None:
    row = Told(2, {"day": written})

    assert row.day("day") is None
    assert [(fault.column, fault.code, fault.asked) for fault in row.faults] == [
        ("day", "bad_date", written)
    ]


def test_gbk_and_utf8_files_are_both_understood() -> None:
    client = signed_in(given.person())

    for code, encoding in (("A", "gbk"), ("B", "utf-8"), ("C", "utf-8-sig")):
        uploaded(
            client, "skus", f"商品编码,商品名称\n{code},龙井茶\n".encode(encoding), f"{code}.csv"
        )
        booked(client, Import.objects.latest("id"))

    assert list(Sku.objects.order_by("code").values_list("name", flat=True)) == ["龙井茶"] * 3


def test_headings_in_another_encoding_than_the_rows_match_nothing_and_a_person_looks() -> None:
    client = signed_in(given.person())
    mixed = "商品编码,商品名称\n".encode() + "A,龙井茶\n".encode("gbk")

    answer = uploaded(client, "skus", mixed)

    assert answer.status_code == 302
    waiting = Import.objects.get()
    # All of it is read as GB18030: the headings are not ours, so nothing is checked by itself.
    assert (waiting.header, waiting.checked_at, waiting.check_job_id) == (["", ""], None, None)
    assert waiting.headings != ["商品编码", "商品名称"]


def test_merged_cells_hold_their_value_in_each_row() -> None:
    client = signed_in(given.person())

    uploaded(client, "skus", workbook(["SKU", "Name"], ["A"], ["B"], merge=True), "m.xlsx")
    booked(client, Import.objects.latest("id"))

    assert set(Sku.objects.values_list("code", "name")) == {
        ("A", "Merged name"), ("B", "Merged name"),
    }  # fmt: skip


def reach(cell: str) -> bytes:
    """A tiny workbook whose one sheet reaches to a far cell."""
    out = io.BytesIO(workbook(["SKU", "Name"], ["A", "Alpha"]))
    made = io.BytesIO()
    with zipfile.ZipFile(out) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for each in old.namelist():
            content = old.read(each)
            if each == "xl/worksheets/sheet1.xml":
                number = "".join(filter(str.isdigit, cell))
                row = f'<row r="{number}"><c r="{cell}"><v>1</v></c></row></sheetData>'
                content = content.replace(b"</sheetData>", row.encode())
            new.writestr(each, content)
    return made.getvalue()


def bomb() -> bytes:
    """A workbook whose sheet unpacks to 200 MB of blanks."""
    out = io.BytesIO(workbook(["SKU", "Name"]))
    made = io.BytesIO()
    with zipfile.ZipFile(out) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for each in old.namelist():
            with new.open(each, "w") as part:
                part.write(old.read(each))
                for _megabyte in range(200 if "sheet1" in each else 0):
                    part.write(b" " * 1_000_000)
    return made.getvalue()


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (lambda: reach("XFD200000"), "too_wide"),
        (lambda: reach("B1048576"), "too_many_rows"),
        (bomb, "bomb"),
    ],
    ids=["wide", "long", "bomb"],
)
def test_a_workbook_that_would_fill_the_memory_is_refused_before_it_does(
    made: Callable[[], bytes], code: str
) -> None:
    content, peak = made(), Peak()

    with pytest.raises(ImportRefused) as refused:
        list(files.rows_of_xlsx(io.BytesIO(content), once=lambda _heading: []))

    assert refused.value.code == code
    # Kilobytes: what refusing may cost.
    assert peak.kilobytes() < 60_000
