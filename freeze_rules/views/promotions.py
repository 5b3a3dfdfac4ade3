"""Pages of promotions: planned from a form or a workbook, shown, closed or called off."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from python_calamine import CalamineError, CalamineWorkbook

from freeze_rules import report_forms as forms
from freeze_rules.lists.promotions import PROMOTIONS, TONES
from freeze_rules.models import Promotion
from freeze_rules.selectors import reports as asked
from freeze_rules.services.reports import promotions
from freeze_rules.services.reports.refusals import ReportRefused
from freeze_rules.views.reports import refuse
from org import clocks, roles
from org.access import permission_required, person_of
from org.callers import SignedIn
from org.lists.pages import list_page
from org.scope import Scope
from org.selectors import names_of_actors, scope_of

MOST_BYTES = 5_000_000


@require_http_methods(["GET", "POST"])
@permission_required(roles.STOCK_VIEW)
def promotion_list(request: HttpRequest) -> HttpResponse:
    """Promotions, newest first; planning one."""
    person = person_of(request)
    form, seen = None, scope_of(person, permission=roles.STOCK_VIEW)
    if person.may(roles.STOCK_HOLD):
        scope = scope_of(person, permission=roles.STOCK_HOLD)
        given = (request.POST, request.FILES) if request.method == "POST" else ()
        form = forms.PromotionForm(*given, scope=scope)
    if request.method == "POST":
        if form is None:
            raise PermissionDenied
        if form.is_valid():
            try:
                with transaction.atomic(durable=True):
                    wish = _wish(form, scope)
                    row = promotions.plan(key=form.key(), wish=wish, by=SignedIn(person))
            except ReportRefused as refused:
                refuse(form, refused)
            else:
                messages.success(request, _("%(number)s is planned.") % {"number": row.number})
                return HttpResponseRedirect(reverse("promotion", args=[row.pk]))
    context = {"list": list_page(request, PROMOTIONS, scope=seen), "form": form}
    status = 422 if form is not None and form.errors else 200
    return render(request, "freeze_rules/promotions.html", context, status=status)


def _wish(form: forms.PromotionForm, scope: Scope) -> promotions.PromotionWish:
    given = form.cleaned_data
    try:
        shops = [int(each) for each in given["shops"].replace("，", ",").split(",") if each.strip()]
    except ValueError as wrong:
        raise ReportRefused("unknown_shop", field="shops") from wrong
    if given["file"] is not None:
        rows = list(_sheet(given["file"].read(MOST_BYTES + 1)))
    else:
        rows = [
            line.replace("，", ",").replace("\t", ",").split(",")
            for line in given["lines"].splitlines()
            if line.strip()
        ]
    return promotions.PromotionWish(
        name=given["name"], opens_at=given["opens_at"], closes_at=given["closes_at"],
        shops=shops, lines=_lines(rows, scope),
    )  # fmt: skip


def _sheet(content: bytes) -> Iterator[list[str]]:
    """The first sheet's rows; a heading row is passed over.

    Raises:
        ReportRefused: bad_file.
    """
    if len(content) > MOST_BYTES:
        raise ReportRefused("bad_file", field="file")
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        rows = book.get_sheet_by_index(0).to_python()
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError, IndexError) as wrong:
        raise ReportRefused("bad_file", field="file") from wrong
    for at, row in enumerate(rows):
        cells = [str(each).strip().removesuffix(".0") for each in row[:3]]
        if any(cells) and (at or (len(cells) == 3 and cells[2].isdecimal())):
            yield cells


def _lines(rows: Iterable[list[str]], scope: Scope) -> list[promotions.LineWish]:
    """Codes become ids; the first line that will not do is named.

    Raises:
        ReportRefused: bad_line, unknown_goods, unknown_warehouse, with the line.
    """
    typed = [[each.strip() for each in row] for row in rows]
    for at, row in enumerate(typed, start=1):
        if len(row) != 3 or not row[2].isdecimal() or len(row[2]) > 12:
            raise ReportRefused("bad_line", field="lines", line=at)
    return promotions.lines_of([(sku, house, int(qty)) for sku, house, qty in typed], scope=scope)


@require_GET
@permission_required(roles.STOCK_VIEW)
def promotion(request: HttpRequest, promotion_id: int) -> HttpResponse:
    """One promotion: what was wanted, what was set aside, what is left of it."""
    person = person_of(request)
    row = Promotion.objects.filter(pk=promotion_id).first()
    if row is None:
        raise Http404
    scope = scope_of(person, permission=roles.STOCK_VIEW)
    lines = asked.promotion_lines([row], scope=scope)[row.pk]
    if not lines:
        # Nothing of it lies where the reader looks: it is not theirs to read of.
        raise Http404
    houses = {line.warehouse_code for line in lines}
    clocks.show_times_at(houses.pop() if len(houses) == 1 else "", scope=scope)
    context: dict[str, Any] = {
        "row": row,
        "tone": TONES[row.state],
        "made_by": names_of_actors([row.made_by])[row.made_by],
        "lines": lines,
        "may": person.may(roles.STOCK_HOLD),
    }
    return render(request, "freeze_rules/promotion.html", context)


@require_POST
@permission_required(roles.STOCK_HOLD)
def promotion_end(request: HttpRequest, promotion_id: int) -> HttpResponse:
    """Close a running promotion, or call off a planned one."""
    person = person_of(request)
    deed = promotions.call_off if "call_off" in request.POST else promotions.close_now
    try:
        with transaction.atomic(durable=True):
            row = deed(promotion_id=promotion_id, by=SignedIn(person))
    except ReportRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"{row.number}: {row.get_state_display()}")
    return HttpResponseRedirect(reverse("promotion", args=[promotion_id]))
