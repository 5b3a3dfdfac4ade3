"""Every verb: the kind of its postings, what it needs loaded, and how it is decided."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from inventory.decisions import (
    adjust,
    convert,
    displace,
    hold,
    move,
    narrow,
    pin,
    receive,
    regrade,
    release,
    returns,
    reverse,
    scrap,
    ship,
    swap,
    transfer,
    unpin,
)
from inventory.decisions.needs import Needs
from inventory.requests import (
    AdjustRequest,
    ConvertRequest,
    DisplaceRequest,
    HoldRequest,
    MoveRequest,
    NarrowRequest,
    PinRequest,
    ReceiveRequest,
    RegradeRequest,
    ReleaseRequest,
    Request,
    ReturnRequest,
    ReverseRequest,
    ScrapRequest,
    ShipRequest,
    SwapRequest,
    TransferInRequest,
    TransferOutRequest,
    UnpinRequest,
)
from inventory.world import World


@dataclass(frozen=True)
class Verb:
    """`decide` drafts on the world and answers nothing, the documents that lost units, or an
    Answer."""

    kind: str
    needs: Callable[[Any, Needs], None]
    decide: Callable[[World, Any], Any]


VERBS: dict[type[Request], Verb] = {
    ReceiveRequest: Verb("RECEIVE", receive.needs, receive.decide),
    MoveRequest: Verb("MOVE", move.needs, move.decide),
    HoldRequest: Verb("HOLD", hold.needs, hold.decide),
    PinRequest: Verb("PIN", pin.needs, pin.decide),
    ReleaseRequest: Verb("RELEASE", release.needs, release.decide),
    ShipRequest: Verb("SHIP", ship.needs, ship.decide),
    AdjustRequest: Verb("ADJUST", adjust.needs, adjust.decide),
    RegradeRequest: Verb("REGRADE", regrade.needs, regrade.decide),
    ScrapRequest: Verb("SCRAP", scrap.needs, scrap.decide),
    ReturnRequest: Verb("RETURN", returns.needs, returns.decide),
    TransferOutRequest: Verb("TRANSFER_OUT", transfer.needs_out, transfer.decide_out),
    TransferInRequest: Verb("TRANSFER_IN", transfer.needs_in, transfer.decide_in),
    ReverseRequest: Verb("REVERSE", reverse.needs, reverse.decide),
    UnpinRequest: Verb("UNPIN", unpin.needs, unpin.decide),
    SwapRequest: Verb("SWAP", swap.needs, swap.decide),
    ConvertRequest: Verb("CONVERT", convert.needs, convert.decide),
    DisplaceRequest: Verb("DISPLACE", displace.needs, displace.decide),
    NarrowRequest: Verb("NARROW", narrow.needs, narrow.decide),
}
