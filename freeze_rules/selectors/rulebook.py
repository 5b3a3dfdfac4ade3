"""The rules that run now, compiled once and found by what their conditions require."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from freeze_rules import conditions
from freeze_rules.definition import Definition, read
from freeze_rules.models import LIVE, Rule, RuleState, RuleVersion
from freeze_rules.tuning import tuned, without_settings

Case = Mapping[str, Any]
Judge = Callable[[Case], bool]
# Facts that tell most rules apart come first when a rule could be found by several.
TELLING = ("sku.code", "lot.code", "location.code", "event.promotion", "sku.category", "sku.brand")
# Compiled versions kept in one process.
KEPT = 4_096


@dataclass(frozen=True)
class Compiled:
    """One version's definition with its condition as a function."""

    definition: Definition
    judge: Judge
    reads: frozenset[str]
    # The one fact, and its possible values, without which the condition is never true.
    key_fact: str
    key_values: frozenset[Any]
    # Every fact that has one of these values whenever the condition is true.
    required: Mapping[str, frozenset[Any]]


@dataclass(frozen=True)
class LiveRule:
    """A rule that runs: on goods, or in the shadow on paper only."""

    id: int
    version_id: int
    label: str
    state: str
    name: str
    priority: int
    compiled: Compiled

    @property
    def definition(self) -> Definition:
        """What its version says."""
        return self.compiled.definition

    @property
    def is_shadow(self) -> bool:
        """True when it only notes what it would freeze."""
        return self.state == RuleState.SHADOW


@dataclass
class RuleBook:
    """Live rules by trigger, and within a trigger by the fact that they require."""

    everywhere: dict[str, list[LiveRule]] = field(default_factory=lambda: defaultdict(list))
    keyed: dict[str, dict[str, dict[Any, list[LiveRule]]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    )
    reads: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    # Rules whose version cannot be compiled any more: id -> why.
    broken: dict[int, str] = field(default_factory=dict)
    # Paused rules keep their events: trigger -> rule ids.
    paused: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def add(self, rule: LiveRule) -> None:
        """Have the rule found for its trigger."""
        compiled, trigger = rule.compiled, rule.definition.trigger
        self.reads[trigger] |= compiled.reads
        if not compiled.key_fact:
            self.everywhere[trigger].append(rule)
            return
        for value in compiled.key_values:
            self.keyed[trigger][compiled.key_fact][value].append(rule)

    def candidates(self, trigger: str, case: Case) -> list[LiveRule]:
        """Rules whose condition may hold for the case, by falling priority."""
        found = list(self.everywhere.get(trigger, ()))
        for fact, by_value in self.keyed.get(trigger, {}).items():
            value = case.get(fact)
            if value is not None:
                found += by_value.get(value, ())
        return sorted(found, key=lambda rule: (-rule.priority, rule.id))

    def every(self, trigger: str) -> list[LiveRule]:
        """All rules of the trigger, whatever they require, by falling priority."""
        found = {rule.id: rule for rule in self.everywhere.get(trigger, ())}
        for by_value in self.keyed.get(trigger, {}).values():
            found |= {rule.id: rule for rules in by_value.values() for rule in rules}
        return sorted(found.values(), key=lambda rule: (-rule.priority, rule.id))

    def listens(self, trigger: str) -> bool:
        """True when any live rule begins with this kind of event."""
        return bool(self.everywhere.get(trigger)) or bool(self.keyed.get(trigger))


def live_rules(*, only: int | None = None) -> RuleBook:
    """All rules that run now; with `only`, that one alone, as if it ran (for what it has kept)."""
    book = RuleBook()
    wanted = Rule.objects.filter(version__isnull=False)
    wanted = (
        wanted.filter(state__in=[*LIVE, RuleState.PAUSED]) if only is None
        else wanted.filter(pk=only)
    )  # fmt: skip
    rows = list(
        wanted.values_list(
            "id", "version_id", "version__number", "state", "name", "priority", "parameters",
            "trigger",
        )
    )  # fmt: skip
    definitions = _not_compiled(rows)
    for pk, version_id, number, state, name, priority, parameters, trigger in rows:
        if state == RuleState.PAUSED:
            book.paused[trigger].append(pk)
            continue
        try:
            compiled = compiled_version(version_id, _written(parameters), definitions)
        except Exception as wrong:
            # Whatever is wrong with one rule must not stop the others; it is paused and reported.
            book.broken[pk] = str(wrong)
            book.paused[trigger].append(pk)
            continue
        book.add(LiveRule(pk, version_id, f"FR-{pk}/{number}", state, name, priority, compiled))
    return book


def values_for(rule: Rule, version: RuleVersion) -> dict[str, Any]:
    """The parameters for a version: settings that were tuned are of the one that runs alone."""
    running = version.pk == rule.version_id
    return dict(rule.parameters) if running else without_settings(rule.parameters)


_compiled: dict[tuple[int, str], Compiled] = {}


def forget() -> None:
    """Compile anew: what was kept is of another database, whose versions have the same numbers."""
    _compiled.clear()


def _written(parameters: Mapping[str, Any]) -> str:
    return json.dumps(parameters, sort_keys=True)


def _not_compiled(rows: Iterable[tuple[Any, ...]]) -> dict[int, Any]:
    """The definitions of versions that this process has not compiled yet; one statement."""
    missing = [row[1] for row in rows if (row[1], _written(row[6])) not in _compiled]
    if not missing:
        return {}
    return dict(RuleVersion.objects.filter(pk__in=missing).values_list("id", "definition"))


def compiled_version(version_id: int, parameters: str, definitions: Mapping[int, Any]) -> Compiled:
    """A version with these parameters; versions are never edited, so it is kept.

    Raises:
        DefinitionWrong, conditions.ConditionRefused: it cannot be used.
    """
    key = (version_id, parameters)
    found = _compiled.get(key)
    if found is None:
        if len(_compiled) >= KEPT:
            _compiled.clear()
        found = compiled_definition(definitions[version_id], json.loads(parameters))
        _compiled[key] = found
    return found


def compiled_definition(said: Mapping[str, Any], parameters: Mapping[str, Any]) -> Compiled:
    """A definition with its condition as a function.

    Raises:
        DefinitionWrong, conditions.ConditionRefused: it cannot be used.
    """
    definition = read(tuned(said, parameters))
    tree = conditions.parse(definition.condition, parameters)
    # "Not known" is a value too, but nothing is found by it.
    required = {
        fact: values
        for fact, values in conditions.required_equalities(tree).items()
        if None not in values
    }
    fact = next((each for each in TELLING if each in required), next(iter(required), ""))
    return Compiled(
        definition=definition,
        judge=conditions.compile_closure(tree),
        reads=frozenset(conditions.facts_in(tree)),
        key_fact=fact,
        key_values=frozenset(required[fact]) if fact else frozenset(),
        required=required,
    )
