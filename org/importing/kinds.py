"""What a kind of import is made of. Knows no database; each app writes a small file of its own."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from hashlib import blake2b
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.utils.functional import Promise

if TYPE_CHECKING:
    from org.models import Person

_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]00:00.*)?")
_COMPACT = re.compile(r"(19|20)\d{6}")
# A spreadsheet counts days from here; five digits are such a count when the cell lost its format.
_SHEET_START = date(1899, 12, 30)
YES = frozenset({"1", "y", "yes", "true", "是", "√"})
NO = frozenset({"", "0", "n", "no", "false", "否"})


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: the names its heading may have, Chinese first, as the template writes it."""

    field: str
    label: Promise
    names: tuple[str, ...]
    required: bool = False
    # What the template's example row holds.
    example: str = ""
    # Offered as a drop-down in the template.
    choices: tuple[str, ...] = ()
    # A merged cell's value counts only once, such as a quantity.
    once: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
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
class Told:
    """One row: the texts of the columns that the file has, and what is wrong with them."""

    row: int
    values: dict[str, str]
    faults: list[Fault] = field(default_factory=list)
    made: Any = None

    def get(self, name: str) -> str:
        """The text of a column, empty when there is none."""
        return self.values.get(name, "")

    def wrong(self, column: str, code: str, asked: str = "", there: str = "") -> None:
        """Note a fault."""
        self.faults.append(Fault(self.row, column, code, asked[:60], there[:60]))

    def code(self, name: str, *, most: int, upper: bool = True) -> str:
        """A code as we keep it: full-width folded, trimmed; notes one that is too long."""
        given = self.get(name)
        found = given if given.isascii() else unicodedata.normalize("NFKC", given).strip()
        if len(found) > most or not found.isprintable():
            self.wrong(name, "bad_code", given)
            return ""
        return found.upper() if upper else found

    def text(self, name: str, *, most: int) -> str:
        """Words; notes what is too long."""
        given = " ".join(self.get(name).split())
        if len(given) > most:
            self.wrong(name, "too_long", given, str(most))
            return given[:most]
        return given

    def whole(self, name: str, *, least: int = 0, most: int = 10**9, default: int = 0) -> int:
        """A whole number in ordinary digits; notes anything else."""
        given = self.get(name)
        if not given:
            return default
        found = int(given) if given.isascii() and given.isdigit() and len(given) <= 15 else -1
        if not least <= found <= most:
            self.wrong(name, "bad_number", given, f"{least}-{most}")
            return default
        return found

    def money(self, name: str) -> Decimal | None:
        """An amount with at most two decimals; None when the cell is empty."""
        given = self.get(name)
        if not given:
            return None
        try:
            amount = Decimal(given)
        except InvalidOperation:
            amount = Decimal(-1)
        if not amount.is_finite() or not 0 <= amount < 10**10 or amount != round(amount, 2):
            self.wrong(name, "bad_amount", given)
            return None
        return amount

    def flag(self, name: str) -> bool:
        """Yes or no."""
        given = self.get(name).lower()
        if given not in YES and given not in NO:
            self.wrong(name, "bad_flag", given)
        return given in YES

    def day(self, name: str) -> date | None:
        """A day written year first, as a date cell, or as a spreadsheet's count of days."""
        given = self.get(name)
        if not given:
            return None
        try:
            found = _day(given)
        except (ValueError, OverflowError):
            found = None
        if found is None or not 1980 <= found.year <= 2150:
            self.wrong(name, "bad_date", given)
            return None
        return found


def _day(given: str) -> date | None:
    if spelled := _DAY.fullmatch(given):
        return date(*map(int, spelled.groups()))
    if _COMPACT.fullmatch(given):
        return date(int(given[:4]), int(given[4:6]), int(given[6:]))
    if given.isascii() and given.isdigit() and len(given) == 5:
        return _SHEET_START + timedelta(days=int(given))
    return None


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What `book` is told about the rows of one block beside the rows.

    `document` is the import's number; `key` names the block for ever and is never used twice.
    """

    person: Person
    document: str
    key: str


@dataclass(frozen=True, kw_only=True)
class ImportKind:
    """A kind of import.

    `judge` notes what is wrong with rows (a thousand at a time, a constant number of statements).
    `book` writes good rows in the caller's transaction and gives those that were refused after
    all. `name_of` names what a row is about: a second row about the same is at fault; empty where
    rows may repeat. `together`: rows of the same value in this column are never parted.
    `added`: faults that are none when somebody asks for what is missing to be made (`adds_label`
    asks it, `adding_label` stands over the number of such rows); they come to `book` with these
    faults. `tables` are those that booking fills: the planner hears of it when they grow.
    """

    key: str
    title: Promise
    permission: str
    columns: Sequence[Column]
    rules: Sequence[Promise]
    judge: Callable[[Sequence[Told], Person], None]
    book: Callable[[Sequence[Told], Batch], Sequence[Fault]]
    name_of: Callable[[Told], str] = lambda _row: ""
    together: str = ""
    added: frozenset[str] = frozenset()
    adds_label: Promise | str = ""
    adding_label: Promise | str = ""
    tables: Sequence[str] = ()
    # What its own faults mean and what to do about them.
    texts: Mapping[str, Promise] = field(default_factory=dict)
    # Where the result is looked at.
    route: str = ""

    @property
    def fields(self) -> list[str]:
        """The fields in the order of the template."""
        return [column.field for column in self.columns]

    @property
    def required(self) -> list[str]:
        """Fields without which a row says nothing."""
        return [column.field for column in self.columns if column.required]

    @property
    def needs(self) -> list[str]:
        """Labels of the columns that a file must have."""
        return self.missing(())

    def label(self, name: str) -> str:
        """What a field is called."""
        return next((str(each.label) for each in self.columns if each.field == name), "")

    def fields_of(self, heading: Sequence[str], known: Mapping[str, str]) -> list[str]:
        """The field behind each heading: by its names, then as it was mapped before."""
        names = {name: column.field for column in self.columns for name in column.names}
        plain = [plain_heading(name) for name in heading]
        found = [names.get(name, "") for name in plain]
        mapped = [known.get(name, "") for name in plain]
        taken = set(found)
        return [
            own or (other if other in self.fields and other not in taken else "")
            for own, other in zip(found, mapped, strict=True)
        ]

    def missing(self, header: Sequence[str]) -> list[str]:
        """Labels of required columns that no column of the file holds."""
        return [self.label(name) for name in self.required if name not in header]

    def cell(self, row: Told) -> int:
        """One number for all rows about the same thing; 0: rows may repeat."""
        name = self.name_of(row)
        if not name:
            return 0
        return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), signed=True) or 1


class UnknownImport(LookupError):
    """The settings name no such kind of import."""

    code = "unknown_import_kind"


def kind_of(key: str) -> ImportKind:
    """The kind behind a key of `settings.IMPORTS`.

    Raises:
        UnknownImport: the settings do not name it.
    """
    try:
        module, _colon, name = settings.IMPORTS[key].partition(":")
    except KeyError:
        raise UnknownImport(key) from None
    return cast(ImportKind, getattr(import_module(module), name))


def plain_heading(name: str) -> str:
    """A heading as it is compared: full-width folded, lower case, without stars."""
    folded = unicodedata.normalize("NFKC", name).strip().strip("*").lower()
    return re.sub(r"\s+", " ", folded)[:80]
