"""One row of an import: texts become codes, days and a quantity, or faults. No database."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from hashlib import blake2b
from typing import Any

from inventory.requests import QTY_LIMIT

GRADES = ("ZP", "CC", "JS", "XS")
GRADE_NAMES = {
    "良品": "ZP", "正品": "ZP", "GOOD": "ZP", "残品": "CC", "次品": "CC", "DEFECTIVE": "CC",
    "机损": "JS", "箱损": "XS",
}  # fmt: skip
MOST = {"warehouse": 32, "location": 32, "sku": 64, "lot": 64, "owner": 32, "supplier": 80}
# In the order in which a row is taken apart; a column beyond every row stands for one not sent.
_READ = (
    "warehouse", "location", "sku", "lot", "owner", "supplier", "grade", "qty", "produced_on",
    "expires_on",
)  # fmt: skip
_NO_COLUMN = 1_000_000
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]00:00.*)?")
_COMPACT = re.compile(r"(19|20)\d{6}")
# A spreadsheet counts days from here; five digits are such a count when the cell lost its format.
SHEET_START = date(1899, 12, 30)
# What needs a new location or lot is no fault when somebody asks for them to be made.
ADDED = frozenset({"new_location", "new_lot"})


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with a row; `column` is a field, `asked` what the cell holds."""

    row: int
    column: str
    code: str
    asked: str = ""
    there: str = ""

    def kept(self) -> dict[str, Any]:
        """As it is stored."""
        return asdict(self)


@dataclass(slots=True)
class Parsed:
    """A row that can be read. Codes are as we keep them; ids come later."""

    row: int
    warehouse: str = ""
    location: str = ""
    sku: str = ""
    lot: str = ""
    produced_on: date | None = None
    expires_on: date | None = None
    grade: str = "ZP"
    qty: int = 0
    owner: str = "SELF"
    supplier: str = ""
    faults: list[RowFault] = field(default_factory=list)

    def wrong(self, column: str, code: str, asked: str = "", there: str = "") -> None:
        """Note a fault."""
        self.faults.append(RowFault(self.row, column, code, asked[:60], there[:60]))

    @property
    def cell(self) -> int:
        """One number for all rows about the same cell; never 0."""
        said = "\x1f".join(
            (self.warehouse, self.location, self.sku, self.lot, self.grade, self.owner)
        )
        number = int.from_bytes(blake2b(said.encode(), digest_size=8).digest(), signed=True)
        return number or 1


def parse_rows(rows: Iterable[Sequence[str]], header: Sequence[str], first: int) -> list[Parsed]:
    """Rows that hold anything, numbered from `first` as a spreadsheet does."""
    columns = [header.index(name) if name in header else _NO_COLUMN for name in _READ]
    return [
        _parse(row, columns, number)
        for number, row in enumerate(rows, first)
        if any(each and not each.isspace() for each in row)
    ]


def _parse(row: Sequence[str], columns: Sequence[int], number: int) -> Parsed:
    width = len(row)
    warehouse, location, sku, lot, owner, supplier, grade, qty, produced, expires = [
        row[column].strip() if column < width else "" for column in columns
    ]
    made = Parsed(number)
    made.warehouse = _code(made, "warehouse", warehouse)
    made.location = _code(made, "location", location)
    made.sku = _code(made, "sku", sku)
    made.lot = _code(made, "lot", lot)
    made.owner = _code(made, "owner", owner) or "SELF"
    made.supplier = _code(made, "supplier", supplier)
    for name, given in (("warehouse", warehouse), ("location", location), ("sku", sku)):
        if not given:
            made.wrong(name, "missing_value")
    made.grade = _grade(made, grade)
    made.qty = _qty(made, qty)
    made.produced_on = _day(made, "produced_on", produced)
    made.expires_on = _day(made, "expires_on", expires)
    if made.produced_on and made.expires_on and made.expires_on < made.produced_on:
        made.wrong("expires_on", "bad_dates", expires, produced)
    if (made.produced_on or made.expires_on) and not made.lot:
        made.wrong("lot", "lot_for_dates")
    return made


def _code(made: Parsed, name: str, given: str) -> str:
    if not given:
        return ""
    found = given if given.isascii() else unicodedata.normalize("NFKC", given).strip()
    if len(found) > MOST[name] or not found.isprintable():
        made.wrong(name, "bad_code", given)
        return ""
    return found if name in ("owner", "supplier") else found.upper()


def _grade(made: Parsed, given: str) -> str:
    if not given:
        return "ZP"
    word = given.upper()
    found = GRADE_NAMES.get(word, word)
    if found not in GRADES:
        made.wrong("grade", "bad_grade", given, ", ".join(GRADES))
    return found


def _qty(made: Parsed, given: str) -> int:
    """Whole units; ordinary digits only, so that nobody's 1,000 or １０ is guessed at."""
    if not given:
        made.wrong("qty", "missing_value")
        return 0
    found = int(given) if given.isascii() and given.isdigit() and len(given) <= 15 else 0
    if not 1 <= found <= QTY_LIMIT:
        made.wrong("qty", "bad_quantity", given)
    return found


def _day(made: Parsed, name: str, given: str) -> date | None:
    """A day written year first, as a date cell, or as a spreadsheet's count of days."""
    if not given:
        return None
    try:
        if spelled := _DAY.fullmatch(given):
            return _sensible(date(*map(int, spelled.groups())))
        if _COMPACT.fullmatch(given):
            return _sensible(date(int(given[:4]), int(given[4:6]), int(given[6:])))
        if given.isascii() and given.isdigit() and len(given) == 5:
            return _sensible(SHEET_START + timedelta(days=int(given)))
    except ValueError:
        made.wrong(name, "bad_date", given)
        return None
    made.wrong(name, "bad_date", given)
    return None


def _sensible(day: date) -> date:
    if not 1980 <= day.year <= 2150:
        raise ValueError(day)
    return day
