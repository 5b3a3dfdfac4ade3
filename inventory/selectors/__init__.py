"""Questions about stock; each takes many things and costs a constant number of statements."""

from inventory.selectors.audit import Difference, audit
from inventory.selectors.explain import Explanation, Step, explain
from inventory.selectors.figures import CellView, HeldUnits, cells, held_units
from inventory.selectors.forecast import DayStep, Forecast, future
from inventory.selectors.holds import HoldView, ReasonView, cursor_of, hold_counts, holds, reasons
from inventory.selectors.kits import (
    HeldKits,
    KitExplanation,
    PartView,
    explain_kit,
    held_kits,
    recipes,
    with_kits,
)
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
from inventory.selectors.selling import (
    Publishable,
    available,
    available_for,
    available_in_pools,
    publishable,
    versions,
)
from inventory.unpacking import KitRecipe

__all__ = [
    "CellView",
    "DayStep",
    "Difference",
    "Explanation",
    "Forecast",
    "HeldKits",
    "HeldUnits",
    "HoldView",
    "KitExplanation",
    "KitRecipe",
    "LocationView",
    "LotView",
    "PartView",
    "Publishable",
    "ReasonView",
    "SkuView",
    "Step",
    "WarehouseView",
    "audit",
    "available",
    "available_for",
    "available_in_pools",
    "cells",
    "cursor_of",
    "explain",
    "explain_kit",
    "future",
    "held_kits",
    "held_units",
    "hold_counts",
    "holds",
    "location_by_code",
    "locations",
    "locations_in",
    "lots",
    "publishable",
    "reasons",
    "recipes",
    "sku_ids_by_barcode",
    "sku_ids_by_code",
    "skus",
    "staging_location",
    "versions",
    "warehouses",
    "with_kits",
]
