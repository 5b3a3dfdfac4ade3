"""The order list: columns, filters, tabs, and what can be done with many orders."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from freeze_rules.selectors import recalls
from inventory import selectors as stock
from oms import selectors
from oms.labels import STATE_TONES, TAB_LABELS
from oms.lists.order_actions import ACTIONS, receivers
from oms.selectors import Narrowing, OrderRow
from org import roles
from org.addresses import day_in, number_in, words_in
from org.lists import cells
from org.lists.specs import Column, Filter, Kind, ListSpec, Part, Question, Tab

# Empty states nobody is looking at only widen the row of tabs.
ALWAYS_SHOWN = {"", "EXCEPTION", "PREPROCESS", "SUBMITTED", "SHIPPED"}


def narrowing_of(question: Question) -> Narrowing:
    """What the address asks for; whatever makes no sense narrows nothing."""
    asked = question.asked
    tab = asked.get("state", "")
    return Narrowing(
        tab=tab if tab in TAB_LABELS else "",
        words=words_in(asked, "q"),
        shop_id=number_in(asked, "shop"),
        warehouse_id=number_in(asked, "warehouse"),
        since=day_in(asked, "since"),
        until=day_in(asked, "until"),
        numbers=recalls.documents_of(asked["recall"]) if asked.get("recall") else None,
    )


def read(question: Question, cursor: str, limit: int) -> Part[OrderRow]:
    """One page."""
    return selectors.order_list(
        scope=question.scope,
        narrowing=narrowing_of(question),
        sort=question.sort or selectors.NEWEST,
        cursor=cursor,
        limit=limit,
    )


def filters(question: Question) -> Sequence[Filter]:
    """The fields of the filter bar."""
    houses = stock.warehouses(scope=question.scope, active=False)
    called_back = recalls.newest()
    return (
        Filter(name="q", label=_("Order, platform number, waybill or SKU code"), kind="search"),
        Filter(name="shop", label=_("Shop"), choices=selectors.shops_seen(scope=question.scope)),
        Filter(
            name="warehouse", label=_("Warehouse"),
            choices=[(house.id, house.name) for house in houses],
        ),
        Filter(name="since", label=_("From"), kind="day"),
        Filter(name="until", label=_("To"), kind="day"),
        *([Filter(name="recall", label=_("Recall"), choices=called_back)] if called_back else []),
    )  # fmt: skip


def tabs(question: Question) -> Sequence[Tab]:
    """States with their counts."""
    narrowing = narrowing_of(question)
    counts = selectors.tab_counts(scope=question.scope, narrowing=narrowing)
    return [
        Tab(
            sets={"state": tab},
            label=TAB_LABELS[tab],
            active=tab == narrowing.tab,
            counted=found,
            tone="bad" if tab == "EXCEPTION" and found.count else "",
        )
        for tab, found in counts.items()
        if found.count or tab in ALWAYS_SHOWN or tab == narrowing.tab
    ]


def page_url(row: OrderRow) -> str:
    """Where an order is shown."""
    return f"/orders/{quote(row.number)}/"


def _state(row: OrderRow) -> SafeString:
    shown = cells.chip(row.state_label, STATE_TONES.get(row.state, ""))
    since = cells.second_line(cells.moment(row.received_at))
    if not row.exceptions:
        return format_html("{}{}", shown, since)
    count = cells.chip(len(row.exceptions), "bad", hint=_("Exceptions"))
    return format_html("{} {}{}", shown, count, since)


COLUMNS: tuple[Column[OrderRow], ...] = (
    Column(
        key="number", label=_("Order"), kind=Kind.CODE, sortable=True, value=lambda row: row.number,
        cell=lambda row: cells.link(page_url(row), row.number, under=row.shop_name),
    ),
    Column(key="state", label=_("State"), value=lambda row: row.state_label, cell=_state),
    Column(key="shop", label=_("Shop"), wide=True, value=lambda row: row.shop_name),
    Column(
        key="platform_number", label=_("Platform number"), kind=Kind.CODE, wide=True,
        value=lambda row: row.platform_number,
    ),
    Column(
        key="receiver", label=_("Receiver"), wide=True,
        value=lambda row: f"{row.receiver} {row.place}".strip(),
        cell=lambda row: format_html('{} <span class="soft">{}</span>', row.receiver, row.place),
    ),
    Column(
        key="units", label=_("Quantity"), kind=Kind.NUMBER, wide=True,
        value=lambda row: row.units,
    ),
    Column(
        key="lines", label=_("Lines"), kind=Kind.NUMBER, wide=True, default=False,
        value=lambda row: row.lines,
    ),
    Column(
        key="total", label=_("Total"), kind=Kind.MONEY, sortable=True,
        value=lambda row: row.total, cell=lambda row: cells.money(row.total, row.currency),
    ),
    Column(
        key="currency", label=_("Currency"), wide=True, default=False,
        value=lambda row: row.currency,
    ),
    Column(key="warehouse", label=_("Warehouse"), wide=True, value=lambda row: row.warehouse),
    Column(
        key="waybill", label=_("Waybill"), kind=Kind.CODE, wide=True,
        value=lambda row: row.waybill,
    ),
    Column(
        key="received", label=pgettext_lazy("time", "Taken in"), kind=Kind.MOMENT, sortable=True,
        wide=True, value=lambda row: row.received_at,
    ),
    Column(
        key="placed", label=pgettext_lazy("time", "Placed"), kind=Kind.MOMENT, sortable=True,
        wide=True, default=False, value=lambda row: row.placed_at,
    ),
    Column(
        key="paid", label=pgettext_lazy("time", "Paid"), kind=Kind.MOMENT, wide=True, default=False,
        value=lambda row: row.paid_at,
    ),
    Column(
        key="held", label=_("Stock held"), kind=Kind.MOMENT, wide=True, default=False,
        value=lambda row: row.held_at,
    ),
    Column(
        key="shipped", label=pgettext_lazy("time", "Shipped"), kind=Kind.MOMENT, wide=True,
        default=False, value=lambda row: row.shipped_at,
    ),
    Column(
        key="platform", label=_("Platform"), wide=True, default=False,
        value=lambda row: row.platform,
    ),
    *(
        Column(key=key, label=label, value=lambda _row: "", secret=roles.ORDERS_REVEAL)
        for key, label in (
            ("receiver_name", _("Receiver's name")),
            ("receiver_phone", _("Receiver's phone")),
            ("receiver_address", _("Receiver's address")),
        )
    ),
)  # fmt: skip

ORDERS: ListSpec[OrderRow] = ListSpec(
    key="orders",
    title=_("Orders"),
    route="orders",
    permission=roles.ORDERS_VIEW,
    columns=COLUMNS,
    params=("state", "q", "shop", "warehouse", "since", "until", "recall"),
    read=read,
    row_id=lambda row: row.id,
    row_url=page_url,
    filters=filters,
    tabs=tabs,
    rows=lambda question: selectors.narrowed(question.scope, narrowing_of(question)),
    reveal=receivers,
    sort=selectors.NEWEST,
    actions=ACTIONS,
)
