"""Pick lists: walks that somebody may still walk, and those that are done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from inventory import selectors as stock
from org import roles
from org.addresses import day_in, words_in
from org.lists import cells
from org.lists.counting import counted_tabs
from org.lists.specs import Column, Filter, Kind, ListSpec, Part, Question, Tab
from wms.models import PickList, PickListState
from wms.selectors.walk_list import WALKABLE, WalkNarrowing, WalkRow, walks_of, walks_sorted

L = PickListState
STATES = {
    "": _("Open"),
    L.PICKED.value: L.PICKED.label,
    L.COMPLETED.value: L.COMPLETED.label,
    L.CANCELLED.value: L.CANCELLED.label,
    "ALL": _("All"),
}
TONES = {"RELEASED": "info", "PICKING": "info", "COMPLETED": "ok", "CANCELLED": "muted"}
# Whose walks: of the reader, of nobody yet.
MINE, NOBODYS = "mine", "nobody"


def narrowing_of(question: Question) -> WalkNarrowing:
    """What the address asks for; whatever makes no sense narrows nothing."""
    person = question.person
    own = person.pk if person is not None else None
    return WalkNarrowing(
        states=_states(question.get("state")),
        words=words_in(question.asked, "q"),
        warehouse=words_in(question.asked, "warehouse"),
        picker_id={MINE: own, NOBODYS: 0}.get(question.get("picker")),
        since=day_in(question.asked, "since"),
        until=day_in(question.asked, "until"),
    )


def _states(tab: str) -> tuple[str, ...]:
    if tab == "ALL":
        return ()
    return (tab,) if tab and tab in STATES else tuple(WALKABLE)


def _rows(question: Question) -> QuerySet[PickList]:
    return walks_of(scope=question.scope, narrowing=narrowing_of(question))


def read(question: Question, cursor: str, limit: int) -> Part[WalkRow]:
    """One page."""
    return walks_sorted(
        scope=question.scope, narrowing=narrowing_of(question), sort=question.sort,
        cursor=cursor, limit=limit,
    )  # fmt: skip


def tabs(question: Question) -> Sequence[Tab]:
    """States with their counts. The oldest open walk comes first, of the others the newest."""
    narrowing, here = narrowing_of(question), question.get("state")
    found = counted_tabs(
        "state", STATES, here if here in STATES else "",
        lambda tab: walks_of(
            scope=question.scope, narrowing=replace(narrowing, states=_states(tab))
        ),
    )  # fmt: skip
    return [
        replace(tab, sets={**tab.sets, "sort": "-list" if tab.sets["state"] else ""})
        for tab in found
    ]


def filters(question: Question) -> Sequence[Filter]:
    """The fields of the filter bar."""
    houses = stock.warehouses(scope=question.scope, active=False)
    return (
        Filter(name="q", label=_("Pick list, fulfilment or order"), kind="search"),
        Filter(
            name="warehouse", label=_("Warehouse"),
            choices=[(house.code, house.name) for house in houses],
        ),
        Filter(
            name="picker", label=_("Picker"),
            choices=((MINE, _("Mine")), (NOBODYS, _("Nobody yet"))),
        ),
        Filter(name="since", label=_("Made from"), kind="day"),
        Filter(name="until", label=_("To"), kind="day"),
    )  # fmt: skip


def page_url(row: WalkRow) -> str:
    """The walk."""
    return reverse("walk", args=[row.number])


def _number(row: WalkRow) -> SafeString:
    return cells.link(page_url(row), row.number, under=row.picker, drawer=False)


COLUMNS: tuple[Column[WalkRow], ...] = (
    Column(key="list", label=_("Pick list"), kind=Kind.CODE, sortable=True,
           value=lambda row: row.number, cell=_number),
    Column(key="warehouse", label=_("Warehouse"), wide=True, value=lambda row: row.warehouse),
    Column(key="state", label=_("State"), value=lambda row: row.state_label,
           cell=lambda row: cells.chip(row.state_label, TONES.get(row.state, ""))),
    Column(key="picker", label=_("Picker"), wide=True, value=lambda row: row.picker),
    Column(key="orders", label=_("Orders"), kind=Kind.NUMBER, wide=True,
           value=lambda row: row.fulfilments),
    Column(key="left", label=_("Steps left"), kind=Kind.NUMBER, value=lambda row: row.steps_open),
    Column(key="steps", label=_("Steps in all"), kind=Kind.NUMBER, wide=True,
           value=lambda row: row.steps),
    Column(key="bench", label=_("Pack bench"), kind=Kind.CODE, wide=True, default=False,
           value=lambda row: row.bench),
    Column(key="made", label=_("Made"), kind=Kind.MOMENT, wide=True,
           value=lambda row: row.created_at),
)  # fmt: skip

PICK_LISTS: ListSpec[WalkRow] = ListSpec(
    key="pick-lists",
    title=_("Pick lists"),
    route="pick",
    permission=roles.FLOOR_PICK,
    columns=COLUMNS,
    params=("state", "q", "warehouse", "picker", "since", "until"),
    warehouse_by_code=True,
    read=read,
    row_id=lambda row: row.id,
    row_url=page_url,
    filters=filters,
    tabs=tabs,
    rows=_rows,
    sort="list",
)
