"""The ageing board, and the lease of one freeze."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from freeze_rules.selectors import ageing
from freeze_rules.services import leases
from freeze_rules.views.tables import as_file
from inventory import selectors as stock
from org import roles
from org.access import permission_required, person_of
from org.addresses import number_in
from org.scope import Scope
from org.selectors import scope_of

SHOWN = 100


def _read(request: HttpRequest) -> tuple[list[ageing.AgedFreeze], str]:
    scope = scope_of(person_of(request), permission=roles.STOCK_VIEW)
    cut = request.GET.get("by", "age")
    return ageing.aged(scope=scope, now=timezone.now()), cut if cut in ageing.CUTS else "age"


@require_GET
@permission_required(roles.STOCK_VIEW)
def board(request: HttpRequest) -> HttpResponse:
    """What is frozen, how long, whose it is, and what it costs each day."""
    rows, cut = _read(request)
    context = {
        "rows": rows[:SHOWN],
        "hidden": max(len(rows) - SHOWN, 0),
        "groups": ageing.grouped(rows, cut),
        "total": ageing.total(rows),
        "cut": cut,
        "cuts": [(key, str(label)) for key, label in ageing.CUTS.items()],
        "cut_label": ageing.CUTS[cut],
        "data_url": f"{reverse('ageing-data')}?by={cut}",
    }
    return render(request, "freeze_rules/ageing.html", context)


@require_GET
@permission_required(roles.STOCK_VIEW)
def data(request: HttpRequest) -> JsonResponse:
    """What the chart draws: the three kinds of cost a day, one on the other."""
    rows, cut = _read(request)
    groups = ageing.grouped(rows, cut)[:20]
    parts = (
        (_("Capital"), [group.capital for group in groups]),
        (_("Expiry"), [group.expiry for group in groups]),
        (_("Missed sales"), [group.missed for group in groups]),
    )
    return JsonResponse(
        {
            "name": _("Cost per day"), "shown": "MONEY",
            "axis": [group.label for group in groups],
            "lines": [
                {"label": label, "values": [round(float(value), 2) for value in values]}
                for label, values in parts
            ],
            "mean": [], "mean_label": "", "stacks": True, "bars": True, "target": None,
            "target_label": "", "split": "", "before": None, "after": None,
            "summary": _("Cost of frozen stock per day. The table below has all figures."),
        }
    )  # fmt: skip


@require_GET
@permission_required(roles.STOCK_VIEW)
def file(request: HttpRequest, kind: str) -> HttpResponse:
    """Every open freeze with its cost, as CSV or a workbook."""
    rows, _cut = _read(request)
    table: list[list[Any]] = [
        [
            _("Hold"), _("Document"), _("Reason"), _("Goods"), _("Warehouse"), _("Supplier"),
            _("Responsible"), _("Next step"), _("Since"), _("Age in days"), _("Review"),
            _("Overdue"), _("Units"), _("Value at cost"), _("Capital per day"),
            _("Expiry per day"), _("Missed sales per day"), _("Cost per day"),
        ]
    ]  # fmt: skip
    for row in rows:
        one = row.freeze
        table.append(
            [
                f"H-{one.hold_id}", one.document, row.reason, row.sku, row.warehouse, one.supplier,
                row.owner, row.next_step, one.since, row.days, one.review_at, row.overdue,
                one.units,
                *(
                    round(amount, 2)
                    for amount in (one.value, one.capital, one.expiry, one.missed, one.cost)
                ),
            ]
        )  # fmt: skip
    return as_file(table, name=f"frozen-{timezone.localdate():%Y-%m-%d}", kind=kind)


@require_POST
@permission_required(roles.STOCK_HOLD)
def change_lease(request: HttpRequest, hold_id: int) -> HttpResponse:
    """Put the review off, hand the freeze over, or say what happens next."""
    back = HttpResponseRedirect(reverse("hold", args=[hold_id]))
    try:
        with transaction.atomic(durable=True):
            leases.change(
                hold_id=hold_id,
                person=person_of(request),
                why=_typed(request, "lease_why"),
                review_at=_new_review(hold_id, _typed(request, "review_on")),
                owner_id=number_in(request.POST, "owner"),
                next_step=_typed(request, "next_step"),
            )
    except leases.LeaseRefused as refused:
        if refused.code == "unknown_hold":
            raise Http404 from None
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Noted."))
    return back


def _typed(request: HttpRequest, name: str) -> str:
    return "".join(each for each in request.POST.get(name, "") if each.isprintable())[:200].strip()


def _new_review(hold_id: int, day: str) -> datetime | None:
    """The end of the day that somebody typed; None for none, or for the day it is on already."""
    try:
        chosen = date.fromisoformat(day)
    except ValueError:
        return None
    held = stock.holds(scope=Scope.everything(), ids=[hold_id], closed=True, limit=1)
    review = held[0].review_at if held else None
    if review is not None and timezone.localdate(review) == chosen:
        return None
    return timezone.make_aware(datetime.combine(chosen, time(23, 59, 59)))
