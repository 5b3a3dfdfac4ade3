"""What a fact is: its type, its unit, and how it may be compared. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Type(StrEnum):
    """What values a fact has, and what a condition compares it with."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    MONEY = "money"
    PERCENT = "percent"
    DATE = "date"
    MOMENT = "datetime"
    FLAG = "bool"
    CHOICE = "choice"
    # Several words at once, such as all units above a warehouse.
    CHOICES = "choices"


DECIMALS = frozenset({Type.NUMBER, Type.MONEY, Type.PERCENT})
COUNTED = DECIMALS | {Type.INTEGER}
TIMES = frozenset({Type.DATE, Type.MOMENT})


class Is(StrEnum):
    """How a fact is compared."""

    EQUAL = "="
    UNEQUAL = "!="
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="
    IN = "in"
    NOT_IN = "not_in"
    BETWEEN = "between"
    CONTAINS = "contains"
    STARTS = "starts"
    KNOWN = "known"
    UNKNOWN = "unknown"


# Compared with nothing, with a list, or else with one value.
WITHOUT_VALUE = frozenset({Is.KNOWN, Is.UNKNOWN})
WITH_LIST = frozenset({Is.IN, Is.NOT_IN, Is.BETWEEN})

_SAME = (Is.EQUAL, Is.UNEQUAL)
_SET = (Is.IN, Is.NOT_IN)
_ORDER = (Is.LESS, Is.AT_MOST, Is.MORE, Is.AT_LEAST)
_KNOWING = (Is.KNOWN, Is.UNKNOWN)
_ORDERED = (*_ORDER, Is.BETWEEN, *_SAME, *_SET, *_KNOWING)

COMPARISONS: dict[Type, tuple[Is, ...]] = {
    Type.TEXT: (*_SAME, *_SET, Is.CONTAINS, Is.STARTS, *_KNOWING),
    Type.INTEGER: _ORDERED,
    Type.NUMBER: _ORDERED,
    Type.MONEY: _ORDERED,
    Type.PERCENT: _ORDERED,
    Type.DATE: _ORDERED,
    # Nobody means one microsecond.
    Type.MOMENT: (*_ORDER, Is.BETWEEN, *_KNOWING),
    Type.FLAG: (Is.EQUAL, *_KNOWING),
    Type.CHOICE: (*_SAME, *_SET, *_KNOWING),
    Type.CHOICES: (Is.CONTAINS, *_KNOWING),
}

# How a comparison is called in a list of choices.
COMPARISON_LABELS: dict[Is, Promise] = {
    Is.EQUAL: pgettext_lazy("comparison", "is"),
    Is.UNEQUAL: pgettext_lazy("comparison", "is not"),
    Is.LESS: pgettext_lazy("comparison", "is less than"),
    Is.AT_MOST: pgettext_lazy("comparison", "is at most"),
    Is.MORE: pgettext_lazy("comparison", "is more than"),
    Is.AT_LEAST: pgettext_lazy("comparison", "is at least"),
    Is.IN: pgettext_lazy("comparison", "is one of"),
    Is.NOT_IN: pgettext_lazy("comparison", "is none of"),
    Is.BETWEEN: pgettext_lazy("comparison", "is between"),
    Is.CONTAINS: pgettext_lazy("comparison", "contains"),
    Is.STARTS: pgettext_lazy("comparison", "starts with"),
    Is.KNOWN: pgettext_lazy("comparison", "is known"),
    Is.UNKNOWN: pgettext_lazy("comparison", "is not known"),
}
TIME_LABELS: dict[Is, Promise] = {
    Is.LESS: pgettext_lazy("comparison", "is before"),
    Is.AT_MOST: pgettext_lazy("comparison", "is not after"),
    Is.MORE: pgettext_lazy("comparison", "is after"),
    Is.AT_LEAST: pgettext_lazy("comparison", "is not before"),
}


def label_of(comparison: Is, kind: Type) -> str:
    """How this comparison of such a fact is called in the reader's language."""
    timely = TIME_LABELS.get(comparison) if kind in TIMES else None
    return str(timely or COMPARISON_LABELS[comparison])


class Unit(StrEnum):
    """What a number counts."""

    NONE = ""
    DAYS = "days"
    MINUTES = "minutes"
    PIECES = "pieces"
    GRAMS = "g"
    MILLILITRES = "ml"
    PERCENT = "%"
    YUAN = "CNY"
    CELSIUS = "°C"
    SKUS = "SKUs"


UNIT_LABELS: dict[Unit, Promise | str] = {
    Unit.NONE: "",
    Unit.DAYS: pgettext_lazy("unit", "days"),
    Unit.MINUTES: pgettext_lazy("unit", "minutes"),
    Unit.PIECES: pgettext_lazy("unit", "units"),
    Unit.GRAMS: "g",
    Unit.MILLILITRES: "ml",
    Unit.PERCENT: "%",
    Unit.YUAN: pgettext_lazy("unit", "CNY"),
    Unit.CELSIUS: "°C",
    Unit.SKUS: "SKU",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the words a fact may be."""

    code: str
    label: Promise | str


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """Something that is known of goods in a cell, or of what happened.

    `about` is one line for whoever picks it. `choices` are all the words it may be; `source` names
    the list in which the words of a text stand (`inventory.selectors.facts.suggested`). `least` is
    the smallest number it ever is.
    """

    code: str
    label: Promise
    type: Type
    unit: Unit = Unit.NONE
    about: Promise | str = ""
    choices: tuple[Choice, ...] = ()
    source: str = ""
    least: int | None = None

    @property
    def subject(self) -> str:
        """What it is a fact of: sku, lot, warehouse, zone, location, cell, balance, event, hold."""
        return self.code.partition(".")[0]

    @property
    def is_of_event(self) -> bool:
        """True when only something that happened brings it; stock alone does not know it."""
        return self.subject == "event"

    @property
    def comparisons(self) -> tuple[Is, ...]:
        """How it may be compared."""
        return COMPARISONS[self.type]

    def choice_label(self, code: str) -> str:
        """A choice in the reader's language; a word that is none of them stays as it is."""
        return next((str(each.label) for each in self.choices if each.code == code), code)


SUBJECTS: dict[str, Promise] = {
    "event": pgettext_lazy("subject of facts", "What happened"),
    "sku": _("SKU"),
    "lot": _("Lot"),
    "cell": _("Cell"),
    "balance": pgettext_lazy("subject of facts", "Stock in the warehouse"),
    "warehouse": _("Warehouse"),
    "zone": _("Zone"),
    "location": _("Location"),
    "hold": pgettext_lazy("subject of facts", "The freeze itself"),
}
