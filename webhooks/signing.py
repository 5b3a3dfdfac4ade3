"""Signatures of the Standard Webhooks format. Pure.

Source: github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md: the signature is
the base64 of HMAC-SHA256 over `id.timestamp.body`, written "v1,<base64>"; several are separated by
spaces, so that a secret can be changed without a pause. Secrets are "whsec_" and base64.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Iterable

PREFIX = "whsec_"
SECRET_BYTES = 32
TOLERANCE_S = 300


def new_secret() -> str:
    """A fresh secret of 32 random bytes."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def sign(keys: Iterable[str], *, message_id: str, timestamp: int, body: bytes) -> str:
    """The header `webhook-signature`: one signature for each secret that lives.

    Args:
        keys: secrets, each "whsec_...".
        message_id: the header `webhook-id`, the same with every attempt.
        timestamp: the header `webhook-timestamp`, seconds since 1970 of this attempt.
        body: exactly the bytes that are sent.
    """
    signed = b".".join((message_id.encode(), str(timestamp).encode(), body))
    return " ".join(f"v1,{_one(key, signed)}" for key in keys)


def verify(
    key: str, *, message_id: str, timestamp: str, body: bytes, signature: str, now: int
) -> bool:
    """What a receiver does: the time is within five minutes and one signature fits."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 12):
        return False
    if abs(now - int(timestamp)) > TOLERANCE_S:
        return False
    signed = b".".join((message_id.encode(), timestamp.encode(), body))
    expected = f"v1,{_one(key, signed)}".encode()
    return any(hmac.compare_digest(each.encode(), expected) for each in signature.split(" "))


def _one(key: str, signed: bytes) -> str:
    try:
        raw = base64.b64decode(key.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        raise ValueError("a webhook secret is base64 behind whsec_") from None
    return base64.b64encode(hmac.new(raw, signed, hashlib.sha256).digest()).decode()
