"""One page for any measure: chart, table, comparison, files; and the list of all measures."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import xlsxwriter
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from channels_sync.selectors import shop_names
from insights.measures import MEASURES, Cut, Joins, Measure, Shown
from insights.selectors import Asked, Series, cut_names, series, written
from insights.selectors.baselines import BaselineView, baseline_of
from inventory import selectors as stock
from org.access import permission_required, person_of
from org.addresses import day_in, number_in
from org.lists.files import CSV, PLAIN_BOOK, XLSX, cell_value, csv_text, write_row
from org.models import Person, Unit
from org.scope import Scope
from org.selectors import scope_of

DAYS = 30
MOST_DAYS = 400
PERMISSIONS = tuple(dict.fromkeys(measure.permission for measure in MEASURES.values()))


@dataclass(frozen=True)
class _Question:
    """A measure, what is asked of it, and whose scope."""

    measure: Measure
    asked: Asked
    scope: Scope

    def answer(self) -> Series:
        """Its figures now."""
        return series(self.measure, self.asked, scope=self.scope, now=timezone.now())

    def baseline(self) -> BaselineView | None:
        """Where it started."""
        return baseline_of(self.measure, self.asked, scope=self.scope)


def _question(request: HttpRequest, code: str) -> _Question:
    """Read the address; what makes no sense narrows nothing.

    Raises:
        Http404: no such measure.
        PermissionDenied: not for this person.
    """
    found = MEASURES.get(code)
    if found is None:
        raise Http404
    person = person_of(request)
    if not person.may(found.permission):
        raise PermissionDenied
    today = timezone.localdate()
    until = min(day_in(request.GET, "until") or today, today)
    since = day_in(request.GET, "since") or until - timedelta(days=DAYS - 1)
    since = max(min(since, until), until - timedelta(days=MOST_DAYS - 1))
    named = request.GET.get("by", "")
    by = next((cut for cut in found.cuts if cut.value == named), Cut.DAY)
    split = day_in(request.GET, "split")
    asked = Asked(
        since=since, until=until, by=by,
        split=split if split and since < split <= until else None,
        shop_id=number_in(request.GET, "shop"), warehouse_id=number_in(request.GET, "warehouse"),
        unit_id=number_in(request.GET, "store"),
    )  # fmt: skip
    return _Question(found, asked, scope_of(person, permission=found.permission))


@require_GET
@permission_required(*PERMISSIONS)
def measure(request: HttpRequest, code: str) -> HttpResponse:
    """The page; its chart asks for the data by itself."""
    question = _question(request, code)
    answer = question.answer()
    headings, rows = table_of(question, answer)
    baseline = question.baseline()
    query = request.GET.urlencode()
    context = {
        "measure": question.measure,
        "asked": question.asked,
        "answer": answer,
        "headings": headings,
        "rows": rows,
        "cuts": [(cut.value, name) for cut, name in cut_names().items()
                 if cut in question.measure.cuts],
        "before": written(question.measure.shown, answer.before),
        "after": written(question.measure.shown, answer.after),
        "target": _target(question.measure),
        "baseline": baseline,
        "baseline_value": written(question.measure.shown, baseline.value) if baseline else "",
        "data_url": f"{reverse('measure-data', args=[code])}?{query}",
        "csv_url": f"{reverse('measure-file', args=[code, 'csv'])}?{query}",
        "xlsx_url": f"{reverse('measure-file', args=[code, 'xlsx'])}?{query}",
        **_choices(question),
    }  # fmt: skip
    return render(request, "insights/measure.html", context)


def _target(measure: Measure) -> str:
    return written(measure.shown, measure.target) if measure.target is not None else ""


def _choices(question: _Question) -> dict[str, list[tuple[int, str]]]:
    """What the filters offer, inside the scope."""
    cuts, scope = question.measure.cuts, question.scope
    choices: dict[str, list[tuple[int, str]]] = {}
    if Cut.SHOP in cuts:
        choices["shops"] = shop_names(scope=scope)
    if Cut.WAREHOUSE in cuts:
        houses = stock.warehouses(scope=scope, active=False)
        choices["warehouses"] = [(house.id, house.name) for house in houses]
    if Cut.STORE in cuts:
        units = scope.limit(Unit.objects.all(), "pk").order_by("path")
        choices["stores"] = list(units.values_list("pk", "name"))
    return choices


def table_of(question: _Question, answer: Series) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """The chart as a table: a row for each day (the latest first) or part, a column a line."""
    shown = question.measure.shown
    lines = answer.every_line
    headings = [cut_names()[Cut.PART if not answer.mean else Cut.DAY]]
    headings += [line.label for line in lines]
    if answer.mean:
        headings.append(_("7-day mean"))
    rows = []
    for place, label in enumerate(answer.axis):
        cells = [written(shown, line.values[place]) for line in lines]
        if answer.mean:
            cells.append(written(shown, answer.mean[place]))
        rows.append((label, cells))
    if answer.mean:
        rows.reverse()
    rows.append((_("Together"), _totals(shown, answer)))
    return headings, rows


def _totals(shown: Shown, answer: Series) -> list[str]:
    totals = [written(shown, line.total) for line in answer.every_line]
    return [*totals, ""] if answer.mean else totals


@require_GET
@permission_required(*PERMISSIONS)
def measure_data(request: HttpRequest, code: str) -> JsonResponse:
    """What the chart draws."""
    question = _question(request, code)
    answer = question.answer()
    measure, split, baseline = question.measure, question.asked.split, question.baseline()
    headings, rows = table_of(question, answer)
    return JsonResponse(
        {
            "name": str(measure.name),
            "shown": measure.shown.value,
            "axis": answer.axis,
            "lines": [{"label": line.label, "values": line.values} for line in answer.lines],
            "mean": answer.mean if _mean_is_drawn(question) else [],
            "mean_label": _("7-day mean"),
            "stacks": answer.stacks,
            "bars": not answer.mean or answer.stacks,
            "target": measure.target,
            "target_label": _("target"),
            "baseline": baseline.value if baseline else None,
            "baseline_label": _("baseline"),
            "split": split.isoformat() if split else "",
            "before": answer.before,
            "after": answer.after,
            "before_label": _("before"),
            "after_label": _("after"),
            "summary": summary(measure, answer),
            "headings": headings,
            "rows": [[label, *cells] for label, cells in rows],
        }
    )


def _mean_is_drawn(question: _Question) -> bool:
    """One line has one mean; where many lines are drawn it would be another measure."""
    return question.asked.by is Cut.DAY and question.measure.joins is not Joins.SPREAD


def summary(measure: Measure, answer: Series) -> str:
    """The chart in a sentence, for whoever cannot see it."""
    said = {
        "name": str(measure.name),
        "first": answer.axis[0] if answer.axis else "",
        "last": answer.axis[-1] if answer.axis else "",
        "total": written(measure.shown, answer.lines[0].total if answer.lines else None),
    }
    return _("%(name)s from %(first)s to %(last)s, together %(total)s. The table has all.") % said


@require_GET
@permission_required(*PERMISSIONS)
def measure_file(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """The table as CSV or as a workbook, with bare numbers."""
    question = _question(request, code)
    if kind not in ("csv", "xlsx"):
        raise Http404
    answer = question.answer()
    lines = answer.every_line
    headings = [cut_names()[Cut.DAY if answer.mean else Cut.PART], *(line.label for line in lines)]
    columns = [line.values for line in lines]
    if answer.mean:
        headings.append(_("7-day mean"))
        columns.append(answer.mean)
    table: list[list[Any]] = [[cell_value(heading) for heading in headings]]
    table += [
        [cell_value(label), *(_number(values[place]) for values in columns)]
        for place, label in enumerate(answer.axis)
    ]
    body = _book(table) if kind == "xlsx" else csv_text(table).encode("utf-8-sig")
    asked = question.asked
    name = f"{code}_{asked.since.isoformat()}_{asked.until.isoformat()}.{kind}"
    return HttpResponse(
        body,
        content_type=XLSX if kind == "xlsx" else CSV,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _number(value: float | None) -> Any:
    return "" if value is None else {"d": f"{value:.6g}"}


def _book(table: list[list[Any]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, **PLAIN_BOOK}) as book:
        sheet = book.add_worksheet()
        for line, row in enumerate(table):
            write_row(sheet, line, row)
        sheet.freeze_panes(1, 1)
        sheet.set_column(0, len(table[0]), 14)
    return out.getvalue()


@dataclass(frozen=True)
class Row:
    """A measure in the list: today, the week's mean, and whether that is where it should be.

    Where nothing was there to be measured, `now` says so in words and `mean` is empty.
    """

    measure: Measure
    url: str
    now: str
    is_known: bool
    mean: str
    target: str
    tone: str
    points: str


@require_GET
@permission_required(*PERMISSIONS)
def catalogue(request: HttpRequest) -> HttpResponse:
    """Every measure this person may see, with its formula, source, target and last figures."""
    person = person_of(request)
    rows = [row_of(found, person) for found in MEASURES.values() if person.may(found.permission)]
    return render(request, "insights/measures.html", {"rows": rows})


def row_of(measure: Measure, person: Person, *, days: int = 14) -> Row:
    """A measure's last figures in the person's scope."""
    today = timezone.localdate()
    asked = Asked(since=today - timedelta(days=days - 1), until=today)
    scope = scope_of(person, permission=measure.permission)
    answer = series(measure, asked, scope=scope, now=timezone.now())
    line = answer.lines[-1].values if answer.lines else ()
    latest = line[-1] if line else None
    mean = answer.mean[-1] if answer.mean else None
    return Row(
        measure=measure,
        url=reverse("measure", args=[measure.code]),
        now=written(measure.shown, latest) if latest is not None else _("no data"),
        is_known=latest is not None,
        mean=written(measure.shown, mean) if mean is not None else "",
        target=_target(measure),
        tone=_tone(measure, latest),
        points=_points(line),
    )


def _tone(measure: Measure, value: float | None) -> str:
    """Good, bad or silent, against the target."""
    if value is None or measure.target is None or measure.up_is_better is None:
        return ""
    met = value >= measure.target if measure.up_is_better else value <= measure.target
    return "ok" if met else "warn"


def _points(values: tuple[float | None, ...]) -> str:
    """The line as points in a field of 100 x 24; empty with fewer than two known days."""
    known = [(place, value) for place, value in enumerate(values) if value is not None]
    if len(known) < 2:
        return ""
    low, high = min(value for _p, value in known), max(value for _p, value in known)
    reach, width = (high - low) or 1.0, max(len(values) - 1, 1)
    return " ".join(
        f"{place / width * 100:.1f},{22 - (value - low) / reach * 20:.1f}" for place, value in known
    )
