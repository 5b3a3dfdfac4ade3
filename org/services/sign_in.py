"""Signing in, with a lock against guessing."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth import authenticate
from django.db import connection
from django.db.models.functions import Now

from org.models import Person, SignInFailure
from org.services.audit import record

TRIES = 5
LOCK = timedelta(minutes=15)
ACTOR = "system:sign-in"


@dataclass(frozen=True)
class SignIn:
    """What came of a try: a person, or nobody; `locked` when the try was not even looked at."""

    person: Person | None
    locked: bool


def sign_in(*, name: str, password: str, address: str) -> SignIn:
    """Judge one try to sign in. Joins the caller's transaction, which must commit either way.

    The try is counted before the password is looked at, under the lock of its row, so guesses
    sent at once do not slip past the count. After five failures in a row from one address the
    name is locked there for 15 minutes; tries while locked do not lengthen it.
    """
    assert connection.in_atomic_block, "The count and its outcome commit together."
    word = unicodedata.normalize("NFKC", name).strip()
    tries = _count(word.lower()[:150], address[:45])
    if tries > TRIES:
        if tries == TRIES + 1:
            _record("sign_in.locked", word, address)
        return SignIn(None, locked=True)
    person = authenticate(username=word, password=password)
    if not isinstance(person, Person):
        _record("sign_in.failed", word, address)
        return SignIn(None, locked=False)
    SignInFailure.objects.filter(name=word.lower()[:150], address=address[:45]).delete()
    record(
        actor=person.actor, action="sign_in.done", subject=person.actor,
        after={"address": address[:45]},
    )  # fmt: skip
    return SignIn(person, locked=False)


def _count(name: str, address: str) -> int:
    """Count this try and return its number; a count whose last real try is old starts anew."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO org_signinfailure AS known (name, address, tries)
            VALUES (%(name)s, %(address)s, 1)
            ON CONFLICT (name, address) DO UPDATE SET
                tries = CASE WHEN known.last_at <= clock_timestamp() - %(lock)s::interval
                             THEN 1 ELSE known.tries + 1 END,
                last_at = CASE WHEN known.tries < %(tries)s
                                 OR known.last_at <= clock_timestamp() - %(lock)s::interval
                               THEN clock_timestamp() ELSE known.last_at END
            RETURNING tries
            """,
            {"name": name, "address": address, "lock": f"{LOCK.total_seconds()} s", "tries": TRIES},
        )
        (tries,) = cursor.fetchone()
    return int(tries)


def _record(action: str, word: str, address: str) -> None:
    """Name the person if there is one; never the word typed, people type passwords there."""
    person = Person.objects.filter(username=word).first()
    record(
        actor=ACTOR, action=action, subject=person.actor if person else "unknown name",
        after={"address": address[:45]},
    )  # fmt: skip


def sign_out(*, person: Person) -> None:
    """Record that somebody left."""
    record(actor=person.actor, action="sign_out.done", subject=person.actor)


def forget_failures() -> int:
    """Delete counts that no longer lock anybody; returns how many."""
    gone, _ = SignInFailure.objects.filter(last_at__lte=Now() - LOCK).delete()
    return gone
