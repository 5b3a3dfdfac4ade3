"""Inspections: under way, passed, failed, passed in part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from freeze_rules.lists.fields import day_fields, goods, warehouse_field
from freeze_rules.models import Inspection
from freeze_rules.selectors.reports import ReportNarrowing, inspections, inspections_of
from org import roles
from org.addresses import day_in, number_in, words_in
from org.lists import cells
from org.lists.counting import counted_tabs
from org.lists.keyset import By, slice_of
from org.lists.specs import Column, Filter, Kind, ListSpec, Part, Question, Tab
from org.selectors import names_of_actors

RESULTS = {"": _("All"), **dict(Inspection.Result.choices)}
TONES = {"ASKED": "warn", "PASSED": "ok", "FAILED": "bad", "PARTIAL": "warn"}


@dataclass(frozen=True)
class InspectionRow:
    """An inspection, who asked for it and who wrote its result."""

    inspection: Inspection
    asked_by: str
    decided_by: str

    @property
    def goods(self) -> str:
        """What is looked at."""
        return goods(self.inspection.sku, self.inspection.lot)


def narrowing_of(question: Question) -> ReportNarrowing:
    """What the address asks for; whatever makes no sense narrows nothing."""
    result = question.get("result")
    return ReportNarrowing(
        state=result if result in RESULTS else "",
        words=words_in(question.asked, "q"),
        warehouse_id=number_in(question.asked, "warehouse"),
        since=day_in(question.asked, "since"),
        until=day_in(question.asked, "until"),
    )


def _rows(question: Question) -> QuerySet[Inspection]:
    return inspections_of(scope=question.scope, narrowing=narrowing_of(question))


def read(question: Question, cursor: str, limit: int) -> Part[InspectionRow]:
    """One page; three statements."""
    by = By(descending=question.sort.startswith("-"))
    part = slice_of(_rows(question), by=by, cursor=cursor, limit=limit)
    found = {row.pk: row for row in inspections(scope=question.scope, ids=part.ids, limit=limit)}
    who = names_of_actors(
        [name for row in found.values() for name in (row.asked_by, row.decided_by)]
    )
    return part.of(
        {
            pk: InspectionRow(row, who[row.asked_by], who[row.decided_by])
            for pk, row in found.items()
        }
    )


def tabs(question: Question) -> Sequence[Tab]:
    """Results with their counts."""
    narrowing = narrowing_of(question)
    return counted_tabs(
        "result", RESULTS, narrowing.state,
        lambda result: inspections_of(
            scope=question.scope, narrowing=replace(narrowing, state=result)
        ),
        tones={"ASKED": "warn"},
    )  # fmt: skip


def filters(question: Question) -> Sequence[Filter]:
    """The fields of the filter bar."""
    return (
        Filter(name="q", label=_("Number, goods, lot, delivery or report"), kind="search"),
        warehouse_field(question),
        *day_fields(_("Asked from")),
    )


def page_url(row: InspectionRow) -> str:
    """Its files, and writing its result."""
    return reverse("inspection", args=[row.inspection.pk])


def _goods(row: InspectionRow) -> SafeString:
    sku, lot = row.inspection.sku, row.inspection.lot
    about = " · ".join(part for part in (sku.name, lot.code if lot else "") if part)
    return format_html(
        '<span class="code">{}</span> <span class="wide-only">{}</span>{}',
        sku.code, about, cells.second_line(about),
    )  # fmt: skip


def _result(row: InspectionRow) -> SafeString:
    return cells.chip(row.inspection.get_result_display(), TONES[row.inspection.result])


COLUMNS: tuple[Column[InspectionRow], ...] = (
    Column(
        key="inspection", label=_("Inspection"), kind=Kind.CODE, sortable=True,
        value=lambda row: row.inspection.number,
        cell=lambda row: cells.link(
            page_url(row), row.inspection.number, under=row.inspection.warehouse.code, drawer=False
        ),
    ),
    Column(key="goods", label=_("Goods"), value=lambda row: row.goods, cell=_goods),
    Column(key="warehouse", label=_("Warehouse"), kind=Kind.CODE, wide=True,
           value=lambda row: row.inspection.warehouse.code),
    Column(key="document", label=_("Delivery"), kind=Kind.CODE, wide=True, default=False,
           value=lambda row: row.inspection.document),
    Column(key="qty", label=_("Quantity"), kind=Kind.NUMBER,
           value=lambda row: row.inspection.qty),
    Column(key="sample", label=_("Sample"), kind=Kind.NUMBER, wide=True, default=False,
           value=lambda row: row.inspection.sample),
    Column(key="result", label=_("Result"), cell=_result,
           value=lambda row: row.inspection.get_result_display()),
    Column(key="passed", label=_("Passed units"), kind=Kind.NUMBER, wide=True, default=False,
           value=lambda row: row.inspection.passed),
    Column(key="failed", label=_("Failed units"), kind=Kind.NUMBER, wide=True, default=False,
           value=lambda row: row.inspection.failed),
    Column(key="report", label=_("Number of the report"), kind=Kind.CODE, wide=True,
           value=lambda row: row.inspection.reference),
    Column(key="asked", label=_("Since"), kind=Kind.MOMENT, wide=True,
           value=lambda row: row.inspection.asked_at),
    Column(key="asked_by", label=_("Asked by"), wide=True, value=lambda row: row.asked_by),
    Column(key="decided", label=_("Result written"), kind=Kind.MOMENT, wide=True, default=False,
           value=lambda row: row.inspection.decided_at),
    Column(key="decided_by", label=_("Result by"), wide=True, default=False,
           value=lambda row: row.decided_by),
    Column(key="note", label=_("Note"), wide=True, default=False,
           value=lambda row: row.inspection.note),
)  # fmt: skip

INSPECTIONS: ListSpec[InspectionRow] = ListSpec(
    key="inspections",
    title=_("Inspections"),
    route="inspections",
    permission=roles.STOCK_VIEW,
    columns=COLUMNS,
    params=("result", "q", "warehouse", "since", "until"),
    read=read,
    row_id=lambda row: row.inspection.pk,
    row_url=page_url,
    filters=filters,
    tabs=tabs,
    rows=_rows,
    sort="-inspection",
)
