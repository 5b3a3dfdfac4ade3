"""In which warehouse all of something lies, for the zone that its times are told in."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from inventory.models import Balance, Entry, Stock
from org.scope import Scope

# Beyond so many entries nobody looks whether a document has one warehouse.
MOST = 1_000


def warehouse_of_balance(balance_id: int, *, scope: Scope) -> int:
    """Its warehouse; 0 for one of others. One statement."""
    rows = scope.limit(Balance.objects.filter(pk=balance_id), "warehouse__unit")
    return _only(rows, "warehouse_id")


def warehouse_of_cell(cell_id: int, *, scope: Scope) -> int:
    """Its warehouse; 0 for one of others. One statement."""
    rows = scope.limit(Stock.objects.filter(pk=cell_id), "balance__warehouse__unit")
    return _only(rows, "balance__warehouse_id")


def warehouse_of_lot(lot_id: int, *, scope: Scope) -> int:
    """The one warehouse in which it ever lay; 0 for several, or none of the reader's."""
    rows = scope.limit(Stock.objects.filter(lot=lot_id), "balance__warehouse__unit")
    return _only(rows, "balance__warehouse_id")


def warehouse_of_document(document: str, *, scope: Scope) -> int:
    """The one warehouse in which it was booked; 0 for several, or none of the reader's."""
    entries = Entry.objects.filter(posting__document=document, balance__isnull=False)
    rows = scope.limit(entries, "balance__warehouse__unit")
    told = rows.values_list("balance__warehouse_id", flat=True)[: MOST + 1]
    # Sliced first: a document of a million entries is not read for its zone.
    found = list(told)
    return found[0] if 0 < len(found) <= MOST and len(set(found)) == 1 else 0


def _only(rows: QuerySet[Any, Any], column: str) -> int:
    found = list(rows.values_list(column, flat=True).distinct()[:2])
    return int(found[0]) if len(found) == 1 else 0
