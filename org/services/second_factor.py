"""The second factor: an app with six digits, and codes for the day it is lost."""

from __future__ import annotations

import secrets
import time
from base64 import b32encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from django.db import connection
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django_otp.oath import TOTP

from org.models import Authenticator, Person, RecoveryCode
from org.selectors.belonging import unit_of_person
from org.services.audit import record
from org.services.safeguards import check_may_manage
from org.services.sessions import end_sessions

CODES = 10
# Letters that nobody takes for another one.
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
STEP_S, DIGITS, TOLERANCE = 30, 6, 1
LONGEST_WAIT_S = 3600
ACTOR = "system:sign-in"
# In the session of whoever showed theirs.
SHOWN = "second_factor"


@dataclass(frozen=True)
class Shown:
    """What came of a code.

    `by` is "app" or "recovery" when it was right, else empty; `until` when the next one is looked
    at, after wrong ones.
    """

    by: str = ""
    until: datetime | None = None


def has(person: Person) -> bool:
    """True when the person has an app in use."""
    return Authenticator.objects.filter(person=person, confirmed=True).exists()


def begin(*, person: Person) -> Authenticator:
    """The app to set up, with a key of its own; the same one until it is confirmed."""
    found = Authenticator.objects.filter(person=person, confirmed=False).first()
    if found is not None:
        return found
    return Authenticator.objects.create(
        person=person, confirmed=False, key=secrets.token_bytes(20).hex()
    )


def key_of(device: Authenticator) -> str:
    """The key as people type it: groups of four letters."""
    word = b32encode(bytes.fromhex(device.key)).decode()
    return " ".join(word[at : at + 4] for at in range(0, len(word), 4))


def address_for_app(device: Authenticator, *, issuer: str) -> str:
    """What the square code says. Key URI format of Google Authenticator."""
    secret = b32encode(bytes.fromhex(device.key)).decode()
    label = quote(f"{issuer}:{device.person.get_username()}")
    return f"otpauth://totp/{label}?secret={secret}&issuer={quote(issuer)}&digits=6&period=30"


def confirm(*, person: Person, code: str) -> list[str] | None:
    """Take the app into use when its code is right; answers the recovery codes, shown once.

    Joins the caller's transaction. None when the code is wrong. An app used before is replaced.
    """
    assert connection.in_atomic_block
    device = _locked(person, confirmed=False)
    if device is None or not _right(device, code):
        return None
    Authenticator.objects.filter(person=person, confirmed=True).delete()
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    record(
        actor=person.actor, action="second_factor.set_up", subject=person.actor,
        unit_id=unit_of_person(person.pk),
    )  # fmt: skip
    return new_recovery_codes(person=person)


def new_recovery_codes(*, person: Person) -> list[str]:
    """Ten new codes; the old ones are void. They are shown once and kept as digests."""
    RecoveryCode.objects.filter(person=person).delete()
    words = ["".join(secrets.choice(LETTERS) for _ in range(10)) for _ in range(CODES)]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(person=person, digest=_digest(word)) for word in words
    )
    record(
        actor=person.actor, action="second_factor.codes_made", subject=person.actor,
        unit_id=unit_of_person(person.pk),
    )  # fmt: skip
    return [f"{word[:5]}-{word[5:]}" for word in words]


def show(*, person: Person, code: str) -> Shown:
    """Judge a code of the app, or a recovery code. Joins the caller's transaction.

    One at a time for each person: a code counts once, and each wrong one doubles the wait.
    """
    assert connection.in_atomic_block
    device = _locked(person, confirmed=True)
    if device is None:
        return Shown()
    now = timezone.now()
    until = _next_look(device)
    if until is not None and now < until:
        return Shown(until=until)
    word = "".join(code.split()).replace("-", "").upper()
    if _right(device, word):
        return Shown("app")
    spent = RecoveryCode.objects.filter(
        person=person, digest=_digest(word), used_at__isnull=True
    ).update(used_at=now)
    if spent:
        device.failures, device.failed_at = 0, None
        device.save(update_fields=["failures", "failed_at"])
        record(
            actor=person.actor, action="second_factor.code_used", subject=person.actor,
            unit_id=unit_of_person(person.pk),
        )  # fmt: skip
        return Shown("recovery")
    device.failures, device.failed_at = device.failures + 1, now
    device.save(update_fields=["failures", "failed_at"])
    record(
        actor=ACTOR, action="second_factor.failed", subject=person.actor,
        unit_id=unit_of_person(person.pk),
    )  # fmt: skip
    return Shown(until=_next_look(device))


def _next_look(device: Authenticator) -> datetime | None:
    """After each wrong code in a row the wait doubles: 1, 2, 4 seconds, an hour at most."""
    if not device.failures or device.failed_at is None:
        return None
    wait = min(2 ** min(device.failures - 1, 20), LONGEST_WAIT_S)
    return device.failed_at + timedelta(seconds=wait)


def reset(*, person: Person, actor: str, by: Person | None = None) -> bool:
    """Take somebody's second factor away, for who lost it; ends their sessions.

    False when there is none.

    Raises:
        NotYours: they may more than the caller.
    """
    if by is not None and by.pk != person.pk:
        check_may_manage(by=by, person=person)
    gone, _ = Authenticator.objects.filter(person=person).delete()
    RecoveryCode.objects.filter(person=person).delete()
    if not gone:
        return False
    record(
        actor=actor, action="second_factor.reset", subject=person.actor,
        unit_id=unit_of_person(person.pk),
    )  # fmt: skip
    end_sessions(person=person, actor=actor)
    return True


def _locked(person: Person, *, confirmed: bool) -> Authenticator | None:
    return (
        Authenticator.objects.select_for_update(of=("self",))
        .filter(person=person, confirmed=confirmed)
        .first()
    )


def _right(device: Authenticator, code: str) -> bool:
    """True for the code of now, or of a step before or after, that was not taken yet."""
    word = "".join(code.split())
    if not (word.isascii() and word.isdigit() and len(word) == DIGITS):
        return False
    totp = TOTP(bytes.fromhex(device.key), STEP_S, 0, DIGITS, device.drift)
    totp.time = time.time()
    if not totp.verify(int(word), TOLERANCE, device.last_step + 1):
        return False
    device.last_step, device.drift = totp.t(), totp.drift
    device.failures, device.failed_at = 0, None
    device.save()
    return True


def _digest(word: str) -> str:
    digest: str = salted_hmac("org.recovery", word, algorithm="sha256").hexdigest()
    return digest
