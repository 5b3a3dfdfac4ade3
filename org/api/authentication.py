"""Who may come in: a program that signs its requests, or a person's session."""

from __future__ import annotations

import ipaddress
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.request import Request

from org import selectors
from org.access import address_of
from org.api import signing
from org.api.faults import Fault, Faulty, add_texts
from org.callers import Program

add_texts(
    {
        "missing_header": _("A signed request carries all four headers; this one is missing."),
        "unknown_client": _("No API client has this key."),
        "bad_timestamp": _("The time stamp must be whole seconds since 1970."),
        "stale_timestamp": _("The time stamp is more than 5 minutes away from our clock."),
        "bad_nonce": _("The nonce must be 16 to 64 letters, digits, dots, dashes or underscores."),
        "nonce_used": _("This nonce was used before. Make a new one for every request."),
        "bad_signature": _("The signature does not fit the request."),
        "address_not_allowed": _("This client may not come from this network address."),
    }
)


class HouseAuthentication(BaseAuthentication):
    """Signed requests of programs (`signing` says how), else the session with its CSRF token.

    Each refusal has a code of its own: whoever writes a program must see what to mend, and a key
    id is no secret.
    """

    def __init__(self) -> None:
        self._session = SessionAuthentication()

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """Raises Faulty with 401 (403 for the address); PermissionDenied without CSRF token."""
        if signing.KEY in request.headers:
            return Program(_admitted(request)), None
        found: tuple[Any, Any] | None = self._session.authenticate(request)
        return found

    def authenticate_header(self, request: Request) -> str:
        """What a stranger is told to bring."""
        return "HMAC-SHA256"


def _refused(code: str, field: str, asked: object = None, there: object = None) -> Faulty:
    return Faulty(Fault(code=code, field=field, asked=asked, there=there, status=401))


def _admitted(request: Request) -> selectors.KnownClient:
    """The client, after everything about the request has been found right.

    The nonce is burnt last: only who can sign can burn one.

    Raises:
        Faulty: with the first thing that is wrong.
    """
    told = {name: request.headers.get(name, "") for name in signing.HEADERS}
    for name, value in told.items():
        if not value:
            raise _refused("missing_header", name)
    key, stamp, nonce, given = told.values()
    known = selectors.known_client(key[:40]) if "\0" not in key else None
    if known is None:
        raise _refused("unknown_client", signing.KEY, key)
    seconds = signing.seconds_in(stamp)
    if seconds is None:
        raise _refused("bad_timestamp", signing.TIMESTAMP, stamp)
    now = int(known.now.timestamp())
    if abs(now - seconds) > signing.WINDOW_S:
        raise _refused("stale_timestamp", signing.TIMESTAMP, seconds, now)
    if not signing.well_formed_nonce(nonce):
        raise _refused("bad_nonce", signing.NONCE, nonce)
    text = signing.signed_text(
        method=str(request.method),
        path=request.path,
        query=request.META.get("QUERY_STRING", ""),
        timestamp=stamp,
        nonce=nonce,
        body=request._request.body,
    )
    if not signing.fits(given, secrets=known.secrets, text=text):
        raise _refused("bad_signature", signing.SIGNATURE)
    _must_come_from(known.client.networks, address_of(request._request))
    if not _burnt(client_id=known.client.pk, nonce=nonce):
        raise _refused("nonce_used", signing.NONCE, nonce)
    return known


def _must_come_from(networks: list[str], address: str) -> None:
    """Raises Faulty when the address lies in none of the networks; no networks: anywhere."""
    if networks and not inside(address, networks):
        fault = Fault(code="address_not_allowed", asked=address or None, status=403)
        raise Faulty(fault)


def inside(address: str, networks: list[str]) -> bool:
    """True when the address lies in one of the networks; IPv4 written as IPv6 is IPv4."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return any((mapped or found) in ipaddress.ip_network(each) for each in networks)


def _burnt(*, client_id: int, nonce: str) -> bool:
    """Note the nonce in a commit of its own; False when it was there.

    One statement, and its commit does not wait for the disk: after a crash of the database the
    nonces of its last half second may be forgotten. A write is still done once, its idempotency
    key commits with its effect.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH lazily AS (SELECT set_config('synchronous_commit', 'off', true)),
            seen AS (
                UPDATE org_apiclient SET last_used_at = clock_timestamp()
                WHERE id = %(client)s AND (last_used_at IS NULL
                    OR last_used_at < clock_timestamp() - interval '1 minute')
            )
            INSERT INTO org_apinonce (client_id, nonce)
            SELECT %(client)s, %(nonce)s FROM lazily
            ON CONFLICT (client_id, nonce) DO NOTHING
            """,
            {"client": client_id, "nonce": nonce},
        )
        return bool(cursor.rowcount)
