"""The period that the address of a board asks for."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from freeze_rules.selectors import periods


def asked_period(request: HttpRequest, *, tells: bool) -> periods.Period:
    """The days of the address; where they are wrong, the last thirty and a message."""
    today = timezone.localdate()
    try:
        return periods.typed(request.GET, today=today)
    except periods.PeriodWrong as wrong:
        if tells:
            messages.error(
                request,
                _("%(wrong)s The last %(days)s days are shown.")
                % {"wrong": wrong, "days": periods.DAYS},
            )
        return periods.lately(today=today)
