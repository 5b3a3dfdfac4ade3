"""Shipments: parcels that wait for the truck, that left, and that were voided."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from inventory import selectors as stock
from org import roles
from org.addresses import day_in, number_in, words_in
from org.lists import cells
from org.lists.counting import counted_tabs
from org.lists.specs import Column, Filter, Kind, ListSpec, Part, Question, Tab
from wms import selectors
from wms.selectors import ShipmentNarrowing, ShipmentRow

STATES = {
    "": _("All"),
    "waiting": _("Waiting for the carrier"),
    "shipped": _("Left"),
    "voided": _("Voided"),
}
TONES = {"waiting": "warn", "shipped": "ok", "voided": "muted"}


def narrowing_of(question: Question) -> ShipmentNarrowing:
    """What the address asks for; whatever makes no sense narrows nothing."""
    asked = question.asked
    state = asked.get("state", "")
    return ShipmentNarrowing(
        state=state if state in STATES else "",
        words=words_in(asked, "q"),
        carrier=words_in(asked, "carrier"),
        warehouse_id=number_in(asked, "warehouse"),
        since=day_in(asked, "since"),
        until=day_in(asked, "until"),
    )


def read(question: Question, cursor: str, limit: int) -> Part[ShipmentRow]:
    """One page."""
    return selectors.shipment_list(
        scope=question.scope, narrowing=narrowing_of(question), sort=question.sort,
        cursor=cursor, limit=limit,
    )  # fmt: skip


def tabs(question: Question) -> Sequence[Tab]:
    """States with their counts."""
    narrowing = narrowing_of(question)
    return counted_tabs(
        "state", STATES, narrowing.state,
        lambda state: selectors.shipments_narrowed(question.scope, narrowing.in_state(state)),
    )  # fmt: skip


def filters(question: Question) -> Sequence[Filter]:
    """The fields of the filter bar."""
    houses = stock.warehouses(scope=question.scope, active=False)
    return (
        Filter(name="q", label=_("Waybill, parcel, fulfilment or order"), kind="search"),
        Filter(
            name="carrier", label=_("Carrier"),
            choices=[(each.code, each.name) for each in selectors.carriers()],
        ),
        Filter(
            name="warehouse", label=_("Warehouse"),
            choices=[(house.id, house.name) for house in houses],
        ),
        Filter(name="since", label=_("Packed from"), kind="day"),
        Filter(name="until", label=_("To"), kind="day"),
    )  # fmt: skip


def page_url(row: ShipmentRow) -> str:
    """Where a parcel is shown."""
    return f"/shipments/{quote(row.number)}/"


def _state(row: ShipmentRow) -> SafeString:
    shown = cells.chip(STATES[row.state], TONES[row.state])
    return format_html("{}{}", shown, cells.second_line(row.document))


def _document(row: ShipmentRow) -> SafeString:
    return format_html('<span class="code">{}</span>', row.document)


COLUMNS: tuple[Column[ShipmentRow], ...] = (
    Column(
        key="parcel", label=_("Parcel"), kind=Kind.CODE, sortable=True,
        value=lambda row: row.number,
        cell=lambda row: cells.link(page_url(row), row.number, under=row.waybill),
    ),
    Column(key="state", label=_("State"), value=lambda row: str(STATES[row.state]), cell=_state),
    Column(key="waybill", label=_("Waybill"), kind=Kind.CODE, wide=True,
           value=lambda row: row.waybill),
    Column(key="carrier", label=_("Carrier"), wide=True,
           value=lambda row: row.carrier_name),
    Column(key="document", label=_("Document"), kind=Kind.CODE, wide=True,
           value=lambda row: row.document, cell=_document),
    Column(key="fulfilment", label=_("Fulfilment"), kind=Kind.CODE, wide=True,
           value=lambda row: row.fulfilment),
    Column(key="warehouse", label=_("Warehouse"), wide=True, value=lambda row: row.warehouse),
    Column(key="units", label=_("Quantity"), kind=Kind.NUMBER, value=lambda row: row.units),
    Column(key="weight", label=_("Weight (g)"), kind=Kind.NUMBER, wide=True,
           value=lambda row: row.weight_g),
    Column(key="packed", label=_("Packed"), kind=Kind.MOMENT, wide=True,
           value=lambda row: row.packed_at),
    Column(key="packed_by", label=_("Packed by"), wide=True, value=lambda row: row.packed_by),
    Column(key="shipped", label=_("Left"), kind=Kind.MOMENT, value=lambda row: row.shipped_at),
    Column(key="shipped_by", label=_("Handed over by"), wide=True, default=False,
           value=lambda row: row.shipped_by),
)  # fmt: skip

SHIPMENTS: ListSpec[ShipmentRow] = ListSpec(
    key="shipments",
    title=_("Shipments"),
    route="shipments",
    permission=roles.STOCK_VIEW,
    columns=COLUMNS,
    params=("state", "q", "carrier", "warehouse", "since", "until"),
    read=read,
    row_id=lambda row: row.id,
    row_url=page_url,
    filters=filters,
    tabs=tabs,
    rows=lambda question: selectors.shipments_narrowed(question.scope, narrowing_of(question)),
    sort="-parcel",
)
