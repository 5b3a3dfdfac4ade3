"""Reading the parameters of a question, as strictly as a command's fields."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from rest_framework.request import Request

from inventory import selectors as stock
from inventory.api import shapes
from inventory.api.codes import Codes, handle
from inventory.api.faults import Fault, Faulty
from inventory.models.books import Grade
from org.scope import Scope

MOST = 1_000


class Query:
    """The parameters of one question; things are named by code. The first fault is raised.

    Raises:
        Faulty: unknown_field for a parameter that the question does not know.
    """

    def __init__(self, request: Request, scope: Scope, known: Collection[str]) -> None:
        self.given = request.query_params
        self.scope = scope
        unknown = sorted(set(self.given) - set(known))
        if unknown:
            raise Faulty(Fault(code="unknown_field", field=unknown[0][:64]))
        self.codes = Codes(scope)
        for name in ("sku", "warehouse", "location"):
            if name in known:
                self.codes.gather({name: self.given.getlist(name)})
        self.codes.find()

    def _ids(self, name: str, known: Any) -> list[int]:
        found = []
        for each in self.given.getlist(name)[:MOST]:
            one = known.get(handle(name, each))
            if one is None:
                raise Faulty(Fault(code=f"unknown_{name}", field=name, asked=each))
            found.append(one)
        return found

    def skus(self) -> list[int] | None:
        """The SKUs named, or None for all."""
        return self._ids("sku", self.codes.skus) or None

    def houses(self) -> list[int]:
        """The warehouses named, or all of the caller's."""
        named = self._ids("warehouse", self.codes.warehouses)
        return named or [view.id for view in stock.warehouses(scope=self.scope, active=False)]

    def some_houses(self) -> list[int] | None:
        """The warehouses named, or None."""
        return self._ids("warehouse", self.codes.warehouses) or None

    def needed(self, name: str) -> int:
        """One SKU or warehouse that must be named."""
        known = {"sku": self.codes.skus, "warehouse": self.codes.warehouses}[name]
        found = self._ids(name, known)
        if not found:
            raise Faulty(Fault(code="missing_field", field=name))
        return found[0]

    def text(self, name: str, most: int = 64) -> str:
        """A word, or empty."""
        return str(self._read(name, shapes.text(most)) or "")

    def grade(self, otherwise: str = "ZP") -> str:
        """A grade."""
        return str(self._read("grade", shapes.word(*Grade.values)) or otherwise)

    def owner(self, otherwise: str = "SELF") -> str:
        """An owner of goods."""
        return self.text("owner", 32) or otherwise

    def one_of(self, name: str, *words: str) -> str:
        """One of these words; the first when none is given."""
        return str(self._read(name, shapes.word(*words)) or words[0])

    def moment(self, name: str) -> datetime | None:
        """A moment."""
        found: datetime | None = self._read(name, shapes.moment)
        return found

    def day(self, name: str) -> date | None:
        """A day."""
        found: date | None = self._read(name, shapes.day)
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

    def must(self, name: str, found: Any) -> Any:
        """What must be given.

        Raises:
            Faulty: missing_field.
        """
        if found is None or found == "":
            raise Faulty(Fault(code="missing_field", field=name))
        return found

    def _read(self, name: str, read: shapes.Read) -> Any:
        given = self.given.get(name)
        if given is None or given == "":
            return None
        try:
            return read(given, shapes.Spot(self.codes))
        except shapes.Wrong as wrong:
            raise Faulty(
                Fault(code=wrong.code, field=name, asked=given, there=wrong.there)
            ) from None


def _number(given: str) -> str | int:
    """A number when it is one."""
    plain = given.isascii() and given.isdigit() and len(given) < 19
    return int(given) if plain else given


def plain(value: Any) -> Any:
    """Views as JSON: dataclasses by field name, days and moments as texts."""
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
