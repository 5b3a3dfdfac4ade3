"""A list as a page: from the address to rows, headings, chips, tabs and where to go on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode

from django.http import HttpRequest
from django.utils.translation import gettext as _

from org import clocks, selectors
from org.access import person_of
from org.addresses import number_in
from org.lists.cells import cell_of
from org.lists.fitting import how_many
from org.lists.specs import Action, Column, Counted, Filter, Kind, ListSpec, Question, Tab
from org.models import Person
from org.scope import Scope

Row = TypeVar("Row")
LONGEST_VALUE = 100
# The longest sorted text is the path of a unit (500 characters).
LONGEST_CURSOR = 540


@dataclass(frozen=True, kw_only=True)
class ListPage:
    """Everything `components/list.html` shows."""

    key: str
    title: str
    path: str
    views: Sequence[Mapping[str, Any]]
    tabs: Sequence[Mapping[str, Any]]
    filters: Sequence[Mapping[str, Any]]
    kept: Mapping[str, str]
    chips: Sequence[Mapping[str, Any]]
    headings: Sequence[Mapping[str, Any]]
    rows: Sequence[Mapping[str, Any]]
    choices: Sequence[Mapping[str, Any]]
    page_size: int
    page_sizes: Sequence[int]
    # Both cursors stand in the address: which page this is can be shared.
    first_url: str
    previous_url: str
    next_url: str
    clear_url: str
    counted: Counted | None
    actions: Sequence[Mapping[str, Any]]
    # The filter as a query string: what an export, a batch and a saved view are about.
    query: str
    sort: str
    here: str
    roles: Sequence[tuple[str, str]]
    may_reveal: bool
    may_export: bool
    secrets: Sequence[Mapping[str, Any]]
    narrowed: bool


def question_of(
    spec: ListSpec[Any], asked: Mapping[str, str], scope: Scope, person: Person | None = None
) -> Question:
    """What an address asks of a list; parameters that are not the list's own mean nothing."""
    kept = {}
    for name in spec.params:
        value = " ".join(asked.get(name, "").replace("\x00", "").split())[:LONGEST_VALUE]
        if value:
            kept[name] = value
    return Question(scope, kept, spec.sorted_by(asked.get("sort", "")), person)


def question_of_query(spec: ListSpec[Any], query: str, sort: str, person: Person) -> Question:
    """The same for a kept query string, asked by a person within their scope."""
    asked = dict(parse_qsl(query)) | {"sort": sort}
    scope = selectors.scope_of(person, permission=spec.permission or None)
    return question_of(spec, asked, scope, person)


def list_page(
    request: HttpRequest, spec: ListSpec[Row], *, scope: Scope, path: str = ""
) -> ListPage:
    """Read one page of a list as its reader has set it up.

    Args:
        path: where the list lives, when what was asked for is another address: a form of one of
            its rows that is answered with the list.
    """
    path = path or request.path
    person = person_of(request)
    asked = question_of(spec, request.GET, scope, person)
    clocks.show_list(spec.warehouse_of(asked), scope=scope)
    setup = selectors.setup_of_list(person=person, list_key=spec.key)
    views = selectors.views_of_list(person=person, list_key=spec.key)
    view_id = number_in(request.GET, "view")
    view = next((each for each in views if each.id == view_id), None)
    columns = spec.shown(view.columns if view and view.columns else setup.columns)
    cursor = request.GET.get("from", "")[:LONGEST_CURSOR]
    part = spec.read(asked, cursor, setup.rows)
    address = _Address(path, asked, spec, view.id if view else None)
    filters = spec.filters(asked)
    actions = [each for each in spec.actions if may_act(each, person)]
    secrets = [each for each in spec.columns if each.secret and person.may(each.secret)]
    return ListPage(
        key=spec.key,
        title=str(spec.title),
        path=path,
        views=_views(spec, path, views, view_id),
        tabs=[_tab(each, address) for each in (spec.tabs(asked) if spec.tabs else ())],
        filters=[_filter(each, asked) for each in filters],
        kept=_kept(spec, asked, filters, view.id if view else None),
        chips=_chips(filters, asked, address),
        headings=[_heading(each, asked, address) for each in columns],
        rows=[_row(spec, columns, row) for row in part.rows],
        choices=_choices(spec, columns),
        page_size=setup.rows,
        page_sizes=(50, 100, 200),
        first_url=address.to() if part.before else "",
        previous_url=address.to(cursor=part.before)
        if part.before and not spec.one_way else "",
        next_url=address.to(cursor=part.after) if part.after else "",
        clear_url=address.bare(_tab_params(spec, filters)) if _narrows(filters, asked) else "",
        counted=how_many(spec, asked),
        actions=[{"key": each.key, "label": each.label, "dangerous": each.dangerous}
                 for each in actions],
        query=urlencode(asked.asked),
        sort=asked.sort,
        here=f"{path}?{request.GET.urlencode()}" if request.GET else path,
        roles=selectors.roles_of(person),
        may_reveal=bool(secrets),
        may_export=not spec.export_permission or person.may(spec.export_permission),
        secrets=[{"key": each.key, "label": each.label} for each in secrets],
        narrowed=bool(asked.asked),
    )  # fmt: skip


def may_see(spec: ListSpec[Any], person: Person) -> bool:
    """Whether the person may read the list at all."""
    return not spec.permission or person.may(spec.permission)


def may_act(action: Action, person: Person) -> bool:
    """Whether the person may do this with rows that they see."""
    return not action.permission or person.may(action.permission)


@dataclass(frozen=True)
class _Address:
    """Makes addresses of this list: the present filter with something changed."""

    path: str
    asked: Question
    spec: ListSpec[Any]
    view: int | None

    def to(self, *, cursor: str = "", **changes: str) -> str:
        kept = dict(self.asked.asked) | {"sort": self._sort()} | changes | {"from": cursor}
        if self.view:
            kept["view"] = str(self.view)
        query = urlencode({name: value for name, value in kept.items() if value})
        return f"{self.path}?{query}" if query else self.path

    def bare(self, names: Sequence[str]) -> str:
        """Only these parameters are kept."""
        return self.to(**{name: "" for name in self.asked.asked if name not in names})

    def _sort(self) -> str:
        return "" if self.asked.sort == self.spec.sort else self.asked.sort


def _tab_params(spec: ListSpec[Any], filters: Sequence[Filter]) -> list[str]:
    """What tabs set: parameters without a field in the filter bar."""
    fields = {each.name for each in filters}
    return [name for name in spec.params if name not in fields]


def _narrows(filters: Sequence[Filter], asked: Question) -> bool:
    return any(asked.get(each.name) for each in filters)


def _views(
    spec: ListSpec[Any], path: str, views: Sequence[selectors.ViewOfList], chosen: int | None
) -> list[dict[str, Any]]:
    first = {"label": _("Standard"), "url": path, "active": chosen is None, "id": None}
    return [
        first,
        *(
            {
                "label": each.name,
                "url": f"{path}?{each.query + '&' if each.query else ''}view={each.id}",
                "active": each.id == chosen,
                "id": each.id,
                "mine": each.mine,
                "shared": bool(each.role),
            }
            for each in views
        ),
    ]


def _tab(tab: Tab, address: _Address) -> dict[str, Any]:
    return {
        "label": tab.label,
        "url": address.to(**tab.sets),
        "active": tab.active,
        "count": tab.counted.count if tab.counted else None,
        "more": tab.counted.more if tab.counted else False,
        "age": tab.counted.age if tab.counted else 0,
        "tone": tab.tone,
    }


def _filter(each: Filter, asked: Question) -> dict[str, Any]:
    return {
        "name": each.name,
        "label": each.label,
        "kind": each.kind,
        "choices": each.choices,
        "value": asked.get(each.name),
    }


def _kept(
    spec: ListSpec[Any], asked: Question, filters: Sequence[Filter], view: int | None
) -> dict[str, str]:
    """What the filter form carries along unseen."""
    kept = {name: asked.get(name) for name in _tab_params(spec, filters) if asked.get(name)}
    if asked.sort != spec.sort:
        kept["sort"] = asked.sort
    if view:
        kept["view"] = str(view)
    return kept


def _chips(filters: Sequence[Filter], asked: Question, address: _Address) -> list[dict[str, Any]]:
    return [
        {
            "label": each.label,
            "value": "" if each.kind == "flag" else each.said(asked.get(each.name)),
            "url": address.to(**{each.name: ""}),
        }
        for each in filters
        if asked.get(each.name)
    ]


def _heading(column: Column[Any], asked: Question, address: _Address) -> dict[str, Any]:
    here = asked.sort.lstrip("-") == column.key
    down = here and asked.sort.startswith("-")
    # The first click shows the newest and the most; the second turns it round.
    first = f"-{column.key}" if column.kind in _LARGEST_FIRST else column.key
    turned = column.key if down else f"-{column.key}"
    return {
        "label": column.label,
        "hint": column.hint,
        "css": _css(column),
        "url": address.to(sort=turned if here else first) if column.sortable else "",
        "sorted": ("descending" if down else "ascending") if here else "",
    }


_LARGEST_FIRST = (Kind.NUMBER, Kind.MONEY, Kind.MOMENT)


def _css(column: Column[Any]) -> str:
    names = {"num": column.numeric, "wide-only": column.wide, "nowrap": column.kind in _NARROW}
    return " ".join(name for name, wanted in names.items() if wanted)


_NARROW = (Kind.MOMENT, Kind.DAY, Kind.MONEY, Kind.CODE)


def _row(spec: ListSpec[Any], columns: Sequence[Column[Any]], row: Any) -> dict[str, Any]:
    return {
        "id": spec.row_id(row),
        "url": spec.row_url(row),
        "label": spec.row_label(row) if spec.row_label else str(columns[0].value(row)),
        "cells": [(_css(column), cell_of(column, row)) for column in columns],
    }


def _choices(spec: ListSpec[Any], shown: Sequence[Column[Any]]) -> list[dict[str, Any]]:
    """The columns to choose from: the shown ones in their order, then the others."""
    keys = {each.key for each in shown}
    hidden = [each for each in spec.columns if each.key not in keys and not each.secret]
    first = spec.columns[0].key
    return [
        {
            "key": each.key,
            "label": each.label,
            "shown": each.key in keys,
            "first": each.key == first,
        }
        for each in (*shown, *hidden)
    ]
