"""What one version of a rule says: read from its JSON, checked word by word. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from freeze_rules import formula
from freeze_rules.triggers import TRIGGERS

Tree = Mapping[str, Any]
POLICIES = ("FREE_ONLY", "DISPLACE", "LET_FINISH")
# What an event may turn a hold into, besides letting go of it.
# What a hold over a whole document follows.
CHANGED = "order.changed"
DEEDS = ("convert", "release", "release_qty", "convert_qty")
GRADES = ("", "ZP", "CC", "JS", "XS")


class Reach(StrEnum):
    """How far a rule's freeze reaches from the goods its event speaks of."""

    # The goods as the event names them: SKU, lot and place.
    GOODS = "goods"
    LOT = "lot"
    LOCATION = "location"
    ZONE = "zone"
    SKU = "sku"
    SUPPLIER = "supplier"
    WAREHOUSE = "warehouse"
    # Each cell by itself: sensors, scans.
    CELLS = "cells"
    # All lines of the document as one claim: orders and promotions.
    ORDER = "order"


class DefinitionWrong(Exception):
    """The definition cannot be used: which part, where in it, and why in the reader's language."""

    def __init__(self, part: str, sentence: str) -> None:
        super().__init__(sentence)
        self.part, self.sentence = part, sentence

    def __str__(self) -> str:
        return f"{self.part}: {self.sentence}" if self.part else self.sentence


@dataclass(frozen=True)
class Quantity:
    """How much: everything (a blanket), a number of base units, a share, or what the event says."""

    kind: str = "all"
    number: Decimal = Decimal(0)

    def of(self, told: int) -> int | None:
        """Units out of those the event tells of; None for a blanket over all."""
        if self.kind == "all":
            return None
        if self.kind == "number":
            return int(self.number)
        if self.kind == "percent":
            # A part of a unit is a unit: rather one too many than one too few.
            return int(-(-told * self.number // 100))
        return told


@dataclass(frozen=True)
class Lease:
    """Who looks after the hold, when, what comes next, and when a commercial one ends."""

    review_days: int | None = None
    # "person:<sign-in name>" or "role:<code>" (`selectors.lease_owners`), and a step of `NextStep`.
    owner: str = ""
    next: str = ""
    # {"minutes": 30}, {"business_days": 2}; or {"at": "event.ends_at"}: a time the event tells.
    expires: Tree = field(default_factory=dict)


@dataclass(frozen=True)
class Limits:
    """Beyond any of these the rule stops whole and asks; None is no limit."""

    share_pct: Decimal | None = None
    value: Decimal | None = None
    skus_per_hour: int | None = None
    stores: int | None = None


@dataclass(frozen=True)
class Definition:
    """One version of a rule. `condition` still names its parameters."""

    trigger: str
    condition: Tree
    reach: Reach
    quantity: Quantity
    reason: str
    policy: str
    release: Tree
    # The grade that the units get in the posting that lets go of them; empty: they keep theirs.
    regrade: str
    dispositions: tuple[Tree, ...]
    lease: Lease
    limits: Limits
    # The same for what its evidence lets go of by itself.
    release_limits: Limits
    approval: str
    cron: str
    follows: bool
    valid_from: date | None
    valid_until: date | None

    def valid_on(self, day: date) -> bool:
        """True when the rule runs on that day; both ends count."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )

    @property
    def regrades(self) -> bool:
        """True when a release may give the units another grade: then they must lie somewhere."""
        return bool(self.regrade) or any(each.get("regrade") for each in self.dispositions)

    @property
    def hears(self) -> frozenset[str]:
        """Kinds of events that may change a hold of this rule."""
        followed = {CHANGED} if self.follows else set()
        answered = {str(each["on"]) for each in self.dispositions}
        return formula.hears(self.release) | answered | followed


def read(said: Any) -> Definition:
    """A definition out of its JSON. The condition itself is checked by `conditions`.

    Raises:
        DefinitionWrong: which part is missing or wrong and why.
    """
    if not isinstance(said, Mapping):
        raise DefinitionWrong("", _("A rule's definition is an object of named parts."))
    unknown = sorted(set(said) - set(_PARTS))
    if unknown:
        raise DefinitionWrong(unknown[0], _("There is no such part of a rule."))
    return Definition(
        trigger=_trigger(said),
        condition=said.get("condition") or {"all": []},
        reach=_one_of(said, "scope", [each.value for each in Reach], "goods", Reach),
        quantity=_quantity(said.get("quantity")),
        reason=_text(said, "reason", needed=True),
        policy=_one_of(said, "policy", list(POLICIES), "FREE_ONLY", str),
        release=_release(said.get("release")),
        regrade=_grade(said),
        dispositions=_dispositions(said.get("dispositions")),
        lease=_lease(said.get("lease")),
        limits=_limits(said.get("limits"), "limits"),
        release_limits=_limits(said.get("release_limits"), "release_limits"),
        approval=_text(said, "approval"),
        cron=_cron(said),
        follows=bool(said.get("follows", False)),
        valid_from=_day(said, "valid_from"),
        valid_until=_day(said, "valid_until"),
    )


_PARTS = (
    "trigger", "condition", "scope", "quantity", "reason", "policy", "release", "regrade",
    "dispositions", "lease", "limits", "release_limits", "approval", "cron", "follows",
    "valid_from", "valid_until",
)  # fmt: skip


def _trigger(said: Mapping[str, Any]) -> str:
    kind = str(said.get("trigger"))
    if kind not in TRIGGERS or not TRIGGERS[kind].starts:
        raise DefinitionWrong("trigger", _("There is no event “%(kind)s”.") % {"kind": kind})
    return kind


def _one_of(said: Mapping[str, Any], part: str, known: list[str], usual: str, kind: Any) -> Any:
    value = said.get(part, usual)
    if value not in known:
        raise DefinitionWrong(
            part,
            _("“%(value)s” is not possible here; possible are %(known)s.")
            % {"value": value, "known": ", ".join(known)},
        )
    return kind(value)


def _text(said: Mapping[str, Any], part: str, *, needed: bool = False) -> str:
    value = said.get(part, "")
    if not isinstance(value, str) or (needed and not value):
        raise DefinitionWrong(part, _("This part needs a text."))
    return value


def _quantity(said: Any) -> Quantity:
    if said is None or said == {"all": True}:
        return Quantity()
    if said == {"event": True}:
        return Quantity("event")
    if isinstance(said, Mapping) and len(said) == 1:
        kind, value = next(iter(said.items()))
        number = _number(value)
        if kind == "number" and number is not None and number >= 1 and number == int(number):
            return Quantity("number", number)
        if kind == "percent" and number is not None and 0 < number <= 100:
            return Quantity("percent", number)
    raise DefinitionWrong(
        "quantity",
        _(
            "A quantity is everything, a whole number from 1, a percentage up to 100, "
            "or the event's."
        ),
    )


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _release(said: Any) -> Tree:
    tree: Tree = said or {}
    try:
        formula.check(tree)
    except formula.FormulaWrong as wrong:
        where = f"release.{wrong.path}" if wrong.path else "release"
        raise DefinitionWrong(where, wrong.sentence) from wrong
    return tree


def _grade(said: Mapping[str, Any]) -> str:
    return str(_one_of(said, "regrade", list(GRADES), "", str))


def _dispositions(said: Any) -> tuple[Tree, ...]:
    """`{"on": "inspection.failed", "do": "convert", "reason": "DEFECT"}` and the like."""
    if not isinstance(said or [], list):
        raise DefinitionWrong("dispositions", _("Dispositions are a list."))
    for at, each in enumerate(said or []):
        where = f"dispositions[{at}]"
        if not isinstance(each, Mapping) or each.get("on") not in TRIGGERS:
            raise DefinitionWrong(where, _("Say which event it answers."))
        if each.get("do") not in DEEDS:
            raise DefinitionWrong(where, _("Say what it does: %(deeds)s.") % {"deeds": DEEDS})
        if "convert" in each["do"] and not each.get("reason"):
            raise DefinitionWrong(where, _("Say into which freeze it turns."))
    return tuple(said or ())


def _lease(said: Any) -> Lease:
    if said is None:
        return Lease()
    if not isinstance(said, Mapping):
        raise DefinitionWrong("lease", _("A lease is an object of named parts."))
    days, expires = said.get("review_days"), said.get("expires") or {}
    if days is not None and (not isinstance(days, int) or not 1 <= days <= 3_660):
        raise DefinitionWrong("lease.review_days", _("The review is in 1 to 3,660 days."))
    if expires and "at" not in expires:
        try:
            formula.duration(expires)
        except formula.FormulaWrong as wrong:
            raise DefinitionWrong("lease.expires", wrong.sentence) from wrong
    return Lease(days, str(said.get("owner", "")), str(said.get("next", "")), expires)


def _limits(said: Any, part: str) -> Limits:
    if said is None:
        return Limits()
    if not isinstance(said, Mapping):
        raise DefinitionWrong(part, _("Limits are an object of named numbers."))
    found: dict[str, Any] = {}
    for name in ("share_pct", "value", "skus_per_hour", "stores"):
        if said.get(name) in (None, ""):
            continue
        number = _number(said[name])
        if number is None or number < 0 or (name == "share_pct" and number > 100):
            raise DefinitionWrong(f"{part}.{name}", _("A limit is a number from zero."))
        found[name] = number if name in ("share_pct", "value") else int(number)
    return Limits(**found)


def _day(said: Mapping[str, Any], part: str) -> date | None:
    value = said.get(part)
    if value in (None, ""):
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError as wrong:
        raise DefinitionWrong(part, _("A date looks like 2026-11-30.")) from wrong


def _cron(said: Mapping[str, Any]) -> str:
    """Five fields as in crontab; only rules that are scanned have one."""
    value = _text(said, "cron")
    scanned = TRIGGERS[str(said["trigger"])].scanned
    if value and not scanned:
        raise DefinitionWrong("cron", _("Only a rule on a schedule has a time plan."))
    if scanned and value and len(value.split()) != 5:
        raise DefinitionWrong(
            "cron", _("A time plan has five fields: minute hour day month weekday.")
        )
    return value
