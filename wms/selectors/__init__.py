"""Questions about the floor; each takes many and costs a constant number of statements."""

from wms.selectors.audit import Difference, audit
from wms.selectors.documents import (
    FloorEvent,
    fulfilment_numbers,
    states,
    timeline,
    was_answered,
)
from wms.selectors.fulfilments import (
    ON_FLOOR,
    FulfilmentView,
    LineView,
    counts,
    fulfilments,
    shipped_since,
)
from wms.selectors.parcels import (
    CarrierView,
    ParcelView,
    PutBackView,
    ShipmentView,
    carriers,
    parcels,
    put_backs,
    shipments,
)
from wms.selectors.walks import PickListView, StepView, StopView, WalkView, pick_lists, walk

__all__ = [
    "ON_FLOOR",
    "CarrierView",
    "Difference",
    "FloorEvent",
    "FulfilmentView",
    "LineView",
    "ParcelView",
    "PickListView",
    "PutBackView",
    "ShipmentView",
    "StepView",
    "StopView",
    "WalkView",
    "audit",
    "carriers",
    "counts",
    "fulfilment_numbers",
    "fulfilments",
    "parcels",
    "pick_lists",
    "put_backs",
    "shipments",
    "shipped_since",
    "states",
    "timeline",
    "walk",
    "was_answered",
]
