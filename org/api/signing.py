"""How a program signs a request. Pure: the same few lines work in any language.

The text that is signed is six lines, joined by a line feed:

    METHOD        GET, POST...
    PATH          percent-encoded: letters, digits and -._~/ as they are, all else %XX
    QUERY         exactly as sent, without the question mark; empty when there is none
    TIMESTAMP     seconds since 1970, as in the header
    NONCE         as in the header
    BODY          lower-case hex of the SHA-256 of the body's bytes

The signature is "v1=" and the lower-case hex of HMAC-SHA256 over the text, keyed with the secret
as it was shown.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from urllib.parse import quote

KEY = "X-Api-Key"
TIMESTAMP = "X-Api-Timestamp"
NONCE = "X-Api-Nonce"
SIGNATURE = "X-Api-Signature"
HEADERS = (KEY, TIMESTAMP, NONCE, SIGNATURE)
# Either way.
WINDOW_S = 300
VERSION = "v1="

_NONCE = re.compile(r"[A-Za-z0-9._-]{16,64}", re.ASCII)
_SECONDS = re.compile(r"[0-9]{1,12}", re.ASCII)


def signed_text(
    *, method: str, path: str, query: str, timestamp: str, nonce: str, body: bytes
) -> str:
    """What is signed; `path` is decoded, `query` as sent."""
    digest = hashlib.sha256(body).hexdigest()
    return "\n".join((method, quote(path, safe="/-._~"), query, timestamp, nonce, digest))


def signature(*, secret: str, text: str) -> str:
    """The signature of a text."""
    return VERSION + hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def fits(told: str, *, secrets: tuple[str, ...], text: str) -> bool:
    """True when one of the secrets made this signature; takes as long whether it did or not."""
    given = told.encode("utf-8", "replace")
    found = [
        hmac.compare_digest(signature(secret=secret, text=text).encode(), given)
        for secret in secrets
    ]
    return any(found)


def well_formed_nonce(told: str) -> bool:
    """16 to 64 letters, digits, dots, dashes and underscores."""
    return _NONCE.fullmatch(told) is not None


def seconds_in(told: str) -> int | None:
    """The seconds of a time stamp; None when it is none."""
    return int(told) if _SECONDS.fullmatch(told) else None
