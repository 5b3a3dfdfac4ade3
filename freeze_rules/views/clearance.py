"""The clearance list, and handing a lot to a promotion."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from freeze_rules.selectors import clearance as asked
from freeze_rules.services.orders import FreezeRefused
from freeze_rules.services.reports import clearance
from freeze_rules.services.reports.refusals import ReportRefused
from freeze_rules.views.tables import as_file
from inventory import services as inventory
from org import roles
from org.access import permission_required, person_of
from org.addresses import number_in
from org.callers import SignedIn
from org.selectors import scope_of
from org.services.approvals import ApprovalRefused


@require_GET
@permission_required(roles.STOCK_VIEW)
def clearance_list(request: HttpRequest) -> HttpResponse:
    """Lots frozen for their date, the shortest first."""
    person = person_of(request)
    rows = asked.to_clear(scope=scope_of(person, permission=roles.STOCK_VIEW))
    months = _months(request)
    converts = scope_of(person, permission=roles.STOCK_CONVERT)
    context = {
        "rows": rows,
        "months": months[::-1],
        "anything": any(row.sold or row.back or row.to_supplier or row.scrapped for row in months),
        "token": uuid.uuid4().hex,
        "promotions": asked.running_promotions(scope=converts),
        "units": sum(row.units for row in rows),
        "cost": sum(row.cost for row in rows),
    }
    return render(request, "freeze_rules/clearance.html", context)


def _months(request: HttpRequest) -> list[asked.MonthCleared]:
    scope = scope_of(person_of(request), permission=roles.STOCK_VIEW)
    return asked.cleared_by_month(scope=scope, today=timezone.localdate())


@require_GET
@permission_required(roles.STOCK_VIEW)
def data(request: HttpRequest) -> JsonResponse:
    """What the chart draws: units by month, by what became of them."""
    months = _months(request)
    lines = (
        (_("Sold"), [row.sold for row in months]),
        (_("Brought back"), [row.back for row in months]),
        (_("Back to the supplier"), [row.to_supplier for row in months]),
        (_("Scrapped"), [row.scrapped for row in months]),
    )
    return JsonResponse(
        {
            "name": _("Units"), "shown": "NUMBER", "axis": [f"{row.month:%Y-%m}" for row in months],
            "lines": [{"label": label, "values": values} for label, values in lines],
            "mean": [], "mean_label": "", "stacks": True, "bars": True, "target": None,
            "target_label": "", "split": "", "before": None, "after": None,
            "summary": _("Units by month and what became of them. The table has all figures."),
        }
    )  # fmt: skip


@require_GET
@permission_required(roles.STOCK_VIEW)
def file(request: HttpRequest, kind: str) -> HttpResponse:
    """What became of lots frozen for their date, month by month, as CSV or a workbook."""
    table: list[list[Any]] = [
        [
            _("Month"), _("Sold"), _("Brought back"), _("Back to the supplier"), _("Scrapped"),
            _("Cost of the scrapped"),
        ],
        *(
            [
                f"{row.month:%Y-%m}", row.sold, row.back, row.to_supplier, row.scrapped,
                round(row.lost, 2),
            ]
            for row in _months(request)
        ),
    ]  # fmt: skip
    return as_file(table, name=f"clearance-{timezone.localdate():%Y-%m-%d}", kind=kind)


@require_POST
@permission_required(roles.STOCK_CONVERT)
def take_over(request: HttpRequest, hold_id: int) -> HttpResponse:
    """The freeze becomes the reserve of a running promotion, or somebody's consent is asked for."""
    try:
        with transaction.atomic(durable=True):
            done = clearance.take_over(
                hold_id=hold_id,
                promotion_id=number_in(request.POST, "promotion") or 0,
                by=SignedIn(person_of(request)),
                key=request.POST.get("token", "")[:40] or uuid.uuid4().hex,
            )
    except (ReportRefused, FreezeRefused, inventory.Refused, ApprovalRefused) as refused:
        messages.error(request, str(refused))
        return HttpResponseRedirect(reverse("clearance"))
    if done.approval_id is not None:
        messages.success(
            request, _("Asked for approval. Nothing is released before somebody has agreed.")
        )
        return HttpResponseRedirect(reverse("approval", args=[done.approval_id]))
    messages.success(request, _("The lot is the promotion's reserve now."))
    return HttpResponseRedirect(reverse("clearance"))
