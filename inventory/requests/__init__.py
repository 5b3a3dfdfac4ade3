"""What a caller may ask of the ledger, and what it is answered. Pure: no database, no clock.

Ids are primary keys, quantities are base units of the SKU. Every request carries the caller's
`key`: the same key with the same content is done once and answered the same way again; with other
content it is refused.
"""

from inventory.requests.answers import SENTENCES, Outcome, Pin, Plan, PlanStep, Refused
from inventory.requests.claims import (
    ConvertRequest,
    DisplaceRequest,
    HoldRequest,
    NarrowRequest,
    PinRequest,
    Policy,
    ReleaseRequest,
    Strategy,
    SwapRequest,
    UnpinRequest,
)
from inventory.requests.goods import (
    AdjustRequest,
    MoveRequest,
    ReceiveRequest,
    RegradeRequest,
    ReturnRequest,
    ReverseRequest,
    ScrapRequest,
    ShipRequest,
    TransferInRequest,
    TransferOutRequest,
)
from inventory.requests.keeping import kept_of, request_of
from inventory.requests.lines import (
    FINGERPRINT_VERSION,
    QTY_LIMIT,
    Expected,
    Line,
    MoveLine,
    PlacedLine,
    RegradeLine,
    Request,
)

__all__ = [
    "FINGERPRINT_VERSION",
    "QTY_LIMIT",
    "SENTENCES",
    "AdjustRequest",
    "ConvertRequest",
    "DisplaceRequest",
    "Expected",
    "HoldRequest",
    "Line",
    "MoveLine",
    "MoveRequest",
    "NarrowRequest",
    "Outcome",
    "Pin",
    "PinRequest",
    "PlacedLine",
    "Plan",
    "PlanStep",
    "Policy",
    "ReceiveRequest",
    "Refused",
    "RegradeLine",
    "RegradeRequest",
    "ReleaseRequest",
    "Request",
    "ReturnRequest",
    "ReverseRequest",
    "ScrapRequest",
    "ShipRequest",
    "Strategy",
    "SwapRequest",
    "TransferInRequest",
    "TransferOutRequest",
    "UnpinRequest",
    "kept_of",
    "request_of",
]
