"""What people are told: the kinds of notices, in both languages, and how each reaches them. Pure.

A new kind is one line in `KINDS`. Its title names its parameters as `%(title)s`; whoever notifies
gives exactly these. Titles hold no receiver data: they travel by mail and into group chats.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Group(TextChoices):
    """The tabs of the notice page."""

    JOBS = "JOBS", _("Jobs")
    STOCK = "STOCK", _("Stock")
    ORDERS = "ORDERS", _("Orders")
    APPROVALS = "APPROVALS", _("Approvals")
    SYSTEM = "SYSTEM", _("System")


class Channel(TextChoices):
    """Ways to reach a person."""

    BELL = "BELL", _("Bell")
    EMAIL = "EMAIL", _("E-mail")
    WECOM = "WECOM", _("WeCom")


class Timing(TextChoices):
    """When a channel carries a kind: at once, gathered, or not."""

    NOW = "NOW", _("At once")
    HOURLY = "HOURLY", _("Hourly")
    DAILY = "DAILY", _("Daily")
    NEVER = "NEVER", _("Never")


@dataclass(frozen=True, kw_only=True)
class NoticeKind:
    """One kind of notice. `email` and `wecom` are what holds until a person chooses otherwise."""

    code: str
    group: Group
    # What the kind is called where people choose how to hear of it.
    name: Promise
    title: Promise
    email: Timing = Timing.NEVER
    wecom: Timing = Timing.NEVER

    @property
    def names(self) -> frozenset[str]:
        """The parameters its title needs."""
        return frozenset(re.findall(r"%\((\w+)\)s", str(self.title)))

    def default(self, channel: str) -> Timing:
        """When this kind comes by that channel if the person has chosen nothing."""
        by_channel = {Channel.EMAIL: self.email, Channel.WECOM: self.wecom}
        return by_channel.get(Channel(channel), Timing.NOW)


_ALL = (
    NoticeKind(
        code="job.done",
        group=Group.JOBS,
        name=_("A job of mine is done"),
        title=_("Done: %(title)s"),
    ),
    NoticeKind(
        code="job.failed",
        group=Group.JOBS,
        name=_("A job of mine failed"),
        title=_("Failed: %(title)s"),
        email=Timing.HOURLY,
    ),
    NoticeKind(
        code="import.done",
        group=Group.JOBS,
        name=_("An import of mine is done"),
        title=_("Import done: %(title)s"),
    ),
    NoticeKind(
        code="import.failed",
        group=Group.JOBS,
        name=_("An import of mine failed"),
        title=_("Import failed: %(title)s"),
        email=Timing.HOURLY,
    ),
    NoticeKind(
        code="hold.review",
        group=Group.STOCK,
        name=_("A freeze is past its review"),
        title=_("Review is due: %(hold)s (%(reason)s)"),
        email=Timing.DAILY,
    ),
    NoticeKind(
        code="freeze.overdue",
        group=Group.STOCK,
        name=_("A freeze was not looked at for days"),
        title=_("Nobody looked at %(hold)s (%(reason)s) for days after its review"),
        email=Timing.DAILY,
        wecom=Timing.DAILY,
    ),
    NoticeKind(
        code="freeze.unplaced",
        group=Group.STOCK,
        name=_("A freeze of mine cannot end by itself: its units are in no cell"),
        title=_("%(hold)s stays frozen: release it by hand and regrade its units where they lie"),
        email=Timing.DAILY,
    ),
    NoticeKind(
        code="freeze.handed",
        group=Group.STOCK,
        name=_("A freeze was handed to me"),
        title=_("%(who)s handed you the freeze %(hold)s"),
        email=Timing.HOURLY,
    ),
    NoticeKind(
        code="rule.stopped",
        group=Group.STOCK,
        name=_("A freeze rule was stopped"),
        title=_("%(rule)s was stopped: %(why)s"),
        email=Timing.NOW,
        wecom=Timing.NOW,
    ),
    NoticeKind(
        code="supplier.limit",
        group=Group.STOCK,
        name=_("Too much of a supplier is frozen"),
        title=_("%(supplier)s: %(units)s units frozen for quality, the limit is %(limit)s"),
        email=Timing.HOURLY,
    ),
    NoticeKind(
        code="rule.asked",
        group=Group.APPROVALS,
        name=_("A freeze rule waits to be enabled"),
        title=_("%(who)s asks to enable %(rule)s"),
        email=Timing.NOW,
        wecom=Timing.NOW,
    ),
    NoticeKind(
        code="approval.waiting",
        group=Group.APPROVALS,
        name=_("Something waits for my approval"),
        title=_("%(who)s asks for your approval: %(subject)s"),
        email=Timing.NOW,
        wecom=Timing.NOW,
    ),
    NoticeKind(
        code="approval.escalated",
        group=Group.APPROVALS,
        name=_("An overdue approval comes to me"),
        title=_("Overdue, now with you: %(subject)s (asked by %(who)s)"),
        email=Timing.NOW,
        wecom=Timing.NOW,
    ),
    NoticeKind(
        code="approval.done",
        group=Group.APPROVALS,
        name=_("A request of mine was approved and done"),
        title=_("Approved and done: %(subject)s"),
    ),
    NoticeKind(
        code="approval.failed",
        group=Group.APPROVALS,
        name=_("An approved request could not be done"),
        title=_("Approved, but it could not be done: %(subject)s"),
        email=Timing.HOURLY,
    ),
    NoticeKind(
        code="approval.rejected",
        group=Group.APPROVALS,
        name=_("A request of mine was rejected"),
        title=_("Rejected: %(subject)s"),
        email=Timing.HOURLY,
    ),
    NoticeKind(
        code="approval.voided",
        group=Group.APPROVALS,
        name=_("A request of mine became void"),
        title=_("Void, the stock changed meanwhile: %(subject)s"),
        email=Timing.HOURLY,
    ),
    NoticeKind(
        code="approval.expired",
        group=Group.APPROVALS,
        name=_("A request of mine expired"),
        title=_("Nobody decided in time: %(subject)s"),
        email=Timing.HOURLY,
    ),
    NoticeKind(
        code="approval.question",
        group=Group.APPROVALS,
        name=_("Somebody asks back about a request of mine"),
        title=_("A question about your request: %(subject)s"),
        email=Timing.NOW,
        wecom=Timing.NOW,
    ),
    NoticeKind(
        code="approval.comment",
        group=Group.APPROVALS,
        name=_("Somebody commented on a request"),
        title=_("A comment about %(subject)s"),
    ),
    NoticeKind(
        code="sensor.excursion",
        group=Group.STOCK,
        name=_("A sensor was out of its bounds too long"),
        title=_("%(number)s: %(device)s at %(place)s reached %(peak)s, %(units)s units frozen"),
        email=Timing.NOW,
        wecom=Timing.NOW,
    ),
    NoticeKind(
        code="sensor.silent",
        group=Group.STOCK,
        name=_("A sensor is silent"),
        title=_("Sensor %(device)s at %(place)s has been silent since %(since)s"),
        email=Timing.HOURLY,
        wecom=Timing.NOW,
    ),
    NoticeKind(
        code="audit.found",
        group=Group.STOCK,
        name=_("The stock audit finds a difference"),
        title=_("The stock audit found a difference: %(law)s"),
        email=Timing.NOW,
        wecom=Timing.NOW,
    ),
    NoticeKind(
        code="trail.broken",
        group=Group.SYSTEM,
        name=_("The audit trail was tampered with"),
        title=_("The audit trail does not match its seals: %(count)s places"),
        email=Timing.NOW,
        wecom=Timing.NOW,
    ),
    NoticeKind(
        code="letters.dead",
        group=Group.SYSTEM,
        name=_("Messages were given up"),
        title=_("Given up, waiting for somebody: %(count)s messages (%(where)s)"),
        email=Timing.HOURLY,
        wecom=Timing.HOURLY,
    ),
)


@dataclass(frozen=True, kw_only=True)
class Hours:
    """When somebody may be written to; all times are in their zone."""

    zone: str = "Asia/Shanghai"
    quiet_from: time | None = None
    quiet_until: time | None = None
    daily_at: time = time(9, 0)


def due_at(*, now: datetime, timing: str, hours: Hours, urgent: bool = False) -> datetime:
    """When a notice of `now` is written to somebody: gathered, and not in their quiet hours.

    Args:
        now: an aware moment.
        timing: NOW, HOURLY (the next full hour) or DAILY (the next `daily_at`).
        urgent: at once, whatever else is said.
    """
    if urgent:
        return now
    try:
        zone = ZoneInfo(hours.zone)
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
    local = now.astimezone(zone)
    if timing == Timing.HOURLY:
        local = local.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    elif timing == Timing.DAILY:
        today = datetime.combine(local.date(), hours.daily_at, zone)
        tomorrow = datetime.combine(local.date() + timedelta(days=1), hours.daily_at, zone)
        local = today if today > local else tomorrow
    return _after_quiet(local, hours).astimezone(UTC)


def _after_quiet(local: datetime, hours: Hours) -> datetime:
    begin, end = hours.quiet_from, hours.quiet_until
    if begin is None or end is None or begin == end:
        return local
    at = local.time()
    over_midnight = begin > end
    if not (at >= begin or at < end if over_midnight else begin <= at < end):
        return local
    day = local.date() + timedelta(days=1 if over_midnight and at >= begin else 0)
    return datetime.combine(day, end, local.tzinfo)


KINDS: dict[str, NoticeKind] = {kind.code: kind for kind in _ALL}


class UnknownNotice(LookupError):
    """The kind is not in `KINDS`."""

    code = "unknown_notice"


def kind_of(code: str) -> NoticeKind:
    """The kind of that code.

    Raises:
        UnknownNotice: no such kind.
    """
    try:
        return KINDS[code]
    except KeyError:
        raise UnknownNotice(code) from None


def title_of(code: str, params: Mapping[str, object]) -> str:
    """What to show, in the reader's language; a kind that is gone keeps its own word."""
    kind = KINDS.get(code)
    if kind is None or kind.names - params.keys():
        return code
    return str(kind.title) % params
