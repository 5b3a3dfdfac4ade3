"""What must be proved before a hold is let go of: a tree of leaves. Pure.

`{"all": [...]}`, `{"any": [...]}` and leaves: `{"proof": "inspection.passed"}` an event of that
kind about these goods; `{"approval": "stock.release"}` somebody with that permission said so;
`{"after": {"hours": 4}}` so long after the freeze; `{"at": "2026-12-01T09:00:00+08:00"}` at that
moment; `{"fact": ..., "is": ..., "value": ...}` is
true at the moment of asking.

Which days are worked is asked of `works`, the company's calendar.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from freeze_rules.triggers import KINDS, label_of
from org.roles import CATALOGUE, PERMISSIONS

Tree = Mapping[str, Any]
UNITS = ("minutes", "hours", "days", "business_days")
MOST_DAYS = 3_660
DEEPEST = 8


class FormulaWrong(Exception):
    """The formula cannot be used: where in it, and why in the reader's language."""

    def __init__(self, path: str, sentence: str) -> None:
        super().__init__(sentence)
        self.path, self.sentence = path, sentence

    def __str__(self) -> str:
        return f"{self.path}: {self.sentence}" if self.path else self.sentence


@dataclass(frozen=True)
class Leaf:
    """One leaf, whether it is met, and its name under which proofs are kept."""

    name: str
    met: bool
    tree: Tree


@dataclass(frozen=True)
class Moment:
    """What is known when a formula is looked at: proofs, the clock, facts, the calendar."""

    proved: Collection[str]
    frozen_at: datetime
    now: datetime
    holds_true: Callable[[Tree], bool]
    works: Callable[[date], bool]


def check(tree: Tree, *, path: str = "", depth: int = 0) -> None:
    """The tree is a formula; an empty one is: nothing but a person's decision lets go.

    Facts are checked by whoever knows them (`definition`).

    Raises:
        FormulaWrong: an unknown kind of event or permission, a bad time, an empty group.
    """
    if not tree and not path:
        return
    if depth > DEEPEST:
        raise FormulaWrong(path, _("The formula is nested deeper than %(n)s.") % {"n": DEEPEST})
    for word in ("all", "any"):
        if word in tree:
            parts = tree[word]
            if not isinstance(parts, list) or not parts:
                raise FormulaWrong(path, _("A group needs at least one condition."))
            for at, part in enumerate(parts):
                check(part, path=f"{path}{word}[{at}].", depth=depth + 1)
            return
    _check_leaf(tree, path.rstrip("."))


def _check_leaf(tree: Tree, path: str) -> None:
    if "proof" in tree:
        if tree["proof"] not in KINDS:
            raise FormulaWrong(path, _("There is no event “%(kind)s”.") % {"kind": tree["proof"]})
    elif "approval" in tree:
        if tree["approval"] not in CATALOGUE:
            raise FormulaWrong(
                path, _("There is no permission “%(code)s”.") % {"code": tree["approval"]}
            )
    elif "after" in tree:
        duration(tree["after"], path=path)
    elif "at" in tree:
        moment_of(tree["at"], path=path)
    elif "fact" not in tree:
        raise FormulaWrong(path, _("This is neither a group nor a leaf of a formula."))


def duration(said: Any, *, path: str = "") -> timedelta:
    """Such as {"hours": 4}; business days are counted by `after`.

    Raises:
        FormulaWrong: not exactly one known unit with a whole number above zero.
    """
    if not isinstance(said, Mapping) or len(said) != 1:
        raise FormulaWrong(path, _("A time is one number of minutes, hours or days."))
    unit, number = next(iter(said.items()))
    if unit not in UNITS or isinstance(number, bool) or not isinstance(number, int) or number < 1:
        raise FormulaWrong(path, _("A time is one number of minutes, hours or days."))
    length = timedelta(days=number) if "days" in unit else timedelta(**{unit: number})
    if length > timedelta(days=MOST_DAYS):
        raise FormulaWrong(path, _("Ten years are the longest time."))
    return length


def moment_of(said: Any, *, path: str = "") -> datetime:
    """A fixed moment with its time zone.

    Raises:
        FormulaWrong: it is none.
    """
    try:
        found = parse_datetime(str(said))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise FormulaWrong(
            path, _("A moment looks like 2026-12-01T09:00:00+08:00, with its time zone.")
        )
    return found


def after(said: Mapping[str, int], *, since: datetime, works: Callable[[date], bool]) -> datetime:
    """The moment that long after `since`; business days skip the days on which the company does
    not work, in the house's time zone: in Shanghai Saturday begins while UTC has Friday."""
    unit, number = next(iter(said.items()))
    if unit != "business_days":
        return since + duration(said)
    at = since.astimezone(ZoneInfo(settings.TIME_ZONE))
    last = at + timedelta(days=MOST_DAYS)
    for _day in range(number):
        at += timedelta(days=1)
        # A calendar that never works again must not hang whoever asks.
        while not works(at.date()) and at < last:
            at += timedelta(days=1)
    return at.astimezone(since.tzinfo)


def due_at(leaf: Tree, *, since: datetime, works: Callable[[date], bool]) -> datetime | None:
    """When time alone meets this leaf; None for leaves that time does not meet."""
    if "after" in leaf:
        return after(leaf["after"], since=since, works=works)
    return moment_of(leaf["at"]) if "at" in leaf else None


def name_of(leaf: Tree) -> str:
    """Under which its proofs are kept: "inspection.passed", "approval:stock.release"."""
    if "proof" in leaf:
        return str(leaf["proof"])
    if "approval" in leaf:
        return f"approval:{leaf['approval']}"
    return ""


def leaves(tree: Tree) -> Iterator[Tree]:
    """All leaves, from left to right."""
    for word in ("all", "any"):
        if word in tree:
            for part in tree[word]:
                yield from leaves(part)
            return
    if tree:
        yield tree


def hears(tree: Tree) -> frozenset[str]:
    """Kinds of events that prove a leaf."""
    return frozenset(str(leaf["proof"]) for leaf in leaves(tree) if "proof" in leaf)


def met(tree: Tree, moment: Moment) -> bool:
    """True when what is known lets go of the hold; an empty formula never is."""
    if not tree:
        return False
    if "all" in tree:
        return all(met(part, moment) for part in tree["all"])
    if "any" in tree:
        return any(met(part, moment) for part in tree["any"])
    return leaf_met(tree, moment)


def leaf_met(leaf: Tree, moment: Moment) -> bool:
    """True when this leaf alone is proved."""
    due = due_at(leaf, since=moment.frozen_at, works=moment.works)
    if due is not None:
        return due <= moment.now
    if "fact" in leaf:
        return moment.holds_true(leaf)
    return name_of(leaf) in moment.proved


def next_look(
    tree: Tree, *, frozen_at: datetime, now: datetime, works: Callable[[date], bool]
) -> datetime | None:
    """When time alone may change the answer next; None when it never does."""
    dues = [due_at(leaf, since=frozen_at, works=works) for leaf in leaves(tree)]
    times = [at for at in dues if at is not None]
    ahead = [at for at in times if at > now]
    if frozen_at >= now and len(ahead) < len(times):
        # Laid when its moment had passed: nobody has looked at it yet.
        ahead.append(now)
    if any("fact" in leaf for leaf in leaves(tree)):
        # Facts change without telling: looked at again every quarter of an hour.
        ahead.append(now + timedelta(minutes=15))
    return min(ahead, default=None)


def sentence(tree: Tree, *, fact: Callable[[Tree], str]) -> str:
    """The formula in the reader's language; `fact` words the leaves about facts."""
    if not tree:
        return _("by a person's decision")
    for word, glue in (("all", _(" and ")), ("any", _(" or "))):
        if word in tree:
            said = [sentence(part, fact=fact) for part in tree[word]]
            return said[0] if len(said) == 1 else "(" + glue.join(said) + ")"
    return leaf_sentence(tree, fact=fact)


def leaf_sentence(leaf: Tree, *, fact: Callable[[Tree], str]) -> str:
    """One leaf in the reader's language."""
    if "proof" in leaf:
        return label_of(str(leaf["proof"]))
    if "approval" in leaf:
        label = PERMISSIONS.get(str(leaf["approval"]), leaf["approval"])
        return _("approval by “%(permission)s”") % {"permission": label}
    if "after" in leaf:
        unit, number = next(iter(leaf["after"].items()))
        words = {
            "minutes": ngettext(
                "%(n)s minute after the freeze", "%(n)s minutes after the freeze", number
            ),
            "hours": ngettext(
                "%(n)s hour after the freeze", "%(n)s hours after the freeze", number
            ),
            "days": ngettext("%(n)s day after the freeze", "%(n)s days after the freeze", number),
            "business_days": ngettext(
                "%(n)s working day after the freeze", "%(n)s working days after the freeze", number
            ),
        }
        return words[unit] % {"n": number}
    if "at" in leaf:
        at = timezone.localtime(moment_of(leaf["at"]))
        return _("on %(moment)s") % {"moment": f"{at:%Y-%m-%d %H:%M}"}
    return fact(leaf)


def needs(tree: Tree, name: str) -> bool:
    """True when the formula cannot be met without this proof, whatever else is known."""
    if "all" in tree:
        return any(needs(part, name) for part in tree["all"])
    if "any" in tree:
        return all(needs(part, name) for part in tree["any"])
    return bool(tree) and name_of(tree) == name
