"""The units of claims, cell by cell: what a command about part of a claim has to name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import F, Sum

from inventory.models import HoldLine


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldLine:
    """Base units open under a claim; without a location they lie in no cell yet."""

    hold_id: int
    warehouse_id: int
    sku_id: int
    grade: str
    location_id: int | None
    lot_id: int | None
    open: int
    owner: str = "SELF"
    stock_id: int | None = None


def of_holds(hold_ids: Collection[int], *, let_go: bool = False) -> dict[int, list[HeldLine]]:
    """The open lines of each claim, in the order in which they were laid. One statement.

    Args:
        let_go: also lines of which nothing is held any more.
    """
    found: dict[int, list[HeldLine]] = defaultdict(list)
    lines = HoldLine.objects.filter(hold_id__in=hold_ids)
    rows = (
        (lines if let_go else lines.filter(open__gt=0))
        .order_by("id")
        .values(
            "hold_id", "open", "stock_id",
            warehouse_id=F("balance__warehouse_id"), sku_id=F("balance__sku_id"),
            grade=F("balance__grade"), location_id=F("stock__location_id"),
            lot_id=F("stock__lot_id"), owner=F("balance__owner"),
        )
    )  # fmt: skip
    for row in rows:
        found[row["hold_id"]].append(HeldLine(**row))
    return found


def committed_to(documents: Collection[str]) -> dict[tuple[str, int], int]:
    """Units that commitments under these very documents hold, by document and SKU.

    One statement.
    """
    rows = (
        HoldLine.objects.filter(
            hold__document__in=documents, hold__role="COMMITMENT", hold__closed_at=None, open__gt=0
        )
        .values_list("hold__document", "balance__sku_id")
        .annotate(units=Sum("open"))
    )
    return {(document, sku_id): units for document, sku_id, units in rows}
