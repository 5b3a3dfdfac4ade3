"""Which goods were at a place during a time, and where they are now.

The ledger is walked forward, by the time at which things happened: from the cells of the place to
wherever their units went. Units of one cell cannot be told apart, so what leaves a cell in which
exposed and clean ones have met counts as exposed as far as it can be; nothing is counted as clean
that may not be.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from inventory.models import HoldLine, Location, Stock, Zone
from inventory.selectors.exposure_walk import Walk, steps_from


@dataclass(frozen=True, kw_only=True, slots=True)
class PlaceNamed:
    """A zone or a location; one of the ids is empty."""

    zone_id: int | None
    location_id: int | None


@dataclass(frozen=True, kw_only=True)
class Concern:
    """Whose goods are meant. `sku_ids` None: all that the other conditions leave.

    `temperatures` and `light_sensitive` narrow by what the SKU needs, None by nothing.
    """

    sku_ids: frozenset[int] | None = None
    but_sku_ids: frozenset[int] = frozenset()
    temperatures: frozenset[str] | None = None
    light_sensitive: bool | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Exposed:
    """Goods that were there. `cell_id` is where they lie now; None: they left with `document`.

    `qty` of `on_hand` were there. `where` is THERE, MOVED, STORE, TRANSIT or SHIPPED.
    """

    where: str
    sku_id: int
    lot_id: int | None
    grade: str
    qty: int
    on_hand: int = 0
    cell_id: int | None = None
    warehouse_id: int | None = None
    location_id: int | None = None
    document: str = ""
    left_at: datetime | None = None
    # What they have collected there and elsewhere, where somebody reckoned it.
    dose: int | None = None

    @property
    def mixed(self) -> bool:
        """Exposed and clean units have met and cannot be told apart."""
        return self.cell_id is not None and self.qty < self.on_hand


@dataclass(frozen=True, kw_only=True, slots=True)
class Needs:
    """What a SKU needs that lies, or lay, at a place."""

    sku_id: int
    temperature: str
    light_sensitive: bool


def place_named(*, warehouse_id: int, zone: str = "", location: str = "") -> PlaceNamed | None:
    """The zone or location of this code in the warehouse, if there is one."""
    if zone:
        found = Zone.objects.filter(warehouse_id=warehouse_id, code=zone).first()
        return PlaceNamed(zone_id=found.pk, location_id=None) if found else None
    spot = Location.objects.filter(warehouse_id=warehouse_id, code=location).first()
    return PlaceNamed(zone_id=None, location_id=spot.pk) if spot else None


def locations_of(*, zone_id: int) -> list[int]:
    """Ids of a zone's locations."""
    return list(Location.objects.filter(zone_id=zone_id).values_list("id", flat=True))


def zones_of(location_ids: Collection[int]) -> dict[int, int | None]:
    """The zone of each of these locations."""
    return dict(Location.objects.filter(id__in=location_ids).values_list("id", "zone_id"))


def needs_at(
    *, zone_ids: Collection[int], location_ids: Collection[int]
) -> dict[tuple[str, int], set[Needs]]:
    """What SKUs that lie or ever lay there need, by ("zone", id) and ("location", id).

    SKUs that no longer lie there are among them: whether they were there then, `exposed` says.
    """
    columns = (
        "location__zone_id", "location_id", "balance__sku_id", "balance__sku__temperature",
        "balance__sku__light_sensitive",
    )  # fmt: skip
    rows = Stock.objects.filter(
        Q(location__zone__in=zone_ids) | Q(location__in=location_ids)
    ).values_list(*columns)
    wanted, spots = set(zone_ids), set(location_ids)
    found: dict[tuple[str, int], set[Needs]] = {}
    for zone, spot, sku, temperature, light in rows.distinct():
        needs = Needs(sku_id=sku, temperature=temperature, light_sensitive=light)
        if zone in wanted:
            found.setdefault(("zone", zone), set()).add(needs)
        if spot in spots:
            found.setdefault(("location", spot), set()).add(needs)
    return found


def cleared_cells(document: str) -> dict[int, datetime]:
    """Cells of this document's freezes that were let go of, with the moment."""
    rows = HoldLine.objects.filter(
        hold__document=document, hold__closed_at__isnull=False, stock__isnull=False
    )
    found = rows.values_list("stock_id", "hold__closed_at")
    return {cell: at for cell, at in found if cell is not None and at is not None}


def exposed(
    *,
    zone_id: int | None,
    location_id: int | None,
    since: datetime,
    until: datetime | None,
    concern: Concern,
    cleared: Mapping[int, datetime],
) -> list[Exposed]:
    """Goods that were at the place between these moments, wherever they are now.

    Args:
        zone_id, location_id: the place; one of them.
        since, until: the time, by when things happened; None: it lasts.
        concern: whose goods.
        cleared: cells whose units were found to be good at a moment (a freeze was released).

    Returns:
        By place, what still lies somewhere; then what has left with documents.
    """
    roots = roots_of(zone_id, location_id, concern)
    if not roots:
        return []
    walk = Walk(roots=roots, since=since, until=until, cleared=cleared)
    steps_from(walk)
    return [*_lying(walk, zone_id, location_id), *_left(walk)]


def roots_of(zone_id: int | None, location_id: int | None, concern: Concern) -> set[int]:
    """Cells of the place, also empty ones, with goods of this concern."""
    rows = Stock.objects.all()
    rows = rows.filter(location__zone=zone_id) if zone_id else rows.filter(location=location_id)
    if concern.sku_ids is not None:
        rows = rows.filter(balance__sku__in=concern.sku_ids)
    if concern.but_sku_ids:
        rows = rows.exclude(balance__sku__in=concern.but_sku_ids)
    if concern.temperatures is not None:
        rows = rows.filter(balance__sku__temperature__in=concern.temperatures)
    if concern.light_sensitive is not None:
        rows = rows.filter(balance__sku__light_sensitive=concern.light_sensitive)
    return set(rows.values_list("id", flat=True))


def _lying(walk: Walk, zone_id: int | None, location_id: int | None) -> list[Exposed]:
    ids = [cell for cell, qty in walk.exposed.items() if qty > 0]
    rows = Stock.objects.filter(id__in=ids, on_hand__gt=0).select_related(
        "balance__warehouse", "location"
    )
    found = []
    for row in rows.order_by("balance__warehouse__code", "location__code", "id"):
        house = row.balance.warehouse
        there = row.location.zone_id == zone_id if zone_id else row.location_id == location_id
        where = (
            "THERE" if there else {"TRANSIT": "TRANSIT", "STORE": "STORE"}.get(house.kind, "MOVED")
        )
        found.append(
            Exposed(
                where=where,
                sku_id=row.balance.sku_id,
                lot_id=row.lot_id,
                grade=row.balance.grade,
                qty=min(walk.exposed[row.pk], row.on_hand),
                on_hand=row.on_hand,
                cell_id=row.pk,
                warehouse_id=house.pk,
                location_id=row.location_id,
                # A truck is named after the transfer that travels in it.
                document=row.location.code if where == "TRANSIT" else "",
            )
        )
    return found


def _left(walk: Walk) -> list[Exposed]:
    return [
        Exposed(
            where="SHIPPED", sku_id=sku, lot_id=lot, grade="ZP", qty=left.qty, document=document,
            left_at=left.at,
        )
        for (document, sku, lot), left in sorted(
            walk.shipped.items(), key=lambda each: (each[1].at, each[0][0], each[0][1])
        )
        if left.qty > 0
    ]  # fmt: skip
