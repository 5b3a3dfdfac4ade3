"""Reading what was sent, strictly: every field is known, and each is what it should be.

A `Shape` lists the fields of an object; reading it gives the arguments of a request, or faults
that name the item, the line and the field. Whole numbers are numbers: "5", 5.0 and full-width
digits are refused, because whoever sends them may mean something else next time. Each reader says
in JSON Schema what it takes, so the published description cannot differ from what is read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from org.api.faults import Fault, Faulty

MOST_LINES = 1_000
MOST_TEXT = 64
JsonSchema = Mapping[str, Any]


class Wrong(Exception):
    """This value will not do."""

    def __init__(self, code: str, *, there: Any = None) -> None:
        super().__init__(code)
        self.code = code
        self.there = there


@dataclass
class Spot:
    """Where in the body we are, what was read on the way here, and what was wrong so far.

    `codes` is what the room has looked up for its own readers, such as ids behind SKU codes.
    """

    codes: Any = None
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


Reading = Callable[[Any, Spot], Any]


@dataclass(frozen=True)
class Read:
    """Reads one value; raises Wrong. `schema` says in JSON Schema what it takes."""

    how: Reading
    schema: JsonSchema

    def __call__(self, given: Any, spot: Spot) -> Any:
        return self.how(given, spot)


def reads(schema: JsonSchema) -> Callable[[Reading], Read]:
    """Make a reader of a function that takes the value and the spot."""
    return lambda how: Read(how, schema)


@dataclass(frozen=True)
class Field:
    """One field: its name outside, how it is read, and the argument it becomes."""

    name: str
    read: Read
    into: str = ""
    required: bool = False
    # One line for the published description.
    about: str = ""

    @property
    def schema(self) -> dict[str, Any]:
        """In JSON Schema; a field that may be missing may be null too."""
        found = dict(self.read.schema) if self.required else or_null(self.read.schema)
        return found | ({"description": self.about} if self.about else {})


@dataclass(frozen=True)
class Shape:
    """The fields of an object, in the order in which they depend on each other."""

    fields: tuple[Field, ...]
    make: Callable[..., Any] | None = None

    @property
    def schema(self) -> dict[str, Any]:
        """In JSON Schema."""
        return {
            "type": "object",
            "properties": {each.name: each.schema for each in self.fields},
            "required": [each.name for each in self.fields if each.required],
            "additionalProperties": False,
        }

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

    def must(self, body: Any, *, codes: Any = None) -> Any:
        """Read a body that is one such object.

        Raises:
            Faulty: with every fault in it.
        """
        spot = Spot(codes)
        try:
            made = self.read(body, spot)
        except Wrong as wrong:
            raise Faulty(Fault(code=wrong.code, asked=body)) from None
        if spot.faults:
            raise Faulty(*spot.faults)
        return made


def or_null(schema: JsonSchema) -> dict[str, Any]:
    """The same, or null."""
    if isinstance(schema.get("type"), str) and "enum" not in schema:
        return {**schema, "type": [schema["type"], "null"]}
    return {"anyOf": [dict(schema), {"type": "null"}]}


def text(most: int = MOST_TEXT, *, least: int = 0) -> Read:
    """A text without control characters; blanks around it do not count."""

    @reads({"type": "string", "minLength": least, "maxLength": most})
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


def number(least: int, most: int) -> Read:
    """A whole number that counts no goods."""

    @reads({"type": "integer", "minimum": least, "maximum": most})
    def read(given: Any, _spot: Spot) -> int:
        if type(given) is not int or not least <= given <= most:
            raise Wrong("bad_number")
        return given

    return read


@reads(
    {
        "type": "string",
        "pattern": r"^-?[0-9]{1,10}(\.[0-9]{1,2})?$",
        "description": 'An amount of money with its decimals, as a text: "128.00".',
        "examples": ["128.00"],
    }
)
def money(given: Any, _spot: Spot) -> Decimal:
    """An amount as a text: numbers of JSON are binary fractions on the way."""
    sign = given.removeprefix("-") if isinstance(given, str) else ""
    whole, dot, cents = sign.partition(".")
    plain = whole.isascii() and whole.isdigit() and len(whole) <= 10
    if not plain or (dot and not (cents.isascii() and cents.isdigit() and len(cents) <= 2)):
        raise Wrong("bad_money")
    return Decimal(given)


@reads({"type": "boolean"})
def flag(given: Any, _spot: Spot) -> bool:
    """True or false."""
    if type(given) is not bool:
        raise Wrong("bad_flag")
    return given


@reads({"type": "string", "format": "date-time", "examples": ["2026-01-31T08:00:00+08:00"]})
def moment(given: Any, _spot: Spot) -> datetime:
    """A moment with its time zone."""
    try:
        found = datetime.fromisoformat(given if isinstance(given, str) else "")
    except ValueError:
        raise Wrong("bad_time") from None
    if found.tzinfo is None or not 2000 <= found.year <= 2200:
        raise Wrong("bad_time")
    return found


@reads({"type": "string", "format": "date", "examples": ["2026-01-31"]})
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

    @reads({"type": "string", "enum": list(allowed)})
    def read(given: Any, _spot: Spot) -> str:
        if given not in allowed:
            raise Wrong("bad_choice", there=", ".join(allowed))
        return str(given)

    return read


def choice(words: type[StrEnum]) -> Read:
    """A member of this list of words."""

    @reads({"type": "string", "enum": [str(each) for each in words]})
    def read(given: Any, _spot: Spot) -> StrEnum:
        if not isinstance(given, str) or given not in set(words):
            raise Wrong("bad_choice", there=", ".join(words))
        return words(given)

    return read


def listed(each: Read) -> Read:
    """A list of such values."""

    @reads({"type": "array", "items": dict(each.schema), "maxItems": MOST_LINES})
    def read(given: Any, spot: Spot) -> tuple[Any, ...]:
        return tuple(each(one, spot) for one in list_in(given))

    return read


# Serial numbers and the like.
texts = listed(text(least=1))


@reads({"type": "object", "additionalProperties": True})
def facts(given: Any, _spot: Spot) -> dict[str, Any]:
    """A small object that is kept as it is."""
    if not isinstance(given, dict) or len(str(given)) > 2_000:
        raise Wrong("bad_object")
    if not can_be_kept(given):
        raise Wrong("bad_text")
    return given


def can_be_kept(value: Any) -> bool:
    """True when the database keeps it as JSON: no NUL and no half of a character at any depth."""
    if isinstance(value, str):
        return "\x00" not in value and not any("\ud800" <= each <= "\udfff" for each in value)
    if isinstance(value, Mapping):
        return all(can_be_kept(each) for pair in value.items() for each in pair)
    if isinstance(value, list | tuple):
        return all(map(can_be_kept, value))
    return True


def list_in(given: Any, most: int = MOST_LINES) -> list[Any]:
    """A list that is not too long.

    Raises:
        Wrong: it is none.
    """
    if not isinstance(given, list) or len(given) > most:
        raise Wrong("bad_list", there=most)
    return given


def lines(shape: Shape, most: int = MOST_LINES) -> Read:
    """Objects of this shape, at most so many; faults name the line."""

    @reads({"type": "array", "items": shape.schema, "maxItems": most})
    def read(given: Any, spot: Spot) -> tuple[Any, ...]:
        found = []
        outer = spot.line
        for number_, each in enumerate(list_in(given, most)):
            spot.line = number_
            try:
                found.append(shape.read(each, spot))
            except Wrong as wrong:
                spot.wrong(wrong.code, "", each)
        spot.line = outer
        return tuple(found)

    return read


def inside(shape: Shape) -> Read:
    """An object of this shape within another."""

    @reads(shape.schema)
    def read(given: Any, spot: Spot) -> Any:
        return shape.read(given, spot)

    return read
