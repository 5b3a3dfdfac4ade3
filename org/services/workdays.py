"""The company's calendar: which days are off and which are worked, as the State Council's notice
gives them each year (国务院办公厅关于部分节假日安排的通知): holidays, and weekends that make up for
them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from org import roles
from org.coded import CodedRefusal
from org.models import CalendarDay, Person
from org.selectors import head_office_id, scope_of
from org.services.audit import record

MOST_DAYS = 1_000
LONGEST_RANGE = 31
FIRST_YEAR, LAST_YEAR = 2000, 2100
OFF = frozenset({"休", "休息", "放假", "假", "节假日", "off", "holiday", "rest", "0", "false"})
WORKED = frozenset(
    {"班", "上班", "补班", "调休上班", "工作", "工作日", "work", "worked", "1", "true"}
)
_DAY = r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?|(\d{4})(\d{2})(\d{2})"
_LINE = re.compile(
    rf"^(?:{_DAY})(?:\s*(?:~|～|至|到|–|—|\.\.)\s*(?:{_DAY}))?[\s,;，；|\t]+(\S+?)"
    r"(?:[\s,;，；|\t]+(.*))?$"
)
SENTENCES = {
    "not_allowed": gettext_lazy("You may not do this here."),
    "no_days": gettext_lazy("Give at least one day."),
    "too_many": gettext_lazy("At most 1,000 days at once."),
    "cannot_be_read": gettext_lazy("Some lines cannot be read; nothing was kept."),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class DayWish:
    """What a day is to be; `works` None gives it back to its weekday."""

    day: date
    works: bool | None
    name: str = ""


class CalendarRefused(CodedRefusal):
    """Nothing was kept. `code` is stable; `lines` say what is wrong where, by line from 1."""

    sentences = SENTENCES

    def __init__(self, code: str, lines: Sequence[tuple[int, str]] = ()) -> None:
        super().__init__(code)
        self.lines = tuple(lines)


def read_days(text: str) -> list[DayWish]:
    """Lines such as "2026-10-01~2026-10-07 休 国庆节" and "2026-10-10,班,国庆节补班".

    Raises:
        CalendarRefused: no_days, too_many, cannot_be_read with each bad line.
    """
    found: dict[date, DayWish] = {}
    wrong: list[tuple[int, str]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        said = line.strip().lstrip("\ufeff")
        if not said or said.startswith("#") or (number == 1 and not any(map(str.isdigit, said))):
            continue
        try:
            for wish in _read_line(said):
                known = found.get(wish.day)
                if known is not None and known.works != wish.works:
                    raise ValueError(
                        _("%(day)s is both off and worked.") % {"day": wish.day.isoformat()}
                    )
                found[wish.day] = wish
        except ValueError as bad:
            wrong.append((number, str(bad)))
    if wrong:
        raise CalendarRefused("cannot_be_read", wrong)
    return list(found.values())


def _read_line(said: str) -> Iterable[DayWish]:
    """The days of one line.

    Raises:
        ValueError: with a sentence for people.
    """
    match = _LINE.match(said)
    if match is None:
        raise ValueError(_("Write a date, off or work, and a name: 2026-10-01 off National Day."))
    groups = match.groups()
    first, last = _date(groups[0:6]), _date(groups[6:12])
    kind, name = groups[12].casefold(), (groups[13] or "").strip()
    if kind not in OFF | WORKED:
        raise ValueError(_("“%(word)s” is neither off nor work.") % {"word": kind[:20]})
    assert first is not None, "A line begins with a date."
    end = last or first
    if end < first:
        raise ValueError(_("The range ends before it begins."))
    if (end - first).days >= LONGEST_RANGE:
        raise ValueError(_("A range has at most 31 days."))
    return [
        DayWish(day=first + timedelta(days=at), works=kind in WORKED, name=name[:60])
        for at in range((end - first).days + 1)
    ]


def _date(parts: Sequence[str | None]) -> date | None:
    numbers = [int(part) for part in parts if part is not None]
    if not numbers:
        return None
    year, month, day = numbers
    try:
        found = date(year, month, day)
    except ValueError:
        raise ValueError(
            _("There is no day %(day)s.") % {"day": f"{year}-{month:02}-{day:02}"}
        ) from None
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(_("The year must lie between 2000 and 2100."))
    return found


def set_days(*, days: Sequence[DayWish], person: Person) -> int:
    """Keep these days; how many changed. Joins the caller's transaction.

    Raises:
        CalendarRefused: not_allowed (somebody of the whole company does it), no_days, too_many.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    whole = scope_of(person, permission=roles.UNITS_EDIT).is_everything
    if not person.may(roles.UNITS_EDIT) or not whole:
        raise CalendarRefused("not_allowed")
    if not days:
        raise CalendarRefused("no_days")
    if len(days) > MOST_DAYS:
        raise CalendarRefused("too_many")
    wanted = {wish.day: wish for wish in days}
    known = {
        row.day: row
        for row in CalendarDay.objects.select_for_update().filter(day__in=wanted).order_by("day")
    }
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    for day, wish in sorted(wanted.items()):
        row = known.get(day)
        old = "" if row is None else _said(row.works, row.name)
        new = "" if wish.works is None else _said(wish.works, wish.name)
        if old != new:
            before[day.isoformat()], after[day.isoformat()] = old, new
    gone = [day for day, wish in wanted.items() if wish.works is None]
    CalendarDay.objects.filter(day__in=gone).delete()
    CalendarDay.objects.bulk_create(
        [
            CalendarDay(day=day, works=wish.works, name=wish.name)
            for day, wish in wanted.items()
            if wish.works is not None
        ],
        update_conflicts=True, unique_fields=["day"], update_fields=["works", "name"],
    )  # fmt: skip
    if after:
        record(
            actor=person.actor, action="calendar.changed", subject="calendar", before=before,
            after=after, unit_id=head_office_id(),
        )  # fmt: skip
    return len(after)


def _said(works: bool, name: str) -> str:
    return f"{'work' if works else 'off'} {name}".strip()
