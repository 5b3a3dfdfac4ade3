"""The ageing board."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from freeze_rules.selectors import ageing
from freeze_rules.views.tables import as_file
from org import roles
from org.access import permission_required, person_of
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
