"""Events of a time in which none were kept: told again from what the ledger booked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from freeze_rules.models import CustomsStep, Event
from freeze_rules.selectors.rulebook import LiveRule
from freeze_rules.selectors.weighing import Heard, Item
from freeze_rules.services import hearing
from freeze_rules.services.events import Happening
from inventory.selectors.arrivals import Arrival, ArrivedLine, arrivals
from inventory.selectors.past_arrivals import NARROWING, Sought

# Kinds of events that the ledger's postings tell of, and which postings these are.
POSTINGS: Mapping[str, tuple[str, ...]] = {
    hearing.RECEIVED: ("RECEIVE",),
    hearing.ARRIVED: ("RECEIVE",),
    hearing.LATE: ("RECEIVE",),
    hearing.RETURNED: ("RETURN",),
}
# Known as of then below, so today's value must not sort a posting out.
_KNOWN_THEN = frozenset({"lot.customs"})


def sought(
    live: LiveRule, *, since: datetime, until: datetime, houses: Collection[int] | None
) -> Sought | None:
    """The postings that the rule could meet; None: the ledger knows none of its kind.

    What its condition requires of SKU, lot and grade narrows them in SQL.
    """
    kinds = POSTINGS.get(live.definition.trigger)
    if kinds is None:
        return None
    narrowing = NARROWING - _KNOWN_THEN
    required = live.compiled.required
    having = {code: values for code, values in required.items() if code in narrowing}
    return Sought(kinds=kinds, since=since, until=until, houses=houses, having=having)


def told_again(kind: str, posting_ids: Sequence[int]) -> list[Heard]:
    """The events of that kind that these postings are, but for those that were kept.

    Six statements at most.
    """
    told = [
        replace(each, occurred_at=arrival.at)
        for arrival in _as_then(arrivals(posting_ids))
        for each in hearing.told_of(arrival)
        if each.kind == kind
    ]
    keys = [each.key for each in told]
    kept = set(Event.objects.filter(key__in=keys).values_list("key", flat=True))
    return [_heard(each) for each in told if each.key not in kept]


def _as_then(found: Iterable[Arrival]) -> list[Arrival]:
    """Arrivals with what customs said of their lots at that moment."""
    there = list(found)
    lots = {line.lot_id for arrival in there for line in arrival.lines if line.lot_id}
    steps: dict[int, list[CustomsStep]] = {}
    for step in CustomsStep.objects.filter(lot_id__in=lots).order_by("id"):
        steps.setdefault(step.lot_id, []).append(step)
    if not steps:
        return there
    return [
        replace(arrival, lines=tuple(_line_then(line, arrival.at, steps) for line in arrival.lines))
        for arrival in there
    ]


def _line_then(
    line: ArrivedLine, at: datetime, steps: Mapping[int, Sequence[CustomsStep]]
) -> ArrivedLine:
    """With what the first step after that moment found; as it is where none came."""
    later = [step.before for step in steps.get(line.lot_id or 0, ()) if step.at > at]
    return replace(line, customs=later[0]) if later else line


def _heard(told: Happening) -> Heard:
    assert told.occurred_at is not None, "What the ledger tells of has its time."
    return Heard(
        id=None,
        kind=told.kind,
        key=told.key,
        document=told.document,
        warehouse_id=told.warehouse_id,
        occurred_at=told.occurred_at,
        facts=dict(told.facts),
        items=tuple(
            Item(
                sku_id=each.sku_id, qty=each.qty, lot_id=each.lot_id,
                location_id=each.location_id,
                warehouse_id=each.warehouse_id or told.warehouse_id, grade=each.grade,
            )
            for each in told.goods
        ),
    )  # fmt: skip
