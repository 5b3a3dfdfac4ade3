"""Every location of the warehouses somebody sees, and what lies there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from inventory import selectors as stock
from inventory.lists.labels import PRINT_LABELS
from inventory.models import Location
from inventory.selectors.location_list import (
    PlaceListed,
    PlaceNarrowing,
    places_of,
    places_sorted,
)
from org import roles
from org.addresses import number_in, words_in
from org.lists import cells
from org.lists.counting import counted_tabs
from org.lists.specs import Column, Filter, Kind, ListSpec, Part, Question, Tab

STATES = {
    "": _("All"),
    "goods": _("With goods"),
    "empty": _("Empty"),
    "off": _("Switched off"),
}


def narrowing_of(question: Question) -> PlaceNarrowing:
    """What the address asks for; whatever makes no sense narrows nothing."""
    state, kind = question.get("state"), question.get("kind")
    return PlaceNarrowing(
        words=words_in(question.asked, "q"),
        warehouse_id=number_in(question.asked, "warehouse"),
        kind=kind if kind in Location.Kind.values else "",
        state=state if state in STATES else "",
    )


def read(question: Question, cursor: str, limit: int) -> Part[PlaceListed]:
    """One page."""
    return places_sorted(
        scope=question.scope, narrowing=narrowing_of(question), sort=question.sort,
        cursor=cursor, limit=limit,
    )  # fmt: skip


def tabs(question: Question) -> Sequence[Tab]:
    """By what lies there, with counts."""
    narrowing = narrowing_of(question)
    return counted_tabs(
        "state", STATES, narrowing.state,
        lambda state: places_of(scope=question.scope, narrowing=replace(narrowing, state=state)),
    )  # fmt: skip


def filters(question: Question) -> Sequence[Filter]:
    """The fields of the filter bar."""
    houses = stock.warehouses(scope=question.scope, active=False)
    return (
        Filter(name="q", label=_("Codes that begin with"), kind="search"),
        Filter(
            name="warehouse", label=_("Warehouse"),
            choices=[(house.id, house.name) for house in houses],
        ),
        Filter(name="kind", label=_("Kind"), choices=Location.Kind.choices),
    )  # fmt: skip


def page_url(row: PlaceListed) -> str:
    """Everything in it."""
    return f"/stock/locations/{row.id}/"


COLUMNS: tuple[Column[PlaceListed], ...] = (
    Column(
        key="location", label=_("Location"), kind=Kind.CODE, sortable=True,
        value=lambda row: row.code,
        cell=lambda row: cells.link(page_url(row), row.code, under=row.warehouse_name),
    ),
    Column(key="warehouse", label=_("Warehouse"), wide=True,
           value=lambda row: row.warehouse_name),
    Column(key="kind", label=_("Kind"), value=lambda row: row.kind_label),
    Column(key="zone", label=_("Zone"), kind=Kind.CODE, wide=True, value=lambda row: row.zone),
    Column(
        key="sequence", label=_("Order on the walk"), kind=Kind.NUMBER, wide=True, sortable=True,
        value=lambda row: row.sequence,
    ),
    Column(
        key="skus", label=_("Kinds of goods"), kind=Kind.NUMBER, value=lambda row: row.skus,
        cell=lambda row: cells.number(row.skus, url=page_url(row)),
    ),
    Column(
        key="units", label=_("On hand"), kind=Kind.NUMBER, value=lambda row: row.units,
        cell=lambda row: cells.number(row.units, url=page_url(row), strong=True),
    ),
)  # fmt: skip

LOCATIONS: ListSpec[PlaceListed] = ListSpec(
    key="locations",
    title=_("Locations"),
    route="stock-locations",
    permission=roles.STOCK_VIEW,
    columns=COLUMNS,
    params=("state", "q", "warehouse", "kind"),
    read=read,
    row_id=lambda row: row.id,
    row_url=page_url,
    row_label=lambda row: f"{row.warehouse_name} {row.code}",
    filters=filters,
    tabs=tabs,
    rows=lambda question: places_of(scope=question.scope, narrowing=narrowing_of(question)),
    chosen_by=("sequence", "code"),
    sort="location",
    actions=(PRINT_LABELS,),
)
