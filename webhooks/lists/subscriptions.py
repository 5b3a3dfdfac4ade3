"""Webhooks: which programs are told of what, and whether it gets through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from org import roles
from org.addresses import number_in, words_in
from org.lists import cells
from org.lists.counting import counted_tabs
from org.lists.keyset import By, slice_of, sorted_by
from org.lists.specs import Column, Filter, Kind, ListSpec, Part, Question, Tab
from webhooks.models import Subscription
from webhooks.selectors import (
    WebhookNarrowing,
    WebhookView,
    clients_told,
    webhooks_by_id,
    webhooks_of,
)

STATES = {
    "": _("In use"),
    "failing": _("Nothing gets through"),
    "off": _("Off"),
    "ended": _("Ended"),
}
SORTS = {
    "name": By("name", kind="text"),
    "failing": By("failing_since", nullable=True, kind="moment"),
    "made": By(),
}


def narrowing_of(question: Question) -> WebhookNarrowing:
    """What the address asks for; whatever makes no sense narrows nothing."""
    state = question.get("state")
    return WebhookNarrowing(
        state=state if state in STATES else "",
        words=words_in(question.asked, "q"),
        client_id=number_in(question.asked, "client"),
    )


def _rows(question: Question) -> QuerySet[Subscription]:
    return webhooks_of(scope=question.scope, narrowing=narrowing_of(question))


def read(question: Question, cursor: str, limit: int) -> Part[WebhookView]:
    """One page; a constant number of statements."""
    by = sorted_by(SORTS, question.sort)
    part = slice_of(_rows(question), by=by, cursor=cursor, limit=limit)
    return part.of(webhooks_by_id(part.ids, scope=question.scope))


def tabs(question: Question) -> Sequence[Tab]:
    """By how they stand, with counts."""
    narrowing = narrowing_of(question)
    return counted_tabs(
        "state", STATES, narrowing.state,
        lambda state: webhooks_of(
            scope=question.scope, narrowing=replace(narrowing, state=state)
        ),
        tones={"failing": "bad"},
    )  # fmt: skip


def filters(question: Question) -> Sequence[Filter]:
    """The fields of the filter bar."""
    clients = clients_told(scope=question.scope)
    return (
        Filter(name="q", label=_("Name, address or topic"), kind="search"),
        Filter(name="client", label=_("API client"), choices=clients),
    )


def page_url(row: WebhookView) -> str:
    """What it is told, and every message with its answer."""
    return reverse("webhook", args=[row.id])


def state_of(row: WebhookView) -> tuple[str, str]:
    """How it stands in words, and its tone."""
    if row.ended_at is not None:
        return _now("Ended"), "muted"
    if not row.active:
        return _now("Off"), "muted"
    if row.failing_since is None:
        return _now("On"), "ok"
    since = f"{timezone.localtime(row.failing_since):%m-%d %H:%M}"
    return _now("Failing since %(since)s") % {"since": since}, "bad"


def _name(row: WebhookView) -> SafeString:
    return format_html(
        '<a data-row-link href="{}">{}</a>{}',
        page_url(row), row.name, cells.second_line(row.url),
    )  # fmt: skip


def _dead(row: WebhookView) -> SafeString:
    return cells.number(row.dead, tone="bad" if row.dead else "")


COLUMNS: tuple[Column[WebhookView], ...] = (
    Column(key="name", label=_("Name"), sortable=True, value=lambda row: row.name, cell=_name),
    Column(key="client", label=_("API client"), wide=True, value=lambda row: row.client),
    Column(key="url", label=_("Address"), wide=True, value=lambda row: row.url,
           cell=lambda row: cells.text(row.url)),
    Column(key="topics", label=_("Topics"), wide=True,
           value=lambda row: ", ".join(row.topics)),
    Column(key="waiting", label=_("Waiting"), kind=Kind.NUMBER, value=lambda row: row.waiting),
    Column(key="dead", label=_("Given up"), kind=Kind.NUMBER, value=lambda row: row.dead,
           cell=_dead),
    Column(key="state", label=_("State"), value=lambda row: state_of(row)[0],
           cell=lambda row: cells.chip(*state_of(row))),
    Column(key="failing", label=_("Failing since"), kind=Kind.MOMENT, sortable=True, wide=True,
           default=False, value=lambda row: row.failing_since),
    Column(key="made", label=_("Made"), kind=Kind.MOMENT, sortable=True, wide=True,
           default=False, value=lambda row: row.created_at),
    Column(key="ended", label=_("Ended"), kind=Kind.MOMENT, wide=True, default=False,
           value=lambda row: row.ended_at),
)  # fmt: skip

WEBHOOKS: ListSpec[WebhookView] = ListSpec(
    key="webhooks",
    title=_("Webhooks"),
    route="webhooks",
    permission=roles.WEBHOOKS_EDIT,
    columns=COLUMNS,
    params=("state", "q", "client"),
    read=read,
    row_id=lambda row: row.id,
    row_url=page_url,
    row_label=lambda row: row.name,
    filters=filters,
    tabs=tabs,
    rows=_rows,
    sort="name",
)
