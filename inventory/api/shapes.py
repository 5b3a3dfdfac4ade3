"""Reading what was sent, strictly: every field is known, and each is what it should be.

A `Shape` lists the fields of an object; reading it gives the arguments of a request, or faults
that name the item, the line and the field. Whole numbers are numbers: "5", 5.0 and full-width
digits are refused, because whoever sends them may mean something else next time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from inventory.api.codes import Codes, handle
from inventory.api.faults import Fault
from inventory.requests import QTY_LIMIT
from inventory.services.masters import clean_code

MOST_LINES = 1_000
MOST_TEXT = 64


class Wrong(Exception):
    """This value will not do."""

    def __init__(self, code: str, *, there: Any = None) -> None:
        super().__init__(code)
        self.code = code
        self.there = there


@dataclass
class Spot:
    """Where in the body we are, what was read on the way here, and what was wrong so far."""

    codes: Codes
    item: int | None = None
    line: int | None = None
    # The values of the objects around this one, the innermost last.
    around: list[dict[str, Any]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def nearest(self, name: str) -> Any:
        """The value of that name in this object or the closest one around it."""
        return next((each[name] for each in reversed(self.around) if name in each), None)

    def wrong(self, code: str, name: str, asked: Any = None, there: Any = None) -> None:
        """Note a fault here."""
        self.faults.append(
            Fault(code=code, item=self.item, line=self.line, field=name, asked=asked, there=there)
        )


Read = Callable[[Any, Spot], Any]


@dataclass(frozen=True)
class Field:
    """One field: its name outside, how it is read, and the argument it becomes."""

    name: str
    read: Read
    into: str = ""
    required: bool = False


@dataclass(frozen=True)
class Shape:
    """The fields of an object, in the order in which they depend on each other."""

    fields: tuple[Field, ...]
    make: Callable[..., Any] | None = None

    def read(self, body: Any, spot: Spot) -> Any:
        """What `make` makes of the values (or the values); None when something was wrong.

        Raises:
            Wrong: not an object.
        """
        if not isinstance(body, dict):
            raise Wrong("bad_object")
        values: dict[str, Any] = {}
        before = len(spot.faults)
        spot.around.append(values)
        for each in self.fields:
            self._one(each, body, values, spot)
        spot.around.pop()
        for name in sorted(set(body) - {each.name for each in self.fields}):
            spot.wrong("unknown_field", str(name)[:MOST_TEXT])
        if len(spot.faults) > before:
            return None
        return self.make(**values) if self.make else values

    def _one(
        self, each: Field, body: Mapping[str, Any], values: dict[str, Any], spot: Spot
    ) -> None:
        given = body.get(each.name)
        if given is None:
            if each.required:
                spot.wrong("missing_field", each.name)
            return
        try:
            values[each.into or each.name] = each.read(given, spot)
        except Wrong as wrong:
            spot.wrong(wrong.code, each.name, given, wrong.there)


def text(most: int = MOST_TEXT, *, least: int = 0) -> Read:
    """A text without control characters; blanks around it do not count."""

    def read(given: Any, _spot: Spot) -> str:
        if not isinstance(given, str) or not all(
            each.isprintable() or each == "\n" for each in given
        ):
            raise Wrong("bad_text")
        found = given.strip()
        if not least <= len(found) <= most:
            raise Wrong("bad_text", there=most)
        return found

    return read


def qty(least: int = 1) -> Read:
    """Base units of a SKU."""

    def read(given: Any, _spot: Spot) -> int:
        if type(given) is not int or not least <= given <= QTY_LIMIT:
            raise Wrong("bad_quantity")
        return given

    return read


def number(least: int, most: int) -> Read:
    """A whole number that counts no goods."""

    def read(given: Any, _spot: Spot) -> int:
        if type(given) is not int or not least <= given <= most:
            raise Wrong("bad_number")
        return given

    return read


def flag(given: Any, _spot: Spot) -> bool:
    """True or false."""
    if type(given) is not bool:
        raise Wrong("bad_flag")
    return given


def moment(given: Any, _spot: Spot) -> datetime:
    """A moment with its time zone."""
    try:
        found = datetime.fromisoformat(given if isinstance(given, str) else "")
    except ValueError:
        raise Wrong("bad_time") from None
    if found.tzinfo is None or not 2000 <= found.year <= 2200:
        raise Wrong("bad_time")
    return found


def day(given: Any, _spot: Spot) -> date:
    """A day."""
    try:
        found = date.fromisoformat(given if isinstance(given, str) else "")
    except ValueError:
        raise Wrong("bad_date") from None
    if not 1980 <= found.year <= 2200:
        raise Wrong("bad_date")
    return found


def word(*allowed: str) -> Read:
    """One of these words."""

    def read(given: Any, _spot: Spot) -> str:
        if given not in allowed:
            raise Wrong("bad_choice", there=", ".join(allowed))
        return str(given)

    return read


def choice(words: type[StrEnum]) -> Read:
    """A member of this list of words."""

    def read(given: Any, _spot: Spot) -> StrEnum:
        if not isinstance(given, str) or given not in set(words):
            raise Wrong("bad_choice", there=", ".join(words))
        return words(given)

    return read


def texts(given: Any, _spot: Spot) -> tuple[str, ...]:
    """Serial numbers and the like."""
    one = text(least=1)
    return tuple(one(each, _spot) for each in _listed(given))


def facts(given: Any, _spot: Spot) -> dict[str, Any]:
    """A small object that is kept as it is."""
    if not isinstance(given, dict) or len(str(given)) > 2_000:
        raise Wrong("bad_object")
    return given


def _listed(given: Any) -> list[Any]:
    if not isinstance(given, list) or len(given) > MOST_LINES:
        raise Wrong("bad_list")
    return given


def lines(shape: Shape) -> Read:
    """Objects of this shape; faults name the line."""

    def read(given: Any, spot: Spot) -> tuple[Any, ...]:
        found = []
        outer = spot.line
        for number_, each in enumerate(_listed(given)):
            spot.line = number_
            try:
                found.append(shape.read(each, spot))
            except Wrong as wrong:
                spot.wrong(wrong.code, "", each)
        spot.line = outer
        return tuple(found)

    return read


def sku(given: Any, spot: Spot) -> int:
    """A SKU by code or id."""
    found = spot.codes.skus.get(handle("sku", given))
    if found is None:
        raise Wrong("unknown_sku")
    return found


def warehouse(given: Any, spot: Spot) -> int:
    """A warehouse of the caller's by code or id."""
    found = spot.codes.warehouses.get(handle("warehouse", given))
    if found is None:
        raise Wrong("unknown_warehouse")
    return found


def any_warehouse(given: Any, spot: Spot) -> int:
    """A warehouse that goods are sent to: it may be somebody else's."""
    found = spot.codes.destinations.get(handle("warehouse", given))
    if found is None:
        raise Wrong("unknown_warehouse")
    return found


def code_of_a_place(given: Any, spot: Spot) -> str:
    """A document that is the code of a place too: upper case, at most 32 letters."""
    found = str(text(32, least=1)(given, spot))
    if clean_code(found) != found:
        raise Wrong("bad_text", there=clean_code(found))
    return found


def location(inside: str = "warehouse_id") -> Read:
    """A location by code or id, in the warehouse that was read as `inside`."""

    def read(given: Any, spot: Spot) -> int:
        found = spot.codes.locations.get(handle("location", given), spot.nearest(inside) or 0)
        if found is None:
            raise Wrong("unknown_location")
        return found

    return read


def zone(given: Any, spot: Spot) -> int:
    """A zone by code or id, in the warehouse that was read."""
    found = spot.codes.zones.get(handle("zone", given), spot.nearest("warehouse_id") or 0)
    if found is None:
        raise Wrong("unknown_zone")
    return found


def lot(given: Any, spot: Spot) -> int:
    """A lot by code or id, of the SKU that was read."""
    found = spot.codes.lots.get(handle("lot", given), spot.nearest("sku_id") or 0)
    if found is None:
        raise Wrong("unknown_lot")
    return found


def lots(given: Any, spot: Spot) -> tuple[int, ...]:
    """Lots of the SKU that was read."""
    return tuple(lot(each, spot) for each in _listed(given))


def cells(given: Any, spot: Spot) -> tuple[int, ...]:
    """Cells by id."""
    found = tuple(each for each in _listed(given) if type(each) is int)
    if len(found) != len(given) or not set(found) <= spot.codes.cells:
        raise Wrong("unknown_cell")
    return found


def hold(given: Any, spot: Spot) -> int:
    """A claim that the caller sees, as 12 or "H-12"."""
    named = handle("hold", given)
    found = spot.codes.holds.get(named) if isinstance(named, int) else None
    if found is None or not found.inside(spot.codes.scope):
        raise Wrong("unknown_hold")
    return found.id


def reason(given: Any, spot: Spot) -> str:
    """A reason by code."""
    found = handle("reason", given)
    if found not in spot.codes.reasons:
        raise Wrong("unknown_reason")
    return str(found)


def posting(given: Any, spot: Spot) -> int:
    """A posting whose stock lies within the caller's reach."""
    if type(given) is not int or given not in spot.codes.postings:
        raise Wrong("unknown_posting")
    return given
