"""Telling the rules what no program told: a notice, a logger that was read out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from freeze_rules.report_forms import OutsideForm
from freeze_rules.selectors.told_events import ToldEvent, awaited, told_events
from freeze_rules.services.reports import outside
from freeze_rules.services.reports.refusals import ReportRefused
from freeze_rules.views.reports import refuse
from org import roles
from org.access import permission_required, person_of
from org.callers import SignedIn
from org.scope import Scope
from org.selectors import names_of_actors, scope_of


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One cell of the table: text, perhaps a page or a tone (then it is a chip)."""

    text: str = ""
    url: str = ""
    tone: str = ""
    wide: bool = False


@dataclass(frozen=True, kw_only=True)
class Desk:
    """The page: its heading, its form, its table."""

    title: str
    form_title: str
    columns: Sequence[tuple[str, str]]
    empty: str


@require_http_methods(["GET", "POST"])
@permission_required(roles.RULES_TELL)
def tell(request: HttpRequest) -> HttpResponse:
    """Events that people told, with what came of them; telling one."""
    person = person_of(request)
    scope = scope_of(person, permission=roles.RULES_TELL)
    names = awaited()
    if request.method != "POST":
        first = {
            name: request.GET[name][:64] for name in OutsideForm.base_fields if name in request.GET
        }
        if len(names) == 1:
            first.setdefault("name", names[0])
        form = OutsideForm(scope=scope, awaited=names, initial=first)
        return _page(request, form, scope)
    form = OutsideForm(request.POST, scope=scope, awaited=names)
    if form.is_valid():
        try:
            with transaction.atomic(durable=True):
                number = outside.tell(key=form.key(), told=form.told(), by=SignedIn(person))
        except ReportRefused as refused:
            refuse(form, refused)
        else:
            said = _("%(number)s is told; the rules look at it within a second.")
            messages.success(request, said % {"number": number})
            return HttpResponseRedirect(reverse("rule-tell"))
    return _page(request, form, scope)


def _page(request: HttpRequest, form: OutsideForm, scope: Scope) -> HttpResponse:
    desk = Desk(
        title=_("Events from outside"),
        form_title=_("Tell an event"),
        columns=[(_("When"), "wide-only"), (_("Event"), ""), (_("Goods"), ""),
                 (_("Warehouse"), "wide-only"), (_("Told by"), "wide-only"),
                 (_("What came of it"), "")],
        empty=_("Nobody told an event in the last thirty days"),
    )  # fmt: skip
    found = told_events(scope=scope)
    who = names_of_actors([row.told_by for row in found])
    rows = [
        [
            Cell(text=f"{timezone.localtime(row.at):%Y-%m-%d %H:%M}", wide=True),
            Cell(text=" · ".join(part for part in (row.what, row.reference) if part)),
            Cell(text=row.goods or "–"),
            Cell(text=row.place or _("All warehouses"), wide=True),
            Cell(text=who[row.told_by], wide=True),
            _outcome(row),
        ]
        for row in found
    ]
    context = {"desk": desk, "form": form, "rows": rows}
    status = 422 if form.errors else 200
    return render(request, "freeze_rules/outside.html", context, status=status)


def _outcome(row: ToldEvent) -> Cell:
    """What it froze, leading to the freeze; or that nothing took it up."""
    if not row.judged:
        return Cell(text=_("Waits to be judged"), tone="muted")
    if not row.holds:
        return Cell(text=_("No rule froze anything"), tone="warn")
    text = ngettext(
        "%(units)s unit frozen under H-%(hold)s", "%(units)s units frozen under H-%(hold)s",
        row.units,
    )  # fmt: skip
    more = f" +{len(row.holds) - 1}" if len(row.holds) > 1 else ""
    said = text % {"units": f"{row.units:,}", "hold": row.holds[0]} + more
    return Cell(text=said, url=reverse("hold", args=[row.holds[0]]))
