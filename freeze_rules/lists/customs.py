"""Imported lots: what customs said last of each, and how long it took or takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from freeze_rules.lists.fields import day_fields
from freeze_rules.models import CustomsStep
from freeze_rules.selectors.customs_words import STATES
from freeze_rules.selectors.reports import AtCustoms, ReportNarrowing, at_customs, customs_of
from org import roles
from org.addresses import day_in, words_in
from org.lists import cells
from org.lists.counting import counted_tabs
from org.lists.keyset import By, slice_of
from org.lists.specs import Column, Filter, Kind, ListSpec, Part, Question, Tab
from org.selectors import names_of_actors

TABS = {"": _("All"), **{state: label for state, (label, _tone) in STATES.items()}}


@dataclass(frozen=True)
class CustomsRow:
    """A lot with the last word of customs, and who told it."""

    at: AtCustoms
    who: str

    @property
    def state_label(self) -> str:
        """The state in words."""
        return str(STATES[self.at.state][0])


def narrowing_of(question: Question) -> ReportNarrowing:
    """What the address asks for; whatever makes no sense narrows nothing."""
    state = question.get("state")
    return ReportNarrowing(
        state=state if state in STATES else "",
        words=words_in(question.asked, "q"),
        since=day_in(question.asked, "since"),
        until=day_in(question.asked, "until"),
    )


def _rows(question: Question) -> QuerySet[CustomsStep]:
    return customs_of(narrowing_of(question))


def read(question: Question, cursor: str, limit: int) -> Part[CustomsRow]:
    """One page; a constant number of statements. Words are numbered as they are said."""
    by = By(descending=question.sort.startswith("-"))
    part = slice_of(_rows(question), by=by, cursor=cursor, limit=limit)
    rows = at_customs(now=timezone.now(), step_ids=part.ids, limit=limit)
    who = names_of_actors([row.told_by for row in rows])
    return part.of({row.step_id: CustomsRow(row, who[row.told_by]) for row in rows})


def tabs(question: Question) -> Sequence[Tab]:
    """States with their counts."""
    narrowing = narrowing_of(question)
    return counted_tabs(
        "state", TABS, narrowing.state,
        lambda state: customs_of(replace(narrowing, state=state)),
        tones={"NOT_CLEARED": "warn", "INSPECTING": "warn", "REFUSED": "bad"},
    )  # fmt: skip


def filters(question: Question) -> Sequence[Filter]:
    """The fields of the filter bar."""
    del question
    return (
        Filter(name="q", label=_("Lot, SKU code, name or declaration"), kind="search"),
        *day_fields(_("Said from")),
    )


def page_url(row: CustomsRow) -> str:
    """The lot: where it lies, and what holds it."""
    return reverse("stock-lot", args=[row.at.lot_id])


def _goods(row: CustomsRow) -> SafeString:
    return format_html(
        '<span class="code">{}</span> <span class="wide-only">{}</span>{}',
        row.at.sku_code, row.at.sku_name, cells.second_line(row.at.sku_name),
    )  # fmt: skip


def _state(row: CustomsRow) -> SafeString:
    return cells.chip(row.state_label, STATES[row.at.state][1], hint=row.at.note)


COLUMNS: tuple[Column[CustomsRow], ...] = (
    Column(
        key="lot", label=_("Lot"), kind=Kind.CODE, value=lambda row: row.at.lot_code,
        cell=lambda row: cells.link(page_url(row), row.at.lot_code, under=row.at.declaration),
    ),
    Column(key="goods", label=_("Goods"), cell=_goods,
           value=lambda row: f"{row.at.sku_code} {row.at.sku_name}"),
    Column(key="state", label=_("Customs"), value=lambda row: row.state_label, cell=_state),
    Column(key="declaration", label=_("Declaration"), kind=Kind.CODE, wide=True,
           value=lambda row: row.at.declaration),
    Column(key="hours", label=_("Hours"), kind=Kind.NUMBER, value=lambda row: row.at.hours,
           hint=_("From its arrival until it was cleared, or until now.")),
    Column(key="since", label=_("Arrived"), kind=Kind.MOMENT, wide=True, default=False,
           value=lambda row: row.at.since),
    Column(key="said", label=_("Last word"), kind=Kind.MOMENT, wide=True, sortable=True,
           value=lambda row: row.at.said_at),
    Column(key="told_by", label=_("Told by"), wide=True, value=lambda row: row.who),
    Column(key="cleared", label=_("Cleared at"), kind=Kind.MOMENT, wide=True, default=False,
           value=lambda row: row.at.cleared_at),
    Column(key="note", label=_("Note"), wide=True, default=False,
           value=lambda row: row.at.note),
)  # fmt: skip

CUSTOMS: ListSpec[CustomsRow] = ListSpec(
    key="customs",
    title=_("Customs"),
    route="customs",
    permission=roles.STOCK_VIEW,
    columns=COLUMNS,
    params=("state", "q", "since", "until"),
    read=read,
    row_id=lambda row: row.at.step_id,
    row_url=page_url,
    row_label=lambda row: row.at.lot_code,
    filters=filters,
    tabs=tabs,
    rows=_rows,
    sort="-said",
)
