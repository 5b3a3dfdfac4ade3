"""What a preset is: a whole rule with its parameters, its tests and a paragraph about it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

Tree = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Knob:
    """A parameter of a preset: its name in the condition, what people call it, where it begins."""

    name: str
    label: Promise
    value: Any


@dataclass(frozen=True, kw_only=True)
class Tried:
    """A test that is stored with the rule: given these facts and units, so many are frozen.

    `expected` None: all of it, whatever comes later too.
    """

    name: Promise
    given: Mapping[str, Any] = field(default_factory=dict)
    qty: int = 10
    expected: int | None


@dataclass(frozen=True, kw_only=True)
class Preset:
    """One rule, ready to be taken. `about` says what it freezes and what lets go of it."""

    code: str
    name: Promise
    about: Promise
    definition: Tree
    knobs: tuple[Knob, ...] = ()
    cases: tuple[Tried, ...]
    priority: int = 0

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters as a new rule has them."""
        return {knob.name: knob.value for knob in self.knobs}


ALWAYS: Tree = {"all": []}
INSPECTED: Tree = {"proof": "inspection.passed"}
# Of a sampled lot: what failed becomes a defect, what passed is for sale again.
BY_INSPECTION: tuple[Tree, ...] = (
    {"on": "inspection.failed", "do": "convert", "reason": "DEFECT"},
    {"on": "inspection.partial", "do": "release_qty", "fact": "event.passed"},
    {"on": "inspection.partial", "do": "convert_qty", "reason": "DEFECT", "fact": "event.failed"},
)
