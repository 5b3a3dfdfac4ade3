"""The verbs of stock. Each takes many requests and answers each; call one verb per transaction."""

from inventory.ledger import NoTransaction, SecondPosting, start_lines
from inventory.requests import (
    AdjustRequest,
    HoldRequest,
    Line,
    MoveLine,
    MoveRequest,
    Outcome,
    Pin,
    PinRequest,
    ReceiveRequest,
    Refused,
    ReleaseRequest,
    ShipRequest,
)
from inventory.services.expiry import freeze_expired
from inventory.services.kits import write_recipe
from inventory.services.masters import (
    add_barcodes,
    add_location,
    add_lot,
    add_skus,
    add_warehouse,
    add_zone,
)
from inventory.services.verbs import adjust, hold, move, pin, receive, release, ship

__all__ = [
    "AdjustRequest",
    "HoldRequest",
    "Line",
    "MoveLine",
    "MoveRequest",
    "NoTransaction",
    "Outcome",
    "Pin",
    "PinRequest",
    "ReceiveRequest",
    "Refused",
    "ReleaseRequest",
    "SecondPosting",
    "ShipRequest",
    "add_barcodes",
    "add_location",
    "add_lot",
    "add_skus",
    "add_warehouse",
    "add_zone",
    "adjust",
    "freeze_expired",
    "hold",
    "move",
    "pin",
    "receive",
    "release",
    "ship",
    "start_lines",
    "write_recipe",
]
