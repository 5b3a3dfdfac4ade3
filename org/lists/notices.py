"""What a person was told, and noting many as read."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from org import services
from org.addresses import day_in, words_in
from org.lists import cells
from org.lists.counting import counted_tabs
from org.lists.days import within_days
from org.lists.keyset import By, slice_of
from org.lists.specs import Action, Answer, Column, Filter, Kind, ListSpec, Part, Question, Tab
from org.models import NoticeCopy, Person
from org.notices import Group
from org.selectors.notices import NoticesWanted, NoticeView, copies_by_id, copies_of

UNREAD = "unread"
TABS = {"": _("All"), UNREAD: _("Unread"), **dict(Group.choices)}


def wanted_of(question: Question, tab: str) -> NoticesWanted:
    """What the address asks for, on a tab; whatever makes no sense narrows nothing."""
    return NoticesWanted(
        words=words_in(question.asked, "q"),
        group=tab if tab in Group.values else "",
        unread=tab == UNREAD,
        urgent=question.get("urgent") == "1",
    )


def _reader(question: Question) -> Person:
    assert question.person is not None, "A list of one's own is asked for by somebody."
    return question.person


def _rows(question: Question) -> QuerySet[NoticeCopy]:
    return _on_tab(question, question.get("tab"))


def _on_tab(question: Question, tab: str) -> QuerySet[NoticeCopy]:
    rows = copies_of(person_id=_reader(question).pk, wanted=wanted_of(question, tab))
    since, until = (day_in(question.asked, name) for name in ("since", "until"))
    return within_days(rows, "notice__created_at", since=since, until=until)


def read(question: Question, cursor: str, limit: int) -> Part[NoticeView]:
    """One page; two statements. Notices are numbered as they are told."""
    by = By(descending=question.sort.startswith("-"))
    part = slice_of(_rows(question), by=by, cursor=cursor, limit=limit)
    return part.of(copies_by_id(part.ids, person_id=_reader(question).pk))


def tabs(question: Question) -> Sequence[Tab]:
    """Everything, what is unread, and by what it is about, with counts."""
    chosen = question.get("tab")
    return counted_tabs(
        "tab", TABS, chosen if chosen in TABS else "", lambda tab: _on_tab(question, tab),
        tones={UNREAD: "warn"},
    )  # fmt: skip


def filters(question: Question) -> Sequence[Filter]:
    """The fields of the filter bar."""
    del question
    return (
        Filter(name="q", label=_("Document, or words of the notice"), kind="search"),
        Filter(name="since", label=_("Told from"), kind="day"),
        Filter(name="until", label=_("To"), kind="day"),
        Filter(name="urgent", label=_("Only urgent ones"), kind="flag"),
    )


def page_url(row: NoticeView) -> str:
    """Opens it: from then on it is read, and what it is about is shown."""
    return reverse("notice", args=[row.id])


def _what(row: NoticeView) -> SafeString:
    link = format_html('<a data-row-link href="{}">{}</a>', page_url(row), row.title)
    shown = link if row.read else format_html("<strong>{}</strong> {}", link, _new())
    if row.urgent:
        shown = format_html("{} {}", shown, cells.chip(_now("Urgent"), "bad"))
    about = " · ".join(part for part in (row.group_label, row.document) if part)
    return format_html("{}{}", shown, cells.second_line(about))


def _new() -> SafeString:
    return cells.chip(_now("New"), "info")


def _yes(value: bool) -> str:
    return _now("Yes") if value else _now("No")


def _seen(*, ids: Sequence[int], person: Person, why: str, choice: str) -> Sequence[Answer]:
    """Note them as read; what somebody else was told is not touched."""
    del why, choice
    known = copies_by_id(ids, person_id=person.pk)
    services.read_notices(copy_ids=list(known), person_id=person.pk)
    return [
        Answer(
            pk, known[pk].title if pk in known else str(pk), pk in known,
            "" if pk in known else _now("It is somebody else's."),
        )
        for pk in ids
    ]  # fmt: skip


COLUMNS: tuple[Column[NoticeView], ...] = (
    Column(key="what", label=_("What"), value=lambda row: row.title, cell=_what),
    Column(key="kind", label=_("Kind"), wide=True, value=lambda row: row.group_label),
    Column(key="document", label=_("Document"), kind=Kind.CODE, wide=True,
           value=lambda row: row.document),
    Column(key="at", label=_("At"), kind=Kind.MOMENT, sortable=True, value=lambda row: row.at),
    Column(key="urgent", label=_("Urgent"), wide=True, default=False,
           value=lambda row: _yes(row.urgent)),
    Column(key="read", label=_("Read"), wide=True, default=False,
           value=lambda row: _yes(row.read)),
)  # fmt: skip

NOTICES: ListSpec[NoticeView] = ListSpec(
    key="notices",
    title=_("Notices"),
    route="notices",
    permission="",
    columns=COLUMNS,
    params=("tab", "q", "since", "until", "urgent"),
    read=read,
    row_id=lambda row: row.id,
    row_url=page_url,
    row_label=lambda row: row.title,
    filters=filters,
    tabs=tabs,
    rows=_rows,
    sort="-at",
    actions=(Action(key="read", label=_("Mark as read"), permission="", run=_seen),),
)
