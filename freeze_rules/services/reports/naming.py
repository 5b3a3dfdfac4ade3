"""From the codes on labels to what they name."""

from __future__ import annotations

from dataclasses import dataclass

from freeze_rules.services.reports.refusals import ReportRefused
from inventory import selectors as stock
from inventory.selectors import reach, scope_units
from org.scope import Scope


@dataclass(frozen=True, kw_only=True)
class Named:
    """Ids behind codes; what was not named is None."""

    warehouse_id: int | None = None
    location_id: int | None = None
    zone_id: int | None = None
    sku_id: int | None = None
    lot_id: int | None = None

    @property
    def house(self) -> int:
        """The warehouse.

        Raises:
            ReportRefused: place_missing.
        """
        if self.warehouse_id is None:
            raise ReportRefused("place_missing", field="warehouse")
        return self.warehouse_id

    @property
    def goods(self) -> int:
        """The SKU.

        Raises:
            ReportRefused: unknown_goods.
        """
        if self.sku_id is None:
            raise ReportRefused("unknown_goods", field="sku")
        return self.sku_id


def named(
    *, scope: Scope, warehouse: str = "", location: str = "", sku: str = "", lot: str = ""
) -> Named:
    """What the codes name; a SKU by its code or a barcode.

    Raises:
        ReportRefused: unknown_warehouse, unknown_location, unknown_goods, unknown_lot,
            place_missing; `field` says which.
    """
    house = _house(warehouse.strip(), scope) if warehouse.strip() else None
    place = zone = None
    if location.strip():
        if house is None:
            raise ReportRefused("place_missing", field="warehouse")
        found = stock.location_by_code(warehouse_id=house, code=location.strip().upper())
        if found is None:
            raise ReportRefused("unknown_location", field="location")
        place = found.id
        zone = scope_units.zones_of([place]).get(place)
    goods = _sku(sku.strip().upper()) if sku.strip() else None
    batch = None
    if lot.strip():
        if goods is None:
            raise ReportRefused("unknown_goods", field="sku")
        batch = reach.lots([lot.strip().upper()], sku_ids=[goods]).get(lot.strip().upper(), goods)
        if batch is None:
            raise ReportRefused("unknown_lot", field="lot")
    return Named(
        warehouse_id=house, location_id=place, zone_id=zone, sku_id=goods, lot_id=batch
    )  # fmt: skip


def _house(code: str, scope: Scope) -> int:
    for view in stock.warehouses(scope=scope):
        if view.code == code:
            return view.id
    raise ReportRefused("unknown_warehouse", field="warehouse")


def _sku(code: str) -> int:
    found = stock.sku_ids_by_code([code]).get(code)
    if found is None:
        found, _pack = stock.sku_ids_by_barcode([code]).get(code, (None, 1))
    if found is None:
        raise ReportRefused("unknown_goods", field="sku")
    return found
