"""Questions about stock; each takes many things and costs a constant number of statements."""

from inventory.selectors.audit import Difference, audit
from inventory.selectors.explain import Explanation, Step, explain
from inventory.selectors.figures import (
    CellView,
    HeldUnits,
    available,
    cells,
    held_units,
    versions,
)
from inventory.selectors.holds import HoldView, ReasonView, hold_counts, holds, reasons
from inventory.selectors.masters import (
    LocationView,
    LotView,
    SkuView,
    WarehouseView,
    location_by_code,
    locations,
    locations_in,
    lots,
    sku_ids_by_barcode,
    sku_ids_by_code,
    skus,
    staging_location,
    warehouses,
)

__all__ = [
    "CellView",
    "Difference",
    "Explanation",
    "HeldUnits",
    "HoldView",
    "LocationView",
    "LotView",
    "ReasonView",
    "SkuView",
    "Step",
    "WarehouseView",
    "audit",
    "available",
    "cells",
    "explain",
    "held_units",
    "hold_counts",
    "holds",
    "location_by_code",
    "locations",
    "locations_in",
    "lots",
    "reasons",
    "sku_ids_by_barcode",
    "sku_ids_by_code",
    "skus",
    "staging_location",
    "versions",
    "warehouses",
]
