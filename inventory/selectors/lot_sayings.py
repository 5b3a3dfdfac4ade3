"""What higher rooms say of lots on the pages of stock, and what they need to know of lots for it.

A room that has something to say names its function in `settings.LOT_SAYINGS`; stock shows it
without knowing the room.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from inventory.models import Lot


@dataclass(frozen=True, kw_only=True)
class LotSaying:
    """One line about a lot: "Customs", "Under inspection" (a chip), and more in a few words."""

    label: str
    text: str
    tone: str = ""
    note: str = ""


Sayings = Callable[[Collection[int]], dict[int, LotSaying]]


def sayings_of(lot_ids: Collection[int]) -> dict[int, list[LotSaying]]:
    """What is said of these lots; those of which nothing is said are missing."""
    found: dict[int, list[LotSaying]] = {}
    if lot_ids:
        for path in settings.LOT_SAYINGS:
            said: Sayings = import_string(path.replace(":", "."))
            for lot, saying in said(lot_ids).items():
                found.setdefault(lot, []).append(saying)
    return found


def customs_of_lots(lot_ids: Collection[int]) -> dict[int, str]:
    """The customs state of lots that were imported; the others are missing. One statement."""
    rows = Lot.objects.filter(pk__in=lot_ids).exclude(customs=Lot.Customs.NONE)
    return dict(rows.values_list("id", "customs"))


def first_arrivals(lot_ids: Collection[int]) -> dict[int, datetime]:
    """When each lot was first received, wherever that was; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.lot_id, min(p.occurred_at)
               FROM inventory_stock c
               JOIN inventory_entry e ON e.stock_id = c.id AND e.on_hand > 0
               JOIN inventory_posting p ON p.id = e.posting_id AND p.kind = 'RECEIVE'
               WHERE c.lot_id = ANY(%s) GROUP BY 1""",
            [list(lot_ids)],
        )
        return {int(lot): at for lot, at in cursor.fetchall()}
