"""Signs a request; docs/api.md, "Signing", says the same in words."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from urllib.parse import quote


def signed_headers(
    *,
    key_id: str,
    secret: str,
    method: str,
    path: str,
    query: str = "",
    body: bytes = b"",
    timestamp: int | None = None,
    nonce: str = "",
) -> dict[str, str]:
    """The four headers of a signed request.

    Args:
        key_id: the client's key.
        secret: one of its living secrets, as it was shown.
        method: upper case.
        path: decoded, from the first slash.
        query: exactly as it will be sent, without the question mark.
        body: the bytes that will be sent.
        timestamp: seconds since 1970; now when it is None.
        nonce: 16 to 64 letters, digits, dots, dashes, underscores; a new one when it is empty.
    """
    stamp = str(int(time.time()) if timestamp is None else timestamp)
    once = nonce or secrets.token_hex(16)
    digest = hashlib.sha256(body).hexdigest()
    text = "\n".join((method, quote(path, safe="/-._~"), query, stamp, once, digest))
    made = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    return {
        "X-Api-Key": key_id,
        "X-Api-Timestamp": stamp,
        "X-Api-Nonce": once,
        "X-Api-Signature": f"v1={made}",
    }
