"""Questions about sessions, second factors and invitations of one person."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from org.models import AuditRecord, Authenticator, Invitation, Person, RecoveryCode, Session

SIGN_INS = 15


@dataclass(frozen=True)
class SessionView:
    """A device that is signed in."""

    handle: str
    device: str
    address: str
    began_at: datetime | None
    seen_at: datetime
    current: bool


@dataclass(frozen=True)
class FactorView:
    """The app in use since when, and how many recovery codes are left."""

    since: datetime
    codes_left: int


def sessions_of(person: Person, *, current: str = "") -> list[SessionView]:
    """What is signed in, this one first, then by when it was seen last. One query."""
    rows = Session.objects.filter(person=person, expire_date__gt=timezone.now())
    found = [
        SessionView(
            handle=row.handle,
            device=device_of(row.agent),
            address=row.address,
            began_at=row.began_at,
            seen_at=row.seen_at,
            current=row.session_key == current,
        )
        for row in rows.order_by("-seen_at")
    ]
    return sorted(found, key=lambda view: not view.current)


def second_factor_of(person: Person) -> FactorView | None:
    """The app in use; None without one. At most two queries."""
    since = (
        Authenticator.objects.filter(person=person, confirmed=True)
        .values_list("added_at", flat=True)
        .first()
    )
    if since is None:
        return None
    left = RecoveryCode.objects.filter(person=person, used_at__isnull=True).count()
    return FactorView(since, left)


def sign_ins_of(person: Person) -> list[AuditRecord]:
    """The latest tries to sign in as this person, newest first. One query."""
    rows = AuditRecord.objects.filter(subject=person.actor, action__startswith="sign_")
    return list(rows.order_by("-id")[:SIGN_INS])


def invitation_open(person: Person) -> Invitation | None:
    """The link that waits for the person; None without one. One query."""
    return Invitation.objects.filter(
        person=person, used_at__isnull=True, ended_at__isnull=True, expires_at__gt=timezone.now()
    ).first()


_SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
    ("Macintosh", "Mac"), ("Linux", "Linux"),
)  # fmt: skip
_BROWSERS = (
    ("MicroMessenger", "WeChat"), ("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"),
    ("Safari", "Safari"), ("python", "Python"), ("curl", "curl"),
)  # fmt: skip


def device_of(agent: str) -> str:
    """A browser's own words, short: "Chrome · Windows"."""
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    browser = next((name for mark, name in _BROWSERS if re.search(mark, agent)), "")
    return " · ".join(filter(None, (browser, system))) or _("Unknown device")
