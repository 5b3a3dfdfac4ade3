"""Every SKU of the company, as whoever keeps the masters needs it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from inventory.models import Sku
from inventory.selectors.sku_list import SkuListed, SkuNarrowing, skus_of, skus_sorted
from inventory.services.editing import change_sku
from org import roles
from org.addresses import words_in
from org.lists import cells
from org.lists.counting import counted_tabs
from org.lists.specs import Action, Answer, Column, Filter, Kind, ListSpec, Part, Question, Tab
from org.models import Person

STATES = {
    "": _("In use"),
    "kits": _("Kits"),
    "lots": _("By lot"),
    "pieces": _("By serial number"),
    "off": _("Not in use"),
}


def narrowing_of(question: Question) -> SkuNarrowing:
    """What the address asks for; whatever makes no sense narrows nothing."""
    state, temperature = question.get("state"), question.get("temperature")
    return SkuNarrowing(
        words=words_in(question.asked, "q"),
        temperature=temperature if temperature in Sku.Temperature.values else "",
        state=state if state in STATES else "",
    )


def read(question: Question, cursor: str, limit: int) -> Part[SkuListed]:
    """One page."""
    narrowing = narrowing_of(question)
    return skus_sorted(narrowing=narrowing, sort=question.sort, cursor=cursor, limit=limit)


def tabs(question: Question) -> Sequence[Tab]:
    """By how they are kept, with counts."""
    narrowing = narrowing_of(question)
    return counted_tabs(
        "state", STATES, narrowing.state,
        lambda state: skus_of(narrowing=replace(narrowing, state=state)),
    )  # fmt: skip


def filters(question: Question) -> Sequence[Filter]:
    """The fields of the filter bar."""
    del question
    return (
        Filter(name="q", label=_("Code, name, pinyin or barcode"), kind="search"),
        Filter(name="temperature", label=_("Temperature"), choices=Sku.Temperature.choices),
    )


def page_url(row: SkuListed) -> str:
    """The SKU's form."""
    return reverse("masters-sku", args=[row.id])


def kept_how(row: SkuListed) -> str:
    """How it is kept, in words."""
    said = [
        _now("Kit") if row.is_kit else "",
        _now("By lot") if row.lot_tracked else "",
        _now("By serial number") if row.serial_tracked else "",
        "" if row.is_active else _now("Not in use"),
    ]
    return ", ".join(each for each in said if each)


def _chips(row: SkuListed) -> SafeString:
    tones = {_now("Kit"): "info", _now("Not in use"): "muted"}
    words = kept_how(row).split(", ") if kept_how(row) else []
    return format_html_join(" ", "{}", ((cells.chip(each, tones.get(each, "")),) for each in words))


def _switch(*, ids: Sequence[int], person: Person, on: bool) -> Sequence[Answer]:
    codes = dict(Sku.objects.filter(pk__in=ids).values_list("pk", "code"))
    for pk in sorted(codes):
        change_sku(sku_id=pk, changes={"is_active": on}, actor=person.actor)
    return [
        Answer(pk, codes[pk], True)
        if pk in codes
        else Answer(pk, str(pk), False, _now("There is no such SKU."))
        for pk in ids
    ]


def _off(*, ids: Sequence[int], person: Person, why: str, choice: str) -> Sequence[Answer]:
    """Out of use: what lies there stays, nothing new is listed."""
    del why, choice
    return _switch(ids=ids, person=person, on=False)


def _on(*, ids: Sequence[int], person: Person, why: str, choice: str) -> Sequence[Answer]:
    """Back in use."""
    del why, choice
    return _switch(ids=ids, person=person, on=True)


COLUMNS: tuple[Column[SkuListed], ...] = (
    Column(
        key="code", label=_("SKU"), kind=Kind.CODE, sortable=True, value=lambda row: row.code,
        cell=lambda row: cells.link(page_url(row), row.code, drawer=False),
    ),
    Column(key="name", label=_("Name"), sortable=True, value=lambda row: row.name),
    Column(key="category", label=_("Category"), wide=True, value=lambda row: row.category),
    Column(key="brand", label=_("Brand"), wide=True, default=False,
           value=lambda row: row.brand),
    Column(key="unit", label=_("Unit"), wide=True, value=lambda row: row.unit_name),
    Column(key="temperature", label=_("Temperature"), wide=True,
           value=lambda row: row.temperature_label),
    Column(
        key="shelf", label=_("Shelf life, days"), kind=Kind.NUMBER, wide=True,
        value=lambda row: row.shelf_life_days,
    ),
    Column(key="cost", label=_("Cost per unit"), kind=Kind.NUMBER, wide=True, default=False,
           value=lambda row: row.unit_cost),
    Column(key="price", label=_("List price"), kind=Kind.NUMBER, wide=True, default=False,
           value=lambda row: row.list_price),
    Column(key="kept", label=_("State"), value=kept_how, cell=_chips),
)  # fmt: skip

SKUS: ListSpec[SkuListed] = ListSpec(
    key="skus",
    title=_("SKUs"),
    route="masters-skus",
    permission=roles.MASTERS_EDIT,
    columns=COLUMNS,
    params=("state", "q", "temperature"),
    read=read,
    row_id=lambda row: row.id,
    row_url=page_url,
    row_label=lambda row: row.code,
    filters=filters,
    tabs=tabs,
    rows=lambda question: skus_of(narrowing=narrowing_of(question)),
    chosen_by=("code",),
    sort="code",
    actions=(
        Action(key="off", label=_("Take out of use"), permission=roles.MASTERS_EDIT, run=_off),
        Action(key="on", label=_("Put back in use"), permission=roles.MASTERS_EDIT, run=_on),
    ),
)
