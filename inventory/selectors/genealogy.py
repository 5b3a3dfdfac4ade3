"""Where goods came from and where they went: everything that one lot, delivery or order touches.

Goods with lots are followed by their lot. Goods without are followed by cells: what lay together
cannot be told apart, so from the moment suspect units come into a cell all that leaves it later is
suspect too. A lot that was counted as another lot of the same place, in one posting, was relabelled
and is followed from there on; so is what customers bring back of suspect shipments.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import connection
from django.db.models import Q, Sum

from inventory.models import Entry, HoldLine, Lot, Sku, Stock, Warehouse
from inventory.models.books import Posting
from inventory.models.claims import Role
from org.scope import Scope

# Pairs (cell, entry): what left the cell after the entry, or lies in it now, is suspect.
_SPREAD = """
WITH RECURSIVE suspect(stock_id, since) AS (
    SELECT * FROM unnest(%(cells)s::bigint[], %(since)s::bigint[])
    UNION
    SELECT g.stock_id, g.id
    FROM suspect s
    JOIN inventory_stock sc ON sc.id = s.stock_id
    JOIN inventory_entry l ON l.stock_id = s.stock_id AND l.id > s.since AND l.on_hand < 0
    JOIN inventory_posting p ON p.id = l.posting_id
    CROSS JOIN LATERAL (
        SELECT e.stock_id, e.id, gc.lot_id, gc.location_id, false AS returned
        FROM inventory_entry e JOIN inventory_stock gc ON gc.id = e.stock_id
        WHERE e.posting_id = p.id AND e.sku_id = l.sku_id AND e.on_hand > 0
        UNION ALL
        SELECT e.stock_id, e.id, gc.lot_id, gc.location_id, true
        FROM inventory_posting r
        JOIN inventory_entry e ON e.posting_id = r.id AND e.sku_id = l.sku_id AND e.on_hand > 0
        JOIN inventory_stock gc ON gc.id = e.stock_id
        WHERE p.kind = 'SHIP' AND r.kind = 'RETURN' AND r.facts->>'shipped_document' = p.document
            AND e.id > l.id
    ) g
    WHERE (g.returned OR g.lot_id IS NOT DISTINCT FROM sc.lot_id
           OR (p.kind = 'ADJUST' AND g.location_id = sc.location_id))
        AND (g.lot_id IS NULL OR NOT g.lot_id = ANY(%(lots)s::bigint[]))
)
SELECT stock_id, min(since) FROM suspect GROUP BY stock_id
"""
# What happened to suspect units, under which document they left, and whether from a warehouse of
# the reader.
_FLOWS = """
SELECT (%(units)s::bigint[] IS NULL OR w.unit_id = ANY(%(units)s::bigint[])
        OR w.id = ANY(%(houses)s::bigint[])) AS seen,
       p.kind, CASE WHEN p.kind = 'SHIP' THEN p.document
                    WHEN p.kind = 'RETURN' THEN p.facts->>'shipped_document' ELSE ''
       END AS document,
       e.sku_id, c.lot_id, count(DISTINCT p.id), sum(greatest(-e.on_hand, 0))::bigint,
       sum(greatest(e.on_hand, 0))::bigint, min(p.occurred_at), max(p.occurred_at)
FROM unnest(%(cells)s::bigint[], %(since)s::bigint[]) AS s(stock_id, since)
JOIN inventory_stock c ON c.id = s.stock_id
JOIN inventory_entry e ON e.stock_id = s.stock_id AND e.id >= s.since AND e.on_hand <> 0
JOIN inventory_posting p ON p.id = e.posting_id
JOIN inventory_balance b ON b.id = c.balance_id
JOIN inventory_warehouse w ON w.id = b.warehouse_id
GROUP BY 1, 2, 3, 4, 5
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class SuspectLot:
    """A lot that is suspect as a whole, wherever it lies."""

    lot_id: int
    code: str
    sku_id: int
    sku_code: str
    sku_name: str
    supplier: str
    expires_on: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class SuspectCell:
    """Suspect goods that lie somewhere now; `promised` of them are picked for documents.

    `mixed`: not the whole lot is suspect, or there is no lot: clean units may lie among them and
    cannot be told apart.
    """

    stock_id: int
    sku_id: int
    sku_code: str
    sku_name: str
    lot_id: int | None
    lot_code: str
    warehouse_id: int
    warehouse_code: str
    warehouse_name: str
    location_id: int
    location_code: str
    in_transit: bool
    grade: str
    on_hand: int
    mixed: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Shipped:
    """Suspect units that left under a document, and how many of them came back."""

    document: str
    sku_id: int
    sku_code: str
    sku_name: str
    lot_code: str
    units: int
    returned: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One kind of thing that happened to suspect units: how often, and how many units."""

    kind: str
    label: str
    postings: int
    units: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Promised:
    """A document that has units claimed of suspect goods: `pinned` in their cells, `loose` of
    the same SKU and warehouse and perhaps of them."""

    document: str
    sku_id: int
    sku_code: str
    pinned: int
    loose: int


@dataclass(frozen=True, kw_only=True)
class Cone:
    """Everything that came from the roots, as it is now."""

    lots: Sequence[SuspectLot]
    cells: Sequence[SuspectCell]
    shipped: Sequence[Shipped]
    steps: Sequence[Step]
    promised: Sequence[Promised]
    scrapped: int = 0
    to_supplier: int = 0
    lost: int = 0
    suspects: Mapping[int, int] = field(default_factory=dict)

    @property
    def units(self) -> int:
        """Units on hand, on their way included."""
        return sum(cell.on_hand for cell in self.cells)

    @property
    def at_customers(self) -> int:
        """Units shipped and not brought back."""
        return sum(max(row.units - row.returned, 0) for row in self.shipped)

    @property
    def is_empty(self) -> bool:
        """True when the books never saw such goods."""
        return not self.suspects


def cone_of(
    *, lot_ids: Collection[int] = (), receipt: str = "", order: str = "", scope: Scope
) -> Cone:
    """Follow a lot, what a delivery brought, or what an order was sent. A constant number of
    statements, however many places and orders there are.

    Args:
        lot_ids: lots to start from.
        receipt: the document of a delivery (or transfer) that brought the goods.
        order: a document under which goods were shipped; the lots it got are suspect.
        scope: whose warehouses are listed in `cells`, and of which documents are told in `shipped`
            and `promised`; what is suspect does not depend on it.
    """
    lots, cells = _roots(set(lot_ids), receipt, order)
    whole = Stock.objects.filter(lot_id__in=lots).values_list("id", flat=True)
    suspects = _spread(cells | dict.fromkeys(whole, 0), lots)
    flows = _flows(suspects, scope)
    return Cone(
        lots=_lots(lots),
        cells=_cells(suspects, lots, scope),
        shipped=_shipped(flows),
        steps=_steps(flows),
        promised=_promised(suspects, scope),
        suspects=suspects,
        **_gone(suspects),
    )


def _roots(lots: set[int], receipt: str, order: str) -> tuple[set[int], dict[int, int]]:
    """Lots to follow whole, and cells without a lot from which entry on."""
    cells: dict[int, int] = {}
    for document, kinds, came in (
        (receipt, (Posting.Kind.RECEIVE, Posting.Kind.TRANSFER_IN), True),
        (order, (Posting.Kind.SHIP,), False),
    ):
        if not document:
            continue
        moved = Q(on_hand__gt=0) if came else Q(on_hand__lt=0)
        rows = Entry.objects.filter(
            moved, posting__document=document, posting__kind__in=kinds, stock__isnull=False
        )
        for stock_id, lot_id, entry in rows.values_list("stock_id", "stock__lot_id", "id"):
            if lot_id is not None:
                lots.add(lot_id)
            elif stock_id is not None:
                cells[stock_id] = min(entry, cells.get(stock_id, entry))
    return lots, cells


def _spread(cells: Mapping[int, int], lots: Collection[int]) -> dict[int, int]:
    told = {"cells": list(cells), "since": list(cells.values()), "lots": sorted(lots)}
    with connection.cursor() as cursor:
        cursor.execute(_SPREAD, told)
        return dict(cursor.fetchall())


@dataclass(frozen=True, slots=True)
class _Flow:
    seen: bool
    kind: str
    document: str
    sku_id: int
    lot_id: int | None
    postings: int
    left: int
    came: int


def _flows(suspects: Mapping[int, int], scope: Scope) -> list[_Flow]:
    told = {
        "cells": list(suspects),
        "since": list(suspects.values()),
        **scope.of_warehouses,
    }
    with connection.cursor() as cursor:
        cursor.execute(_FLOWS, told)
        return [_Flow(*row[:8]) for row in cursor.fetchall()]


def _lots(ids: Collection[int]) -> list[SuspectLot]:
    rows = Lot.objects.filter(id__in=ids).select_related("sku").order_by("sku__code", "code")
    return [
        SuspectLot(
            lot_id=row.pk, code=row.code, sku_id=row.sku_id, sku_code=row.sku.code,
            sku_name=row.sku.name, supplier=row.supplier, expires_on=row.expires_on,
        )
        for row in rows
    ]  # fmt: skip


def _cells(suspects: Mapping[int, int], lots: Collection[int], scope: Scope) -> list[SuspectCell]:
    rows = scope.limit(
        Stock.objects.filter(id__in=suspects, on_hand__gt=0), "balance__warehouse__unit"
    )
    return [
        SuspectCell(
            stock_id=row.pk,
            sku_id=row.balance.sku_id,
            sku_code=row.balance.sku.code,
            sku_name=row.balance.sku.name,
            lot_id=row.lot_id,
            lot_code=row.lot.code if row.lot else "",
            warehouse_id=row.balance.warehouse_id,
            warehouse_code=row.balance.warehouse.code,
            warehouse_name=row.balance.warehouse.name,
            location_id=row.location_id,
            location_code=row.location.code,
            in_transit=row.balance.warehouse.kind == Warehouse.Kind.TRANSIT,
            grade=row.balance.grade,
            on_hand=row.on_hand,
            mixed=row.lot_id not in lots,
        )
        for row in rows.select_related(
            "lot", "location", "balance__sku", "balance__warehouse"
        ).order_by("balance__warehouse__code", "location__code", "id")
    ]


def _shipped(flows: Sequence[_Flow]) -> list[Shipped]:
    left: dict[tuple[str, int, int | None], int] = {}
    back: dict[tuple[str, int], int] = {}
    for flow in flows:
        if flow.kind == Posting.Kind.SHIP and flow.seen:
            place = (flow.document, flow.sku_id, flow.lot_id)
            left[place] = left.get(place, 0) + flow.left
        elif flow.kind == Posting.Kind.RETURN and flow.document:
            key = (flow.document, flow.sku_id)
            back[key] = back.get(key, 0) + flow.came
    skus = Sku.objects.in_bulk({sku for _document, sku, _lot in left})
    lots = Lot.objects.in_bulk({lot for *_rest, lot in left if lot is not None})
    found = []
    for (document, sku, lot), units in sorted(left.items(), key=lambda item: str(item[0])):
        returned = min(units, back.get((document, sku), 0))
        if returned:
            back[document, sku] -= returned
        found.append(
            Shipped(
                document=document, sku_id=sku, sku_code=skus[sku].code, sku_name=skus[sku].name,
                lot_code=lots[lot].code if lot is not None else "", units=units, returned=returned,
            )
        )  # fmt: skip
    return found


def _steps(flows: Sequence[_Flow]) -> list[Step]:
    kinds: dict[str, tuple[int, int]] = {}
    for flow in flows:
        postings, units = kinds.get(flow.kind, (0, 0))
        kinds[flow.kind] = (postings + flow.postings, units + max(flow.left, flow.came))
    return [
        Step(kind=kind, label=str(Posting.Kind(kind).label), postings=postings, units=units)
        for kind, (postings, units) in sorted(kinds.items(), key=lambda item: -item[1][1])
    ]


_GONE = """
SELECT o.outside, sum(least(o.on_hand, l.units))::bigint
FROM (SELECT e.posting_id, e.sku_id, sum(-e.on_hand)::bigint AS units
      FROM unnest(%(cells)s::bigint[], %(since)s::bigint[]) AS s(stock_id, since)
      JOIN inventory_entry e ON e.stock_id = s.stock_id AND e.id >= s.since AND e.on_hand < 0
      JOIN inventory_posting p ON p.id = e.posting_id
      WHERE p.kind IN ('SCRAP', 'ADJUST')
      GROUP BY 1, 2) l
JOIN inventory_entry o ON o.posting_id = l.posting_id AND o.sku_id = l.sku_id
    AND o.outside IN ('SCRAPPED', 'SUPPLIER', 'LOST') AND o.on_hand > 0
GROUP BY 1
"""


def _gone(suspects: Mapping[int, int]) -> dict[str, int]:
    """Suspect units that were destroyed, sent back or lost."""
    with connection.cursor() as cursor:
        cursor.execute(_GONE, {"cells": list(suspects), "since": list(suspects.values())})
        found = dict(cursor.fetchall())
    return {
        "scrapped": found.get("SCRAPPED", 0),
        "to_supplier": found.get("SUPPLIER", 0),
        "lost": found.get("LOST", 0),
    }


def _promised(suspects: Collection[int], scope: Scope) -> list[Promised]:
    """Documents with claims in suspect cells, and bin-less ones in their balances; those of the
    scope's warehouses."""
    balances = Stock.objects.filter(id__in=suspects, on_hand__gt=0).values("balance_id")
    lines = scope.limit(HoldLine.objects.all(), "balance__warehouse__unit")
    rows = (
        lines.filter(
            Q(stock_id__in=suspects) | Q(stock__isnull=True, balance_id__in=balances),
            open__gt=0,
            hold__role=Role.COMMITMENT,
        )
        .values_list("hold__document", "balance__sku_id", "balance__sku__code")
        .annotate(
            pinned=Sum("open", filter=Q(stock__isnull=False), default=0),
            loose=Sum("open", filter=Q(stock__isnull=True), default=0),
        )
        .order_by("hold__document", "balance__sku__code")
    )
    return [
        Promised(document=document, sku_id=sku, sku_code=code, pinned=pinned, loose=loose)
        for document, sku, code, pinned, loose in rows
    ]
