"""Which live rules an event meets. Writes nothing: live work, the shadow, previews and replays ask
the same question here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from freeze_rules.definition import Reach
from freeze_rules.facts import case_of_kept
from freeze_rules.knowing import OF_PLACES
from freeze_rules.models import Event
from freeze_rules.selectors.past_facts import PastCustoms
from freeze_rules.selectors.rulebook import LiveRule, RuleBook
from inventory.selectors import facts as stock_facts

# Always kept with a verdict besides what the condition read.
COST = "sku.cost"
# The one rule that an event is for, where a person has that rule applied.
FOR_RULE = "rule_id"


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """Goods that an event speaks of; `qty` in base units."""

    sku_id: int
    qty: int
    lot_id: int | None
    location_id: int | None
    warehouse_id: int | None
    grade: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """An event as rules see it, live or out of the past."""

    id: int | None
    kind: str
    key: str
    document: str
    warehouse_id: int | None
    occurred_at: datetime
    facts: Mapping[str, Any]
    items: tuple[Item, ...]
    # A search found it, cell by cell: its rule's condition holds, and is not asked again of goods
    # that are told without their cells.
    searched: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule meets an event: for these goods, with the facts that its condition read."""

    rule: LiveRule
    event: Heard
    items: tuple[Item, ...]
    facts: Mapping[str, Any]
    cost: Decimal


@dataclass
class Weighed:
    """What a batch of events came to."""

    hits: list[Hit] = field(default_factory=list)
    # Rules whose condition failed while running: id -> why.
    failed: dict[int, str] = field(default_factory=dict)


def heard(event: Event) -> Heard:
    """The event as rules see it."""
    return Heard(
        id=event.pk,
        kind=event.kind,
        key=event.key,
        document=event.document,
        warehouse_id=event.warehouse_id,
        occurred_at=event.occurred_at,
        facts=event.facts,
        items=tuple(
            Item(
                sku_id=kept["sku"],
                qty=kept.get("qty", 0),
                lot_id=kept.get("lot"),
                location_id=kept.get("location"),
                warehouse_id=kept.get("warehouse", event.warehouse_id),
                grade=kept.get("grade", "ZP"),
            )
            for kept in event.goods
        ),
    )


def weigh(
    events: Sequence[Heard],
    book: RuleBook,
    *,
    now: datetime | None = None,
    past: PastCustoms | None = None,
) -> Weighed:
    """Each event against each rule that may be meant; facts are read once for all of them.

    Args:
        now: the moment at which stock facts such as days left are read; the clock's otherwise.
        past: what customs said of the lots at the moment of each event; today's otherwise.
    """
    weighed = Weighed()
    wanted = [event for event in events if book.listens(event.kind)]
    known = _stock_facts(wanted, book, now)
    today = timezone.localdate(now)
    for event in wanted:
        own = _own_facts(event)
        if not event.items:
            _judge(weighed, event, (), {**known.get(_spot(event), {}), **own}, book, today)
        for item in event.items:
            facts: Mapping[str, Any] = known.get(_key(item), {})
            if past is not None:
                told = str(event.facts.get("event.customs") or "")
                facts = past.overlay(item.lot_id, event.occurred_at, facts, told=told)
            case = {**facts, **own, "event.qty": item.qty}
            _judge(weighed, event, (item,), case, book, today)
    weighed.hits = _whole_documents(weighed.hits)
    return weighed


def _key(item: Item) -> tuple[Any, ...]:
    return (item.sku_id, item.warehouse_id, item.lot_id, item.location_id, item.grade)


def _spot(event: Heard) -> tuple[Any, ...]:
    """The place of an event that names no goods."""
    return (event.warehouse_id, event.facts.get("location_id"))


def _own_facts(event: Heard) -> dict[str, Any]:
    return {
        **case_of_kept(event.facts),
        "event.kind": event.kind,
        "event.document": event.document or None,
        "event.at": event.occurred_at,
    }


def _stock_facts(
    events: Iterable[Heard], book: RuleBook, now: datetime | None
) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Facts of all goods of the batch, in one statement; only those that some rule reads."""
    goods: dict[tuple[Any, ...], stock_facts.Goods] = {}
    codes: set[str] = {COST}
    for event in events:
        read = {code for code in book.reads[event.kind] if not code.startswith("event.")}
        codes |= read
        for item in event.items:
            goods[_key(item)] = stock_facts.Goods(
                sku_id=item.sku_id,
                warehouse_id=item.warehouse_id,
                lot_id=item.lot_id,
                location_id=item.location_id,
                grade=item.grade,
            )
        if not event.items and any(code.partition(".")[0] in OF_PLACES for code in read):
            house, place = _spot(event)
            goods[(house, place)] = stock_facts.Goods(
                sku_id=None, warehouse_id=house, location_id=place
            )
    if not goods:
        return {}
    found = stock_facts.facts_of(list(goods.values()), codes=codes, now=now)
    return dict(zip(goods, found, strict=True))


def _judge(
    weighed: Weighed,
    event: Heard,
    items: tuple[Item, ...],
    case: Mapping[str, Any],
    book: RuleBook,
    today: date,
) -> None:
    rules = book.every(event.kind) if event.searched else book.candidates(event.kind, case)
    only = event.facts.get(FOR_RULE)
    for rule in rules:
        if only not in (None, rule.id):
            continue
        if rule.id in weighed.failed or not rule.definition.valid_on(today):
            continue
        try:
            met = event.searched or rule.compiled.judge(case)
        except Exception as wrong:
            # One rule's failure is its own: it is paused, its events are kept, the rest goes on.
            weighed.failed[rule.id] = f"{type(wrong).__name__}: {wrong}"
            continue
        if met:
            read = {code: case.get(code) for code in rule.compiled.reads}
            weighed.hits.append(Hit(rule, event, items, kept(read), case.get(COST) or Decimal(0)))


def kept(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as a verdict keeps them: what JSON has no word for as text."""
    return {
        code: value if isinstance(value, str | int | bool | None) else _text(value)
        for code, value in facts.items()
    }


def _text(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Collection):
        return [str(each) for each in value]
    return str(value)


def _whole_documents(hits: Sequence[Hit]) -> list[Hit]:
    """A rule over whole documents claims all goods that meet it at once, as one hit."""
    found: list[Hit] = []
    places: dict[tuple[int, str], int] = {}
    for hit in hits:
        if hit.rule.definition.reach is not Reach.ORDER:
            found.append(hit)
            continue
        spot = (hit.rule.id, hit.event.key)
        if spot in places:
            first = found[places[spot]]
            units, more = _units(first.items), _units(hit.items)
            cost = (first.cost * units + hit.cost * more) / max(units + more, 1)
            found[places[spot]] = replace(first, items=first.items + hit.items, cost=cost)
        else:
            places[spot] = len(found)
            found.append(hit)
    return found


def _units(items: Iterable[Item]) -> int:
    return sum(item.qty for item in items)
