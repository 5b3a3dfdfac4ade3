"""Goods that a warehouse run by others has sent: claimed, pinned and gone in one posting call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Sum

from inventory.ledger import post
from inventory.models import Entry, Piece
from inventory.requests import (
    HoldRequest,
    Line,
    PinRequest,
    Refused,
    ReleaseRequest,
    Request,
    ShipRequest,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Left:
    """Units that left out of a cell."""

    sku_id: int
    location_id: int
    lot_id: int | None
    qty: int


def dispatch(
    *, document: str, warehouse_id: int, lines: Sequence[Line], priority: int, actor: str
) -> list[Left]:
    """Ship what a document claims; where lots or pieces are named, exactly those leave.

    For these the claim is laid anew on the goods that were named, in the same call, so that nobody
    can take them in between. The transaction's only posting call; the caller rolls back what is
    refused.

    Args:
        lines: everything that left, base units; `lot_id` and `serials` where they are known.
        priority: of the claims that are laid anew.

    Returns:
        From which cells it left.

    Raises:
        Refused: insufficient_stock (of the lot), not_held, not_pickable, blocked, wrong_serials...
    """
    named = [line for line in lines if line.lot_id is not None or line.serials]
    requests: list[Request] = []
    if named:
        requests.append(
            ReleaseRequest(
                key=f"dispatch:{document}:release",
                document=document,
                lines=tuple(
                    Line(sku_id=sku_id, qty=qty) for sku_id, qty in sorted(_sums(named).items())
                ),
            )
        )
        requests += _claims(document, warehouse_id, named, priority)
    requests.append(
        PinRequest(key=f"dispatch:{document}:pin", document=document, warehouse_id=warehouse_id)
    )
    requests.append(
        ShipRequest(key=f"ship:{document}", document=document, lines=_by_name_first(lines))
    )
    outcomes = post(requests, actor=actor)
    for outcome in outcomes:
        outcome.check()
    return _left(outcomes[-1].posting_id)


def _sums(lines: Sequence[Line]) -> Counter[int]:
    found: Counter[int] = Counter()
    for line in lines:
        found[line.sku_id] += line.qty
    return found


def _by_name_first(lines: Sequence[Line]) -> tuple[Line, ...]:
    """A line of any lot must not take what another line names."""
    return tuple(sorted(lines, key=lambda line: not (line.serials or line.lot_id is not None)))


def _claims(
    document: str, warehouse_id: int, named: Sequence[Line], priority: int
) -> list[HoldRequest]:
    """One claim on the lots, one for each place where named pieces lie.

    Raises:
        Refused: wrong_serials, when a piece lies in no cell of this warehouse.
    """
    places: dict[int | None, Counter[tuple[int, int | None]]] = {}
    for line in named:
        if not line.serials:
            places.setdefault(None, Counter())[line.sku_id, line.lot_id] += line.qty
            continue
        rows = Piece.objects.filter(
            sku_id=line.sku_id,
            serial__in=line.serials,
            stock__balance__warehouse_id=warehouse_id,
        ).values_list("stock__location_id", "stock__lot_id")
        if len(rows) != len(line.serials):
            raise Refused(
                "wrong_serials", sku_id=line.sku_id, asked=len(line.serials), there=len(rows)
            )
        for location_id, lot_id in rows:
            places.setdefault(location_id, Counter())[line.sku_id, lot_id] += 1
    return [
        HoldRequest(
            key=f"dispatch:{document}:hold:{location_id or 0}",
            document=document,
            warehouse_id=warehouse_id,
            location_id=location_id,
            priority=priority,
            lines=tuple(
                Line(sku_id=sku_id, qty=qty, lot_id=lot_id)
                for (sku_id, lot_id), qty in units.items()
            ),
        )
        for location_id, units in places.items()
    ]


def _left(posting_id: int | None) -> list[Left]:
    rows = (
        Entry.objects.filter(posting_id=posting_id or 0, stock__isnull=False, on_hand__lt=0)
        .values_list("sku_id", "stock__location_id", "stock__lot_id")
        .annotate(units=Sum("on_hand"))
        .order_by("sku_id", "stock__location_id", "stock__lot_id")
    )
    return [
        Left(sku_id=sku, location_id=place or 0, lot_id=lot, qty=-units)
        for sku, place, lot, units in rows
    ]
