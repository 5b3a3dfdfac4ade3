"""What came in with a posting: goods, lots, places; and whether it had been expected earlier."""

from __future__ import annotations

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
    lines = _lines(posting_ids)
    postings = list(
        Posting.objects.filter(pk__in=lines)
        .order_by("id")
        .values_list("pk", "kind", "document", "occurred_at")
    )
    due: dict[tuple[str, int, int], datetime] = {
        (document, house, sku): at
        for document, house, sku, at in Incoming.objects.filter(
            document__in={document for _, _, document, _ in postings}
        ).values_list("document", "warehouse_id", "sku_id", "due_at")
    }
    return [
        Arrival(
            posting_id=pk,
            kind=kind,
            document=document,
            at=at,
            lines=tuple(lines[pk]),
            due_at=min(
                (
                    day
                    for line in lines[pk]
                    if (day := due.get((document, line.warehouse_id, line.sku_id)))
                ),
                default=None,
            ),
        )
        for pk, kind, document, at in postings
    ]


_COLUMNS = (
    "posting_id", "balance__warehouse_id", "sku_id", "stock__lot_id", "stock__location_id",
    "balance__grade", "on_hand", "stock__lot__supplier", "stock__lot__customs",
)  # fmt: skip


def _lines(posting_ids: Collection[int]) -> dict[int, list[ArrivedLine]]:
    """What came into cells, by posting. Plain columns: a replay reads half a million of them."""
    lines: dict[int, list[ArrivedLine]] = {}
    rows = Entry.objects.filter(posting__in=posting_ids, on_hand__gt=0, stock__isnull=False)
    for row in rows.order_by("id").values_list(*_COLUMNS):
        posting, house, sku, lot, place, grade, qty, supplier, customs = row
        lines.setdefault(posting, []).append(
            ArrivedLine(
                warehouse_id=house,
                sku_id=sku,
                lot_id=lot,
                location_id=place,
                grade=grade,
                qty=qty,
                supplier=supplier or "",
                customs=customs or "NONE",
            )
        )
    return lines
