"""Recalls: what was called back, how much of it is still frozen, and what was lifted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from freeze_rules.lists.fields import day_fields
from freeze_rules.models import Recall
from freeze_rules.selectors.recalls import RecallNarrowing, RecallView, recalls, recalls_of
from org import roles
from org.addresses import day_in, words_in
from org.lists import cells
from org.lists.counting import counted_tabs
from org.lists.keyset import By, slice_of, sorted_by
from org.lists.specs import Column, Filter, Kind, ListSpec, Part, Question, Tab

STATES = {"": _("All"), "open": pgettext_lazy("recall", "In force"), "lifted": _("Lifted")}
SORTS = {"recall": By(), "units": By("units"), "customers": By("at_customers")}


def narrowing_of(question: Question) -> RecallNarrowing:
    """What the address asks for; whatever makes no sense narrows nothing."""
    state, root = question.get("state"), question.get("root")
    return RecallNarrowing(
        state=state if state in STATES else "",
        words=words_in(question.asked, "q"),
        root=root if root in Recall.Root.values else "",
        since=day_in(question.asked, "since"),
        until=day_in(question.asked, "until"),
    )


def _rows(question: Question) -> QuerySet[Recall]:
    # A recall concerns every warehouse: whoever sees stock sees them all.
    return recalls_of(narrowing_of(question))


def read(question: Question, cursor: str, limit: int) -> Part[RecallView]:
    """One page; a constant number of statements."""
    by = sorted_by(SORTS, question.sort)
    part = slice_of(_rows(question), by=by, cursor=cursor, limit=limit)
    found = {row.id: row for row in recalls(ids=part.ids, limit=limit)}
    return part.of(found)


def tabs(question: Question) -> Sequence[Tab]:
    """States with their counts."""
    narrowing = narrowing_of(question)
    return counted_tabs(
        "state", STATES, narrowing.state,
        lambda state: recalls_of(replace(narrowing, state=state)), tones={"open": "bad"},
    )  # fmt: skip


def filters(question: Question) -> Sequence[Filter]:
    """The fields of the filter bar."""
    del question
    return (
        Filter(name="q", label=_("Number, lot, SKU code, document or reason"), kind="search"),
        Filter(name="root", label=_("Starts from"), choices=Recall.Root.choices),
        *day_fields(_("Called back from")),
    )


def page_url(row: RecallView) -> str:
    """What it reached, and lifting it."""
    return reverse("recall", args=[row.id])


def _start(row: RecallView) -> SafeString:
    return format_html(
        '<span class="soft">{}</span> {}{}', row.root_label, row.start, cells.second_line(row.why)
    )


def _state(row: RecallView) -> SafeString:
    return cells.chip(row.state_label, "muted" if row.lifted_at else "bad", hint=row.lift_why)


COLUMNS: tuple[Column[RecallView], ...] = (
    Column(
        key="recall", label=_("Recall"), kind=Kind.CODE, sortable=True,
        value=lambda row: row.number,
        cell=lambda row: cells.link(page_url(row), row.number, drawer=False),
    ),
    Column(
        key="start", label=_("Starts from"), cell=_start,
        value=lambda row: f"{row.root_label} {row.start}",
    ),
    Column(key="why", label=_("Reason"), wide=True, value=lambda row: row.why),
    Column(key="open", label=_("Frozen now"), kind=Kind.NUMBER, value=lambda row: row.open),
    Column(key="units", label=_("On hand then"), kind=Kind.NUMBER, wide=True, sortable=True,
           default=False, value=lambda row: row.units),
    Column(key="customers", label=_("At customers then"), kind=Kind.NUMBER, wide=True,
           sortable=True, value=lambda row: row.at_customers),
    Column(key="freezes", label=_("Freezes"), kind=Kind.NUMBER, wide=True, default=False,
           value=lambda row: row.freezes),
    Column(key="at", label=_("Since"), kind=Kind.MOMENT, wide=True, value=lambda row: row.at),
    Column(key="person", label=_("Called back by"), wide=True, value=lambda row: row.person),
    Column(key="state", label=_("State"), value=lambda row: row.state_label, cell=_state),
    Column(key="lifted", label=_("Lifted"), kind=Kind.MOMENT, wide=True, default=False,
           value=lambda row: row.lifted_at),
    Column(key="lifted_by", label=_("Lifted by"), wide=True, default=False,
           value=lambda row: row.lifted_by),
    Column(key="lift_why", label=_("Why it was lifted"), wide=True, default=False,
           value=lambda row: row.lift_why),
)  # fmt: skip

RECALLS: ListSpec[RecallView] = ListSpec(
    key="recalls",
    title=_("Recalls"),
    route="recalls",
    permission=roles.STOCK_VIEW,
    columns=COLUMNS,
    params=("state", "q", "root", "since", "until"),
    read=read,
    row_id=lambda row: row.id,
    row_url=page_url,
    filters=filters,
    tabs=tabs,
    rows=_rows,
    sort="-recall",
)
