"""The company's calendar: days off and days worked, pasted as the yearly notice gives them."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from org import roles
from org.access import permission_required, person_of
from org.addresses import number_in
from org.selectors import scope_of, workdays
from org.services.workdays import CalendarRefused, DayWish, read_days, set_days

MOST_BYTES = 100_000


@require_GET
@permission_required(roles.RULES_VIEW)
def calendar(request: HttpRequest) -> HttpResponse:
    """The days of a year that are not what their weekday says."""
    return _page(request)


def _page(
    request: HttpRequest, *, text: str = "", refused: CalendarRefused | None = None
) -> HttpResponse:
    me = person_of(request)
    this = timezone.localdate().year
    year = number_in(request.GET, "year") or this
    year = year if date.min.year <= year <= date.max.year else this
    whole = scope_of(me, permission=roles.UNITS_EDIT).is_everything
    facts = {
        "year": year,
        "years": sorted({this, this + 1, year, *workdays.years()}),
        "days": workdays.exceptions(year=year),
        "may_edit": me.may(roles.UNITS_EDIT) and whole,
        "text": text,
        "refused": refused,
    }
    return render(request, "org/calendar.html", facts, status=422 if refused else 200)


@require_POST
@permission_required(roles.UNITS_EDIT)
def change(request: HttpRequest) -> HttpResponse:
    """Keep what was pasted or is in the file; or give one day back to its weekday."""
    me = person_of(request)
    text = request.POST.get("days", "")[:MOST_BYTES]
    file = request.FILES.get("file")
    try:
        back = parse_date(request.POST.get("back", "") or "-") if "back" in request.POST else None
    except ValueError:
        back = None
    if isinstance(file, UploadedFile):
        raw = file.read(MOST_BYTES)
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.decode("gb18030", errors="replace")
    try:
        days = [DayWish(day=back, works=None)] if back else read_days(text)
        with transaction.atomic(durable=True):
            changed = set_days(days=days, person=me)
    except CalendarRefused as refused:
        return _page(request, text=text, refused=refused)
    said = ngettext("%(n)s day is changed.", "%(n)s days are changed.", changed) % {"n": changed}
    messages.success(request, said)
    return HttpResponseRedirect(f"{reverse('calendar')}?year={days[0].day.year}")
