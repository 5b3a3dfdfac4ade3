"""Damage, leaks and repairs that somebody reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from freeze_rules.lists.acting import each_for_itself
from freeze_rules.lists.fields import day_fields, goods, warehouse_field
from freeze_rules.models import Incident
from freeze_rules.selectors.reports import ReportNarrowing, incidents, incidents_of
from freeze_rules.services.reports import incidents as told
from freeze_rules.services.reports.refusals import ReportRefused
from org import roles
from org.addresses import day_in, number_in, words_in
from org.callers import SignedIn
from org.lists import cells
from org.lists.counting import counted_tabs
from org.lists.keyset import By, slice_of
from org.lists.specs import Action, Answer, Column, Filter, Kind, ListSpec, Part, Question, Tab
from org.models import Person
from org.selectors import names_of_actors

STATES = {"": _("All"), "leaking": _("Leaks to mend"), "mended": _("Mended leaks")}


@dataclass(frozen=True)
class IncidentRow:
    """What was seen or done, and who told."""

    incident: Incident
    who: str

    @property
    def goods(self) -> str:
        """What it happened to; empty for a leak."""
        return goods(self.incident.sku, self.incident.lot)

    @property
    def place(self) -> str:
        """Warehouse and location."""
        parts = (self.incident.warehouse, self.incident.location)
        return " · ".join(each.code for each in parts if each is not None)


def narrowing_of(question: Question) -> ReportNarrowing:
    """What the address asks for; whatever makes no sense narrows nothing."""
    state, kind = question.get("state"), question.get("kind")
    return ReportNarrowing(
        state=state if state in STATES else "",
        words=words_in(question.asked, "q"),
        kind=kind if kind in Incident.Kind.values else "",
        warehouse_id=number_in(question.asked, "warehouse"),
        since=day_in(question.asked, "since"),
        until=day_in(question.asked, "until"),
    )


def _rows(question: Question) -> QuerySet[Incident]:
    return incidents_of(scope=question.scope, narrowing=narrowing_of(question))


def read(question: Question, cursor: str, limit: int) -> Part[IncidentRow]:
    """One page; three statements."""
    by = By(descending=question.sort.startswith("-"))
    part = slice_of(_rows(question), by=by, cursor=cursor, limit=limit)
    found = {row.pk: row for row in incidents(scope=question.scope, ids=part.ids, limit=limit)}
    who = names_of_actors([row.reported_by for row in found.values()])
    return part.of({pk: IncidentRow(row, who[row.reported_by]) for pk, row in found.items()})


def tabs(question: Question) -> Sequence[Tab]:
    """Everything, leaks that last, leaks that are mended; with their counts."""
    narrowing = narrowing_of(question)
    return counted_tabs(
        "state", STATES, narrowing.state,
        lambda state: incidents_of(
            scope=question.scope, narrowing=replace(narrowing, state=state)
        ),
        tones={"leaking": "bad"},
    )  # fmt: skip


def filters(question: Question) -> Sequence[Filter]:
    """The fields of the filter bar."""
    return (
        Filter(name="q", label=_("Number, goods, lot, location or note"), kind="search"),
        Filter(name="kind", label=_("What"), choices=Incident.Kind.choices),
        warehouse_field(question),
        *day_fields(_("Reported from")),
    )


def page_url(row: IncidentRow) -> str:
    """The place where it happened; for a repair that names none, the stock of its goods."""
    if row.incident.location_id is not None:
        return reverse("stock-location", args=[row.incident.location_id])
    code = row.incident.sku.code if row.incident.sku else ""
    return f"{reverse('stock')}?{urlencode({'q': code, 'warehouse': row.incident.warehouse_id})}"


def is_leaking(incident: Incident) -> bool:
    """A leak that nobody has mended."""
    return bool(incident.kind == Incident.Kind.LEAK and incident.mended_at is None)


def _kind(row: IncidentRow) -> SafeString:
    seen = row.incident
    tone = {"DAMAGE": "bad", "REPAIR": "ok"}.get(seen.kind, "bad" if is_leaking(seen) else "muted")
    return cells.chip(seen.get_kind_display(), tone)


def _place(row: IncidentRow) -> SafeString:
    return cells.link(
        page_url(row), row.place, under=f"{row.goods} {row.incident.note}".strip(),
        drawer=row.incident.location_id is not None,
    )  # fmt: skip


def _goods(row: IncidentRow) -> SafeString:
    if not row.goods:
        return format_html('<span class="num-zero">{}</span>', "–")
    return format_html("{}", row.goods)


def _mend(*, ids: Sequence[int], person: Person, why: str, choice: str) -> Sequence[Answer]:
    """The leaks are mended."""
    del why, choice
    by = SignedIn(person)
    scope = by.scope(roles.STOCK_INSPECT)

    def act(pk: int) -> bool:
        told.mend(incident_id=pk, by=by)
        return True

    names = {row.pk: row.number for row in incidents(scope=scope, ids=ids, limit=len(ids))}
    return each_for_itself(ids, names=names, act=act, refused=ReportRefused)


COLUMNS: tuple[Column[IncidentRow], ...] = (
    Column(key="incident", label=_("Report"), kind=Kind.CODE, sortable=True,
           value=lambda row: row.incident.number),
    Column(key="kind", label=_("What"), value=lambda row: row.incident.get_kind_display(),
           cell=_kind),
    Column(key="place", label=_("Place"), value=lambda row: row.place, cell=_place),
    Column(key="goods", label=_("Goods"), wide=True, value=lambda row: row.goods, cell=_goods),
    Column(key="note", label=_("Note"), wide=True, value=lambda row: row.incident.note),
    Column(key="qty", label=_("Units"), kind=Kind.NUMBER,
           value=lambda row: row.incident.qty or None),
    Column(key="at", label=_("Since"), kind=Kind.MOMENT, wide=True,
           value=lambda row: row.incident.at),
    Column(key="who", label=_("Reported by"), wide=True, value=lambda row: row.who),
    Column(key="mended", label=_("Mended"), kind=Kind.MOMENT, wide=True,
           value=lambda row: row.incident.mended_at),
)  # fmt: skip

INCIDENTS: ListSpec[IncidentRow] = ListSpec(
    key="incidents",
    title=_("Damage and leaks"),
    route="incidents",
    permission=roles.STOCK_VIEW,
    columns=COLUMNS,
    params=("state", "q", "kind", "warehouse", "since", "until"),
    read=read,
    row_id=lambda row: row.incident.pk,
    row_url=page_url,
    filters=filters,
    tabs=tabs,
    rows=_rows,
    sort="-incident",
    actions=(
        Action(key="mended", label=_("Mended"), permission=roles.STOCK_INSPECT, run=_mend),
    ),
)  # fmt: skip
