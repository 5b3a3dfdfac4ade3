"""Signing in with name and password, with a lock against guessing (django-axes)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address

from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth import authenticate
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone

from org.models import Person
from org.selectors.belonging import unit_of_person
from org.services.audit import record

ACTOR = "system:sign-in"
# In a try's META: axes is asked about the address alone.
OF_ADDRESS = "house.of_address"


@dataclass(frozen=True)
class SignIn:
    """What came of a try: a person, or nobody.

    `locked` when the password was not even looked at; `until` when the next try makes sense, also
    told with the failure that closed the lock.
    """

    person: Person | None
    locked: bool
    until: datetime | None = None


def sign_in(*, name: str, password: str, address: str) -> SignIn:
    """Judge one try to sign in. Joins the caller's transaction, which must commit either way.

    Tries of one name from one address wait for each other, so guesses sent at once do not slip
    past the count. After five failures in a row the name is locked at that address for 15
    minutes; tries while locked do not lengthen it. After fifty of whatever names the address is
    locked; tries of other names at the same moment may still be among those that were looked at.
    """
    assert connection.in_atomic_block, "The count and its outcome commit together."
    word = unicodedata.normalize("NFKC", name).strip().replace("\x00", "")
    key = word.lower()[:150]
    _one_at_a_time(key, address)
    request = _try_of(address)
    if locked := _lock(key, address):
        return SignIn(None, locked=True, until=locked)
    person = authenticate(request, username=word, password=password)
    if not isinstance(person, Person):
        _record("sign_in.failed", word, address)
        closed = _lock(key, address)
        if closed:
            _record("sign_in.locked", word, address)
        return SignIn(None, locked=False, until=closed)
    AccessAttempt.objects.filter(username=key, ip_address=address or None).delete()
    return SignIn(person, locked=False)


def signed_in(*, person: Person, address: str, second_factor: str = "") -> None:
    """Record that somebody came in; `second_factor` is "app", "recovery" or empty."""
    record(
        actor=person.actor, action="sign_in.done", subject=person.actor,
        after={"address": address[:45]} | ({"by": second_factor} if second_factor else {}),
        unit_id=unit_of_person(person.pk),
    )  # fmt: skip


def name_in(_request: HttpRequest, credentials: dict[str, str] | None) -> str:
    """The name under which axes counts a try: as typed, without case."""
    word = unicodedata.normalize("NFKC", (credentials or {}).get("username") or "")
    return word.strip().replace("\x00", "").lower()[:150]


def address_in(request: HttpRequest) -> str | None:
    """The address under which axes counts a try."""
    return request.META.get("REMOTE_ADDR") or None


def counted_by(request: HttpRequest, _credentials: object = None) -> list[list[str]]:
    """What axes adds failures up by: name and address together, or the address alone."""
    return [["ip_address"]] if _is_of_address(request) else [["username", "ip_address"]]


def most_failures(request: HttpRequest, _credentials: object = None) -> int:
    """How many of them axes lets pass."""
    of = "ADDRESS" if _is_of_address(request) else "NAME"
    return int(getattr(settings, f"SIGN_IN_FAILURES_OF_{of}"))


def _is_of_address(request: HttpRequest) -> bool:
    return bool(request.META.get(OF_ADDRESS))


def _try_of(address: str, *, of_address: bool = False) -> HttpRequest:
    """What axes reads a try from: the client's address and nothing else of the browser's words."""
    request = HttpRequest()
    request.method = "POST"
    request.path = settings.LOGIN_URL
    request.META["REMOTE_ADDR"] = address
    request.META[OF_ADDRESS] = of_address
    return request


def _lock(key: str, address: str) -> datetime | None:
    """When the lock on this name there, or on the whole address, opens; None while it is open."""
    asked = {"username": key}
    if not AxesProxyHandler.is_allowed(_try_of(address), asked):
        return _until(key, address)
    # Whoever has no address, or a proxy's, shares it with everybody: that lock would shut all out.
    if _is_one_clients(address) and not AxesProxyHandler.is_allowed(
        _try_of(address, of_address=True), asked
    ):
        return _until_address(address)
    return None


def _is_one_clients(address: str) -> bool:
    """Whether it is an address of the public net; a private one may be everybody's proxy."""
    try:
        return ip_address(address).is_global
    except ValueError:
        return False


def _one_at_a_time(key: str, address: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 20))", [f"sign-in {address} {key}"]
        )


def _until(key: str, address: str) -> datetime:
    """When the lock on the name opens."""
    last = AccessAttempt.objects.filter(username=key, ip_address=address or None).last()
    return (last.attempt_time if last else timezone.now()) + _cool_off()


def _until_address(address: str) -> datetime:
    """When so many failures of the address are forgotten that it may try again."""
    cool_off = _cool_off()
    recent = AccessAttempt.objects.filter(
        ip_address=address, attempt_time__gt=timezone.now() - cool_off
    )
    rows: list[tuple[datetime, int]] = list(
        recent.order_by("attempt_time").values_list("attempt_time", "failures_since_start")
    )
    left = sum(failures for _at, failures in rows)
    for at, failures in rows:
        left -= failures
        if left < settings.SIGN_IN_FAILURES_OF_ADDRESS:
            return at + cool_off
    return timezone.now()


def _cool_off() -> timedelta:
    cool_off: timedelta = settings.AXES_COOLOFF_TIME
    return cool_off


def _record(action: str, word: str, address: str) -> None:
    """Name the person if there is one; never the word typed, people type passwords there."""
    person = Person.objects.filter(username=word).first()
    record(
        actor=ACTOR, action=action, subject=person.actor if person else "unknown name",
        after={"address": address[:45]}, unit_id=unit_of_person(person.pk) if person else None,
    )  # fmt: skip


def sign_out(*, person: Person) -> None:
    """Record that somebody left."""
    record(
        actor=person.actor, action="sign_out.done", subject=person.actor,
        unit_id=unit_of_person(person.pk),
    )  # fmt: skip


def forget_failures() -> int:
    """Delete counts that no longer lock anybody; returns how many."""
    old = timezone.now() - settings.AXES_COOLOFF_TIME
    gone, _ = AccessAttempt.objects.filter(attempt_time__lte=old).delete()
    return int(gone)
