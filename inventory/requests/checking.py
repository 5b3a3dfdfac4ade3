"""Is a request made of what it should be made of? Before anything is locked or looked up.

Decisions then deal with goods and claims only: ids are ids, texts fit their columns, times have a
zone. How many units are asked for is their business, except that it must be a number at all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any

from inventory.requests.answers import Refused
from inventory.requests.claims import Policy, Strategy
from inventory.requests.lines import Request

# What an id column holds.
MOST_ID = 2**63 - 1
MOST_KEY = 120
MOST_PRIORITY = 2**31 - 1
# A shelf life that a date can still be added to.
MOST_DAYS = 10_000
TEXTS = {
    "grade": 2, "from_grade": 2, "to_grade": 2, "owner": 32, "supplier": 80, "reason": 24,
    "note": 400, "rule_version": 64, "why": 400, "to": 32, "source": 32, "draw_from": 64,
    "plan": 128, "hold_document": 64, "shipped_document": 64,
}  # fmt: skip
# Characters that cannot be printed, stored or sent; people may break lines.
_UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_UNFIT_IN_A_NAME = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")

_Check = Callable[[Any], str]


def fault_of(request: Request) -> Refused | None:
    """What is wrong with the request as it stands, or None.

    The refusal names the `field`, the `line` it stands in, what was `asked` and, for a text that
    is too long, how many characters `there` may be.
    """
    return _fault(request, {})


def _fault(thing: Any, place: dict[str, Any]) -> Refused | None:
    kind: Any = type(thing)
    for name, default, check in _checks(kind):
        value = getattr(thing, name)
        if value is default:
            continue
        code = check(value)
        if code == _INSIDE:
            for number, part in enumerate(value):
                fault = _fault(part, place or {"line": number})
                if fault is not None:
                    return fault
        elif code:
            there = {"there": TEXTS[name]} if code == "bad_text" and name in TEXTS else {}
            named: dict[str, Any] = {}
            if _is_id(getattr(thing, "sku_id", "")):
                named["sku_id"] = thing.sku_id
            if code == "wrong_serials":
                named["serial"] = _short(_first_unfit(value))
            return Refused(code, **place, field=name, asked=_short(value), **there, **named)
    return None


_INSIDE = "inside"


@cache
def _checks(kind: Any) -> tuple[tuple[str, Any, _Check], ...]:
    """Name, default and check of each field of a request or line."""
    return tuple(
        (item.name, item.default, _check_of(item.name, str(item.type))) for item in fields(kind)
    )


def _check_of(name: str, kind: str) -> _Check:
    if name in _OWN:
        check = _OWN[name]
    elif name in TEXTS:
        check = _text(TEXTS[name])
    elif name.endswith("_id"):
        check = _number
    elif name.endswith("_ids"):
        check = _numbers
    elif kind.startswith("bool"):
        check = _flag
    elif kind.startswith("datetime"):
        check = _moment
    else:
        assert kind.startswith("tuple["), f"Nobody checks {name}: {kind}."
        check = _parts
    return _or_nothing(check) if "None" in kind else check


def _or_nothing(check: _Check) -> _Check:
    return lambda value: "" if value is None else check(value)


def _is_id(value: Any) -> bool:
    return type(value) is int and -MOST_ID <= value <= MOST_ID


def _number(value: Any) -> str:
    return "" if _is_id(value) else "bad_number"


def _numbers(value: Any) -> str:
    return "" if isinstance(value, tuple) and all(map(_is_id, value)) else "bad_list"


def _within(least: int, most: int) -> _Check:
    return lambda value: "" if type(value) is int and least <= value <= most else "bad_number"


def _text(most: int, *, least: int = 0, unfit: re.Pattern[str] = _UNFIT) -> _Check:
    def check(value: Any) -> str:
        fits = isinstance(value, str) and least <= len(value) <= most and not unfit.search(value)
        return "" if fits else "bad_text"

    return check


def _qty(value: Any) -> str:
    return "" if type(value) is int else "bad_quantity"


def _flag(value: Any) -> str:
    return "" if isinstance(value, bool) else "bad_flag"


def _moment(value: Any) -> str:
    return "" if isinstance(value, datetime) and value.tzinfo is not None else "bad_time"


def _one_of(kind: type[Enum]) -> _Check:
    return lambda value: "" if isinstance(value, kind) else "bad_choice"


def _parts(value: Any) -> str:
    whole = isinstance(value, tuple | list) and all(
        hasattr(part, "__dataclass_fields__") for part in value
    )
    return _INSIDE if whole else "bad_list"


def _serials(value: Any) -> str:
    fit = _text(64, least=1, unfit=_UNFIT_IN_A_NAME)
    whole = isinstance(value, tuple) and not any(map(fit, value))
    return "" if whole else "wrong_serials"


def _first_unfit(value: Any) -> Any:
    """The serial that is none, or the whole when it is no list of them."""
    fit = _text(64, least=1, unfit=_UNFIT_IN_A_NAME)
    return next((each for each in value if fit(each)), value) if type(value) is tuple else value


def _facts(value: Any) -> str:
    if not isinstance(value, Mapping):
        return "bad_object"
    if not value:
        return ""
    try:
        text = json.dumps(dict(value), allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return "bad_object"
    return "bad_object" if "\\u0000" in text or "\\ud" in text else ""


_key_text = _text(MOST_KEY, least=1, unfit=_UNFIT_IN_A_NAME)


def _key(value: Any) -> str:
    return "bad_key" if _key_text(value) else ""


_OWN: dict[str, _Check] = {
    "key": _key,
    "document": _text(64, least=1, unfit=_UNFIT_IN_A_NAME),
    "qty": _qty,
    "version": _within(0, MOST_ID),
    "priority": _within(-MOST_PRIORITY, MOST_PRIORITY),
    "min_days_left": _within(-MOST_DAYS, MOST_DAYS),
    "policy": _one_of(Policy),
    "strategy": _one_of(Strategy),
    "serials": _serials,
    "release_condition": _facts,
}


def _short(value: Any) -> Any:
    """What was asked, short enough to be said."""
    if value is None or isinstance(value, bool | float | datetime) or _is_id(value):
        return value
    return str(value).encode("utf-8", "replace").decode()[:100]
