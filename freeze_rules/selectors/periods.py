"""The days that a board is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext_lazy as _

from org.coded import CodedRefusal
from org.lists.days import begin_of

DAYS = 30
MOST_DAYS = 731
# Days before it are mistyped, and those near the year one have no day before them.
EARLIEST = date(2000, 1, 1)
SENTENCES = {
    "period_no_day": _("Give the days as year-month-day."),
    "period_turned": _("The period ends before it begins."),
    "period_future": _("The period ends after today."),
    "period_too_early": _("Give days from the year 2000 on."),
    "period_too_long": _("A period has at most 731 days."),
}


class PeriodWrong(CodedRefusal):
    """No period to count in. `code` is stable, `field` is "since" or "until"."""

    sentences = SENTENCES


@dataclass(frozen=True, kw_only=True)
class Period:
    """From the first moment of one day to the last of another, both in the period."""

    since: date
    until: date

    @property
    def begins(self) -> datetime:
        """The first moment."""
        return begin_of(self.since)

    @property
    def ends(self) -> datetime:
        """The first moment that is no longer in it."""
        return begin_of(self.until + timedelta(days=1))

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.until - self.since).days + 1


def lately(*, today: date, days: int = DAYS) -> Period:
    """The last so many days, today among them."""
    return Period(since=today - timedelta(days=days - 1), until=today)


def between(*, since: date | None, until: date | None, today: date) -> Period:
    """These days; without an end until today, without a beginning thirty days.

    Raises:
        PeriodWrong: period_too_early, period_turned, period_future, period_too_long.
    """
    until = until or today
    if min(until, since or until) < EARLIEST:
        raise PeriodWrong("period_too_early", "since")
    since = since or until - timedelta(days=DAYS - 1)
    if until > today:
        raise PeriodWrong("period_future", "until")
    if since > until:
        raise PeriodWrong("period_turned", "since")
    found = Period(since=since, until=until)
    if found.days > MOST_DAYS:
        raise PeriodWrong("period_too_long", "since")
    return found


def typed(given: Mapping[str, str], *, today: date) -> Period:
    """The period in the parameters `since` and `until` of an address.

    Raises:
        PeriodWrong: period_no_day, and what `between` refuses.
    """
    return between(since=_day(given, "since"), until=_day(given, "until"), today=today)


def _day(given: Mapping[str, str], name: str) -> date | None:
    text = given.get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise PeriodWrong("period_no_day", name) from None
