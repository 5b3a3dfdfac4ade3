"""Boards for programs: what rules did in a period."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from freeze_rules.models import RuleState
from freeze_rules.selectors import periods, rule_board
from org import roles
from org.api.describing import described
from org.api.endpoints import Endpoint
from org.api.faults import Fault, Faulty, add_texts
from org.api.queries import Query, plain

add_texts(periods.SENTENCES)
RULE: dict[str, Any] = {
    "id": int, "number": str, "name": str, "state": tuple(RuleState.values), "preset": str,
    "hits": int, "frozen": int, "would": int, "refused": int, "stopped": int, "units": int,
    "value": Decimal, "right": int, "false": int, "false_share": Decimal | None, "released": int,
    "still_open": int, "release_hours": Decimal | None,
}  # fmt: skip


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
