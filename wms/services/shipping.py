"""Parcels leave the house: stock leaves with them, exactly once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q

from inventory import services as inventory
from org.scope import Scope
from outbox import services as outbox
from outbox.clock import database_clock
from wms.models import Fulfilment, FulfilmentState, Parcel, ParcelLine, PickedPiece
from wms.numbers import PARCEL, fold, id_of
from wms.refusals import FloorRefused
from wms.services.answers import Answer, Command, Replies
from wms.services.journal import Journal
from wms.services.packing import wrong_state
from wms.services.pieces import end_pieces, open_pieces


@dataclass(frozen=True)
class ParcelDeparture(Command):
    """A parcel leaves; `parcel` is its number or its waybill."""

    parcel: str = ""


def ship_parcels(
    departures: Sequence[ParcelDeparture], *, actor: str, scope: Scope | None = None
) -> list[Answer]:
    """Ship many parcels: the documents' claims are consumed by one verb call.

    Races with cancelling for the fulfilment's row lock; the later one sees what the first did.

    Answer data: parcel, waybill, carrier, fulfilment, document.
    Refusals: unknown_parcel, ambiguous_parcel, stopped, already_shipped, key_reused, and the
    ledger's own (not_held, blocked, ...).
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    found = _find([departure.parcel for departure in departures], scope)
    locked = {
        row.pk: row
        for row in Fulfilment.objects.select_for_update()
        .filter(pk__in={row.fulfilment_id for rows in found.values() for row in rows})
        .order_by("id")
    }
    replies = Replies(verb="SHIP", commands=departures, who=actor)
    leaving: dict[int, Parcel] = {}
    for index, departure in replies.waiting():
        try:
            leaving[index] = _judge(departure, found, locked, list(leaving.values()))
        except FloorRefused as refused:
            replies.refuse(index, refused)
    if leaving:
        _ship(leaving, locked, replies, actor)
    return replies.keep()


def _find(names: Sequence[str], scope: Scope | None) -> dict[str, list[Parcel]]:
    """Parcels by number or waybill. Unlocked: only which rows they are is taken from here."""
    ids = {name: id_of(name, PARCEL) for name in names}
    rows = Parcel.objects.filter(
        Q(pk__in=[pk for pk in ids.values() if pk])
        | Q(waybill__in=[fold(name) for name, pk in ids.items() if not pk])
    ).select_related("carrier")
    seen = (scope or Scope.everything()).limit(rows, "fulfilment__warehouse__unit")
    parcels = list(seen.order_by("id"))
    return {
        name: [row for row in parcels if (row.pk == pk if pk else row.waybill == fold(name))]
        for name, pk in ids.items()
    }


def _judge(
    departure: ParcelDeparture,
    found: dict[str, list[Parcel]],
    locked: dict[int, Fulfilment],
    leaving: list[Parcel],
) -> Parcel:
    """The parcel that may leave.

    Raises:
        FloorRefused: why it stays.
    """
    rows = found[departure.parcel]
    if not rows:
        raise FloorRefused("unknown_parcel", number=departure.parcel)
    if len(rows) > 1:
        raise FloorRefused("ambiguous_parcel", number=departure.parcel)
    parcel = rows[0]
    fulfilment = locked[parcel.fulfilment_id]
    if fulfilment.state != FulfilmentState.PACKED:
        raise wrong_state(fulfilment)
    if any(other.pk == parcel.pk for other in leaving):
        raise FloorRefused("already_shipped", number=fulfilment.number)
    return parcel


def _boxed(leaving: dict[int, Parcel]) -> dict[tuple[int, int], list[PickedPiece]]:
    """The pieces in the boxes, by fulfilment and SKU."""
    found: dict[tuple[int, int], list[PickedPiece]] = {}
    for piece in open_pieces([parcel.fulfilment_id for parcel in leaving.values()]):
        if piece.seen_id is not None:
            key = (piece.pick.task.line.fulfilment_id, piece.sku_id)
            found.setdefault(key, []).append(piece)
    return found


def _contents(
    leaving: dict[int, Parcel], boxed: dict[tuple[int, int], list[PickedPiece]]
) -> list[tuple[inventory.Line, ...]]:
    """What lies in each box: exactly this leaves, not whatever is claimed by now."""
    lines: dict[int, list[inventory.Line]] = {parcel.pk: [] for parcel in leaving.values()}
    rows = ParcelLine.objects.filter(parcel_id__in=list(lines)).order_by("line__sku_id")
    columns = ("parcel_id", "parcel__fulfilment_id", "line__sku_id", "qty")
    for parcel_id, fulfilment_id, sku_id, qty in rows.values_list(*columns):
        serials = tuple(piece.serial for piece in boxed.get((fulfilment_id, sku_id), ()))
        lines[parcel_id].append(inventory.Line(sku_id=sku_id, qty=qty, serials=serials))
    return [tuple(lines[parcel.pk]) for parcel in leaving.values()]


def _ship(
    leaving: dict[int, Parcel],
    locked: dict[int, Fulfilment],
    replies: Replies[ParcelDeparture],
    actor: str,
) -> None:
    boxed = _boxed(leaving)
    outcomes = inventory.ship(
        [
            # The document's name is the key: whatever is sent twice, its goods leave once.
            inventory.ShipRequest(
                key=f"ship:{locked[parcel.fulfilment_id].document}",
                document=locked[parcel.fulfilment_id].document,
                lines=lines,
            )
            for parcel, lines in zip(leaving.values(), _contents(leaving, boxed), strict=True)
        ],
        actor=actor,
    )
    journal = Journal(actor)
    gone: list[Parcel] = []
    for (index, parcel), outcome in zip(leaving.items(), outcomes, strict=True):
        if outcome.refusal is not None:
            replies.refuse(index, outcome.refusal)
            continue
        fulfilment = locked[parcel.fulfilment_id]
        journal.walk(fulfilment, fulfilment.ship)
        gone.append(parcel)
        replies.accept(
            index,
            parcel=parcel.number,
            waybill=parcel.waybill,
            carrier=parcel.carrier.code,
            fulfilment=fulfilment.number,
            document=fulfilment.document,
        )
    Parcel.objects.filter(pk__in=[parcel.pk for parcel in gone]).update(
        shipped_at=database_clock(), shipped_by=actor
    )
    departed = {parcel.fulfilment_id for parcel in gone}
    end_pieces(piece for (owner, _), rows in boxed.items() for piece in rows if owner in departed)
    journal.write()
    outbox.tell(
        topic="fulfilment.shipped",
        keys=[locked[parcel.fulfilment_id].document for parcel in gone],
    )
