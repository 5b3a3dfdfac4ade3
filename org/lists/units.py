"""Head office, regions and stores, as a tree or sorted otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from org import roles
from org.addresses import number_in, words_in
from org.lists import cells
from org.lists.counting import counted_tabs
from org.lists.keyset import By, slice_of, sorted_by
from org.lists.specs import Column, Filter, Kind, ListSpec, Part, Question, Tab
from org.models import Unit
from org.selectors import units
from org.selectors.unit_list import UnitListed, UnitNarrowing, units_by_id, units_of

KINDS = {"": _("All"), "REGION": _("Regions"), "STORE": _("Stores")}
# Codes from the root down: parents stand before their children.
SORTS = {"name": By("path", kind="text"), "code": By("code", kind="text")}
DEEPEST = 6


def narrowing_of(question: Question) -> UnitNarrowing:
    """What the address asks for; whatever makes no sense narrows nothing."""
    kind = question.get("kind")
    return UnitNarrowing(
        words=words_in(question.asked, "q"),
        kind=kind if kind in KINDS else "",
        below=number_in(question.asked, "below"),
    )


def _rows(question: Question) -> QuerySet[Unit]:
    return units_of(scope=question.scope, narrowing=narrowing_of(question))


def read(question: Question, cursor: str, limit: int) -> Part[UnitListed]:
    """One page; a constant number of statements."""
    by = sorted_by(SORTS, question.sort)
    part = slice_of(_rows(question), by=by, cursor=cursor, limit=limit)
    found = units_by_id(part.ids, scope=question.scope)
    # Out of the tree nothing hangs beneath what stands above it.
    plain = question.sort != "name" or bool(question.get("q")) or bool(question.get("kind"))
    return part.of({pk: replace(row, depth=0) if plain else row for pk, row in found.items()})


def tabs(question: Question) -> Sequence[Tab]:
    """By kind, with counts."""
    narrowing = narrowing_of(question)
    return counted_tabs(
        "kind", KINDS, narrowing.kind,
        lambda kind: units_of(scope=question.scope, narrowing=replace(narrowing, kind=kind)),
    )  # fmt: skip


def filters(question: Question) -> Sequence[Filter]:
    """The fields of the filter bar; stores have nothing below them."""
    tops = [unit for unit in units(scope=question.scope) if unit.kind != Unit.Kind.STORE]
    return (
        Filter(name="q", label=_("Name or code"), kind="search"),
        Filter(
            name="below", label=_("Belongs to"),
            choices=[(unit.id, unit.name) for unit in tops],
        ),
    )  # fmt: skip


def page_url(row: UnitListed) -> str:
    """Who works there and below."""
    return f"{reverse('people')}?unit={row.id}"


def _name(row: UnitListed) -> SafeString:
    return format_html(
        '<div class="beneath-{}"><a data-row-link href="{}">{}</a>{}</div>',
        min(max(row.depth, 0), DEEPEST), page_url(row), row.name, cells.second_line(row.code),
    )  # fmt: skip


COLUMNS: tuple[Column[UnitListed], ...] = (
    Column(key="name", label=_("Name"), sortable=True, value=lambda row: row.name, cell=_name),
    Column(key="code", label=_("Code"), kind=Kind.CODE, sortable=True, wide=True,
           value=lambda row: row.code),
    Column(key="kind", label=_("Kind"), value=lambda row: row.kind_label),
    Column(key="parent", label=_("Belongs to"), wide=True, default=False,
           value=lambda row: row.parent_name),
    Column(key="people", label=_("People"), kind=Kind.NUMBER, wide=True,
           value=lambda row: row.people, hint=_("With a role at this unit itself.")),
    Column(key="warehouses", label=_("Warehouses"), kind=Kind.NUMBER, wide=True,
           value=lambda row: row.warehouses),
    Column(key="shops", label=_("Shops"), kind=Kind.NUMBER, wide=True,
           value=lambda row: row.shops),
)  # fmt: skip

UNITS: ListSpec[UnitListed] = ListSpec(
    key="units",
    title=pgettext_lazy("organisation", "Units"),
    route="units",
    permission=roles.PEOPLE_VIEW,
    columns=COLUMNS,
    params=("kind", "q", "below"),
    read=read,
    row_id=lambda row: row.id,
    row_url=page_url,
    row_label=lambda row: row.name,
    filters=filters,
    tabs=tabs,
    rows=_rows,
    chosen_by=("path", "pk"),
    sort="name",
)
