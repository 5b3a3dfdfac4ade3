"""Every shop with its state of synchronisation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from channels_sync.models import Shop
from channels_sync.selectors import ShopRow, shop_rows
from channels_sync.selectors.browsing import ShopNarrowing, shops_of, shops_sorted
from channels_sync.services import catalogue, shops
from org import roles
from org import services as org
from org.addresses import words_in
from org.lists import cells
from org.lists.counting import counted_tabs
from org.lists.specs import Action, Answer, Column, Filter, Kind, ListSpec, Part, Question, Tab
from org.models import Person
from org.selectors import scope_of

STATES = {
    "": _("All"),
    "trouble": _("In trouble"),
    "dead": _("Something given up"),
    "off": _("Switched off"),
}
TONES = {"trouble": "bad", "dead": "warn"}


def narrowing_of(question: Question) -> ShopNarrowing:
    """What the address asks for; whatever makes no sense narrows nothing."""
    state, platform = question.get("state"), question.get("platform")
    return ShopNarrowing(
        words=words_in(question.asked, "q"),
        platform=platform if platform in Shop.Platform.values else "",
        state=state if state in STATES else "",
    )


def read(question: Question, cursor: str, limit: int) -> Part[ShopRow]:
    """One page."""
    return shops_sorted(
        scope=question.scope, narrowing=narrowing_of(question), sort=question.sort,
        cursor=cursor, limit=limit,
    )  # fmt: skip


def tabs(question: Question) -> Sequence[Tab]:
    """By state, with counts."""
    narrowing = narrowing_of(question)
    return counted_tabs(
        "state", STATES, narrowing.state,
        lambda state: shops_of(scope=question.scope, narrowing=replace(narrowing, state=state)),
        tones=TONES,
    )  # fmt: skip


def filters(question: Question) -> Sequence[Filter]:
    """The fields of the filter bar."""
    del question
    return (
        Filter(name="q", label=_("Name, pinyin or code"), kind="search"),
        Filter(name="platform", label=_("Platform"), choices=Shop.Platform.choices),
    )


def page_url(row: ShopRow) -> str:
    """The shop's page."""
    return reverse("shop", args=[row.id])


def state_label(row: ShopRow) -> str:
    """How it is, in a word or two."""
    if not row.is_active:
        return _now("Switched off")
    if row.trouble:
        return _now("In trouble")
    if row.is_late:
        return _now("Late")
    return _now("Look at it") if row.tone == "warn" else _now("In sync")


def _unmatched(row: ShopRow) -> SafeString:
    if not row.unmatched:
        return cells.number(0)
    url = f"{reverse('unmatched')}?shop={row.id}"
    return format_html('<a href="{}">{}</a>', url, f"{row.unmatched:,}")


def _given_up(row: ShopRow) -> SafeString:
    if not row.dead:
        return cells.number(0)
    return format_html('<a class="text-bad" href="{}">{}</a>', page_url(row), f"{row.dead:,}")


def _look(*, ids: Sequence[int], person: Person, why: str, choice: str) -> Sequence[Answer]:
    """Pull these shops and read their catalogues at once."""
    del why, choice
    scope = scope_of(person, permission=roles.SHOPS_EDIT)
    seen = {row.id: row for row in shop_rows(scope=scope, only=ids)}
    answers = []
    for pk in ids:
        row = seen.get(pk)
        if row is None:
            answers.append(Answer(pk, str(pk), False, _now("You may not do this there.")))
            continue
        shops.pull_now(shop_id=pk)
        catalogue.read_soon(shop_id=pk)
        org.record(
            actor=person.actor, action="shop.pull_asked", subject=f"shop:{row.code}",
            unit_id=row.unit_id,
        )  # fmt: skip
        answers.append(Answer(pk, row.name, True))
    return answers


COLUMNS: tuple[Column[ShopRow], ...] = (
    Column(
        key="shop", label=_("Shop"), sortable=True, value=lambda row: row.name,
        cell=lambda row: format_html(
            '<a data-row-link href="{}">{}</a>{}',
            page_url(row), row.name, cells.second_line(row.platform_name),
        ),
    ),
    Column(key="code", label=_("Code"), kind=Kind.CODE, wide=True, default=False,
           value=lambda row: row.code),
    Column(key="platform", label=_("Platform"), wide=True, value=lambda row: row.platform_name),
    Column(key="unit", label=_("Unit"), wide=True, default=False,
           value=lambda row: row.unit_name),
    Column(
        key="state", label=_("State"), value=state_label,
        cell=lambda row: cells.chip(state_label(row), row.tone, hint=row.trouble),
    ),
    Column(
        key="pulled", label=_("Last pull"), kind=Kind.MOMENT, sortable=True,
        value=lambda row: row.last_pull_at,
    ),
    Column(
        key="inbox", label=_("Orders waiting"), kind=Kind.NUMBER, wide=True,
        value=lambda row: row.inbox_waiting,
    ),
    Column(
        key="figures", label=_("Figures waiting"), kind=Kind.NUMBER, wide=True,
        value=lambda row: row.figures_stale,
    ),
    Column(
        key="uploads", label=_("Waybills waiting"), kind=Kind.NUMBER, wide=True,
        value=lambda row: row.uploads_waiting,
    ),
    Column(key="dead", label=_("Given up"), kind=Kind.NUMBER, value=lambda row: row.dead,
           cell=_given_up),
    Column(
        key="unmatched", label=_("Unmatched"), kind=Kind.NUMBER, wide=True,
        value=lambda row: row.unmatched, cell=_unmatched,
    ),
    Column(
        key="refused", label=_("Refused pushes (24 h)"), kind=Kind.NUMBER, wide=True,
        default=False,
        value=lambda row: row.refused_pushes,
    ),
    Column(
        key="missing", label=_("Missing last night"), kind=Kind.NUMBER, wide=True,
        value=lambda row: row.compared[0] if row.compared else None,
        cell=lambda row: format_html("{} / {}", *(f"{part:,}" for part in row.compared))
        if row.compared else cells.number(None),
    ),
)  # fmt: skip

SHOPS: ListSpec[ShopRow] = ListSpec(
    key="shops",
    title=_("Shops"),
    route="shops",
    permission=roles.SHOPS_VIEW,
    columns=COLUMNS,
    params=("state", "q", "platform"),
    read=read,
    row_id=lambda row: row.id,
    row_url=page_url,
    row_label=lambda row: row.name,
    filters=filters,
    tabs=tabs,
    rows=lambda question: shops_of(scope=question.scope, narrowing=narrowing_of(question)),
    sort="shop",
    actions=(
        Action(key="look", label=_("Look now"), permission=roles.SHOPS_EDIT, run=_look),
    ),
)  # fmt: skip
