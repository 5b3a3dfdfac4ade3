"""The board of rules: hits, false alarms and time to release over a period."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from freeze_rules.selectors import rule_board
from freeze_rules.selectors.periods import Period
from freeze_rules.views.days import asked_period
from freeze_rules.views.tables import as_file
from org import roles
from org.access import permission_required, person_of
from org.selectors import scope_of

# Rows on the page and bars in the chart; the file has all.
SHOWN = 100
BARS = 20


def _rows(request: HttpRequest, period: Period) -> list[rule_board.RuleFigures]:
    scope = scope_of(person_of(request), permission=roles.RULES_VIEW)
    return rule_board.board(period=period, scope=scope)


def _shown(request: HttpRequest) -> str:
    asked = request.GET.get("show", "")
    return asked if asked in rule_board.SHOWN else "hits"


@require_GET
@permission_required(roles.RULES_VIEW)
def board(request: HttpRequest) -> HttpResponse:
    """What each rule did in the period, with the share of its false alarms."""
    period, shown = asked_period(request, tells=True), _shown(request)
    rows = _rows(request, period)
    days = urlencode({"since": period.since.isoformat(), "until": period.until.isoformat()})
    context = {
        "rows": rows[:SHOWN],
        "hidden": max(len(rows) - SHOWN, 0),
        "total": rule_board.total(rows),
        "period": period,
        "shown": shown,
        "choices": [(key, str(label)) for key, (label, _how) in rule_board.SHOWN.items()],
        "data_url": f"{reverse('rule-board-data')}?{days}&show={shown}",
        "days": days,
    }
    return render(request, "freeze_rules/rule_board.html", context)


@require_GET
@permission_required(roles.RULES_VIEW)
def data(request: HttpRequest) -> JsonResponse:
    """What the chart draws: the rules with most hits."""
    shown = _shown(request)
    rows = [row for row in _rows(request, asked_period(request, tells=False)) if row.hits][:BARS]
    label, how = rule_board.SHOWN[shown]
    return JsonResponse(
        {
            "name": str(label), "shown": how, "axis": [row.name for row in rows],
            "lines": [
                {"label": name, "values": values}
                for name, values in rule_board.charted(rows, shown)
            ],
            "mean": [], "mean_label": "", "stacks": shown == "hits", "bars": True, "target": None,
            "target_label": "", "split": "", "before": None, "after": None,
            "summary": _("%(what)s by rule. The table below has all figures.")
            % {"what": str(label)},
        }
    )  # fmt: skip


@require_GET
@permission_required(roles.RULES_VIEW)
def file(request: HttpRequest, kind: str) -> HttpResponse:
    """Every rule of the board, as CSV or a workbook."""
    period = asked_period(request, tells=False)
    table: list[list[Any]] = [
        [
            _("Number"), _("Rule"), _("State"), _("Trigger"), _("Preset"), _("From day"),
            _("Until day"), _("Hits"), _("Freezes"), _("Would freeze"), _("Refused"),
            _("Stopped at its limit"), _("Units frozen"), _("Value at cost"), _("Right"),
            _("False alarms"), _("Share of false alarms"), _("Released"), _("Still frozen"),
            _("Hours to release"),
        ]
    ]  # fmt: skip
    for row in _rows(request, period):
        share, hours = row.false_share, row.release_hours
        table.append(
            [
                row.number, row.name, row.state_label, row.trigger, row.preset, period.since,
                period.until, row.hits, row.frozen, row.would, row.refused, row.stopped, row.units,
                row.value, row.right, row.false, None if share is None else round(share, 4),
                row.released, row.still_open, None if hours is None else round(hours, 2),
            ]
        )  # fmt: skip
    return as_file(table, name=f"rules-{period.since}-{period.until}", kind=kind)
