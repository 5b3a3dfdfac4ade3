"""Programs that use the API: whom they work for, what they may, when they were last here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from org import roles
from org.addresses import words_in
from org.lists import cells
from org.lists.counting import counted_tabs
from org.lists.keyset import By, slice_of, sorted_by
from org.lists.specs import Column, Filter, Kind, ListSpec, Part, Question, Tab
from org.models import ApiClient
from org.selectors.clients import ClientNarrowing, ClientView, clients_by_id, clients_of

STATES = {"": _("Active"), "idle": _("Not used for 30 days"), "revoked": _("Revoked")}
SORTS = {
    "name": By("name", kind="text"),
    "used": By("last_used_at", nullable=True, kind="moment"),
    "limit": By("per_minute"),
    "made": By(),
}


def narrowing_of(question: Question) -> ClientNarrowing:
    """What the address asks for; whatever makes no sense narrows nothing."""
    state = question.get("state")
    return ClientNarrowing(
        words=words_in(question.asked, "q"), state=state if state in STATES else ""
    )


def _rows(question: Question) -> QuerySet[ApiClient]:
    return clients_of(scope=question.scope, narrowing=narrowing_of(question))


def read(question: Question, cursor: str, limit: int) -> Part[ClientView]:
    """One page; a constant number of statements."""
    by = sorted_by(SORTS, question.sort)
    part = slice_of(_rows(question), by=by, cursor=cursor, limit=limit)
    return part.of(clients_by_id(part.ids, scope=question.scope))


def tabs(question: Question) -> Sequence[Tab]:
    """By whether they still come, with counts."""
    narrowing = narrowing_of(question)
    return counted_tabs(
        "state", STATES, narrowing.state,
        lambda state: clients_of(scope=question.scope, narrowing=replace(narrowing, state=state)),
        tones={"idle": "warn"},
    )  # fmt: skip


def filters(question: Question) -> Sequence[Filter]:
    """The fields of the filter bar."""
    del question
    return (Filter(name="q", label=_("Name or key id"), kind="search"),)


def page_url(row: ClientView) -> str:
    """What it may, its secrets, what was done to it."""
    return reverse("client", args=[row.id])


def _name(row: ClientView) -> SafeString:
    return format_html(
        '<a data-row-link href="{}">{}</a>{}',
        page_url(row), row.name, cells.second_line(row.key_id),
    )  # fmt: skip


def _networks(row: ClientView) -> str:
    return ", ".join(row.networks) or _now("anywhere")


def _secrets(row: ClientView) -> str:
    return ", ".join(f"…{secret.ending}" for secret in row.secrets)


COLUMNS: tuple[Column[ClientView], ...] = (
    Column(key="name", label=_("Name"), sortable=True, value=lambda row: row.name, cell=_name),
    Column(key="key", label=_("Key id"), kind=Kind.CODE, wide=True,
           value=lambda row: row.key_id),
    Column(key="places", label=_("Works for"), value=lambda row: ", ".join(row.works_for)),
    Column(key="permissions", label=_("Permissions"), kind=Kind.NUMBER, wide=True,
           value=lambda row: len(row.permissions)),
    Column(key="networks", label=_("Comes from"), kind=Kind.CODE, wide=True, value=_networks),
    Column(key="limit", label=_("Requests a minute"), kind=Kind.NUMBER, sortable=True, wide=True,
           value=lambda row: row.per_minute),
    Column(key="secrets", label=_("Secrets"), kind=Kind.CODE, wide=True, value=_secrets),
    Column(key="used", label=_("Last used"), kind=Kind.MOMENT, sortable=True,
           value=lambda row: row.last_used_at),
    Column(key="made", label=_("Made"), kind=Kind.MOMENT, sortable=True, wide=True,
           default=False, value=lambda row: row.created_at),
    Column(key="revoked", label=_("Revoked"), kind=Kind.MOMENT, wide=True, default=False,
           value=lambda row: row.revoked_at),
)  # fmt: skip

CLIENTS: ListSpec[ClientView] = ListSpec(
    key="clients",
    title=_("API clients"),
    route="clients",
    permission=roles.CLIENTS_EDIT,
    columns=COLUMNS,
    params=("state", "q"),
    read=read,
    row_id=lambda row: row.id,
    row_url=page_url,
    row_label=lambda row: row.name,
    filters=filters,
    tabs=tabs,
    rows=_rows,
    sort="name",
)
