"""Events are judged in turn: what an event answers has been judged before it.

A batch is one posting; a hold that its first event lays cannot be let go of by its last. So a
batch ends before the first event that some rule of the batch waits for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence

from freeze_rules.selectors.rulebook import LiveRule, RuleBook
from freeze_rules.selectors.weighing import Heard


def first_turn(events: Sequence[Heard], book: RuleBook) -> int:
    """How many of the events, from the first, can be judged together; at least one."""
    answers = _answers(book)
    waited: dict[str, set[Hashable]] = defaultdict(set)
    for at, event in enumerate(events):
        if waited.get(event.kind) and not waited[event.kind].isdisjoint(_meant(event, wide=True)):
            return at
        kinds = answers.get(event.kind)
        if kinds:
            named = _meant(event, wide=False)
            for kind in kinds:
                waited[kind] |= named
    return len(events)


def _answers(book: RuleBook) -> dict[str, set[str]]:
    """By trigger the kinds of events that holds of its rules wait for."""
    found: dict[str, set[str]] = defaultdict(set)
    for rule in _rules(book):
        definition = rule.definition
        found[definition.trigger] |= definition.hears
    return found


def _rules(book: RuleBook) -> Iterable[LiveRule]:
    for everywhere in book.everywhere.values():
        yield from everywhere
    for by_fact in book.keyed.values():
        for by_value in by_fact.values():
            for rules in by_value.values():
                yield from rules


def _meant(event: Heard, *, wide: bool) -> set[Hashable]:
    """What the event names: its document, goods, supplier and place; `wide`: any lot as well."""
    found: set[Hashable] = {("sku", item.sku_id, item.lot_id) for item in event.items}
    if wide:
        found |= {("sku", item.sku_id, None) for item in event.items}
    if event.document:
        found.add(("document", event.document))
    for fact in ("event.supplier", "zone_id", "location_id"):
        if event.facts.get(fact):
            found.add((fact, str(event.facts[fact])))
    return found
