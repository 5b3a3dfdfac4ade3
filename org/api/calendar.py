"""The company's calendar for programs: which days are off or worked."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from rest_framework.request import Request
from rest_framework.response import Response

from org import roles
from org.api.describing import described
from org.api.endpoints import Endpoint
from org.api.faults import Fault, Faulty, add_texts
from org.api.queries import Query, plain
from org.api.shapes import Field, Shape, day, flag, lines, text
from org.callers import SignedIn
from org.selectors import workdays
from org.services.workdays import SENTENCES, CalendarRefused, DayWish, set_days

add_texts(SENTENCES)
ONE = Shape(
    (
        Field("day", day, required=True),
        Field("works", flag, about="True: worked, false: off; left out: as its weekday says."),
        Field("name", text(60)),
    ),
    lambda **told: DayWish(**{"works": None, **told}),
)
DAYS = Shape((Field("days", lines(ONE), required=True),))
SHOWN = {"days": [{"day": date, "works": bool, "name": str}]}


class Calendar(Endpoint):
    """Days that are not what their weekday says."""

    permission = roles.RULES_VIEW

    @described("List days off and days worked", takes={"year": int}, answer=SHOWN)
    def get(self, request: Request) -> Response:
        """All of them, or those of one year."""
        query = Query(request, ("year",))
        found = workdays.exceptions(year=query.number("year", 2100))
        return Response({"days": plain(found)})


class CalendarDays(Endpoint):
    """Changing the calendar is for people of the whole company."""

    permission = roles.UNITS_EDIT

    @described(
        "Set days off and days worked", body=DAYS, answer={"changed": int},
        example={"days": [{"day": "2026-10-01", "works": False, "name": "National Day"}]},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """All of the days or none; the days not named stay as they are."""
        told = DAYS.must(request.data)
        caller = self.caller
        if not isinstance(caller, SignedIn):
            raise Faulty(Fault(code="not_allowed", status=403))
        try:
            with transaction.atomic(durable=True):
                changed = set_days(days=list(told["days"]), person=caller.person)
        except CalendarRefused as refused:
            status = 403 if refused.code == "not_allowed" else 422
            raise Faulty(Fault(code=refused.code, field="days", status=status)) from None
        return Response({"changed": changed})
