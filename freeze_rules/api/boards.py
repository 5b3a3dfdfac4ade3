"""Boards for programs: what rules did in a period, how good suppliers were; limits of suppliers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from freeze_rules.models import RuleState
from freeze_rules.selectors import periods, rule_board, supplier_quality
from freeze_rules.services.reports import supplier_limits
from freeze_rules.services.reports.refusals import ReportRefused
from org import roles
from org.api.describing import described
from org.api.endpoints import Endpoint
from org.api.faults import Fault, Faulty, add_texts
from org.api.queries import Query, plain
from org.api.shapes import Field, Shape, number, text

add_texts(periods.SENTENCES)
RULE: dict[str, Any] = {
    "id": int, "number": str, "name": str, "state": tuple(RuleState.values), "preset": str,
    "hits": int, "frozen": int, "would": int, "refused": int, "stopped": int, "units": int,
    "value": Decimal, "right": int, "false": int, "false_share": Decimal | None, "released": int,
    "still_open": int, "release_hours": Decimal | None,
}  # fmt: skip
SUPPLIER: dict[str, Any] = {
    "supplier": str, "score": Decimal | None, "received": int, "frozen": int, "frozen_now": int,
    "passed": int, "failed": int, "partial": int, "units_passed": int, "units_failed": int,
    "defective_share": Decimal | None, "limit": int | None, "blocked": bool,
}  # fmt: skip
LIMIT = Shape(
    (
        Field(
            "supplier", text(80), required=True, about="Empty: all without a limit of their own."
        ),
        Field("units", number(0, supplier_limits.MOST_UNITS), about="Missing: no limit."),
    )
)


def asked_period(query: Query) -> periods.Period:
    """The period of `since` and `until`; the last thirty days where nothing is said.

    Raises:
        Faulty: bad_day, and what a period refuses.
    """
    try:
        return periods.between(
            since=query.day("since"), until=query.day("until"), today=timezone.localdate()
        )
    except periods.PeriodWrong as wrong:
        raise Faulty(Fault(code=wrong.code, field=wrong.field, status=422)) from None


class RuleBoard(Endpoint):
    """?since=&until= ; what rules did in the caller's warehouses."""

    permission = roles.RULES_VIEW

    @described(
        "Read the board of rules",
        takes={"since": date, "until": date},
        answer={"since": date, "until": date, "rules": [RULE]},
    )
    def get(self, request: Request) -> Response:
        """Most hits first; rules that run and did nothing stand last."""
        period = asked_period(Query(request, ("since", "until")))
        rows = rule_board.board(period=period, scope=self.scope())
        return Response(
            {
                "since": plain(period.since), "until": plain(period.until),
                "rules": [
                    {name: plain(_rounded(getattr(row, name))) for name in RULE} for row in rows
                ],
            }
        )  # fmt: skip


def _rounded(value: Any) -> Any:
    """Shares and hours to four places."""
    return round(value, 4) if isinstance(value, Decimal) else value


class SupplierBoard(Endpoint):
    """?since=&until= ; what came from suppliers and what became of it."""

    permission = roles.STOCK_VIEW

    @described(
        "Read the quality of suppliers",
        takes={"since": date, "until": date},
        answer={"since": date, "until": date, "suppliers": [SUPPLIER]},
    )
    def get(self, request: Request) -> Response:
        """The lowest score first; units of the caller's warehouses."""
        period = asked_period(Query(request, ("since", "until")))
        rows = supplier_quality.board(period=period, scope=self.scope())
        return Response(
            {
                "since": plain(period.since), "until": plain(period.until),
                "suppliers": [
                    {name: plain(_rounded(getattr(row, name))) for name in SUPPLIER}
                    for row in rows
                ],
            }
        )  # fmt: skip


class SupplierLimits(Endpoint):
    """How much of a supplier may be frozen for quality before purchasing is told."""

    permission = roles.STOCK_VIEW
    permission_to_change = roles.SUPPLIERS_EDIT

    @described("List limits of suppliers", answer={"limits": [{"supplier": str, "units": int}]})
    def get(self, request: Request) -> Response:
        """The empty name is for all suppliers without a limit of their own."""
        Query(request, ())
        return Response({"limits": _limits()})

    @described(
        "Set the limit of a supplier",
        body=LIMIT,
        answer={"limits": [{"supplier": str, "units": int}]},
        example={"supplier": "Dairy North", "units": 500},
    )
    def put(self, request: Request) -> Response:
        """For whoever looks after suppliers in the whole company."""
        told = LIMIT.must(request.data)

        def work() -> Response:
            try:
                supplier_limits.set_limit(
                    supplier=told["supplier"], units=told.get("units"), actor=self.caller.actor,
                    scope=self.scope(),
                )  # fmt: skip
            except ReportRefused as refused:
                status = 403 if refused.code == "not_allowed" else 422
                fault = Fault(code=refused.code, field=refused.field or None, status=status)
                raise Faulty(fault) from None
            return Response({"limits": _limits()})

        return self.once(work)


def _limits() -> list[dict[str, Any]]:
    limits = sorted(supplier_quality.limits_set().items())
    return [{"supplier": name, "units": units} for name, units in limits]
