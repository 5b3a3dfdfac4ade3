"""Questions about what people were told."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q, QuerySet, TextField
from django.db.models.functions import Cast

from org.models import (
    Notice,
    NoticeBot,
    NoticeChoice,
    NoticeCopy,
    NoticeDelivery,
    NoticeHours,
    Person,
    Unit,
)
from org.notices import KINDS, Channel, Group, title_of
from org.selectors.people import jobs_in_force, roles_carrying


@dataclass(frozen=True, kw_only=True)
class NoticeView:
    """A notice as its reader sees it."""

    id: int
    kind: str
    group: str
    group_label: str
    title: str
    document: str
    link: str
    urgent: bool
    at: datetime
    read: bool


def notices(
    *,
    person_id: int,
    group: str = "",
    unread: bool = False,
    before: int | None = None,
    limit: int = 50,
) -> list[NoticeView]:
    """What a person was told, newest first; keyset paging by `before` (an id)."""
    rows = NoticeCopy.objects.select_related("notice").filter(person=person_id)
    if group:
        rows = rows.filter(group=group)
    if unread:
        rows = rows.filter(read_at__isnull=True)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return [_view(row) for row in rows.order_by("-id")[:limit]]


@dataclass(frozen=True, kw_only=True)
class NoticesWanted:
    """What a person's notices are narrowed to; each empty value narrows nothing.

    `words`: of the document, or of what its title says.
    """

    words: str = ""
    group: str = ""
    unread: bool = False
    urgent: bool = False


def copies_of(*, person_id: int, wanted: NoticesWanted) -> QuerySet[NoticeCopy]:
    """What a person was told, by a filter, unordered."""
    rows = NoticeCopy.objects.filter(person=person_id)
    if wanted.group:
        rows = rows.filter(group=wanted.group)
    if wanted.unread:
        rows = rows.filter(read_at__isnull=True)
    if wanted.urgent:
        rows = rows.filter(notice__urgent=True)
    words = wanted.words
    if not words:
        return rows
    # A title is made of a kind's words, in each reader's language, and of these.
    rows = rows.alias(said=Cast("notice__params", TextField()))
    return rows.filter(Q(notice__document__icontains=words) | Q(said__icontains=words))


def copies_by_id(ids: Collection[int], *, person_id: int) -> dict[int, NoticeView]:
    """Those of them that are the person's."""
    rows = NoticeCopy.objects.select_related("notice").filter(person=person_id, pk__in=ids)
    return {row.pk: _view(row) for row in rows}


def unread_notices(*, person_id: int) -> dict[str, int]:
    """How many are unread, by group; groups without any are missing."""
    rows = NoticeCopy.objects.filter(person=person_id, read_at__isnull=True)
    return dict(rows.values_list("group").annotate(n=Count("id")).order_by("group"))


def people_with(permission: str, *, unit_id: int | None = None) -> list[int]:
    """Ids of active people who have a permission at a unit, or for the whole house.

    Args:
        permission: a code of `org.roles`.
        unit_id: where; a job above that unit counts. None: only jobs at the head office count.

    Raises:
        UnknownPermission: no such code.
    """
    jobs = jobs_in_force().filter(role__code__in=roles_carrying(permission), person__is_active=True)
    places = Q(unit__kind=Unit.Kind.HEAD_OFFICE)
    if unit_id is not None:
        path = Unit.objects.values_list("path", flat=True).get(pk=unit_id)
        places |= Q(
            unit__path__in=[path[: end + 1] for end, sign in enumerate(path) if sign == "/"]
        )
    found = set(jobs.filter(places).values_list("person_id", flat=True))
    superusers = Person.objects.filter(is_superuser=True, is_active=True)
    return sorted(found.union(superusers.values_list("pk", flat=True)))


def _view(row: NoticeCopy) -> NoticeView:
    return NoticeView(
        id=row.pk,
        kind=row.notice.kind,
        group=row.group,
        group_label=str(row.get_group_display()),
        title=title_of(row.notice.kind, row.notice.params),
        document=row.notice.document,
        link=row.notice.link,
        urgent=row.notice.urgent,
        at=row.notice.created_at,
        read=row.read_at is not None,
    )


@dataclass(frozen=True, kw_only=True)
class DeadDelivery:
    """A delivery that was given up."""

    id: int
    title: str
    to: str
    channel_label: str
    trouble: str
    attempts: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class BotView:
    """A group bot; its key is not shown."""

    id: int
    name: str
    groups: tuple[str, ...]
    urgent_only: bool
    active: bool


def dead_deliveries(*, limit: int = 100) -> list[DeadDelivery]:
    """What could not be handed over, newest first."""
    rows = NoticeDelivery.objects.filter(dead_at__isnull=False).select_related(
        "notice", "person", "bot"
    )
    return [
        DeadDelivery(
            id=row.pk,
            title=title_of(row.notice.kind, row.notice.params),
            to=row.person.display_name if row.person else str(row.bot),
            channel_label=str(row.get_channel_display()),
            trouble=row.trouble,
            attempts=row.attempts,
            at=row.notice.created_at,
        )
        for row in rows.order_by("-id")[:limit]
    ]


@dataclass(frozen=True, kw_only=True)
class Deliveries:
    """Notices on their way by mail and chat."""

    waiting: int
    dead: int
    newest_dead: datetime | None


def deliveries() -> Deliveries:
    """How many wait and were given up. Two statements."""
    open_rows = NoticeDelivery.objects.filter(sent_at__isnull=True, dead_at__isnull=True)
    gone = NoticeDelivery.objects.filter(dead_at__isnull=False)
    dead = gone.aggregate(n=Count("id"), newest=Max("dead_at"))
    return Deliveries(waiting=open_rows.count(), dead=dead["n"], newest_dead=dead["newest"])


def last_told(*, kind: str, link: str) -> datetime | None:
    """When somebody was last told this, whoever it was."""
    found: datetime | None = Notice.objects.filter(kind=kind, link=link).aggregate(
        last=Max("created_at")
    )["last"]
    return found


def last_told_of(*, kind: str, documents: Collection[str]) -> dict[str, datetime]:
    """When somebody was last told this of each document; one statement, none for no documents."""
    if not documents:
        return {}
    rows = Notice.objects.filter(kind=kind, document__in=documents)
    return dict(rows.values_list("document").annotate(last=Max("created_at")).order_by())


@dataclass(frozen=True, kw_only=True)
class NoticeTold:
    """A notice without its readers."""

    id: int
    kind: str
    document: str
    link: str


def notices_by_id(ids: Collection[int]) -> list[NoticeTold]:
    """These notices, without title and readers."""
    rows = Notice.objects.filter(pk__in=ids).order_by("id")
    return [
        NoticeTold(id=row.pk, kind=row.kind, document=row.document, link=row.link) for row in rows
    ]


def notice_bots() -> list[BotView]:
    """Every group bot."""
    labels = dict(Group.choices)
    return [
        BotView(
            id=row.pk,
            name=row.name,
            groups=tuple(str(labels[each]) for each in row.groups if each in labels),
            urgent_only=row.urgent_only,
            active=row.active,
        )
        for row in NoticeBot.objects.defer("key").order_by("name", "pk")
    ]


def notice_choices(*, person_id: int) -> dict[tuple[str, str], str]:
    """When a person hears of each kind by each channel: chosen, or the usual."""
    chosen = {
        (row.kind, row.channel): row.timing for row in NoticeChoice.objects.filter(person=person_id)
    }
    return {
        (kind.code, channel): chosen.get((kind.code, channel), kind.default(channel))
        for kind in KINDS.values()
        for channel in Channel.values
    }


def notice_hours(*, person_id: int) -> NoticeHours | None:
    """A person's hours, if they ever said any."""
    return NoticeHours.objects.filter(person=person_id).first()
