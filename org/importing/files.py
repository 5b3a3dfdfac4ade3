"""Rows out of a file, as texts, one at a time: xlsx, CSV in UTF-8 or GBK, pasted rows."""

from __future__ import annotations

import codecs
import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time
from typing import IO, Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

MOST_ROWS = 1_000_000
# A workbook is unpacked in memory, a CSV file is not.
MOST_SHEET_ROWS = 200_000
MOST_BYTES = {"CSV": 300_000_000, "XLSX": 40_000_000, "ROWS": 4_000_000}
MOST_UNPACKED = 400_000_000
# Honest sheets shrink to a tenth or a twentieth; what shrinks more was made to burst.
MOST_RATIO = 200
SMALL = 20_000_000
MOST_ENTRIES = 5_000
# The reader lays a sheet out whole: so many cells from its first to its last.
MOST_CELLS = 20_000_000
MOST_MERGED = 500_000
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
ZIP = b"PK\x03\x04"

Row = list[str]


class ImportRefused(Exception):
    """Nothing of the file was taken. `code` is stable, `there` what it is about."""

    def __init__(self, code: str, *, asked: Any = None, there: Any = None) -> None:
        super().__init__(code)
        self.code = code
        self.asked = asked
        self.there = there


def kind_of(name: str, start: bytes) -> str:
    """XLSX or CSV, by what the file begins with; names lie.

    Raises:
        ImportRefused: wrong_kind, old_excel, empty_file.
    """
    if not start.strip():
        raise ImportRefused("empty_file")
    if start.startswith(ZIP):
        return "XLSX"
    if start.startswith(OLD_EXCEL):
        raise ImportRefused("old_excel", asked=name)
    if start.startswith((b"%PDF", b"\xff\xd8", b"\x89PNG", b"GIF8", codecs.BOM_UTF16_LE,
                         codecs.BOM_UTF16_BE)) or b"\0" in start:  # fmt: skip
        raise ImportRefused("wrong_kind", asked=name)
    return "CSV"


def encoding_of(file: IO[bytes]) -> str:
    """UTF-8 when all of it is, else GB18030 (which holds GBK). Leaves the file at its start.

    Raises:
        ImportRefused: wrong_kind when it is no text in either.
    """
    for encoding in ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        file.seek(0)
        try:
            while block := file.read(1 << 20):
                if "\0" in decoder.decode(block):
                    raise ImportRefused("wrong_kind")
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        file.seek(0)
        return encoding
    raise ImportRefused("wrong_kind")


def rows_of_csv(file: IO[bytes]) -> Iterator[Row]:
    """Every record of a CSV file, separated by comma, semicolon or tab.

    Raises:
        ImportRefused: wrong_kind, unclosed_quote (naming the row).
    """
    text = io.TextIOWrapper(file, encoding=encoding_of(file), newline="")
    try:
        mark = max(",;\t", key=text.readline(100_000).count)
        text.seek(0)
        yield from _records(text, mark)
    finally:
        # The file is closed by whoever opened it, also when we stop half way.
        if not file.closed:
            text.detach()


def rows_of_text(text: str) -> Iterator[Row]:
    """Pasted rows: tabs as a spreadsheet copies them, or CSV."""
    first = text.split("\n", 1)[0]
    yield from _records(io.StringIO(text, newline=""), max("\t,;", key=first.count))


def _records(text: IO[str], mark: str) -> Iterator[Row]:
    records = csv.reader(text, delimiter=mark)
    try:
        yield from records
    except csv.Error as error:
        raise ImportRefused("unclosed_quote", there=records.line_num) from error


def rows_of_xlsx(
    file: IO[bytes], *, once: Callable[[Sequence[str]], Sequence[bool]]
) -> Iterator[Row]:
    """Every row of the first sheet that can be seen.

    Merged cells hold their value in each of them, but in columns that count only once.

    Args:
        file: the workbook; it is looked over first, so that it cannot fill the memory.
        once: tells of each column of the heading whether its value counts only once, such as a
            quantity.

    Raises:
        ImportRefused: broken_workbook, bomb, too_large, too_wide, too_many_rows, too_many_merged,
            empty_file.
    """
    try:
        _look_over(file)
        file.seek(0)
        workbook = CalamineWorkbook.from_filelike(file)
        shown = [each for each in workbook.sheets_metadata if "Visible" in str(each.visible)]
        if not shown:
            raise ImportRefused("empty_file")
        sheet = workbook.get_sheet_by_name(shown[0].name)
    except (CalamineError, zipfile.BadZipFile) as error:
        raise ImportRefused("broken_workbook") from error
    if sheet.total_height > MOST_SHEET_ROWS + 1:
        raise ImportRefused("too_many_rows", asked=sheet.total_height, there=MOST_SHEET_ROWS)
    merged = _merged(sheet)
    counted_once: Sequence[bool] = ()
    headed = False
    for number, values in enumerate(sheet.iter_rows()):
        row = [as_text(value) for value in values]
        for column, text in merged.get(number, {}).items():
            quantity = column < len(counted_once) and counted_once[column]
            if column < len(row) and not quantity:
                row[column] = text
        if not headed and any(row):
            headed, counted_once = True, once(row)
        yield row


_CELL = re.compile(rb'r="([A-Z]{1,3})([0-9]{1,7})"')
_OVERLAP = 32


def _look_over(file: IO[bytes]) -> None:
    """Unpack once, keeping nothing: sizes that are told may lie, sums of the archive do not.

    Raises:
        ImportRefused: too_large, bomb, too_wide, too_many_rows.
        zipfile.BadZipFile: it is none, or its contents are not what it says.
    """
    with zipfile.ZipFile(file) as archive:
        entries = archive.infolist()
        unpacked = sum(each.file_size for each in entries)
        packed = sum(each.compress_size for each in entries)
        if unpacked > MOST_UNPACKED:
            raise ImportRefused("too_large", asked=unpacked, there=MOST_UNPACKED)
        if len(entries) > MOST_ENTRIES or (
            unpacked > SMALL and unpacked > MOST_RATIO * max(packed, 1)
        ):
            raise ImportRefused("bomb", asked=unpacked, there=packed)
        for each in entries:
            sheet = each.filename.startswith("xl/worksheets/")
            with archive.open(each) as content:
                _look_through(content, sheet)


def _look_through(content: IO[bytes], sheet: bool) -> None:
    """Read an entry to its end, a block at a time; of a sheet, see how far its cells reach."""
    height, columns, rest = 0, set[bytes](), b""
    while block := content.read(1 << 20):
        if not sheet:
            continue
        block, rest = rest + block, block[-_OVERLAP:]
        for letters, number in _CELL.findall(block):
            columns.add(letters)
            height = max(height, int(number))
    if height > MOST_SHEET_ROWS + 1:
        raise ImportRefused("too_many_rows", asked=height, there=MOST_SHEET_ROWS)
    width = max(map(_place_of, columns), default=0)
    if height * width > MOST_CELLS:
        raise ImportRefused("too_wide", asked=width, there=MOST_CELLS // max(height, 1))


def _place_of(letters: bytes) -> int:
    """The number of a column: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _merged(sheet: CalamineSheet) -> dict[int, dict[int, str]]:
    """What the covered cells of merged ranges show, by row and column."""
    found: dict[int, dict[int, str]] = {}
    ranges = sheet.merged_cell_ranges or []
    starts: dict[int, list[tuple[Any, Any]]] = {}
    for start, end in ranges:
        starts.setdefault(start[0], []).append((start, end))
    if not starts:
        return found
    covered = 0
    for number, values in enumerate(sheet.iter_rows()):
        for start, end in starts.get(number, ()):
            text = as_text(values[start[1]]) if start[1] < len(values) else ""
            covered += (min(end[0], start[0] + 10_000) - start[0] + 1) * min(end[1] + 1, 51)
            if covered > MOST_MERGED:
                raise ImportRefused("too_many_merged", there=MOST_MERGED)
            for row in range(start[0], min(end[0], start[0] + 10_000) + 1):
                for column in range(start[1], min(end[1], start[1] + 50) + 1):
                    if (row, column) != start:
                        found.setdefault(row, {})[column] = text
    return found


def as_text(value: Any) -> str:
    """A cell as people see it: whole numbers without a point, days without an hour."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e18 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    return value.isoformat() if isinstance(value, date) else str(value)
