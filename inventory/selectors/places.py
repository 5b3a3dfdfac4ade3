"""What lies at one place: the cell, the location, and the freezes and marks that cover them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, Q, QuerySet

from inventory.models import Hold, HoldLine, Location, Stock
from inventory.models.books import Grade
from inventory.scopes import Scope as Reach
from inventory.scopes import Spot, covers
from org.scope import Scope

ROWS = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Cover:
    """A freeze or mark without a quantity that covers a cell, with or without units of it."""

    hold_id: int
    document: str
    reason_code: str
    reason_label: str
    role: str
    is_safety: bool
    forbids: tuple[str, ...]
    review_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Pinned:
    """Open units that one claim has in one cell."""

    hold_id: int
    document: str
    reason_code: str
    reason_label: str
    role: str
    is_safety: bool
    qty: int
    priority: int
    started: bool
    placed_by: str
    since: datetime
    review_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PlacedGoods:
    """A cell on a page: what, where, which lot, how much, and what covers it."""

    id: int
    balance_id: int
    sku_id: int
    sku_code: str
    sku_name: str
    unit_name: str
    warehouse_id: int
    warehouse_name: str
    location_id: int
    location_code: str
    zone_code: str
    lot_id: int | None
    lot_code: str
    produced_on: date | None
    expires_on: date | None
    grade: str
    owner: str
    on_hand: int
    pinned: int
    covers: tuple[Cover, ...] = ()

    @property
    def unpinned(self) -> int:
        """Units that no claim has in this cell; bin-less claims may still want them."""
        return self.on_hand - self.pinned

    @property
    def grade_name(self) -> str:
        """The grade in the reader's language."""
        return str(Grade(self.grade).label)


@dataclass(frozen=True, kw_only=True, slots=True)
class LocationPage:
    """One location and its cells."""

    id: int
    code: str
    kind: str
    kind_label: str
    warehouse_id: int
    warehouse_name: str
    zone_code: str
    is_active: bool
    cells: list[PlacedGoods]
    units: int
    held: int


def cell(*, cell_id: int, scope: Scope) -> PlacedGoods | None:
    """One cell with its covers, also an empty one; None outside the scope."""
    return next(iter(placed(cells_seen(scope).filter(id=cell_id))), None)


def pinned_in(*, cell_id: int, limit: int = ROWS) -> list[Pinned]:
    """Claims with units in a cell, highest rank first. The caller has checked the scope."""
    rows = (
        HoldLine.objects.filter(stock_id=cell_id, open__gt=0)
        .select_related("hold__reason")
        .order_by("-hold__rank", "-open", "id")[:limit]
    )
    return [
        Pinned(
            hold_id=row.hold_id,
            document=row.hold.document,
            reason_code=row.hold.reason.code,
            reason_label=row.hold.reason.label,
            role=row.hold.role,
            is_safety=row.hold.is_safety,
            qty=row.open,
            priority=row.priority,
            started=row.started,
            placed_by=row.hold.placed_by,
            since=row.hold.created_at,
            review_at=row.hold.review_at,
        )
        for row in rows
    ]


def location_page(*, location_id: int, scope: Scope) -> LocationPage | None:
    """One location with its goods; None outside the scope."""
    rows = scope.limit(Location.objects.select_related("warehouse", "zone"), "warehouse__unit")
    place = rows.filter(id=location_id).first()
    if place is None:
        return None
    cells = placed(cells_seen(scope).filter(location_id=location_id, on_hand__gt=0))
    return LocationPage(
        id=place.pk,
        code=place.code,
        kind=place.kind,
        kind_label=str(place.get_kind_display()),
        warehouse_id=place.warehouse_id,
        warehouse_name=place.warehouse.name,
        zone_code=place.zone.code if place.zone else "",
        is_active=place.is_active,
        cells=cells,
        units=sum(row.on_hand for row in cells),
        held=sum(row.pinned for row in cells),
    )


def grades() -> list[tuple[str, str]]:
    """The grades that goods may have, with their names in the reader's language."""
    return [(code, str(name)) for code, name in Grade.choices]


def cells_seen(scope: Scope) -> QuerySet[Stock]:
    """Cells inside the scope with what a page shows of them."""
    rows = Stock.objects.select_related(
        "balance__sku", "balance__warehouse", "location__zone", "lot"
    )
    return scope.limit(rows, "balance__warehouse__unit")


def placed(rows: QuerySet[Stock]) -> list[PlacedGoods]:
    """Views of these cells (the first few hundred), with their covers. Two statements."""
    found = list(
        rows.order_by("balance__sku__code", F("lot__expires_on").asc(nulls_last=True), "id")[:ROWS]
    )
    over = covering(found)
    return [
        PlacedGoods(
            id=row.pk,
            balance_id=row.balance_id,
            sku_id=row.balance.sku_id,
            sku_code=row.balance.sku.code,
            sku_name=row.balance.sku.name,
            unit_name=row.balance.sku.unit_name,
            warehouse_id=row.balance.warehouse_id,
            warehouse_name=row.balance.warehouse.name,
            location_id=row.location_id,
            location_code=row.location.code,
            zone_code=row.location.zone.code if row.location.zone else "",
            lot_id=row.lot_id,
            lot_code=row.lot.code if row.lot else "",
            produced_on=row.lot.produced_on if row.lot else None,
            expires_on=row.lot.expires_on if row.lot else None,
            grade=row.balance.grade,
            owner=row.balance.owner,
            on_hand=row.on_hand,
            pinned=row.pinned,
            covers=over.get(row.pk, ()),
        )
        for row in found
    ]


def covering(cells: Sequence[Stock]) -> dict[int, tuple[Cover, ...]]:
    """Open blankets and marks over each of these cells, highest rank first. One statement."""
    if not cells:
        return {}
    rows = Hold.objects.filter(
        _none_or("warehouse", {row.balance.warehouse_id for row in cells})
        & _none_or("sku", {row.balance.sku_id for row in cells})
        & _none_or("location", {row.location_id for row in cells})
        & _none_or("lot", {row.lot_id for row in cells if row.lot_id is not None}),
        blanket=True,
        closed_at__isnull=True,
    ).select_related("reason")
    known = [(_reach(row), _cover(row)) for row in rows.order_by("-rank", "id")]
    return {
        row.pk: tuple(cover for reach, cover in known if covers(reach, _spot(row))) for row in cells
    }


def _none_or(name: str, ids: Collection[int]) -> Q:
    return Q(**{f"{name}__isnull": True}) | Q(**{f"{name}_id__in": ids})


def _reach(row: Hold) -> Reach:
    return Reach(
        warehouse_id=row.warehouse_id,
        zone_id=row.zone_id,
        location_id=row.location_id,
        sku_id=row.sku_id,
        lot_id=row.lot_id,
        supplier=row.supplier,
        grade=row.grade,
        owner=row.owner,
        without_lots=frozenset(row.excluded_lots),
        without_cells=frozenset(row.excluded_cells),
    )


def _spot(row: Stock) -> Spot:
    return Spot(
        warehouse_id=row.balance.warehouse_id,
        zone_id=row.location.zone_id,
        location_id=row.location_id,
        sku_id=row.balance.sku_id,
        lot_id=row.lot_id,
        supplier=row.lot.supplier if row.lot else "",
        grade=row.balance.grade,
        owner=row.balance.owner,
        cell_id=row.pk,
    )


def _cover(row: Hold) -> Cover:
    acts = ("reserve", "pick", "ship", "move", "count", "publish")
    return Cover(
        hold_id=row.pk,
        document=row.document,
        reason_code=row.reason.code,
        reason_label=row.reason.label,
        role=row.role,
        is_safety=row.is_safety,
        forbids=tuple(act for act in acts if getattr(row, f"blocks_{act}")),
        review_at=row.review_at,
    )
