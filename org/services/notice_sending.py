"""Work out whom a notice goes to by which channel, and send what is due.

Like jobs, this opens transactions itself: one to claim, then the sending outside of any, one to
note how it went. A worker that dies in between leaves rows that are due again two minutes later:
a notice is sent at least once, and a repetition carries the same message id.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from org.models import Notice, NoticeBot, NoticeChoice, NoticeDelivery, NoticeHours, Person
from org.notices import KINDS, Channel, Hours, Timing, due_at, title_of
from org.services.notice_channels import (
    Undeliverable,
    mail_is_set_up,
    send_mail,
    send_to_bot,
    send_to_person,
    wecom_is_set_up,
)
from outbox import services as outbox

log = logging.getLogger("org.notices")

SPREAD = 200
# One message gathers at most so many notices of one reader.
GATHERED = 50
CLAIM = timedelta(minutes=2)
LAST_ATTEMPT = 12
FIRST_WAIT_S, LONGEST_WAIT_S = 30, 3_600


def spread_notices() -> int:
    """Make deliveries of what is new. One transaction; returns how many notices it took."""
    with transaction.atomic(durable=True):
        rows = list(
            Notice.objects.select_for_update(skip_locked=True)
            .filter(spread_at__isnull=True)
            .order_by("id")
            .prefetch_related("copies__person")[:SPREAD]
        )
        if not rows:
            return 0
        people = {copy.person_id: copy.person for row in rows for copy in row.copies.all()}
        chosen = {
            (each.person_id, each.kind, each.channel): each.timing
            for each in NoticeChoice.objects.filter(person__in=people)
        }
        hours = {each.person_id: each for each in NoticeHours.objects.filter(person__in=people)}
        bots = list(NoticeBot.objects.filter(active=True))
        now = timezone.now()
        deliveries = [
            each
            for row in rows
            for each in (*_to_people(row, people, chosen, hours, now), *_to_bots(row, bots, now))
        ]
        NoticeDelivery.objects.bulk_create(deliveries, ignore_conflicts=True)
        outbox.tell(topic="notice.created", keys=[str(row.pk) for row in rows])
        Notice.objects.filter(pk__in=[row.pk for row in rows]).update(spread_at=now)
    return len(rows)


def _to_people(
    notice: Notice,
    people: dict[int, Person],
    chosen: dict[tuple[int, str, str], str],
    hours: dict[int, NoticeHours],
    now: datetime,
) -> list[NoticeDelivery]:
    kind = KINDS.get(notice.kind)
    if kind is None:
        return []
    found = []
    for copy in notice.copies.all():
        person, own = people[copy.person_id], hours.get(copy.person_id)
        reachable = {
            Channel.EMAIL: mail_is_set_up() and bool(person.email),
            Channel.WECOM: wecom_is_set_up() and own is not None and bool(own.wecom_user),
        }
        for channel, there in reachable.items():
            timing = chosen.get((person.pk, notice.kind, channel), kind.default(channel))
            if there and timing != Timing.NEVER:
                due = due_at(now=now, timing=timing, hours=_hours(own), urgent=notice.urgent)
                found.append(
                    NoticeDelivery(notice=notice, channel=channel, person=person, due_at=due)
                )
    return found


def _to_bots(notice: Notice, bots: Sequence[NoticeBot], now: datetime) -> list[NoticeDelivery]:
    kind = KINDS.get(notice.kind)
    return [
        NoticeDelivery(notice=notice, channel=Channel.WECOM, bot=bot, due_at=now)
        for bot in bots
        if kind and kind.group in bot.groups and (notice.urgent or not bot.urgent_only)
    ]


def _hours(own: NoticeHours | None) -> Hours:
    if own is None:
        return Hours(zone=settings.TIME_ZONE)
    return Hours(
        zone=own.zone, quiet_from=own.quiet_from, quiet_until=own.quiet_until,
        daily_at=own.daily_at,
    )  # fmt: skip


def send_notices(*, seconds: float = 5.0) -> bool:
    """Send what is due, reader by reader, for some seconds. True when more is probably due."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        batch = _claim()
        if not batch:
            return False
        trouble = None
        try:
            _send(batch)
        except Undeliverable as error:
            trouble = error
        except Exception as error:
            # Whatever breaks in a channel, the rows say so and others still get theirs.
            log.exception("A notice could not be sent")
            trouble = Undeliverable(f"inside: {type(error).__name__}")
        _settle(batch, trouble)
    return True


def _claim() -> list[NoticeDelivery]:
    """What is due for the reader who waits longest; due again when we die."""
    now = timezone.now()
    with transaction.atomic(durable=True):
        waiting = NoticeDelivery.objects.select_for_update(skip_locked=True, of=("self",)).filter(
            sent_at__isnull=True, dead_at__isnull=True, due_at__lte=now
        )
        first = waiting.order_by("due_at", "id").first()
        if first is None:
            return []
        batch = list(
            waiting.filter(channel=first.channel, person=first.person_id, bot=first.bot_id)
            .select_related("notice", "person", "bot")
            .order_by("id")[:GATHERED]
        )
        ids = [each.pk for each in batch]
        # Counted before the sending: what kills its worker is not tried for ever.
        NoticeDelivery.objects.filter(pk__in=ids).update(
            due_at=now + CLAIM, attempts=F("attempts") + 1
        )
    return batch


def _send(batch: Sequence[NoticeDelivery]) -> None:
    first = batch[0]
    with translation.override(first.person.language if first.person else settings.LANGUAGE_CODE):
        lines = [_line(each.notice) for each in batch]
        text = "\n\n".join(lines)
        if first.bot is not None:
            send_to_bot(key=str(first.bot.key), text=text)
        elif first.person is not None and first.channel == Channel.EMAIL:
            send_mail(
                to=first.person.email,
                subject=_subject(batch),
                text=f"{text}\n\n{_why()}\n",
                message_id=f"notice.{first.pk}.{len(batch)}@{settings.MAIL_DOMAIN}",
            )
        elif first.person is not None:
            own = NoticeHours.objects.filter(person=first.person_id).first()
            if own is None or not own.wecom_user:
                raise Undeliverable("no_wecom_account", for_ever=True)
            send_to_person(user=own.wecom_user, text=text)


def _line(notice: Notice) -> str:
    title = title_of(notice.kind, notice.params)
    head = f"{title} · {notice.document}" if notice.document else title
    return f"{head}\n{settings.PUBLIC_URL}{notice.link}" if notice.link else head


def _subject(batch: Sequence[NoticeDelivery]) -> str:
    if len(batch) == 1:
        notice = batch[0].notice
        title = " ".join(title_of(notice.kind, notice.params).split())
        return _("Urgent: %(title)s") % {"title": title} if notice.urgent else title
    return ngettext("%(count)s notice", "%(count)s notices", len(batch)) % {"count": len(batch)}


def _why() -> str:
    url = f"{settings.PUBLIC_URL}/notices/settings/"
    return _("You choose what you are told here: %(url)s") % {"url": url}


def _settle(batch: Sequence[NoticeDelivery], trouble: Undeliverable | None) -> None:
    """Note how it went."""
    now = timezone.now()
    ids = [each.pk for each in batch]
    with transaction.atomic(durable=True):
        rows = NoticeDelivery.objects.filter(pk__in=ids, sent_at__isnull=True)
        if trouble is None:
            rows.update(sent_at=now, trouble="")
            return
        attempts = max(each.attempts for each in batch) + 1
        if trouble.for_ever or attempts >= LAST_ATTEMPT:
            rows.update(dead_at=now, trouble=trouble.trouble[:120])
            return
        wait = min(FIRST_WAIT_S * 2 ** (attempts - 1), LONGEST_WAIT_S)
        rows.update(due_at=now + timedelta(seconds=wait), trouble=trouble.trouble[:120])


def revive_deliveries(*, ids: Sequence[int]) -> int:
    """Try again what was given up. Joins the caller's transaction."""
    rows = NoticeDelivery.objects.filter(pk__in=ids, dead_at__isnull=False)
    count = rows.update(dead_at=None, due_at=timezone.now(), attempts=0)
    outbox.ring(topic="notices.due")
    return count
