"""Short ways to say what is claimed in WH1; every call is one transaction with one request."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from django.db import transaction

from inventory import services as inventory
from inventory.models import Hold, HoldLine, Stock
from tests import given

_keys = itertools.count(1)
ACTOR = "system:test"


def key() -> str:
    """A key that no other request has."""
    return f"claiming:{next(_keys)}"


def do(verb: Callable[..., list[inventory.Outcome]], request: Any) -> inventory.Outcome:
    """Ask one thing."""
    with transaction.atomic():
        return verb([request], actor=ACTOR)[0]


def line(sku: str, qty: int, **more: Any) -> inventory.Line:
    """A line by SKU code."""
    return inventory.Line(sku_id=given.sku(sku), qty=qty, **more)


def asked(document: str, sku: str = "TEA", qty: int = 0, **more: Any) -> inventory.HoldRequest:
    """A request to hold; `location` by code; `lot_id` and `min_days_left` belong to the line."""
    parts = {name: more.pop(name) for name in ("lot_id", "min_days_left") if name in more}
    if "location" in more:
        more["location_id"] = given.location(more.pop("location"))
    lines = (line(sku, qty, **parts),) if sku else ()
    more.setdefault("key", key())
    more.setdefault("warehouse_id", given.warehouse_id("WH1"))
    return inventory.HoldRequest(document=document, lines=lines, **more)


def hold(document: str, sku: str = "TEA", qty: int = 0, **more: Any) -> inventory.Outcome:
    """Hold, whatever the answer."""
    return do(inventory.hold, asked(document, sku, qty, **more))


def blanket(document: str, sku: str = "TEA", reason: str = "QC", **more: Any) -> inventory.Outcome:
    """A blanket freeze; an empty SKU code for none."""
    return hold(document, sku, 0, reason=reason, blanket=True, **more)


def pin(document: str, **more: Any) -> inventory.Outcome:
    """Give the document's units cells."""
    return do(
        inventory.pin,
        inventory.PinRequest(
            key=key(), document=document, warehouse_id=given.warehouse_id("WH1"), **more
        ),
    )


def unpin(document: str) -> inventory.Outcome:
    """Take the cells away again."""
    return do(
        inventory.unpin,
        inventory.UnpinRequest(
            key=key(), document=document, warehouse_id=given.warehouse_id("WH1")
        ),
    )


def release(document: str, **more: Any) -> inventory.Outcome:
    """Let go."""
    return do(inventory.release, inventory.ReleaseRequest(key=key(), document=document, **more))


def ship(document: str, **more: Any) -> inventory.Outcome:
    """Let the goods leave."""
    return do(inventory.ship, inventory.ShipRequest(key=key(), document=document, **more))


def start(document: str) -> None:
    """Somebody picks it."""
    with transaction.atomic():
        inventory.start_lines(documents=[document])


def move(
    sku: str, qty: int, start: str, end: str, lot_id: int | None = None, document: str | None = None
) -> inventory.Outcome:
    """Carry goods."""
    return do(
        inventory.move,
        inventory.MoveRequest(
            key=key(),
            document="MV",
            warehouse_id=given.warehouse_id("WH1"),
            lines=(
                inventory.MoveLine(
                    sku_id=given.sku(sku),
                    qty=qty,
                    lot_id=lot_id,
                    from_location_id=given.location(start),
                    to_location_id=given.location(end),
                    hold_document=document,
                ),
            ),
        ),
    )


def count(sku: str, qty: int, location: str = "A-01", **more: Any) -> inventory.Outcome:
    """Count a cell."""
    return do(
        inventory.adjust,
        inventory.AdjustRequest(
            key=key(),
            document="CT",
            warehouse_id=given.warehouse_id("WH1"),
            location_id=given.location(location),
            counted=(line(sku, qty, **more),),
            why="count",
        ),
    )


def refused(outcome: inventory.Outcome) -> tuple[str, dict[str, Any]]:
    """The code and parameters of a refusal."""
    assert outcome.refusal is not None, "it was done"
    return outcome.refusal.code, outcome.refusal.params


def where(document: str) -> dict[tuple[str, str], int]:
    """The document's open units: {(location code or "", lot code or ""): qty}."""
    found: dict[tuple[str, str], int] = {}
    rows = HoldLine.objects.filter(hold__document=document, open__gt=0)
    for place, lot, units in rows.values_list("stock__location__code", "stock__lot__code", "open"):
        spot = (place or "", lot or "")
        found[spot] = found.get(spot, 0) + units
    return found


def units(document: str) -> int:
    """The document's open units."""
    return sum(where(document).values())


def state(document: str) -> str:
    """The state of the document's only hold."""
    return Hold.objects.get(document=document).state


def cell(location: str, lot: str = "") -> tuple[int, int]:
    """On hand and pinned of the only cell of TEA there."""
    rows = Stock.objects.filter(location__code=location, balance__sku__code="TEA")
    row = rows.get(lot__code=lot) if lot else rows.get(lot__isnull=True)
    return row.on_hand, row.pinned
