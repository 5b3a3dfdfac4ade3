"""Values of facts as they come from forms, files and programs, made what the fact is. Pure.

A condition is compared with what `read` gives; a case holds what `case` gives. Both are strict:
"5" is no number and 20260101 no day, because whoever writes them may mean something else next time.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from freeze_rules.facts.kinds import COUNTED, Fact, Type

MOST = 10**12
MOST_TEXT = 200
FIRST_YEAR, LAST_YEAR = 1980, 2200


class Wrong(Exception):
    """The value cannot be one of this fact; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read(fact: Fact, given: Any) -> Any:
    """One value to compare the fact with.

    Returns:
        str, int, Decimal, date, datetime or bool, as the type of the fact says; of a fact that
        has several words, one of them.

    Raises:
        Wrong: not_text, not_integer, not_number, not_date, not_moment, not_flag, unknown_choice,
            too_big, below_least.
    """
    found: Any = _READERS[fact.type](given)
    if fact.choices and found not in {each.code for each in fact.choices}:
        raise Wrong("unknown_choice")
    if fact.type in COUNTED:
        if abs(found) > MOST:
            raise Wrong("too_big")
        if fact.least is not None and found < fact.least:
            raise Wrong("below_least")
    return found


def _text(given: Any) -> str:
    if not isinstance(given, str) or not given.strip() or len(given) > MOST_TEXT:
        raise Wrong("not_text")
    # Neither control characters nor halves of characters: the database keeps none of them.
    if not all(each.isprintable() or each.isspace() for each in given):
        raise Wrong("not_text")
    return given


def _integer(given: Any) -> int:
    if isinstance(given, bool) or not isinstance(given, int):
        raise Wrong("not_integer")
    return given


def _decimal(given: Any) -> Decimal:
    if isinstance(given, bool) or not isinstance(given, int | float | str | Decimal):
        raise Wrong("not_number")
    if isinstance(given, float) and not math.isfinite(given):
        raise Wrong("not_number")
    if isinstance(given, str) and not (len(given) <= 30 and given.isascii()):
        raise Wrong("not_number")
    try:
        # By its shortest writing: 0.1 means one tenth, not its nearest binary fraction.
        found = Decimal(str(given))
    except InvalidOperation:
        raise Wrong("not_number") from None
    if not found.is_finite() or "_" in str(given):
        raise Wrong("not_number")
    return found


def _day(given: Any) -> date:
    if isinstance(given, date) and not isinstance(given, datetime):
        found = given
    else:
        if not isinstance(given, str) or len(given) != len("2026-01-31"):
            raise Wrong("not_date")
        try:
            found = date.fromisoformat(given)
        except ValueError:
            raise Wrong("not_date") from None
    if "-W" in str(given) or not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise Wrong("not_date")
    return found


def _moment(given: Any) -> datetime:
    if isinstance(given, datetime):
        found = given
    else:
        try:
            found = datetime.fromisoformat(given if isinstance(given, str) else "")
        except ValueError:
            raise Wrong("not_moment") from None
    if found.tzinfo is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise Wrong("not_moment")
    return found


def _flag(given: Any) -> bool:
    if not isinstance(given, bool):
        raise Wrong("not_flag")
    return given


_Reader = Callable[[Any], Any]
_READERS: dict[Type, _Reader] = {
    Type.TEXT: _text,
    Type.INTEGER: _integer,
    Type.NUMBER: _decimal,
    Type.MONEY: _decimal,
    Type.PERCENT: _decimal,
    Type.DATE: _day,
    Type.MOMENT: _moment,
    Type.FLAG: _flag,
    Type.CHOICE: _text,
    Type.CHOICES: _text,
}


def case(known: Mapping[str, Fact], given: Mapping[str, Any]) -> dict[str, Any]:
    """What a condition is judged on: facts by code, each of its type; empty texts are not known.

    Raises:
        WrongCase: a fact that does not exist, or a value that cannot be one of it.
    """
    found: dict[str, Any] = {}
    for code, value in given.items():
        fact = known.get(code)
        if fact is None:
            raise WrongCase(code, "unknown_fact")
        try:
            found[code] = _known(fact, value)
        except Wrong as wrong:
            raise WrongCase(code, wrong.code) from None
    return found


def case_of_kept(known: Mapping[str, Fact], given: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as a table kept them, each of its type: what is not of its type is not known.

    What is no fact is left as it is: rooms keep more of an event than conditions ask for.
    """
    found: dict[str, Any] = {}
    for code, value in given.items():
        fact = known.get(code)
        try:
            found[code] = value if fact is None else _known(fact, value)
        except Wrong:
            found[code] = None
    return found


def _known(fact: Fact, value: Any) -> Any:
    if value is None or value == "":
        return None
    if fact.type is Type.CHOICES:
        if not isinstance(value, list | tuple | set | frozenset):
            raise Wrong("not_text")
        return tuple(read(fact, each) for each in value) or None
    return read(fact, value)


class WrongCase(Exception):
    """A fact of a case is not what it should be; `fact` and `code` say which and why."""

    def __init__(self, fact: str, code: str) -> None:
        super().__init__(f"{fact}: {code}")
        self.fact = fact
        self.code = code
