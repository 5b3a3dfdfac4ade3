"""Tell people what happened, and note what they have read.

`notify` only writes rows: it belongs into the transaction of what happened, and sends nothing.
Mail and chat follow by a task (see `org.services.notice_channels`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from django.db import connection
from django.db.models.functions import Now

from org.models import Notice, NoticeChoice, NoticeCopy, Person
from org.notices import Channel, Timing, kind_of
from outbox import services as outbox


class MissingWords(ValueError):
    """The title of the kind names parameters that were not given."""

    code = "missing_words"


def notify(
    *,
    kind: str,
    to: Iterable[int],
    params: Mapping[str, str | int] | None = None,
    document: str = "",
    link: str = "",
    urgent: bool = False,
    once: str = "",
) -> int:
    """Tell people something, in the transaction of what happened. Six statements, however many.

    Args:
        kind: a key of `org.notices.KINDS`.
        to: ids of people; inactive ones and repetitions are left out.
        params: what the title of the kind names; no receiver data, no secrets.
        document: "SO-1042", shown beside the title.
        link: path of the page to look at, "/jobs/7/".
        urgent: also in quiet hours, and never gathered.
        once: a name of this news; who has it unread is not told again.

    Returns:
        How many people were told.

    Raises:
        UnknownNotice: no such kind.
        MissingWords: a parameter of the title is not given.
    """
    assert connection.in_atomic_block, "The notice belongs to the transaction of what happened."
    known = kind_of(kind)
    words = dict(params or {})
    if missing := known.names - words.keys():
        raise MissingWords(f"{kind}: {', '.join(sorted(missing))}")
    people = Person.objects.filter(pk__in=set(to), is_active=True)
    if once:
        people = people.exclude(
            pk__in=NoticeCopy.objects.filter(once=once, read_at__isnull=True).values("person_id")
        )
    ids = sorted(people.values_list("pk", flat=True))
    if not ids:
        return 0
    notice = Notice.objects.create(
        kind=kind, params=words, document=document, link=link, urgent=urgent
    )
    silent = set(
        NoticeChoice.objects.filter(
            person__in=ids, kind=kind, channel=Channel.BELL, timing=Timing.NEVER
        ).values_list("person_id", flat=True)
    )
    NoticeCopy.objects.bulk_create(
        NoticeCopy(
            notice=notice, person_id=person, group=known.group, once=once,
            # Who does not want the bell to ring finds it in the list all the same.
            read_at=Now() if person in silent else None,
        )
        for person in ids
    )  # fmt: skip
    outbox.tell(topic="notice.created", keys=[str(notice.pk)])
    outbox.ring(topic="notices.due")
    return len(ids)


def read_notice(*, copy_id: int, person_id: int) -> str | None:
    """Note that a person has seen one of theirs; gives its link, None when it is not theirs."""
    row = NoticeCopy.objects.select_related("notice").filter(pk=copy_id, person=person_id).first()
    if row is None:
        return None
    NoticeCopy.objects.filter(pk=copy_id, read_at__isnull=True).update(read_at=Now())
    return row.notice.link


def read_notices(*, copy_ids: Collection[int], person_id: int) -> int:
    """Note that a person has seen these of theirs; how many were unread."""
    rows = NoticeCopy.objects.filter(person=person_id, pk__in=copy_ids, read_at__isnull=True)
    return rows.update(read_at=Now())


def read_all_notices(*, person_id: int, up_to: int, group: str = "") -> int:
    """Note everything a person was shown as read.

    Args:
        person_id: whose.
        up_to: the newest copy that was on the page; what came later stays unread.
        group: only of this tab.
    """
    rows = NoticeCopy.objects.filter(person=person_id, pk__lte=up_to, read_at__isnull=True)
    if group:
        rows = rows.filter(group=group)
    return rows.update(read_at=Now())
