"""A write under an `Idempotency-Key` is done once, and answered the same way each time.

Key, answer and effect commit in one transaction, so none exists without the others. A refusal
leaves nothing, not even its key: the same request may succeed later.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from org.api.faults import Fault, Faulty, add_texts
from org.models import ApiAnswer

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
MOST_KEY = 64
# Headers of an answer that mean something to callers and are kept with it.
KEPT = ("ETag", "Location")

add_texts(
    {
        "missing_key": _("Every write of a program carries an Idempotency-Key."),
        "bad_idempotency_key": _("The Idempotency-Key must be 1 to 64 printable ASCII characters."),
        "in_flight": _("A request with this key is being worked on. Ask again in a second."),
    }
)


def key_in(request: Request, *, required: bool) -> str:
    """The key of a write, or empty.

    Raises:
        Faulty: missing_key, bad_idempotency_key.
    """
    told = request.headers.get(HEADER, "")
    if not told:
        if required:
            raise Faulty(Fault(code="missing_key", field=HEADER))
        return ""
    if len(told) > MOST_KEY or not told.isascii() or not told.isprintable():
        raise Faulty(Fault(code="bad_idempotency_key", field=HEADER, asked=told))
    return told


def fingerprint(request: Request) -> str:
    """What was asked: method, address with its parameters, body, and the version seen."""
    parts = (
        str(request.method),
        request.path,
        request.META.get("QUERY_STRING", ""),
        request.headers.get("If-Match", ""),
    )
    digest = hashlib.sha256("\n".join(parts).encode())
    digest.update(b"\n" + request._request.body)
    return digest.hexdigest()


def done_once(*, actor: str, key: str, fingerprint: str, work: Callable[[], Response]) -> Response:
    """Do the work and keep its answer in one transaction, or give the answer that was kept.

    Args:
        actor: whose key it is; keys of different callers never meet.
        key: "" does the work without keeping anything.
        fingerprint: of what was asked under the key.
        work: joins the transaction; what it answers with 400 and more is rolled back.

    Raises:
        Faulty: in_flight (409), key_reused (422), and what the work raises.
    """
    with transaction.atomic(durable=True):
        if not key:
            return _kept_or_undone(work())
        _must_be_alone(actor, key)
        known = ApiAnswer.objects.filter(actor=actor, key=key).first()
        if known is not None:
            if known.fingerprint != fingerprint:
                raise Faulty(Fault(code="key_reused", field=HEADER, asked=key))
            return _replayed(known)
        answer = _kept_or_undone(work())
        keep([(Asked(actor, key, fingerprint), answer)])
        return answer


@dataclass(frozen=True, slots=True)
class Asked:
    """One request among many that share a transaction; `key` may be empty."""

    actor: str
    key: str
    fingerprint: str


def seen_before(many: Sequence[Asked]) -> list[Response | Faulty | None]:
    """As `done_once` does for one: lock each key for this transaction and look it up.

    Two statements, none without keys. Gives for each the answer that was kept, the refusal
    (in_flight, key_reused), or None for what is to be done.
    """
    with_key = [each for each in many if each.key]
    if not with_key:
        return [None] * len(many)
    names = [[each.actor for each in with_key], [each.key for each in with_key]]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT actor, key, pg_try_advisory_xact_lock("
            "hashtextextended(current_schema() || ' api key ' || actor || ' ' || key, 0))"
            " FROM unnest(%s::text[], %s::text[]) AS told(actor, key)",
            names,
        )
        alone = {(actor, key): got for actor, key, got in cursor.fetchall()}
    rows = ApiAnswer.objects.filter(actor__in=names[0], key__in=names[1])
    known = {(row.actor, row.key): row for row in rows}
    found: list[Response | Faulty | None] = []
    met: set[tuple[str, str]] = set()
    for each in many:
        name = (each.actor, each.key)
        if not each.key:
            found.append(None)
        elif not alone[name] or name in met:
            found.append(_in_flight(each.key))
        elif name in known and known[name].fingerprint != each.fingerprint:
            found.append(Faulty(Fault(code="key_reused", field=HEADER, asked=each.key)))
        else:
            met.add(name)
            found.append(_replayed(known[name]) if name in known else None)
    return found


def keep(answers: Sequence[tuple[Asked, Response]]) -> None:
    """Keep answers under their keys, in the transaction of what they tell. One statement."""
    ApiAnswer.objects.bulk_create(
        ApiAnswer(
            actor=asked.actor,
            key=asked.key,
            fingerprint=asked.fingerprint,
            status=answer.status_code,
            headers={name: answer[name] for name in KEPT if name in answer},
            body=_text_of(answer),
        )
        for asked, answer in answers
        if asked.key and answer.status_code < 400
    )


def _in_flight(key: str) -> Faulty:
    return Faulty(Fault(code="in_flight", field=HEADER, asked=key, status=409, retry_after=1))


def _must_be_alone(actor: str, key: str) -> None:
    """Lock the key for this transaction, without waiting for whoever has it."""
    with connection.cursor() as cursor:
        # Advisory locks know no schemas, companies that share a database must not meet.
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock("
            "hashtextextended(current_schema() || ' api key ' || %s || ' ' || %s, 0))",
            [actor, key],
        )
        alone = cursor.fetchone() == (True,)
    if not alone:
        raise _in_flight(key)


def _kept_or_undone(answer: Response) -> Response:
    if answer.status_code >= 400:
        transaction.set_rollback(True)
    return answer


def _text_of(answer: Response) -> str:
    """The body as it is sent."""
    content: bytes = JSONRenderer().render(answer.data)
    return content.decode()


def _replayed(known: ApiAnswer) -> Response:
    answer = Response(json.loads(known.body) if known.body else None, status=known.status)
    for name, value in known.headers.items():
        answer[name] = value
    answer[REPLAYED] = "true"
    return answer
