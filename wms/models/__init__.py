"""The warehouse floor's tables: fields, constraints and transitions only."""

from wms.models.answers import FloorAnswer
from wms.models.counts import CountEvent, CountLine, CountSheet, CountState
from wms.models.errands import Errand, Scenario
from wms.models.fulfilments import (
    Check,
    Fulfilment,
    FulfilmentEvent,
    FulfilmentLine,
    FulfilmentState,
)
from wms.models.parcels import Carrier, Parcel, ParcelLine, WaybillRange
from wms.models.pick_lists import (
    Pick,
    PickList,
    PickListEvent,
    PickListState,
    PickTask,
    TaskState,
)
from wms.models.pieces import PickedPiece
from wms.models.put_backs import PutBack, PutBackLine

__all__ = [
    "Carrier",
    "Check",
    "CountEvent",
    "CountLine",
    "CountSheet",
    "CountState",
    "Errand",
    "FloorAnswer",
    "Fulfilment",
    "FulfilmentEvent",
    "FulfilmentLine",
    "FulfilmentState",
    "Parcel",
    "ParcelLine",
    "Pick",
    "PickList",
    "PickListEvent",
    "PickListState",
    "PickTask",
    "PickedPiece",
    "PutBack",
    "PutBackLine",
    "Scenario",
    "TaskState",
    "WaybillRange",
]
