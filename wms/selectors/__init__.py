"""Questions about the floor; each takes many and costs a constant number of statements."""

from wms.selectors.audit import Difference, audit
from wms.selectors.counts import (
    CountLineView,
    CountView,
    count_of,
    counts_to_judge,
    counts_waiting,
)
from wms.selectors.documents import (
    FloorEvent,
    documents_of_waybill,
    fulfilment_numbers,
    states,
    timeline,
    was_answered,
)
from wms.selectors.errands import stage_of, under_way
from wms.selectors.fulfilments import (
    ON_FLOOR,
    FulfilmentView,
    LineView,
    counts,
    fulfilments,
    shipped_since,
)
from wms.selectors.looking_up import Finding, found_under
from wms.selectors.parcels import (
    CarrierView,
    ParcelView,
    PutBackView,
    ShipmentView,
    carriers,
    lines_in,
    parcels,
    parcels_named,
    put_backs,
    shipments,
)
from wms.selectors.shipment_list import (
    ShipmentNarrowing,
    ShipmentRow,
    contents,
    shipment,
    shipment_list,
    shipments_narrowed,
)
from wms.selectors.walks import PickListView, StepView, StopView, WalkView, pick_lists, walk

__all__ = [
    "ON_FLOOR",
    "CarrierView",
    "CountLineView",
    "CountView",
    "Difference",
    "Finding",
    "FloorEvent",
    "FulfilmentView",
    "LineView",
    "ParcelView",
    "PickListView",
    "PutBackView",
    "ShipmentNarrowing",
    "ShipmentRow",
    "ShipmentView",
    "StepView",
    "StopView",
    "WalkView",
    "audit",
    "carriers",
    "contents",
    "count_of",
    "counts",
    "counts_to_judge",
    "counts_waiting",
    "documents_of_waybill",
    "found_under",
    "fulfilment_numbers",
    "fulfilments",
    "lines_in",
    "parcels",
    "parcels_named",
    "pick_lists",
    "put_backs",
    "shipment",
    "shipment_list",
    "shipments",
    "shipments_narrowed",
    "shipped_since",
    "stage_of",
    "states",
    "timeline",
    "under_way",
    "walk",
    "was_answered",
]
