"""How people want to hear of things, and the bots of groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import time
from zoneinfo import available_timezones

from django.db import connection

from org.models import NoticeBot, NoticeChoice, NoticeHours
from org.notices import KINDS, Channel, Group, Timing
from org.services.audit import record


class BadNoticeSetup(ValueError):
    """What was chosen is not one of the offers; `code` names the field."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def choose_notices(*, person_id: int, choices: Mapping[tuple[str, str], str]) -> None:
    """Keep by (kind, channel) when a person wants to hear; what equals the usual is forgotten.

    Joins the caller's transaction. A taste, not an act, so not on the audit trail.

    Raises:
        BadNoticeSetup: unknown kind, channel or timing; nothing is kept.
    """
    assert connection.in_atomic_block, "Services join the caller's transaction."
    kept = []
    for (kind, channel), timing in choices.items():
        if kind not in KINDS or channel not in Channel.values or timing not in Timing.values:
            raise BadNoticeSetup("timing")
        if timing != KINDS[kind].default(channel):
            kept.append(
                NoticeChoice(person_id=person_id, kind=kind, channel=channel, timing=timing)
            )
    NoticeChoice.objects.filter(person=person_id).delete()
    NoticeChoice.objects.bulk_create(kept)


def set_notice_hours(
    *,
    person_id: int,
    zone: str,
    quiet_from: time | None,
    quiet_until: time | None,
    daily_at: time,
    wecom_user: str,
) -> None:
    """Keep a person's quiet hours, the time of the daily gathering, and their WeCom account.

    Raises:
        BadNoticeSetup: zone (no such time zone), quiet (one end only).
    """
    assert connection.in_atomic_block, "Services join the caller's transaction."
    if zone not in available_timezones():
        raise BadNoticeSetup("zone")
    if (quiet_from is None) != (quiet_until is None):
        raise BadNoticeSetup("quiet")
    NoticeHours.objects.update_or_create(
        person_id=person_id,
        defaults={
            "zone": zone,
            "quiet_from": quiet_from,
            "quiet_until": quiet_until,
            "daily_at": daily_at,
            "wecom_user": wecom_user.strip(),
        },
    )


def add_notice_bot(
    *, name: str, key: str, groups: Sequence[str], urgent_only: bool, actor: str
) -> NoticeBot:
    """Let a group read notices of these groups of kinds. Its key is a secret: never recorded.

    Raises:
        BadNoticeSetup: key (empty or no key), groups (none or unknown).
    """
    assert connection.in_atomic_block, "Services join the caller's transaction."
    key = key.strip().rpartition("key=")[2]
    if not key or not key.isascii() or not 8 <= len(key) <= 100 or " " in key:
        raise BadNoticeSetup("key")
    if not groups or not set(groups) <= set(Group.values):
        raise BadNoticeSetup("groups")
    bot = NoticeBot.objects.create(
        name=name, key=key, groups=sorted(set(groups)), urgent_only=urgent_only
    )
    record(
        actor=actor, action="notice.bot_added", subject=f"bot:{bot.pk}",
        after={"name": name, "groups": bot.groups, "urgent_only": urgent_only},
    )  # fmt: skip
    return bot


def switch_notice_bot(*, bot_id: int, active: bool, actor: str) -> None:
    """Switch a bot off or on; nothing happens when it is so already or gone."""
    changed = NoticeBot.objects.filter(pk=bot_id, active=not active).update(active=active)
    if changed:
        record(
            actor=actor, action="notice.bot_switched", subject=f"bot:{bot_id}",
            before={"active": not active}, after={"active": active},
        )  # fmt: skip
