"""What came in with a posting: goods, lots, places; and whether it had been expected earlier."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from inventory.models import Entry, Incoming, Posting


@dataclass(frozen=True, kw_only=True, slots=True)
class ArrivedLine:
    """Base units that came into one cell."""

    warehouse_id: int
    sku_id: int
    lot_id: int | None
    location_id: int | None
    grade: str
    qty: int
    supplier: str
    customs: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """One posting that brought goods. `due_at`: when they had been announced for."""

    posting_id: int
    kind: str
    document: str
    at: datetime
    lines: tuple[ArrivedLine, ...]
    due_at: datetime | None


def arrivals(posting_ids: Collection[int]) -> list[Arrival]:
    """The postings in the order of their ids; three statements."""
    lines: dict[int, list[ArrivedLine]] = defaultdict(list)
    rows = Entry.objects.filter(posting__in=posting_ids, on_hand__gt=0, stock__isnull=False)
    for row in rows.select_related("balance", "stock__lot").order_by("id"):
        assert row.balance is not None, "Units in cells belong to a balance."
        assert row.stock is not None, "Only units in cells are asked."
        lot = row.stock.lot
        lines[row.posting_id].append(
            ArrivedLine(
                warehouse_id=row.balance.warehouse_id,
                sku_id=row.sku_id,
                lot_id=row.stock.lot_id,
                location_id=row.stock.location_id,
                grade=row.balance.grade,
                qty=row.on_hand,
                supplier=lot.supplier if lot else "",
                customs=lot.customs if lot else "NONE",
            )
        )
    postings = list(Posting.objects.filter(pk__in=posting_ids).order_by("id"))
    due: dict[tuple[str, int, int], datetime] = {
        (document, house, sku): at
        for document, house, sku, at in Incoming.objects.filter(
            document__in={row.document for row in postings}
        ).values_list("document", "warehouse_id", "sku_id", "due_at")
    }
    return [
        Arrival(
            posting_id=row.pk,
            kind=row.kind,
            document=row.document,
            at=row.occurred_at,
            lines=tuple(lines[row.pk]),
            due_at=min(
                (
                    at
                    for line in lines[row.pk]
                    if (at := due.get((row.document, line.warehouse_id, line.sku_id)))
                ),
                default=None,
            ),
        )
        for row in postings
        if lines[row.pk]
    ]
