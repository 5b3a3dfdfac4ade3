"""Counts: those that wait for a lead, those under way, and what became of the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from inventory import selectors as stock
from org import roles
from org.addresses import day_in, number_in, words_in
from org.lists import cells
from org.lists.counting import counted_tabs
from org.lists.specs import Column, Filter, Kind, ListSpec, Part, Question, Tab
from wms.models import CountSheet, CountState
from wms.selectors.count_list import CountNarrowing, CountRow, counts_of, counts_sorted

C = CountState
STATES = {
    "": C.HANDED_IN.label,
    C.OPEN.value: C.OPEN.label,
    C.BOOKED.value: C.BOOKED.label,
    C.DROPPED.value: C.DROPPED.label,
    "ALL": _("All"),
}
TONES = {"HANDED_IN": "warn", "OPEN": "info", "BOOKED": "ok", "DROPPED": "muted"}


def narrowing_of(question: Question) -> CountNarrowing:
    """What the address asks for; whatever makes no sense narrows nothing."""
    return CountNarrowing(
        state=_state_of(question.get("state")),
        words=words_in(question.asked, "q"),
        warehouse_id=number_in(question.asked, "warehouse"),
        since=day_in(question.asked, "since"),
        until=day_in(question.asked, "until"),
    )


def _state_of(tab: str) -> str:
    """What waits for a lead comes first; empty for all."""
    if tab == "ALL":
        return ""
    return tab if tab in C.values else C.HANDED_IN.value


def _rows(question: Question) -> QuerySet[CountSheet]:
    return counts_of(scope=question.scope, narrowing=narrowing_of(question))


def read(question: Question, cursor: str, limit: int) -> Part[CountRow]:
    """One page."""
    return counts_sorted(
        scope=question.scope, narrowing=narrowing_of(question), sort=question.sort,
        cursor=cursor, limit=limit,
    )  # fmt: skip


def tabs(question: Question) -> Sequence[Tab]:
    """States with their counts."""
    narrowing, here = narrowing_of(question), question.get("state")
    return counted_tabs(
        "state", STATES, here if here in STATES else "",
        lambda tab: counts_of(
            scope=question.scope, narrowing=replace(narrowing, state=_state_of(tab))
        ),
        tones={"": "warn"},
    )  # fmt: skip


def filters(question: Question) -> Sequence[Filter]:
    """The fields of the filter bar."""
    houses = stock.warehouses(scope=question.scope, active=False)
    return (
        Filter(name="q", label=_("Number, location, SKU code or person"), kind="search"),
        Filter(
            name="warehouse", label=_("Warehouse"),
            choices=[(house.id, house.name) for house in houses],
        ),
        Filter(name="since", label=_("Begun from"), kind="day"),
        Filter(name="until", label=_("To"), kind="day"),
    )  # fmt: skip


def page_url(row: CountRow) -> str:
    """What waits: its lines and buttons on the page of counts; else what was booked for it."""
    if row.state == C.HANDED_IN:
        return f"{reverse('counts')}?{urlencode({'q': row.number})}#{row.number}"
    return f"{reverse('stock-journal')}?{urlencode({'document': row.number})}"


def _number(row: CountRow) -> SafeString:
    return cells.link(page_url(row), row.number, under=row.counter, drawer=row.state != C.HANDED_IN)


def _differing(row: CountRow) -> SafeString:
    return cells.number(row.differing, tone="bad" if row.differing else "")


def _net(row: CountRow) -> SafeString:
    if row.net is None:
        return cells.number(None)
    tone = "bad" if row.net < 0 else "warn" if row.net > 0 else ""
    return cells.number(row.net, tone=tone)


COLUMNS: tuple[Column[CountRow], ...] = (
    Column(key="count", label=_("Count"), kind=Kind.CODE, sortable=True,
           value=lambda row: row.number, cell=_number),
    Column(key="warehouse", label=_("Warehouse"), wide=True, value=lambda row: row.warehouse),
    Column(key="place", label=_("Place"), kind=Kind.CODE, value=lambda row: row.location),
    Column(key="state", label=_("State"), value=lambda row: row.state_label,
           cell=lambda row: cells.chip(row.state_label, TONES[row.state])),
    Column(key="person", label=_("Person"), wide=True, value=lambda row: row.counter),
    Column(key="opened", label=_("Begun"), kind=Kind.MOMENT, wide=True,
           value=lambda row: row.opened_at),
    Column(key="handed_in", label=_("Handed in"), kind=Kind.MOMENT, wide=True,
           value=lambda row: row.handed_in_at),
    Column(key="closed", label=_("Closed"), kind=Kind.MOMENT, wide=True, sortable=True,
           value=lambda row: row.closed_at),
    Column(key="closed_by", label=_("Closed by"), wide=True, default=False,
           value=lambda row: row.closed_by),
    Column(key="lines", label=_("Lines"), kind=Kind.NUMBER, wide=True,
           value=lambda row: row.lines),
    Column(key="differing", label=_("Differing"), kind=Kind.NUMBER,
           value=lambda row: row.differing, cell=_differing),
    Column(key="net", label=_("Units more or less"), kind=Kind.NUMBER, wide=True,
           value=lambda row: row.net, cell=_net),
)  # fmt: skip

COUNTS: ListSpec[CountRow] = ListSpec(
    key="counts",
    title=_("Counts"),
    route="counts",
    permission=roles.STOCK_ADJUST,
    columns=COLUMNS,
    params=("state", "q", "warehouse", "since", "until"),
    read=read,
    row_id=lambda row: row.id,
    row_url=page_url,
    filters=filters,
    tabs=tabs,
    rows=_rows,
    sort="-count",
)
