"""The floor's verbs: `from wms import services as floor`. All take many and join a transaction."""

from wms.services.answers import Answer
from wms.services.cancelling import cancel
from wms.services.carriers import (
    BadRange,
    WaybillsOverlap,
    add_carrier,
    add_waybills,
    open_carrier,
)
from wms.services.counting import (
    CountAnswer,
    Found,
    decide_count,
    give_up_count,
    hand_in,
    lift_mark,
    not_found_yet,
    note_found,
    open_count,
)
from wms.services.errands import lay_down, take_up
from wms.services.moving import Load, carry
from wms.services.outside import SentLine, SentParcel, report_shipped
from wms.services.packing import CheckScan, ParcelClosing, close_parcels, confirm_checks
from wms.services.picking import PickScan, ShortReport, confirm_picks, report_short
from wms.services.planning import PickListWish, create_pick_list
from wms.services.putting_back import PutBackScan, put_back
from wms.services.requests import (
    FulfilmentRequest,
    Retry,
    release_again,
    request_fulfilment,
)
from wms.services.shipping import ParcelDeparture, ship_parcels

__all__ = [
    "Answer",
    "BadRange",
    "CheckScan",
    "CountAnswer",
    "Found",
    "FulfilmentRequest",
    "Load",
    "ParcelClosing",
    "ParcelDeparture",
    "PickListWish",
    "PickScan",
    "PutBackScan",
    "Retry",
    "SentLine",
    "SentParcel",
    "ShortReport",
    "WaybillsOverlap",
    "add_carrier",
    "add_waybills",
    "cancel",
    "carry",
    "close_parcels",
    "confirm_checks",
    "confirm_picks",
    "create_pick_list",
    "decide_count",
    "give_up_count",
    "hand_in",
    "lay_down",
    "lift_mark",
    "not_found_yet",
    "note_found",
    "open_carrier",
    "open_count",
    "put_back",
    "release_again",
    "report_shipped",
    "report_short",
    "request_fulfilment",
    "ship_parcels",
    "take_up",
]
