"""Who works here: names, roles, sign-ins, and letting many in or out at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from org import roles, services
from org.addresses import number_in, words_in
from org.lists import cells
from org.lists.counting import counted_tabs
from org.lists.keyset import By, slice_of, sorted_by
from org.lists.specs import Action, Answer, Column, Filter, Kind, ListSpec, Part, Question, Tab
from org.models import Person
from org.refusals import REFUSALS, said
from org.selectors import directory, scope_of, units
from org.selectors.directory import JobView, PeopleWanted, PersonView

STATES = {
    "": _("Active"),
    "new": _("Not yet signed in"),
    "idle": _("No role"),
    "gone": _("Not active"),
}
SORTS = {
    "name": By("pinyin", descending=False, kind="text"),
    "username": By("username", descending=False, kind="text"),
    "signed_in": By("last_login", nullable=True, kind="moment"),
}


def wanted_of(question: Question) -> PeopleWanted:
    """What the address asks for; whatever makes no sense narrows nothing."""
    state = question.get("state")
    return PeopleWanted(
        words=words_in(question.asked, "q"),
        # A role that there is not has nobody.
        role=question.get("role"),
        unit_id=number_in(question.asked, "unit"),
        state=state if state in STATES else "",
    )


def _rows(question: Question) -> QuerySet[Person]:
    return directory.people_of(scope=question.scope, wanted=wanted_of(question))


def read(question: Question, cursor: str, limit: int) -> Part[PersonView]:
    """One page; a constant number of statements."""
    by = sorted_by(SORTS, question.sort, usual="name")
    part = slice_of(_rows(question), by=by, cursor=cursor, limit=limit)
    found = directory.people_by_id(ids=part.ids, scope=question.scope)
    return part.of(found)


def tabs(question: Question) -> Sequence[Tab]:
    """By whether they come and may do something, with counts."""
    wanted = wanted_of(question)
    return counted_tabs(
        "state", STATES, wanted.state,
        lambda state: directory.people_of(
            scope=question.scope, wanted=replace(wanted, state=state)
        ),
    )  # fmt: skip


def filters(question: Question) -> Sequence[Filter]:
    """The fields of the filter bar."""
    return (
        Filter(name="q", label=_("Name, pinyin or e-mail"), kind="search"),
        Filter(
            name="role", label=_("Role"),
            choices=[(role.code, role.label) for role in directory.roles()],
        ),
        Filter(
            name="unit", label=pgettext_lazy("organisation", "Unit"),
            choices=[(unit.id, unit.name) for unit in units(scope=question.scope)],
        ),
    )  # fmt: skip


def page_url(row: PersonView) -> str:
    """Their page."""
    return reverse("person", args=[row.id])


def _job(job: JobView) -> str:
    return f"{job.role_label} @ {job.place}"


def _roles(row: PersonView) -> SafeString:
    """Roles at their places; pale when they do not count today."""
    if not row.jobs:
        return format_html('<span class="soft">{}</span>', _now("No role"))
    return format_html_join(
        " · ", '<span class="{}">{}</span>',
        (("" if job.counts else "soft", _job(job)) for job in row.jobs),
    )  # fmt: skip


def _signed_in(row: PersonView) -> SafeString:
    if row.last_login is None:
        return format_html('<span class="soft">{}</span>', _now("Not yet signed in"))
    return cells.moment(row.last_login)


def _yes(value: bool) -> str:
    return _now("Yes") if value else _now("No")


def _switch(*, ids: Sequence[int], person: Person, active: bool, why: str) -> Sequence[Answer]:
    """Each on their own: one who may not be touched keeps nobody else from it."""
    scope = scope_of(person, permission=roles.PEOPLE_EDIT)
    found = directory.people_by_id(ids=ids, scope=scope)
    return [_switched(pk, found.get(pk), person, active, why) for pk in ids]


def _switched(pk: int, them: PersonView | None, by: Person, active: bool, why: str) -> Answer:
    if them is None:
        return Answer(pk, str(pk), False, _now("You may not do this there."))
    try:
        with transaction.atomic():
            done = services.set_active(person_id=pk, active=active, actor=by.actor, by=by, why=why)
    except REFUSALS as error:
        return Answer(pk, them.name, False, said(error))
    return Answer(pk, them.name, done, "" if done else _now("It is so already."))


def _out(*, ids: Sequence[int], person: Person, why: str, choice: str) -> Sequence[Answer]:
    """Shut out: they are out at their next request, what they did stays."""
    del choice
    return _switch(ids=ids, person=person, active=False, why=why)


def _in(*, ids: Sequence[int], person: Person, why: str, choice: str) -> Sequence[Answer]:
    """Let in again."""
    del choice
    return _switch(ids=ids, person=person, active=True, why=why)


COLUMNS: tuple[Column[PersonView], ...] = (
    Column(
        key="name", label=_("Name"), sortable=True, value=lambda row: row.name,
        cell=lambda row: format_html(
            '<a data-row-link href="{}">{}</a>{}',
            page_url(row), row.name, cells.second_line(row.username),
        ),
    ),
    Column(key="username", label=_("Name to sign in"), kind=Kind.CODE, sortable=True, wide=True,
           value=lambda row: row.username),
    Column(key="roles", label=_("Roles"), cell=_roles,
           value=lambda row: " · ".join(_job(job) for job in row.jobs)),
    Column(key="email", label=_("E-mail"), wide=True, value=lambda row: row.email),
    Column(key="signed_in", label=_("Last sign-in"), kind=Kind.MOMENT, sortable=True, wide=True,
           value=lambda row: row.last_login, cell=_signed_in),
    Column(key="language", label=_("Language"), wide=True, default=False,
           value=lambda row: row.language),
    Column(key="factor", label=_("Second factor"), wide=True, default=False,
           value=lambda row: _yes(row.has_factor)),
)  # fmt: skip

PEOPLE: ListSpec[PersonView] = ListSpec(
    key="people",
    title=_("People"),
    route="people",
    permission=roles.PEOPLE_VIEW,
    columns=COLUMNS,
    params=("state", "q", "role", "unit"),
    read=read,
    row_id=lambda row: row.id,
    row_url=page_url,
    row_label=lambda row: row.name,
    filters=filters,
    tabs=tabs,
    rows=_rows,
    chosen_by=("pinyin", "pk"),
    sort="name",
    actions=(
        Action(
            key="out", label=_("Shut out"), permission=roles.PEOPLE_EDIT, run=_out,
            needs_why=True, dangerous=True,
        ),
        Action(key="in", label=_("Let in again"), permission=roles.PEOPLE_EDIT, run=_in),
    ),
)  # fmt: skip
