"""The board of suppliers, for purchasing: what came, what was kept back, a score, and limits."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from freeze_rules.selectors import supplier_quality
from freeze_rules.selectors.periods import Period
from freeze_rules.services.reports import supplier_limits
from freeze_rules.services.reports.refusals import SENTENCES, ReportRefused
from freeze_rules.views.days import asked_period
from freeze_rules.views.tables import as_file
from org import roles
from org.access import permission_required, person_of
from org.asking import AskedForm
from org.selectors import scope_of

SHOWN = 200
BARS = 20


def _rows(request: HttpRequest, period: Period) -> list[supplier_quality.SupplierFigures]:
    scope = scope_of(person_of(request), permission=roles.STOCK_VIEW)
    return supplier_quality.board(period=period, scope=scope)


class LimitForm(AskedForm):
    """How much of a supplier may be frozen."""

    fields_of = {"unknown_supplier": "supplier", "limit_wrong": "units", "no_limit": "supplier"}

    supplier = forms.CharField(
        label=gettext_lazy("Supplier"), max_length=80, required=False,
        widget=forms.TextInput(
            attrs={"list": "limit-suppliers", "placeholder": gettext_lazy("empty: all others")}
        ),
    )  # fmt: skip
    units = forms.IntegerField(
        label=gettext_lazy("Units"), min_value=0, max_value=supplier_limits.MOST_UNITS,
        required=False,
        widget=forms.NumberInput(attrs={"placeholder": gettext_lazy("empty: no limit")}),
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"), SENTENCES["limit_wrong"]
        ),
    )  # fmt: skip


@require_GET
@permission_required(roles.STOCK_VIEW)
def board(request: HttpRequest) -> HttpResponse:
    """Suppliers of the period, the lowest score first."""
    return _board(request, LimitForm(auto_id="limit-%s"))


def _board(request: HttpRequest, form: LimitForm) -> HttpResponse:
    person, period = person_of(request), asked_period(request, tells=True)
    rows = _rows(request, period)
    days = urlencode({"since": period.since.isoformat(), "until": period.until.isoformat()})
    context = {
        "form": form,
        "rows": rows[:SHOWN],
        "hidden": max(len(rows) - SHOWN, 0),
        "sums": {
            name: sum(getattr(row, name) for row in rows)
            for name in ("received", "frozen", "frozen_now", "units_failed", "inspected")
        },
        "beyond": sum(row.is_beyond for row in rows),
        "period": period,
        "days": days,
        "data_url": f"{reverse('supplier-quality-data')}?{days}",
        "others": supplier_quality.limits_set().get(""),
        "for_defects": supplier_quality.FOR_DEFECTS,
        "for_freezes": supplier_quality.FOR_FREEZES,
        "may_set": person.may(roles.SUPPLIERS_EDIT)
        and scope_of(person, permission=roles.SUPPLIERS_EDIT).is_everything,
    }
    status = 422 if form.errors else 200
    return render(request, "freeze_rules/supplier_quality.html", context, status=status)


@require_GET
@permission_required(roles.STOCK_VIEW)
def data(request: HttpRequest) -> JsonResponse:
    """What the chart draws: the lowest scores, beside what counts as good."""
    rows = _rows(request, asked_period(request, tells=False))
    names, scores = supplier_quality.charted(rows)
    return JsonResponse(
        {
            "name": _("Score"), "shown": "NUMBER", "axis": names[:BARS],
            "lines": [{"label": _("Score"), "values": scores[:BARS]}],
            "mean": [], "mean_label": "", "stacks": False, "bars": True,
            "target": float(supplier_quality.GOOD), "target_label": _("good"), "split": "",
            "before": None, "after": None,
            "summary": _("Score by supplier. The table below has all figures."),
        }
    )  # fmt: skip


@require_GET
@permission_required(roles.STOCK_VIEW)
def file(request: HttpRequest, kind: str) -> HttpResponse:
    """Every supplier of the board, as CSV or a workbook."""
    period = asked_period(request, tells=False)
    table: list[list[Any]] = [
        [
            _("Supplier"), _("From day"), _("Until day"), _("Units received"),
            _("Units frozen for quality"), _("Frozen now"), _("Limit"), _("Inspections passed"),
            _("Inspections failed"), _("Passed in part"), _("Units inspected"), _("Units failed"),
            _("Share defective"), _("Score"), _("Blocked"),
        ]
    ]  # fmt: skip
    for row in _rows(request, period):
        share, score = row.defective_share, row.score
        table.append(
            [
                row.supplier, period.since, period.until, row.received, row.frozen, row.frozen_now,
                row.limit, row.passed, row.failed, row.partial, row.inspected, row.units_failed,
                None if share is None else round(share, 4),
                None if score is None else round(score, 1), row.blocked,
            ]
        )  # fmt: skip
    return as_file(table, name=f"suppliers-{period.since}-{period.until}", kind=kind)


@require_POST
@permission_required(roles.SUPPLIERS_EDIT)
def set_limit(request: HttpRequest) -> HttpResponse:
    """How much of a supplier may be frozen; an empty number takes the limit away."""
    person = person_of(request)
    form = LimitForm(request.POST, auto_id="limit-%s")
    if not form.is_valid():
        return _board(request, form)
    units = form.cleaned_data["units"]
    try:
        with transaction.atomic(durable=True):
            supplier_limits.set_limit(
                supplier=form.cleaned_data["supplier"], units=units, actor=person.actor,
                scope=scope_of(person, permission=roles.SUPPLIERS_EDIT),
            )  # fmt: skip
    except ReportRefused as refused:
        form.refuse(refused)
        return _board(request, form)
    messages.success(request, _("The limit is set.") if units is not None
                     else _("The limit is taken away."))  # fmt: skip
    return HttpResponseRedirect(reverse("supplier-quality"))
