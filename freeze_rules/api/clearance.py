"""The clearance list for programs: lots frozen for their date, what became of earlier ones; taking
one over for a promotion.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import Http404
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from freeze_rules.api.reporting import Reporting
from freeze_rules.selectors import clearance
from freeze_rules.services.orders import FreezeRefused
from freeze_rules.services.reports import clearance as services
from inventory import selectors as stock
from inventory import services as inventory
from org import roles
from org.api.describing import described
from org.api.endpoints import Endpoint
from org.api.faults import Fault, Faulty
from org.api.queries import Query, plain
from org.api.shapes import Field, Shape, number
from org.services.approvals import ApprovalRefused

LOT: dict[str, Any] = {
    "hold": int, "document": str, "sku": str, "lot": str, "warehouse": str, "units": int,
    "cost": Decimal, "days_left": int | None, "since": datetime,
}  # fmt: skip
MONTH: dict[str, Any] = {
    "month": date, "sold": int, "back": int, "to_supplier": int, "scrapped": int, "lost": Decimal,
}  # fmt: skip


TAKING = Shape((Field("promotion", number(1, 2**62), required=True, about="Its id."),))
TAKEN: dict[str, Any] = {"hold": int, "promotion": int}
ASKED: dict[str, Any] = {"code": ("approval_needed",), "approval": str}


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


class ClearanceTaken(Reporting):
    """A lot goes to a promotion."""

    permission = roles.STOCK_CONVERT

    @described(
        "Hand a lot of the clearance list to a promotion", body=TAKING, answer=TAKEN,
        more_answers={202: ASKED}, also=(404, 409), example={"promotion": 3},
    )  # fmt: skip
    def post(self, request: Request, hold_id: int) -> Response:
        """The freeze becomes the reserve of a running promotion, without a moment between.

        Where a policy wants consent of a person, the answer is 202 with the request for approval,
        which does it once somebody has agreed.
        """
        told = TAKING.must(request.data)
        if not stock.holds(scope=self.scope(), ids=[hold_id], closed=True):
            raise Http404

        def work() -> Response:
            made = services.take_over(
                hold_id=hold_id, promotion_id=told["promotion"], by=self.caller,
                key=self.attempt(),
            )  # fmt: skip
            if made.approval_id is not None:
                asked = {"code": "approval_needed", "approval": f"AP-{made.approval_id}"}
                return Response(asked, status=202)
            return Response({"hold": made.hold_id, "promotion": told["promotion"]})

        try:
            return self.done(work)
        except FreezeRefused as refused:
            # What lies beyond the caller's places is answered as what is not there.
            status = {"unknown_hold": 404, "part_of_recall": 409}.get(refused.code, 403)
            raise Faulty(Fault(code=refused.code, said=str(refused), status=status)) from None
        except (inventory.Refused, ApprovalRefused) as refused:
            raise Faulty(Fault(code=refused.code, said=str(refused), status=409)) from None


def _lot(row: clearance.ToClear) -> dict[str, Any]:
    said: dict[str, Any] = plain(
        {
            "hold": row.hold_id, "document": row.document, "sku": row.sku_code,
            "lot": row.lot_code, "warehouse": row.warehouse_code, "units": row.units,
            "cost": row.cost, "days_left": row.days_left, "since": row.since,
        }
    )  # fmt: skip
    return said
