"""What is announced: receipts that should come, changed or closed before they have come.

Receiving under the announced document counts the arrived units in the same transaction, and
closes what is complete; transfers announce themselves when they set out.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from inventory.models import Incoming, Sku, Warehouse
from inventory.models.books import Grade
from inventory.requests import QTY_LIMIT, Refused

# As long as the column that keeps it.
DOCUMENT_LENGTH = 64

IncomingKey = tuple[str, int, int, str]  # document, warehouse, SKU, grade


@dataclass(frozen=True, kw_only=True, slots=True)
class Announcement:
    """So many base units of a SKU should arrive in a warehouse by a time."""

    document: str
    warehouse_id: int
    sku_id: int
    qty: int
    due_at: datetime
    grade: str = "ZP"

    @property
    def key(self) -> IncomingKey:
        """One announcement per document, warehouse, SKU and grade."""
        return (self.document, self.warehouse_id, self.sku_id, self.grade)


def announce(announcements: Sequence[Announcement], *, actor: str) -> int:
    """Announce receipts, all or none; gives how many are new.

    The same announcement again changes nothing.

    Raises:
        Refused: key_reused when it is known with another quantity or time (see `change`);
            bad_quantity, kit_has_no_stock, bad_request.
    """
    assert connection.in_atomic_block
    _check(announcements)
    asked = {row.key: row for row in announcements}
    new = _insert([row for _, row in sorted(asked.items())], actor=actor)
    known = _locked(list(asked))
    for number, row in enumerate(announcements):
        there = known[row.key]
        if (there.qty, there.due_at, there.kind) != (row.qty, row.due_at, Incoming.Kind.RECEIPT):
            raise Refused(
                "key_reused", key=row.document, line=number, sku_id=row.sku_id, asked=row.qty,
                there=there.qty,
            )  # fmt: skip
    return new


def change(announcements: Sequence[Announcement], *, actor: str) -> None:
    """Give open or closed announcements another quantity or time, all or none.

    What is complete by the new quantity is closed, what is not is open again.

    Raises:
        Refused: not_announced when one is not known; bad_quantity, bad_request.
    """
    assert connection.in_atomic_block
    _check(announcements)
    asked = {row.key: row for row in announcements}
    known = _locked(list(asked))
    for number, row in enumerate(announcements):
        if row.key not in known:
            raise Refused(
                "not_announced", document=row.document, line=number, sku_id=row.sku_id,
                asked=row.qty, there=0,
            )  # fmt: skip
    now = timezone.now()
    for key, there in known.items():
        there.qty, there.due_at = asked[key].qty, asked[key].due_at
        complete = there.arrived + there.missed >= there.qty
        there.closed_at = (there.closed_at or now) if complete else None
        there.announced_by = actor
    Incoming.objects.bulk_update(
        known.values(), ["qty", "due_at", "closed_at", "announced_by"], batch_size=1000
    )


def close(*, documents: Collection[str]) -> int:
    """Nothing more will come under these documents; gives how many announcements that closed."""
    assert connection.in_atomic_block
    rows = Incoming.objects.filter(document__in=documents, closed_at__isnull=True)
    ids = list(rows.order_by("id").select_for_update(no_key=True).values_list("id", flat=True))
    return Incoming.objects.filter(id__in=ids).update(closed_at=Now())


def _insert(rows: Sequence[Announcement], *, actor: str) -> int:
    """Those not known yet; gives how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO inventory_incoming
                   (document, kind, warehouse_id, sku_id, grade, qty, arrived, missed, due_at,
                    announced_by)
               SELECT d.document, 'RECEIPT', d.warehouse, d.sku, d.grade, d.qty, 0, 0, d.due, %s
               FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::text[], %s::bigint[],
                   %s::timestamptz[]) AS d(document, warehouse, sku, grade, qty, due)
               ON CONFLICT (document, warehouse_id, sku_id, grade) DO NOTHING""",
            [
                actor,
                [row.document for row in rows],
                [row.warehouse_id for row in rows],
                [row.sku_id for row in rows],
                [row.grade for row in rows],
                [row.qty for row in rows],
                [row.due_at for row in rows],
            ],
        )
        return int(cursor.rowcount)


def _locked(keys: Sequence[IncomingKey]) -> dict[IncomingKey, Incoming]:
    """The known announcements of these documents that have one of the keys."""
    rows = Incoming.objects.filter(document__in={key[0] for key in keys})
    wanted = set(keys)
    found = {
        (row.document, row.warehouse_id, row.sku_id, row.grade): row
        for row in rows.order_by("id").select_for_update(no_key=True)
    }
    return {key: row for key, row in found.items() if key in wanted}


def _check(announcements: Sequence[Announcement]) -> None:
    """Refuse what cannot come, naming the line.

    Raises:
        Refused: bad_quantity, kit_has_no_stock, bad_request.
    """
    skus = dict(
        Sku.objects.filter(id__in={row.sku_id for row in announcements}).values_list("id", "is_kit")
    )
    houses = set(
        Warehouse.objects.filter(id__in={row.warehouse_id for row in announcements}).values_list(
            "id", flat=True
        )
    )
    seen: set[IncomingKey] = set()
    for number, row in enumerate(announcements):
        whole = isinstance(row.qty, int) and not isinstance(row.qty, bool)
        if not whole or not 1 <= row.qty <= QTY_LIMIT:
            raise Refused("bad_quantity", line=number, sku_id=row.sku_id, asked=row.qty)
        if skus.get(row.sku_id):
            raise Refused("kit_has_no_stock", line=number, sku_id=row.sku_id)
        wrong = _wrong_field(row, skus, houses) or ("lines" if row.key in seen else "")
        if wrong:
            raise Refused("bad_request", field=wrong, line=number, sku_id=row.sku_id)
        seen.add(row.key)


def _wrong_field(row: Announcement, skus: Collection[int], houses: Collection[int]) -> str:
    if row.sku_id not in skus:
        return "sku_id"
    if row.warehouse_id not in houses:
        return "warehouse_id"
    if row.grade not in Grade.values:
        return "grade"
    return "" if row.document and len(row.document) <= DOCUMENT_LENGTH else "document"
