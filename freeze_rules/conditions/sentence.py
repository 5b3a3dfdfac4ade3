"""A condition as one sentence in the reader's language. Pure."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext, ngettext, pgettext

from freeze_rules.conditions.parsing import Params, parse
from freeze_rules.conditions.tree import All, Leaf, Node, Not, Some
from freeze_rules.facts import Fact, Is, Type, Unit
from freeze_rules.facts.kinds import COUNTED, TIMES, UNIT_LABELS

MOST_SHOWN = 6


def sentence(tree: Any, params: Params | None = None) -> str:
    """What the condition says, without a full stop.

    Raises:
        ConditionRefused: it will not do.
    """
    return _said(parse(tree, params), within=None)


def _said(node: Node, *, within: type[All | Some | Not] | None) -> str:
    if isinstance(node, Leaf):
        return said_of(node)
    if isinstance(node, Not):
        return _negated(node)
    if not node.parts:
        return pgettext("condition", "always")
    if len(node.parts) == 1:
        return _said(node.parts[0], within=within)
    joined = _joint(node).join(_said(part, within=type(node)) for part in node.parts)
    # "a and b or c" could be meant both ways.
    return joined if within in (None, type(node)) else _bracketed(joined)


def _joint(node: All | Some) -> str:
    if isinstance(node, All):
        return pgettext("between two conditions", " and ")
    return pgettext("between two conditions", " or ")


def _bracketed(text: str) -> str:
    return pgettext("condition in brackets", "(%s)") % text


def _negated(node: Not) -> str:
    inner = node.part
    if isinstance(inner, Not):
        return _said(inner.part, within=Not)
    return gettext("not %(condition)s") % {"condition": _bracketed(_said(inner, within=None))}


def said_of(leaf: Leaf) -> str:
    """One comparison."""
    names = {"fact": str(leaf.fact.label)}
    if leaf.comparison is Is.BETWEEN:
        low, high = (value_said(leaf.fact, each) for each in leaf.value)
        return gettext("%(fact)s is from %(low)s to %(high)s") % {
            **names, "low": low, "high": high,
        }  # fmt: skip
    if leaf.comparison in (Is.IN, Is.NOT_IN):
        names["value"] = _listed(leaf.fact, leaf.value)
    elif leaf.value is not None:
        names["value"] = value_said(leaf.fact, leaf.value)
    return _pattern(leaf) % names


def _pattern(leaf: Leaf) -> str:
    if leaf.fact.type is Type.FLAG and leaf.comparison is Is.EQUAL:
        return gettext("%(fact)s: %(value)s")
    if leaf.fact.type in TIMES and leaf.comparison in _timely():
        return _timely()[leaf.comparison]
    if leaf.fact.type not in COUNTED | TIMES and leaf.comparison in (Is.EQUAL, Is.UNEQUAL):
        # Apart, because words stand in quotation marks and numbers do not.
        if leaf.comparison is Is.EQUAL:
            return pgettext("words", "%(fact)s is %(value)s")
        return pgettext("words", "%(fact)s is not %(value)s")
    return _plain()[leaf.comparison]


def _plain() -> dict[Is, str]:
    return {
        Is.EQUAL: gettext("%(fact)s is %(value)s"),
        Is.UNEQUAL: gettext("%(fact)s is not %(value)s"),
        Is.LESS: gettext("%(fact)s is less than %(value)s"),
        Is.AT_MOST: gettext("%(fact)s is at most %(value)s"),
        Is.MORE: gettext("%(fact)s is more than %(value)s"),
        Is.AT_LEAST: gettext("%(fact)s is at least %(value)s"),
        Is.IN: gettext("%(fact)s is one of %(value)s"),
        Is.NOT_IN: gettext("%(fact)s is none of %(value)s"),
        Is.CONTAINS: gettext("%(fact)s contains %(value)s"),
        Is.STARTS: gettext("%(fact)s starts with %(value)s"),
        Is.KNOWN: gettext("%(fact)s is known"),
        Is.UNKNOWN: gettext("%(fact)s is not known"),
    }


def _timely() -> dict[Is, str]:
    return {
        Is.LESS: gettext("%(fact)s is before %(value)s"),
        Is.AT_MOST: gettext("%(fact)s is not after %(value)s"),
        Is.MORE: gettext("%(fact)s is after %(value)s"),
        Is.AT_LEAST: gettext("%(fact)s is not before %(value)s"),
    }


def _listed(fact: Fact, values: tuple[Any, ...]) -> str:
    shown = [value_said(fact, each) for each in values[:MOST_SHOWN]]
    if len(values) > MOST_SHOWN:
        more = gettext("%(n)s more") % {"n": len(values) - MOST_SHOWN}
        return gettext(", ").join([*shown, more])
    return gettext(", ").join(shown)


def value_said(fact: Fact, value: Any) -> str:
    """A value of this fact with its unit, as a sentence names it."""
    if isinstance(value, bool):
        return pgettext("condition", "yes") if value else pgettext("condition", "no")
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | Decimal):
        return _counted(fact.unit, value)
    if fact.choices:
        return str(gettext("“%s”") % fact.choice_label(value))
    return str(gettext("“%s”") % value)


def _counted(unit: Unit, value: int | Decimal) -> str:
    number = _number(value)
    # A fraction is never one.
    whole = int(value) if value == int(value) else 2
    if unit is Unit.DAYS:
        return ngettext("%(n)s day", "%(n)s days", whole) % {"n": number}
    if unit is Unit.MINUTES:
        return ngettext("%(n)s minute", "%(n)s minutes", whole) % {"n": number}
    if unit is Unit.PIECES:
        return ngettext("%(n)s unit", "%(n)s units", whole) % {"n": number}
    if unit is Unit.NONE:
        return number
    if unit is Unit.PERCENT:
        return f"{number}%"
    if unit is Unit.YUAN:
        return gettext("%(amount)s CNY") % {"amount": number}
    return f"{number} {UNIT_LABELS[unit]}"


def _number(value: int | Decimal) -> str:
    """With thousands, without zeros that say nothing."""
    shown = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown
