"""Reading the parameters of a question, as strictly as a body's fields; writing its answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from rest_framework.request import Request

from org.api import shapes
from org.api.faults import Fault, Faulty

MOST = 1_000


class Query:
    """The parameters of one question. The first fault is raised.

    Raises:
        Faulty: unknown_field for a parameter that the question does not know.
    """

    def __init__(self, request: Request, known: Collection[str]) -> None:
        self.given = request.query_params
        unknown = sorted(set(self.given) - set(known))
        if unknown:
            there = ",".join(sorted(known))
            raise Faulty(Fault(code="unknown_field", field=unknown[0][:64], there=there))

    def text(self, name: str, most: int = 64) -> str:
        """A word, or empty."""
        return str(self.read(name, shapes.text(most)) or "")

    def texts(self, name: str) -> list[str]:
        """All values of a parameter that may be repeated.

        Raises:
            Faulty: bad_text, bad_list.
        """
        given = self.given.getlist(name)
        if len(given) > MOST:
            raise Faulty(Fault(code="bad_list", field=name, there=MOST))
        return [self._with(shapes.text(least=1), name, each) for each in given]

    def one_of(self, name: str, *words: str) -> str:
        """One of these words; the first when none is given."""
        return str(self.read(name, shapes.word(*words)) or words[0])

    def some_of(self, name: str, *words: str) -> list[str]:
        """Those of these words that are given, in a parameter that may be repeated."""
        return [self._with(shapes.word(*words), name, each) for each in self.given.getlist(name)]

    def moment(self, name: str) -> datetime | None:
        """A moment."""
        found: datetime | None = self.read(name, shapes.moment)
        return found

    def day(self, name: str) -> date | None:
        """A day."""
        found: date | None = self.read(name, shapes.day)
        return found

    def number(self, name: str, most: int = 2**62) -> int | None:
        """A whole number from 0."""
        given = self.given.get(name)
        if given is None:
            return None
        whole = _number(given)
        if not isinstance(whole, int) or whole > most:
            raise Faulty(Fault(code="bad_number", field=name, asked=given, there=most))
        return whole

    def limit(self, otherwise: int = 100) -> int:
        """Rows of a page."""
        return max(1, self.number("limit", MOST) or otherwise)

    def flag(self, name: str) -> bool:
        """True for true or 1."""
        return self.one_of(name, "false", "true", "0", "1") in ("true", "1")

    def maybe(self, name: str) -> bool | None:
        """True, false, or None when it is not asked."""
        return self.flag(name) if self.given.get(name) else None

    def chosen(self, known: Collection[str]) -> frozenset[str]:
        """The fields that `fields=a,b` asks for; all when it is not given.

        Raises:
            Faulty: unknown_field, with the fields there are.
        """
        given = self.given.get("fields", "")
        names = [each.strip() for each in given.split(",") if each.strip()]
        unknown = sorted(set(names) - set(known))
        if unknown:
            there = ",".join(known)
            raise Faulty(Fault(code="unknown_field", field="fields", asked=unknown[0], there=there))
        return frozenset(names or known)

    def rows(self, rows: Sequence[Any], known: type[Any] | Collection[str]) -> list[Any]:
        """Rows as JSON with the fields that `fields=a,b` asks for; all when it is not given.

        Args:
            rows: views, or mappings.
            known: the fields there are, or the dataclass that has them.

        Raises:
            Faulty: unknown_field, with the fields there are.
        """
        names = [each.name for each in fields(known)] if isinstance(known, type) else known
        chosen = self.chosen(names)
        return [only(plain(row), chosen) for row in rows]

    def must(self, name: str, found: Any) -> Any:
        """What must be given.

        Raises:
            Faulty: missing_field.
        """
        if found is None or found == "":
            raise Faulty(Fault(code="missing_field", field=name))
        return found

    def read(self, name: str, read: shapes.Read, *, codes: Any = None) -> Any:
        """The parameter as the reader takes it; None when it is missing or empty.

        Raises:
            Faulty: what the reader finds wrong.
        """
        given = self.given.get(name)
        if given is None or given == "":
            return None
        return self._with(read, name, given, codes)

    def _with(self, read: shapes.Read, name: str, given: str, codes: Any = None) -> Any:
        try:
            return read(given, shapes.Spot(codes))
        except shapes.Wrong as wrong:
            raise Faulty(
                Fault(code=wrong.code, field=name, asked=given, there=wrong.there)
            ) from None


def _number(given: str) -> str | int:
    """A number when it is one."""
    plain = given.isascii() and given.isdigit() and len(given) < 19
    return int(given) if plain else given


def plain(value: Any) -> Any:
    """Views as JSON: dataclasses by field name, days and moments as texts, money as a text."""
    if value is None or isinstance(value, str | int | bool):
        return value if not isinstance(value, Enum) else value.value
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(each) for each in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)


def only(row: Mapping[str, Any], chosen: Collection[str]) -> dict[str, Any]:
    """The chosen fields of an answer's row, in the row's order."""
    return {name: value for name, value in row.items() if name in chosen}
