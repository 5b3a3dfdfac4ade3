"""Excursions of sensors: those that last, those that froze goods, all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from freeze_rules.lists.fields import day_fields, warehouse_field
from freeze_rules.models import Excursion, Measure
from freeze_rules.selectors.excursions import (
    ExcursionNarrowing,
    ExcursionView,
    excursions,
    excursions_of,
)
from org import roles
from org.addresses import day_in, number_in, words_in
from org.lists import cells
from org.lists.counting import counted_tabs
from org.lists.keyset import By, slice_of, sorted_by
from org.lists.specs import Column, Filter, Kind, ListSpec, Part, Question, Tab

SHELVES = {"": _("All"), "open": _("Lasting"), "acted": _("Froze goods")}
SORTS = {"excursion": By(), "from": By("started_at", kind="moment")}


def narrowing_of(question: Question) -> ExcursionNarrowing:
    """What the address asks for; whatever makes no sense narrows nothing."""
    shelf, measure = question.get("shelf"), question.get("measure")
    return ExcursionNarrowing(
        tab=_tab(shelf),
        words=words_in(question.asked, "q"),
        measure=measure if measure in Measure.values else "",
        warehouse_id=number_in(question.asked, "warehouse"),
        since=day_in(question.asked, "since"),
        until=day_in(question.asked, "until"),
    )


def _tab(shelf: str) -> str:
    return shelf if shelf and shelf in SHELVES else "all"


def _rows(question: Question) -> QuerySet[Excursion]:
    return excursions_of(scope=question.scope, narrowing=narrowing_of(question))


def read(question: Question, cursor: str, limit: int) -> Part[ExcursionView]:
    """One page; two statements."""
    by = sorted_by(SORTS, question.sort)
    part = slice_of(_rows(question), by=by, cursor=cursor, limit=limit)
    found = {row.id: row for row in excursions(scope=question.scope, ids=part.ids, limit=limit)}
    return part.of(found)


def tabs(question: Question) -> Sequence[Tab]:
    """Everything, what lasts, what froze goods; with their counts."""
    narrowing, shelf = narrowing_of(question), question.get("shelf")
    return counted_tabs(
        "shelf", SHELVES, shelf if shelf in SHELVES else "",
        lambda name: excursions_of(
            scope=question.scope, narrowing=replace(narrowing, tab=_tab(name))
        ),
        tones={"open": "bad"},
    )  # fmt: skip


def filters(question: Question) -> Sequence[Filter]:
    """The fields of the filter bar."""
    return (
        Filter(name="q", label=_("Number, sensor, zone or location"), kind="search"),
        Filter(name="measure", label=_("Measure"), choices=Measure.choices),
        warehouse_field(question),
        *day_fields(_("Began from")),
    )


def page_url(row: ExcursionView) -> str:
    """Its curve and the goods that were there."""
    return reverse("excursion", args=[row.id])


def place(row: ExcursionView) -> str:
    """Where the sensor hung."""
    return f"{row.warehouse_code} · {row.place}"


def _number(row: ExcursionView) -> SafeString:
    return format_html(
        '{}<div class="second-line soft code">{}</div>',
        cells.link(page_url(row), row.number, under=place(row)), row.device,
    )  # fmt: skip


def _bound(row: ExcursionView) -> SafeString:
    return format_html(
        '<span class="nowrap">{}</span><div class="second-line soft">{}</div>',
        row.bound.span, row.bound.target,
    )  # fmt: skip


def _from(row: ExcursionView) -> SafeString:
    began = timezone.localtime(row.started_at)
    return format_html(
        '<time class="nowrap" datetime="{}" title="{}">{}</time>',
        began.isoformat(), f"{began:%Y-%m-%d %H:%M:%S %Z}", f"{began:%m-%d %H:%M}",
    )  # fmt: skip


def _exposed(row: ExcursionView) -> SafeString:
    shown = cells.number(row.exposed)
    if not row.shipped:
        return shown
    said = _now("%(n)s shipped") % {"n": f"{row.shipped:,}"}
    return format_html('{}<div class="second-line text-bad">{}</div>', shown, said)


COLUMNS: tuple[Column[ExcursionView], ...] = (
    Column(key="excursion", label=_("Excursion"), kind=Kind.CODE, sortable=True,
           value=lambda row: row.number, cell=_number),
    Column(key="device", label=_("Sensor"), kind=Kind.CODE, wide=True, default=False,
           value=lambda row: row.device),
    Column(key="place", label=_("Place"), kind=Kind.CODE, wide=True, value=place),
    Column(key="bound", label=_("Bound"), wide=True, cell=_bound,
           value=lambda row: f"{row.bound.span} {row.bound.target}"),
    Column(key="from", label=_("From"), kind=Kind.MOMENT, sortable=True, cell=_from,
           value=lambda row: row.started_at),
    Column(key="until", label=_("Until"), kind=Kind.MOMENT, wide=True, default=False,
           value=lambda row: row.ended_at),
    Column(key="minutes", label=_("Minutes"), kind=Kind.NUMBER, wide=True,
           value=lambda row: row.minutes),
    Column(key="peak", label=_("Peak"), value=lambda row: row.peak_shown,
           cell=lambda row: format_html('<span class="nowrap">{}</span>', row.peak_shown)),
    Column(key="dose", label=_("Dose"), wide=True, value=lambda row: row.dose_shown),
    Column(key="exposed", label=_("Units exposed"), kind=Kind.NUMBER,
           value=lambda row: row.exposed, cell=_exposed),
    Column(key="shipped", label=_("Units shipped"), kind=Kind.NUMBER, wide=True, default=False,
           value=lambda row: row.shipped),
    Column(key="state", label=_("State"), value=lambda row: row.state_label,
           cell=lambda row: cells.chip(row.state_label, row.tone)),
)  # fmt: skip

EXCURSIONS: ListSpec[ExcursionView] = ListSpec(
    key="excursions",
    title=_("Excursions"),
    route="excursions",
    permission=roles.STOCK_VIEW,
    columns=COLUMNS,
    params=("shelf", "q", "measure", "warehouse", "since", "until"),
    read=read,
    row_id=lambda row: row.id,
    row_url=page_url,
    filters=filters,
    tabs=tabs,
    rows=_rows,
    sort="-excursion",
)
