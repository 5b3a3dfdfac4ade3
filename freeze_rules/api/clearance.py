"""The clearance list for programs: lots frozen for their date, and what became of earlier ones."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from freeze_rules.selectors import clearance
from org import roles
from org.api.describing import described
from org.api.endpoints import Endpoint
from org.api.queries import Query, plain

LOT: dict[str, Any] = {
    "hold": int, "document": str, "sku": str, "lot": str, "warehouse": str, "units": int,
    "cost": Decimal, "days_left": int | None, "since": datetime,
}  # fmt: skip
MONTH: dict[str, Any] = {
    "month": date, "sold": int, "back": int, "to_supplier": int, "scrapped": int, "lost": Decimal,
}  # fmt: skip


class Clearance(Endpoint):
    """What is to be sold off in the caller's warehouses."""

    permission = roles.STOCK_VIEW

    @described("Read the clearance list", answer={"lots": [LOT], "months": [MONTH]})
    def get(self, request: Request) -> Response:
        """Lots with the fewest days first; the last twelve months of what became of such lots."""
        Query(request, ())
        scope = self.scope()
        months = clearance.cleared_by_month(scope=scope, today=timezone.localdate())
        return Response(
            {
                "lots": [_lot(row) for row in clearance.to_clear(scope=scope)],
                "months": [{**plain(row), "lost": f"{row.lost:.2f}"} for row in months],
            }
        )


def _lot(row: clearance.ToClear) -> dict[str, Any]:
    said: dict[str, Any] = plain(
        {
            "hold": row.hold_id, "document": row.document, "sku": row.sku_code,
            "lot": row.lot_code, "warehouse": row.warehouse_code, "units": row.units,
            "cost": row.cost, "days_left": row.days_left, "since": row.since,
        }
    )  # fmt: skip
    return said
