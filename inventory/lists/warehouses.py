"""Every warehouse somebody sets up: central ones, stores, and those that are closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from inventory.models import Warehouse
from inventory.selectors.warehouse_list import (
    WarehouseListed,
    WarehouseNarrowing,
    warehouses_of,
    warehouses_sorted,
)
from org import roles
from org.addresses import number_in, words_in
from org.lists import cells
from org.lists.counting import counted_tabs
from org.lists.specs import Column, Filter, Kind, ListSpec, Part, Question, Tab
from org.selectors import units

STATES = {
    "": _("In use"),
    "houses": _("Warehouses without stores"),
    "stores": _("Stores"),
    "closed": _("Closed"),
}


def narrowing_of(question: Question) -> WarehouseNarrowing:
    """What the address asks for; whatever makes no sense narrows nothing."""
    state, kind = question.get("state"), question.get("kind")
    return WarehouseNarrowing(
        words=words_in(question.asked, "q"),
        kind=kind if kind in Warehouse.Kind.values else "",
        unit_id=number_in(question.asked, "unit"),
        state=state if state in STATES else "",
    )


def read(question: Question, cursor: str, limit: int) -> Part[WarehouseListed]:
    """One page."""
    return warehouses_sorted(
        scope=question.scope, narrowing=narrowing_of(question), sort=question.sort,
        cursor=cursor, limit=limit,
    )  # fmt: skip


def tabs(question: Question) -> Sequence[Tab]:
    """By what they are, with counts."""
    narrowing = narrowing_of(question)
    return counted_tabs(
        "state", STATES, narrowing.state,
        lambda state: warehouses_of(
            scope=question.scope, narrowing=replace(narrowing, state=state)
        ),
    )  # fmt: skip


def filters(question: Question) -> Sequence[Filter]:
    """The fields of the filter bar."""
    return (
        Filter(name="q", label=_("Code, name, pinyin or city"), kind="search"),
        Filter(name="kind", label=_("Kind"), choices=Warehouse.Kind.choices),
        Filter(
            name="unit", label=_("Belongs to"),
            choices=[(unit.id, unit.name) for unit in units(scope=question.scope)],
        ),
    )  # fmt: skip


def page_url(row: WarehouseListed) -> str:
    """Its places and facts."""
    return reverse("masters-warehouse", args=[row.id])


def _name(row: WarehouseListed) -> SafeString:
    closed = "" if row.is_active else cells.chip(_now("Closed"), "muted")
    under = cells.second_line(" · ".join(filter(None, (row.kind_label, row.city))))
    return format_html("{} {}{}", row.name, closed, under)


COLUMNS: tuple[Column[WarehouseListed], ...] = (
    Column(
        key="code", label=_("Code"), kind=Kind.CODE, sortable=True, value=lambda row: row.code,
        cell=lambda row: cells.link(page_url(row), row.code, drawer=False),
    ),
    Column(key="name", label=_("Name"), sortable=True, value=lambda row: row.name, cell=_name),
    Column(key="kind", label=_("Kind"), wide=True, value=lambda row: row.kind_label),
    Column(key="unit", label=_("Belongs to"), wide=True, value=lambda row: row.unit_name),
    Column(key="province", label=_("Province"), wide=True, default=False,
           value=lambda row: row.province),
    Column(key="city", label=_("City"), wide=True, value=lambda row: row.city),
    Column(key="zone", label=_("Time zone"), wide=True, default=False,
           value=lambda row: row.time_zone),
    Column(key="priority", label=_("Priority"), kind=Kind.NUMBER, wide=True, sortable=True,
           default=False, value=lambda row: row.priority),
    Column(key="zones", label=_("Zones"), kind=Kind.NUMBER, wide=True,
           value=lambda row: row.zones),
    Column(key="places", label=_("Places"), kind=Kind.NUMBER, value=lambda row: row.places),
)  # fmt: skip

WAREHOUSES: ListSpec[WarehouseListed] = ListSpec(
    key="warehouses",
    title=_("Warehouses"),
    route="masters-warehouses",
    permission=roles.MASTERS_EDIT,
    columns=COLUMNS,
    params=("state", "q", "kind", "unit"),
    read=read,
    row_id=lambda row: row.id,
    row_url=page_url,
    row_label=lambda row: row.code,
    filters=filters,
    tabs=tabs,
    rows=lambda question: warehouses_of(scope=question.scope, narrowing=narrowing_of(question)),
    sort="code",
)
