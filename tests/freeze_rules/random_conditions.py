"""Random conditions over what is really in stock, so that comparisons meet their boundaries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from freeze_rules.facts import FACTS, Fact, Is, Type
from freeze_rules.facts.kinds import WITH_LIST, WITHOUT_VALUE

STOCK = [fact for fact in FACTS.values() if not fact.is_of_event]
TEXTS = st.sampled_from(
    ["A", "乳", "乳品", "café", "100%", "O'Neill", 'say "no"', "\\", "%s", "🍵", "a_b", "é"]
)


def values_in(cases: Iterable[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Per fact the values that stock has now."""
    found: dict[str, set[Any]] = {fact.code: set() for fact in STOCK}
    for case in cases:
        for code, value in case.items():
            found[code].update(value if isinstance(value, tuple) else [value])
    return {code: sorted(values - {None}) for code, values in found.items()}


def _near(value: Any) -> list[Any]:
    """The value and its neighbours: the boundary and both sides of it."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | date):
        return [value]
    step: Any = timedelta(days=1) if isinstance(value, date) else 1
    if isinstance(value, Decimal):
        step = Decimal("0.01")
    return [value - step, value, value + step]


def _written(fact: Fact, value: Any) -> Any:
    """As JSON has it."""
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def values(fact: Fact, there: Mapping[str, list[Any]]) -> st.SearchStrategy[Any]:
    """Values of a fact as somebody writes them: mostly what is there, or just beside it."""
    near = [each for value in there[fact.code] for each in _near(value)]
    if fact.least is not None:
        near = [each for each in near if each >= fact.least]
    known = [st.sampled_from(sorted(set(near)))] if near else []
    if fact.choices:
        other: st.SearchStrategy[Any] = st.sampled_from([each.code for each in fact.choices])
    elif fact.type in (Type.TEXT, Type.CHOICES):
        other = TEXTS
    elif fact.type is Type.FLAG:
        other = st.booleans()
    elif fact.type is Type.DATE:
        other = st.dates(date(2020, 1, 1), date(2060, 1, 1))
    elif fact.type is Type.INTEGER:
        other = st.integers(fact.least if fact.least is not None else -1000, 10**12)
    else:
        other = st.decimals(
            0 if fact.least is not None else -1000, 10**6, places=2, allow_nan=False
        )
    return st.one_of([*known, other]).map(lambda value: _written(fact, value))


@st.composite
def leaf(draw: Any, there: Mapping[str, list[Any]], params: dict[str, Any]) -> dict[str, Any]:
    """One comparison; every fourth value is a parameter of the rule."""
    fact = draw(st.sampled_from(STOCK))
    comparison = draw(st.sampled_from(fact.comparisons))
    found: dict[str, Any] = {"fact": fact.code, "is": comparison.value}
    if comparison in WITHOUT_VALUE:
        return found
    one = values(fact, there)
    if comparison is Is.BETWEEN:
        pair = [draw(one), draw(one)]
        typed = sorted(pair, key=lambda each: Decimal(each) if _is_number(fact) else each)
        found["value"] = typed
    elif comparison in WITH_LIST:
        found["value"] = draw(st.lists(one, min_size=1, max_size=4))
    else:
        found["value"] = draw(one)
    if draw(st.integers(0, 3)) == 0:
        name = f"p{len(params)}"
        params[name] = found["value"]
        found["value"] = {"param": name}
    return found


def _is_number(fact: Fact) -> bool:
    return fact.type in (Type.INTEGER, Type.NUMBER, Type.MONEY, Type.PERCENT)


@st.composite
def conditions(draw: Any, there: Mapping[str, list[Any]]) -> tuple[dict[str, Any], dict[str, Any]]:
    """A tree of up to some dozen comparisons, and its parameters."""
    params: dict[str, Any] = {}

    def tree(depth: int) -> dict[str, Any]:
        kind = draw(st.sampled_from(["leaf", "leaf", "all", "any", "not"])) if depth else "leaf"
        if kind == "leaf":
            found: dict[str, Any] = draw(leaf(there, params))
            return found
        if kind == "not":
            return {"not": tree(depth - 1)}
        least = 0 if kind == "all" else 1
        return {kind: [tree(depth - 1) for _ in range(draw(st.integers(least, 3)))]}

    return tree(draw(st.integers(0, 4))), params
