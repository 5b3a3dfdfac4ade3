"""Events of a time in which none were kept: told again from what the ledger booked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from freeze_rules.models import Event
from freeze_rules.selectors.past_facts import CUSTOMS, PastCustoms
from freeze_rules.selectors.rulebook import LiveRule
from freeze_rules.selectors.weighing import Heard, Item
from freeze_rules.services import hearing
from freeze_rules.services.events import Happening
from inventory.selectors.arrivals import Arrival, arrivals
from inventory.selectors.past_arrivals import NARROWING, Sought

# Kinds of events that the ledger's postings tell of, and which postings these are.
POSTINGS: Mapping[str, tuple[str, ...]] = {
    hearing.RECEIVED: ("RECEIVE",),
    hearing.ARRIVED: ("RECEIVE",),
    hearing.LATE: ("RECEIVE",),
    hearing.RETURNED: ("RETURN",),
}
# Known as of then, so today's value must not sort a posting out.
_KNOWN_THEN = frozenset({CUSTOMS})


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
    past = PastCustoms(line.lot_id for arrival in there for line in arrival.lines)
    return [
        replace(
            arrival,
            lines=tuple(
                replace(line, customs=past.then(line.lot_id, arrival.at, today=line.customs))
                for line in arrival.lines
            ),
        )
        for arrival in there
    ]


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
