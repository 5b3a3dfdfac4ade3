"""One function per verb; all of them are `ledger.post` with a narrower type.

Each must run inside the caller's transaction, and only one verb call in it. `actor` is who did
it, such as "person:3" or "system:pipeline". Quantities are base units. An answer that was refused
carries a `Refused`; the other requests of the batch went through.
"""

from collections.abc import Sequence

from inventory import ledger
from inventory.ledger import post
from inventory.requests import (
    AdjustRequest,
    ConvertRequest,
    DisplaceRequest,
    HoldRequest,
    MoveRequest,
    NarrowRequest,
    Outcome,
    PinRequest,
    Plan,
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


def receive(requests: Sequence[ReceiveRequest], *, actor: str) -> list[Outcome]:
    """Goods from a supplier into a location."""
    return post(requests, actor=actor)


def move(requests: Sequence[MoveRequest], *, actor: str) -> list[Outcome]:
    """Goods from cell to cell of one warehouse; claims bound to goods follow."""
    return post(requests, actor=actor)


def hold(requests: Sequence[HoldRequest], *, actor: str) -> list[Outcome]:
    """Claim units for a document, all lines of a request or none; or lay a blanket freeze."""
    return post(requests, actor=actor)


def claims(
    requests: Sequence[
        HoldRequest | ReleaseRequest | ConvertRequest | NarrowRequest | RegradeRequest
    ],
    *,
    actor: str,
) -> list[Outcome]:
    """Claims laid, lifted and changed in one posting, in the order given."""
    return post(requests, actor=actor)


def dispose(
    requests: Sequence[
        ReleaseRequest | ConvertRequest | NarrowRequest | RegradeRequest | ScrapRequest
    ],
    *,
    actor: str,
) -> list[Outcome]:
    """What becomes of claimed goods, in one posting and in the order given."""
    return post(requests, actor=actor)


def pin(requests: Sequence[PinRequest], *, actor: str) -> list[Outcome]:
    """Give bin-less claims their cells, first expiry first; the answers carry the pins."""
    return post(requests, actor=actor)


def release(requests: Sequence[ReleaseRequest], *, actor: str) -> list[Outcome]:
    """Let claims go, whole or in part."""
    return post(requests, actor=actor)


def ship(requests: Sequence[ShipRequest], *, actor: str) -> list[Outcome]:
    """Consume pinned claims: the goods leave to the customer."""
    return post(requests, actor=actor)


def adjust(requests: Sequence[AdjustRequest], *, actor: str) -> list[Outcome]:
    """Book what was counted; the answers name the documents that lost units."""
    return post(requests, actor=actor)


def regrade(requests: Sequence[RegradeRequest], *, actor: str) -> list[Outcome]:
    """Give units another grade where they lie."""
    return post(requests, actor=actor)


def scrap(requests: Sequence[ScrapRequest], *, actor: str) -> list[Outcome]:
    """Destroy goods or send them back to the supplier; the answers name who lost units."""
    return post(requests, actor=actor)


def take_return(requests: Sequence[ReturnRequest], *, actor: str) -> list[Outcome]:
    """Goods come back from a customer, never more than were shipped."""
    return post(requests, actor=actor)


def transfer_out(requests: Sequence[TransferOutRequest], *, actor: str) -> list[Outcome]:
    """Load goods for another warehouse into a truck; `hold_id` is a new claim of the transfer."""
    return post(requests, actor=actor)


def transfer_in(requests: Sequence[TransferInRequest], *, actor: str) -> list[Outcome]:
    """Unload what arrived of a transfer; the rest stays on the way."""
    return post(requests, actor=actor)


def reverse(requests: Sequence[ReverseRequest], *, actor: str) -> list[Outcome]:
    """Take earlier postings of goods back, each once."""
    return post(requests, actor=actor)


def unpin(requests: Sequence[UnpinRequest], *, actor: str) -> list[Outcome]:
    """Take the cells of claims away that nobody picks yet; they stay claimed."""
    return post(requests, actor=actor)


def swap(requests: Sequence[SwapRequest], *, actor: str) -> list[Outcome]:
    """Pin a document's units to the cell that the picker took them from instead."""
    return post(requests, actor=actor)


def convert(requests: Sequence[ConvertRequest], *, actor: str) -> list[Outcome]:
    """Turn units of one claim into units of a new one where they lie; `hold_id` is the new one."""
    return post(requests, actor=actor)


def displace(requests: Sequence[DisplaceRequest], *, actor: str) -> list[Outcome]:
    """Take units away from commitments for a better use; their owners are told."""
    return post(requests, actor=actor)


def narrow(requests: Sequence[NarrowRequest], *, actor: str) -> list[Outcome]:
    """Have blankets cover less, or become the quantity they hold."""
    return post(requests, actor=actor)


def plan(request: Request, *, actor: str) -> Plan:
    """What a hold, release or other change of claims would do if it came now; nothing is written.

    Works inside a transaction and outside one. A hold that carries the plan's `digest` is applied
    exactly so, or refused as world_moved. `actor` is who looks; nobody writes that down.
    """
    return ledger.plan(request)
