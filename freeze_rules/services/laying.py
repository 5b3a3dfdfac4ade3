"""From what a rule met to the claims it lays: how far they reach and how much they take."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.dateparse import parse_datetime

from freeze_rules import formula
from freeze_rules.definition import Definition, Reach
from freeze_rules.selectors.weighing import Hit, Item
from inventory import services as inventory
from inventory.selectors import scope_units
from inventory.selectors.scope_units import ScopeOf
from org.selectors.workdays import Workdays

ACTOR = "system:rules"
# Goods of any age, even long expired, but certain ones: a freeze that asks so takes its cells at
# once, wherever in the warehouse the units lie. Days.
ANY_AGE = -10_000


@dataclass(frozen=True, kw_only=True)
class Laid:
    """One claim that a hit lays: the request, and the scope by which it is counted beforehand."""

    hit: Hit
    request: inventory.HoldRequest
    scope: ScopeOf
    item: Item | None


@dataclass(frozen=True)
class Places:
    """Zones and suppliers that wide reaches need, by location and lot."""

    zones: dict[int, int | None]
    suppliers: dict[int, str]


def places_of(hits: Sequence[Hit]) -> Places:
    """The zones and suppliers of all goods of the hits; two statements at most."""
    locations, lots = set(), set()
    for hit in hits:
        for item in hit.items:
            if hit.rule.definition.reach is Reach.ZONE and item.location_id is not None:
                locations.add(item.location_id)
            if hit.rule.definition.reach is Reach.SUPPLIER and item.lot_id is not None:
                lots.add(item.lot_id)
    return Places(
        zones=scope_units.zones_of(locations) if locations else {},
        suppliers=scope_units.suppliers_of(lots) if lots else {},
    )


def claims_of(hit: Hit, places: Places, *, now: datetime) -> list[Laid]:
    """The claims that the hit lays, one for each different scope; none where nothing is named."""
    if hit.rule.definition.reach is Reach.ORDER:
        return _whole(hit, now)
    found: dict[ScopeOf, Laid] = {}
    for item in hit.items or (None,):
        scope = _scope(hit, item, places)
        if scope is None or scope in found:
            continue
        found[scope] = Laid(
            hit=hit, item=item, scope=scope, request=_request(hit, item, scope, now=now)
        )
    return list(found.values())


def document_of(hit: Hit) -> str:
    """The document of the claims, such as "FR-12:E-345"."""
    return f"FR-{hit.rule.id}:{hit.event.document or f'E-{hit.event.id}'}"[:64]


def _scope(hit: Hit, item: Item | None, places: Places) -> ScopeOf | None:
    """What the claim covers; None when the event does not say what this reach needs."""
    wide, event = hit.rule.definition.reach, hit.event
    house = item.warehouse_id if item else event.warehouse_id
    if wide is Reach.WAREHOUSE:
        return ScopeOf(warehouse_id=house) if house else None
    if wide is Reach.SUPPLIER:
        supplier = str(event.facts.get("event.supplier") or "")
        if not supplier and item is not None and item.lot_id is not None:
            supplier = places.suppliers.get(item.lot_id, "")
        return ScopeOf(supplier=supplier, warehouse_id=house) if supplier else None
    if wide in (Reach.LOCATION, Reach.ZONE) and item is None:
        location, zone = event.facts.get("location_id"), event.facts.get("zone_id")
        if wide is Reach.ZONE and zone:
            return ScopeOf(warehouse_id=house, zone_id=int(zone))
        return ScopeOf(warehouse_id=house, location_id=int(location)) if location else None
    if item is None:
        return None
    if wide is Reach.ZONE:
        zone = places.zones.get(item.location_id or 0)
        return ScopeOf(warehouse_id=house, zone_id=zone) if zone else None
    if wide is Reach.LOCATION:
        return ScopeOf(warehouse_id=house, location_id=item.location_id)
    if wide is Reach.SKU:
        return ScopeOf(warehouse_id=house, sku_id=item.sku_id)
    if wide is Reach.LOT:
        return ScopeOf(warehouse_id=house, sku_id=item.sku_id, lot_id=item.lot_id)
    return ScopeOf(
        warehouse_id=house,
        sku_id=item.sku_id,
        lot_id=item.lot_id,
        location_id=item.location_id,
        grade=item.grade,
    )


def _key(hit: Hit, part: str) -> str:
    """The same rule lays the same part for the same event once."""
    name = f"E{hit.event.id}" if hit.event.id is not None else hit.event.key
    return f"rule:{hit.rule.version_id}:{name}:{part}"


def _request(
    hit: Hit, item: Item | None, scope: ScopeOf, *, now: datetime
) -> inventory.HoldRequest:
    definition = hit.rule.definition
    qty = definition.quantity.of(item.qty) if item is not None else None
    lines: tuple[inventory.Line, ...] = ()
    if scope.sku_id is not None:
        lines = (
            inventory.Line(
                sku_id=scope.sku_id,
                qty=qty or 0,
                lot_id=scope.lot_id,
                grade=scope.grade or "ZP",
                min_days_left=_certain(definition),
            ),
        )
    return _hold(
        hit,
        key=_key(hit, f"{scope.sku_id}.{scope.lot_id}.{scope.location_id}.{scope.warehouse_id}"),
        lines=lines,
        blanket=qty is None or scope.sku_id is None,
        scope=scope,
        now=now,
    )


def _whole(hit: Hit, now: datetime) -> list[Laid]:
    """One claim a warehouse over all goods of the document."""
    definition, found = hit.rule.definition, []
    houses = sorted({item.warehouse_id for item in hit.items if item.warehouse_id is not None})
    for house in houses:
        lines = _lines(definition, [each for each in hit.items if each.warehouse_id == house])
        if not lines:
            continue
        scope = ScopeOf(warehouse_id=house)
        request = _hold(
            hit,
            key=_key(hit, f"w{house}"),
            lines=lines,
            blanket=False,
            scope=scope,
            now=now,
        )
        found.append(Laid(hit=hit, item=None, scope=scope, request=request))
    return found


def _lines(definition: Definition, items: Iterable[Item]) -> tuple[inventory.Line, ...]:
    lines = []
    for item in items:
        asked = definition.quantity.of(item.qty)
        qty = item.qty if asked is None else min(asked, item.qty)
        if qty > 0:
            lines.append(
                inventory.Line(
                    sku_id=item.sku_id,
                    qty=qty,
                    lot_id=item.lot_id,
                    grade=item.grade,
                    min_days_left=_certain(definition),
                )
            )
    return tuple(lines)


def _certain(definition: Definition) -> int | None:
    """Only units that lie in cells can get another grade when they are let go of."""
    return ANY_AGE if definition.regrades else None


def _hold(
    hit: Hit,
    *,
    key: str,
    lines: tuple[inventory.Line, ...],
    blanket: bool,
    scope: ScopeOf,
    now: datetime,
) -> inventory.HoldRequest:
    definition = hit.rule.definition
    review = definition.lease.review_days
    return inventory.HoldRequest(
        key=key,
        document=document_of(hit),
        warehouse_id=scope.warehouse_id,
        location_id=scope.location_id,
        zone_id=scope.zone_id,
        supplier=scope.supplier,
        grade=scope.grade if blanket else "",
        lines=lines,
        blanket=blanket,
        reason=definition.reason,
        policy=inventory.Policy(definition.policy),
        priority=hit.rule.priority,
        rule_version=hit.rule.label,
        release_condition=dict(definition.release),
        review_at=None if review is None else now + timedelta(days=review),
        expires_at=ends_at(definition, hit, now),
        note=hit.rule.name,
    )


def ends_at(definition: Definition, hit: Hit, now: datetime) -> datetime | None:
    """When a commercial claim ends by itself; None: never by time.

    `{"at": "event.ends_at"}` is a time the event tells; without it the claim does not end by time.
    """
    said = definition.lease.expires
    if not said:
        return None
    if "at" in said:
        told = hit.event.facts.get(str(said["at"]))
        at = parse_datetime(str(told)) if told else None
        return at if at is not None and at.tzinfo is not None else None
    return formula.after(said, since=now, works=Workdays())
