"""Goods verbs in a word each, every one in a transaction of its own, with a fresh key."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from typing import Any

from django.db import transaction

from inventory import services as inventory
from inventory.models import Entry, Hold, HoldLine, Posting, Stock
from tests import given

ACTOR = "system:test"
_keys = itertools.count(1)


def key() -> str:
    return f"goods:{next(_keys)}"


def do(verb: Callable[..., list[inventory.Outcome]], request: Any) -> inventory.Outcome:
    with transaction.atomic():
        return verb([request], actor=ACTOR)[0]


def code(outcome: inventory.Outcome) -> str:
    """The refusal's code, or nothing."""
    return outcome.refusal.code if outcome.refusal else ""


def posting_of(outcome: inventory.Outcome) -> Posting:
    assert outcome.posting_id is not None
    return Posting.objects.get(pk=outcome.posting_id)


def hold_of(outcome: inventory.Outcome) -> Hold:
    assert outcome.hold_id is not None
    return Hold.objects.get(pk=outcome.hold_id)


def said(outcome: inventory.Outcome, *names: str) -> tuple[Any, ...]:
    """Code and parameters of a refusal."""
    assert outcome.refusal is not None
    return (outcome.refusal.code, *(outcome.refusal.params.get(name) for name in names))


def place(location: str = "A-01", warehouse: str = "WH1") -> int:
    from inventory import selectors

    found = selectors.location_by_code(warehouse_id=given.warehouse_id(warehouse), code=location)
    return found.id if found else given.location(location, warehouse=warehouse)


def line(sku: int, qty: int, **more: Any) -> inventory.Line:
    return inventory.Line(sku_id=sku, qty=qty, **more)


def placed(sku: int, qty: int, location: int, **more: Any) -> inventory.PlacedLine:
    return inventory.PlacedLine(sku_id=sku, qty=qty, location_id=location, **more)


def receive(
    *lines: inventory.Line, at: str = "A-01", warehouse: str = "WH1", **more: Any
) -> inventory.Outcome:
    values = {"key": key(), "document": "PO-1"} | more
    return do(
        inventory.receive,
        inventory.ReceiveRequest(
            warehouse_id=given.warehouse_id(warehouse), location_id=place(at, warehouse),
            lines=lines, **values,
        ),
    )  # fmt: skip


def move(
    sku: int, qty: int, start: str, end: str, warehouse: str = "WH1", **more: Any
) -> inventory.Outcome:
    return do(
        inventory.move,
        inventory.MoveRequest(
            key=key(), document="MV-1", warehouse_id=given.warehouse_id(warehouse),
            lines=(
                inventory.MoveLine(
                    sku_id=sku, qty=qty, from_location_id=place(start, warehouse),
                    to_location_id=place(end, warehouse), **more,
                ),
            ),
        ),
    )  # fmt: skip


def count(
    *lines: inventory.Line, at: str = "A-01", warehouse: str = "WH1", location: int = 0
) -> inventory.Outcome:
    return do(
        inventory.adjust,
        inventory.AdjustRequest(
            key=key(), document="CT-1", warehouse_id=given.warehouse_id(warehouse),
            location_id=location or place(at, warehouse), counted=lines, why="count",
        ),
    )  # fmt: skip


def hold(document: str, *lines: inventory.Line, warehouse: str = "WH1", **more: Any) -> int:
    outcome = do(
        inventory.hold,
        inventory.HoldRequest(
            key=key(), document=document, warehouse_id=given.warehouse_id(warehouse), lines=lines,
            **more,
        ),
    ).check()  # fmt: skip
    assert outcome.hold_id is not None
    return outcome.hold_id


def pin(document: str, warehouse: str = "WH1") -> inventory.Outcome:
    return do(
        inventory.pin,
        inventory.PinRequest(
            key=key(), document=document, warehouse_id=given.warehouse_id(warehouse)
        ),
    ).check()


def ship(document: str, *lines: inventory.Line) -> inventory.Outcome:
    return do(
        inventory.ship,
        inventory.ShipRequest(key=key(), document=document, lines=lines or None),
    )


def shipped(document: str, sku: int, qty: int, **more: Any) -> inventory.Outcome:
    """Held, pinned and gone."""
    hold(document, line(sku, qty))
    pin(document)
    return ship(document, *([line(sku, qty, **more)] if more else [])).check()


def regrade(*lines: inventory.RegradeLine, why: str = "") -> inventory.Outcome:
    return do(
        inventory.regrade,
        inventory.RegradeRequest(
            key=key(), document="RG-1", warehouse_id=given.warehouse_id("WH1"), lines=lines,
            why=why,
        ),
    )  # fmt: skip


def scrap(
    *lines: inventory.PlacedLine, warehouse: int = 0, document: str = "SC-1", to: str = "SCRAPPED"
) -> inventory.Outcome:
    return do(
        inventory.scrap,
        inventory.ScrapRequest(
            key=key(), document=document, warehouse_id=warehouse or given.warehouse_id("WH1"),
            lines=lines, why="broken", to=to,
        ),
    )  # fmt: skip


def take_return(
    shipped_document: str, *lines: inventory.Line, at: str = "A-01", warehouse: str = "WH1"
) -> inventory.Outcome:
    return do(
        inventory.take_return,
        inventory.ReturnRequest(
            key=key(), document="RT-1", warehouse_id=given.warehouse_id(warehouse),
            location_id=place(at, warehouse), lines=lines, shipped_document=shipped_document,
        ),
    )  # fmt: skip


def truck(document: str = "T-1") -> int:
    with transaction.atomic():
        return inventory.truck(document=document)


def transfer_out(
    document: str, *lines: inventory.PlacedLine, warehouse: str = "WH1", **more: Any
) -> inventory.Outcome:
    return do(
        inventory.transfer_out,
        inventory.TransferOutRequest(
            key=key(), document=document, from_warehouse_id=given.warehouse_id(warehouse),
            transit_location_id=truck(document), lines=lines, **more,
        ),
    )  # fmt: skip


def transfer_in(
    document: str, *lines: inventory.Line, warehouse: str = "WH2", at: str = "A-01"
) -> inventory.Outcome:
    return do(
        inventory.transfer_in,
        inventory.TransferInRequest(
            key=key(), document=document, transit_location_id=truck(document),
            to_warehouse_id=given.warehouse_id(warehouse), location_id=place(at, warehouse),
            lines=lines,
        ),
    )  # fmt: skip


def reverse(posting_id: int | None) -> inventory.Outcome:
    assert posting_id is not None
    return do(
        inventory.reverse,
        inventory.ReverseRequest(
            key=key(), document="RV-1", posting_id=posting_id, why="typed wrong"
        ),
    )


def cells(sku: int) -> dict[str, tuple[int, int]]:
    """What lies where: {"WH1 A-01 ZP": (on hand, pinned)}; empty cells are left out."""
    rows = Stock.objects.filter(balance__sku_id=sku, on_hand__gt=0).select_related(
        "location__warehouse", "balance"
    )
    found: dict[str, tuple[int, int]] = {}
    for row in rows:
        name = f"{row.location.warehouse.code} {row.location.code} {row.balance.grade}"
        had = found.get(name, (0, 0))
        found[name] = (had[0] + row.on_hand, had[1] + row.pinned)
    return found


def claims() -> dict[str, int]:
    """Open units by document."""
    found: dict[str, int] = {}
    for document, units in HoldLine.objects.filter(open__gt=0).values_list(
        "hold__document", "open"
    ):
        found[document] = found.get(document, 0) + units
    return found


def outside(sku: int) -> dict[str, int]:
    """What crossed the border: {"SUPPLIER": -10, "CUSTOMER": 4}."""
    found: dict[str, int] = {}
    for name, units in Entry.objects.filter(sku_id=sku, balance=None).values_list(
        "outside", "on_hand"
    ):
        found[name] = found.get(name, 0) + units
    return {name: units for name, units in found.items() if units}


def postings(kinds: Iterable[str] = ()) -> int:
    rows = Posting.objects.all()
    return (rows.filter(kind__in=list(kinds)) if kinds else rows).count()
