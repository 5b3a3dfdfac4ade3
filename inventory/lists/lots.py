"""Lots with stock, first expiry first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from inventory import selectors as stock
from inventory.lists.labels import PRINT_LABELS
from inventory.selectors import lot_board
from inventory.selectors.lot_board import LotNarrowing, LotRow
from org import roles
from org.addresses import number_in, words_in
from org.lists import cells
from org.lists.counting import counted_tabs
from org.lists.specs import Column, Filter, Kind, ListSpec, Part, Question, Tab
from org.scope import Scope

SHELVES = {"": _("All"), "near": _("Near expiry"), "expired": _("Expired")}
# Days in which "near" begins unless the address says otherwise.
NEAR_DAYS = 30
MOST_DAYS = 3650


def narrowing_of(question: Question) -> LotNarrowing:
    """What the address asks for; whatever makes no sense narrows nothing."""
    shelf, days = question.get("shelf"), number_in(question.asked, "days")
    return LotNarrowing(
        words=words_in(question.asked, "q"),
        shelf=shelf if shelf in SHELVES else "",
        near_days=days if days and days <= MOST_DAYS else NEAR_DAYS,
    )


def read(question: Question, cursor: str, limit: int) -> Part[LotRow]:
    """One page."""
    return lot_board.lots_sorted(
        scope=_where(question), narrowing=narrowing_of(question), today=timezone.localdate(),
        sort=question.sort, cursor=cursor, limit=limit,
    )  # fmt: skip


def tabs(question: Question) -> Sequence[Tab]:
    """By expiry, with counts."""
    narrowing, today, where = narrowing_of(question), timezone.localdate(), _where(question)
    return counted_tabs(
        "shelf", SHELVES, narrowing.shelf,
        lambda shelf: lot_board.lots_of(where, replace(narrowing, shelf=shelf), today),
        tones={"near": "warn", "expired": "bad"},
    )  # fmt: skip


def filters(question: Question) -> Sequence[Filter]:
    """The fields of the filter bar."""
    houses = stock.warehouses(scope=question.scope, active=False)
    return (
        Filter(name="q", label=_("Lot, SKU, name or supplier"), kind="search"),
        Filter(
            name="warehouse",
            label=_("Warehouse"),
            choices=[(house.id, house.name) for house in houses],
        ),
        Filter(name="days", label=_("Near expiry within days"), kind="number"),
    )


def _where(question: Question) -> Scope:
    """The warehouse that the address names; all within reach when it names none."""
    return stock.scope_at(question.scope, number_in(question.asked, "warehouse"))


def page_url(row: LotRow) -> str:
    """Where a lot is shown."""
    return f"/stock/lots/{row.id}/"


def _days_left(row: LotRow, today: date | None = None) -> int | None:
    return (row.expires_on - (today or timezone.localdate())).days if row.expires_on else None


def _left(row: LotRow) -> SafeString:
    days = _days_left(row)
    if days is None:
        return cells.number(None)
    tone = "text-bad" if days < 0 else "text-warn" if days <= NEAR_DAYS else ""
    return format_html('<span class="{}">{}</span>', tone, days)


COLUMNS: tuple[Column[LotRow], ...] = (
    Column(
        key="lot", label=_("Lot"), kind=Kind.CODE, sortable=True, value=lambda row: row.code,
        cell=lambda row: cells.link(page_url(row), row.code, under=row.expires_on or ""),
    ),
    Column(
        key="sku", label=_("SKU"), kind=Kind.CODE, value=lambda row: row.sku_code,
        cell=lambda row: format_html(
            "{}{}", cells.code(row.sku_code), cells.second_line(row.sku_name)
        ),
    ),
    Column(key="name", label=_("Name"), wide=True, value=lambda row: row.sku_name),
    Column(
        key="produced", label=_("Produced"), kind=Kind.DAY, wide=True, sortable=True,
        value=lambda row: row.produced_on,
    ),
    Column(
        key="expires", label=_("Expires"), kind=Kind.DAY, wide=True, sortable=True,
        value=lambda row: row.expires_on,
    ),
    Column(key="left", label=_("Days left"), kind=Kind.NUMBER, value=_days_left, cell=_left),
    Column(key="supplier", label=_("Supplier"), wide=True, value=lambda row: row.supplier),
    Column(
        key="customs", label=_("Customs"), wide=True, value=lambda row: row.customs_label,
        cell=lambda row: cells.chip(row.customs_label) if row.customs_label else "",
    ),
    Column(
        key="on_hand", label=_("On hand"), kind=Kind.NUMBER, value=lambda row: row.units,
        cell=lambda row: cells.number(row.units, url=page_url(row)),
    ),
    Column(
        key="pinned", label=_("Pinned"), kind=Kind.NUMBER, wide=True, value=lambda row: row.held
    ),
    Column(
        key="cells", label=_("Cells"), kind=Kind.NUMBER, wide=True, value=lambda row: row.cells
    ),
)  # fmt: skip

LOTS: ListSpec[LotRow] = ListSpec(
    key="lots",
    title=_("Lots"),
    route="stock-lots",
    permission=roles.STOCK_VIEW,
    columns=COLUMNS,
    params=("shelf", "q", "warehouse", "days"),
    read=read,
    row_id=lambda row: row.id,
    row_url=page_url,
    row_label=lambda row: f"{row.code} {row.sku_code}",
    filters=filters,
    tabs=tabs,
    rows=lambda question: lot_board.lots_of(
        _where(question), narrowing_of(question), timezone.localdate()
    ),
    chosen_by=("expires_on", "pk"),
    actions=(PRINT_LABELS,),
    sort="expires",
)
