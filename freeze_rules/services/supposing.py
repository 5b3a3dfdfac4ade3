"""What a rule that hears events would do if its event came now: for goods, an order or a place that
somebody names, or for the events of the last week once more. Writes nothing.

What only an event can tell (its severity, a number of days) is taken as met for an example; the
events of the last week are judged as they were.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from freeze_rules import conditions
from freeze_rules.models import Event, Rule
from freeze_rules.selectors.replaying import as_live, candidates, of_goods
from freeze_rules.selectors.rulebook import LiveRule, RuleBook
from freeze_rules.selectors.weighing import Heard, Item, heard, weigh
from freeze_rules.services import laying, ledger_events, own_claims
from freeze_rules.services.previewing import Preview, told
from freeze_rules.triggers import TRIGGERS, About
from inventory import selectors as stock
from inventory.selectors import held_lines, past_arrivals, reach, scope_units
from org.coded import CodedRefusal
from org.scope import Scope

WEEK = timedelta(days=7)
# Events of the week that are looked at, the newest; a page waits for no more.
MOST = 500
SENTENCES = {
    "example_missing": _("Name goods, a document, a place or a supplier as an example."),
    "unknown_sku": _("Nobody knows this code."),
    "unknown_lot": _("There is no lot of this number."),
    "unknown_warehouse": _("There is no such warehouse among yours."),
    "warehouse_missing": _("Name the warehouse of this place."),
    "unknown_place": _("There is no such location or zone in this warehouse."),
    "unknown_document": _("Nothing is held and nothing was told under this document."),
    "nothing_there": _("Nothing of this lies in your warehouses."),
    "bad_quantity": _("A quantity is a whole number from 1 to 1,000,000,000."),
}


class ExampleRefused(CodedRefusal):
    """The example names nothing: a stable `code`, and which field says so."""

    sentences = SENTENCES


@dataclass(frozen=True, kw_only=True)
class Example:
    """What the event would speak of, in codes as people know them; empty: not said."""

    sku: str = ""
    lot: str = ""
    qty: int | None = None
    warehouse: str = ""
    # A location, or else a zone.
    place: str = ""
    document: str = ""
    supplier: str = ""


def fields_for(kind: str) -> tuple[str, ...]:
    """The fields of an example that an event of this kind can speak of."""
    about = TRIGGERS[kind].about
    if about is About.SUPPLIER:
        return ("supplier", "warehouse")
    if about is About.PLACE or kind.startswith("count."):
        return ("warehouse", "place")
    goods = ("sku", "lot", "qty", "warehouse", "place")
    return ("document", *goods) if about is About.DOCUMENT else goods


def suppose(rule: Rule, *, example: Example, scope: Scope) -> Preview:
    """What the rule, or its waiting change, would do if its event named this now.

    Raises:
        ExampleRefused: it names nothing that there is.
        DefinitionWrong, ConditionRefused: the rule cannot be judged.
    """
    live, now = as_live(rule), timezone.now()
    node = conditions.parse(live.definition.condition, rule.parameters)
    event = _event(live.definition.trigger, example, scope, now)
    return _preview(rule, of_goods(live, conditions.without_events(node)), [event], scope, now)


def last_week(rule: Rule, *, scope: Scope) -> Preview:
    """What it would do if the events of the last seven days came once more now.

    Kept ones, and what the ledger booked besides them; the newest `MOST` of each.

    Raises:
        DefinitionWrong, ConditionRefused: the rule cannot be judged.
    """
    live, now = as_live(rule), timezone.now()
    kind = live.definition.trigger
    houses = None if scope.is_everything else [view.id for view in stock.warehouses(scope=scope)]
    rows = candidates(kind=kind, since=now - WEEK, houses=houses).order_by("-id")[:MOST]
    events = [heard(row) for row in rows]
    sought = ledger_events.sought(live, since=now - WEEK, until=now, houses=houses)
    if sought is not None:
        ids = past_arrivals.last_of(sought, limit=MOST)
        events += ledger_events.told_again(kind, ids)
    return _preview(rule, live, events, scope, now)


def _preview(
    rule: Rule, live: LiveRule, events: Sequence[Heard], scope: Scope, now: datetime
) -> Preview:
    book = RuleBook()
    book.add(live)
    hits = own_claims.beyond(weigh(events, book, now=now).hits)
    places = laying.places_of(hits)
    laid = [each for hit in hits for each in laying.claims_of(hit, places, now=now)]
    # The same goods of two events are frozen once.
    once = {(each.scope, each.request.lines): each for each in laid}
    return told(rule, list(once.values()), scope=scope, now=now, at_most=False, events=len(events))


def _event(kind: str, example: Example, scope: Scope, now: datetime) -> Heard:
    house = _house(example, scope)
    facts: dict[str, Any] = {}
    if example.supplier:
        facts["event.supplier"] = example.supplier.strip()
    location, zone = _place(example, house)
    if location:
        facts["location_id"] = location
    if zone:
        facts["zone_id"] = zone
    items: tuple[Item, ...] = ()
    document = example.document.strip()
    if document:
        rows = scope.limit(Event.objects.all(), "warehouse__unit")
        known = rows.filter(kind=kind, document=document).order_by("-id").first()
        items = heard(known).items if known else _held_under(document, scope)
        if not items:
            raise ExampleRefused("unknown_document", "document")
    elif example.sku or example.lot:
        items = _goods(example, scope, house, location)
    elif location and TRIGGERS[kind].about is not About.PLACE and "sku" in fields_for(kind):
        items = _lying(scope, location_id=location)
    elif not facts:
        raise ExampleRefused("example_missing", fields_for(kind)[0])
    return Heard(
        id=None, kind=kind, key="suppose", document=document or "EXAMPLE", warehouse_id=house,
        occurred_at=now, facts=facts, items=items,
    )  # fmt: skip


def _house(example: Example, scope: Scope) -> int | None:
    code = example.warehouse.strip().upper()
    if not code:
        if example.place.strip():
            raise ExampleRefused("warehouse_missing", "warehouse")
        return None
    found = {view.code.upper(): view.id for view in stock.warehouses(scope=scope)}
    if code not in found:
        raise ExampleRefused("unknown_warehouse", "warehouse")
    return found[code]


def _place(example: Example, house: int | None) -> tuple[int | None, int | None]:
    """The location with its zone, or the zone alone."""
    code = example.place.strip().upper()
    if not code or house is None:
        return None, None
    place = stock.location_by_code(warehouse_id=house, code=code)
    if place is not None:
        return place.id, scope_units.zones_of({place.id}).get(place.id)
    zone = reach.zones([code], warehouse_ids=[house]).get(code, house)
    if zone is None:
        raise ExampleRefused("unknown_place", "place")
    return None, zone


def _held_under(document: str, scope: Scope) -> tuple[Item, ...]:
    """The goods that this document holds: those an event about it would name."""
    holds = stock.holds(scope=scope, documents=[document])
    lines = held_lines.of_holds([hold.id for hold in holds])
    return tuple(
        Item(
            sku_id=line.sku_id, qty=line.open, lot_id=line.lot_id, location_id=None,
            warehouse_id=line.warehouse_id, grade=line.grade,
        )
        for own in lines.values()
        for line in own
    )  # fmt: skip


def _goods(
    example: Example, scope: Scope, house: int | None, location: int | None
) -> tuple[Item, ...]:
    """The goods lot by lot in each warehouse, or in the place that is named."""
    if example.qty is not None and not 1 <= example.qty <= 1_000_000_000:
        raise ExampleRefused("bad_quantity", "qty")
    code, lot_code = example.sku.strip().upper(), example.lot.strip().upper()
    sku_id = stock.sku_ids_by_barcode([code]).get(code, (None, 1))[0] if code else None
    if code and sku_id is None:
        raise ExampleRefused("unknown_sku", "sku")
    lot_id = None
    if lot_code:
        named = [lot for lot in stock.lots_named(codes=[lot_code]) if sku_id in (None, lot.sku_id)]
        if not named:
            raise ExampleRefused("unknown_lot", "lot")
        lot_id, sku_id = named[0].id, named[0].sku_id
    items = _lying(scope, sku_id=sku_id, warehouse_id=house, location_id=location)
    found = tuple(item for item in items if lot_id in (None, item.lot_id))
    if not found:
        raise ExampleRefused("nothing_there", "sku" if code else "lot")
    if example.qty is None:
        return found
    first = found[0]
    return (
        Item(
            sku_id=first.sku_id, qty=example.qty, lot_id=first.lot_id,
            location_id=first.location_id, warehouse_id=first.warehouse_id, grade=first.grade,
        ),
    )  # fmt: skip


def _lying(scope: Scope, **where: int | None) -> tuple[Item, ...]:
    by_place = where.get("location_id") is not None
    sums: dict[tuple[int, int, int | None, int | None, str], int] = {}
    for cell in stock.cells(scope=scope, **where):
        place = cell.location_id if by_place else None
        key = (cell.warehouse_id, cell.sku_id, cell.lot_id, place, cell.grade)
        sums[key] = sums.get(key, 0) + cell.on_hand
    return tuple(
        Item(sku_id=sku, qty=units, lot_id=lot, location_id=place, warehouse_id=house, grade=grade)
        for (house, sku, lot, place, grade), units in sums.items()
    )
