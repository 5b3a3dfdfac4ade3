"""Promotions: planned, running, over; what each wanted and what was set aside for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from freeze_rules.lists.fields import day_fields, warehouse_field
from freeze_rules.models import Promotion
from freeze_rules.selectors.reports import (
    PromotionSum,
    ReportNarrowing,
    promotion_sums,
    promotions_of,
)
from org import roles
from org.addresses import day_in, number_in, words_in
from org.lists import cells
from org.lists.counting import counted_tabs
from org.lists.keyset import By, slice_of, sorted_by
from org.lists.specs import Column, Filter, Kind, ListSpec, Part, Question, Tab
from org.selectors import names_of_actors

STATES = {"": _("All"), **dict(Promotion.State.choices)}
TONES = {"PLANNED": "info", "OPEN": "ok", "CLOSED": "muted", "CANCELLED": "muted"}
SORTS = {
    "promotion": By(),
    "opens": By("opens_at", kind="moment"),
    "closes": By("closes_at", kind="moment"),
}


@dataclass(frozen=True)
class PromotionRow:
    """A promotion, what its lines come to within reach, and who planned it."""

    promotion: Promotion
    sums: PromotionSum
    who: str


def narrowing_of(question: Question) -> ReportNarrowing:
    """What the address asks for; whatever makes no sense narrows nothing."""
    state = question.get("state")
    return ReportNarrowing(
        state=state if state in STATES else "",
        words=words_in(question.asked, "q"),
        warehouse_id=number_in(question.asked, "warehouse"),
        since=day_in(question.asked, "since"),
        until=day_in(question.asked, "until"),
    )


def _rows(question: Question) -> QuerySet[Promotion]:
    return promotions_of(scope=question.scope, narrowing=narrowing_of(question))


def read(question: Question, cursor: str, limit: int) -> Part[PromotionRow]:
    """One page; a constant number of statements."""
    by = sorted_by(SORTS, question.sort)
    part = slice_of(_rows(question), by=by, cursor=cursor, limit=limit)
    found = Promotion.objects.in_bulk(part.ids)
    sums = promotion_sums(part.ids, scope=question.scope)
    names = names_of_actors([row.made_by for row in found.values()])
    return part.of(
        {
            pk: PromotionRow(row, sums.get(pk, PromotionSum()), names[row.made_by])
            for pk, row in found.items()
        }
    )


def tabs(question: Question) -> Sequence[Tab]:
    """States with their counts."""
    narrowing = narrowing_of(question)
    return counted_tabs(
        "state", STATES, narrowing.state,
        lambda state: promotions_of(
            scope=question.scope, narrowing=replace(narrowing, state=state)
        ),
    )  # fmt: skip


def filters(question: Question) -> Sequence[Filter]:
    """The fields of the filter bar."""
    return (
        Filter(name="q", label=_("Number, name or SKU code"), kind="search"),
        warehouse_field(question),
        *day_fields(_("Runs from")),
    )


def page_url(row: PromotionRow) -> str:
    """Its lines, closing it, calling it off."""
    return reverse("promotion", args=[row.promotion.pk])


def shops_of(row: PromotionRow) -> str:
    """How many shops it is for."""
    many = len(row.promotion.shops)
    if not many:
        return _now("Every shop")
    return ngettext("%(number)s shop", "%(number)s shops", many) % {"number": many}


def _span(row: PromotionRow) -> str:
    """From when to when, short, for phones."""
    moments = (row.promotion.opens_at, row.promotion.closes_at)
    return " – ".join(f"{timezone.localtime(each):%m-%d %H:%M}" for each in moments)


def _state(row: PromotionRow) -> SafeString:
    return cells.chip(row.promotion.get_state_display(), TONES[row.promotion.state])


def _reserved(row: PromotionRow) -> SafeString:
    short = row.promotion.state != "PLANNED" and row.sums.reserved < row.sums.wanted
    return cells.number(row.sums.reserved, tone="bad" if short else "")


COLUMNS: tuple[Column[PromotionRow], ...] = (
    Column(
        key="promotion", label=_("Promotion"), kind=Kind.CODE, sortable=True,
        value=lambda row: row.promotion.number,
        cell=lambda row: cells.link(page_url(row), row.promotion.number, drawer=False),
    ),
    Column(
        key="name", label=_("Name"), value=lambda row: row.promotion.name,
        cell=lambda row: cells.text(row.promotion.name, under=_span(row)),
    ),
    Column(key="opens", label=_("Opens"), kind=Kind.MOMENT, wide=True, sortable=True,
           value=lambda row: row.promotion.opens_at),
    Column(key="closes", label=_("Closes"), kind=Kind.MOMENT, wide=True, sortable=True,
           value=lambda row: row.promotion.closes_at),
    Column(key="shops", label=_("Shops"), wide=True, value=shops_of),
    Column(key="lines", label=_("Lines"), kind=Kind.NUMBER, wide=True, default=False,
           value=lambda row: row.sums.lines),
    Column(key="wanted", label=_("Wanted"), kind=Kind.NUMBER, wide=True,
           value=lambda row: row.sums.wanted),
    Column(key="reserved", label=_("Set aside"), kind=Kind.NUMBER, wide=True,
           value=lambda row: row.sums.reserved, cell=_reserved),
    Column(key="state", label=_("State"), value=lambda row: row.promotion.get_state_display(),
           cell=_state),
    Column(key="who", label=_("Planned by"), wide=True, value=lambda row: row.who),
    Column(key="made", label=_("Planned"), kind=Kind.MOMENT, wide=True, default=False,
           value=lambda row: row.promotion.made_at),
)  # fmt: skip


PROMOTIONS: ListSpec[PromotionRow] = ListSpec(
    key="promotions",
    title=_("Promotions"),
    route="promotions",
    permission=roles.STOCK_VIEW,
    columns=COLUMNS,
    params=("state", "q", "warehouse", "since", "until"),
    read=read,
    row_id=lambda row: row.promotion.pk,
    row_url=page_url,
    filters=filters,
    tabs=tabs,
    rows=_rows,
    sort="-promotion",
)
