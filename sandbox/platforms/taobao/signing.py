"""TOP's signatures: parameters sorted by name in byte order, name and value joined without
separators.

``md5`` wraps the string in the secret, ``hmac`` (MD5) and ``hmac-sha256`` use it as the key; upper
hex. Empty
values are left out (platforms.md section 1).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

METHODS = ("md5", "hmac", "hmac-sha256")


def sign(*, secret: str, params: Mapping[str, str], method: str) -> str:
    """The signature of these parameters (``sign`` itself is ignored).

    Raises:
        KeyError: the method is unknown.
    """
    text = "".join(
        f"{name}{params[name]}"
        for name in sorted(params, key=str.encode)
        if name != "sign" and params[name]
    ).encode()
    key = secret.encode()
    if method == "md5":
        return hashlib.md5(key + text + key, usedforsecurity=False).hexdigest().upper()
    digest = {"hmac": "md5", "hmac-sha256": "sha256"}[method]
    return hmac.digest(key, text, digest).hex().upper()


def relay(*, secret: str, timestamp: str, body: bytes) -> str:
    """What our relay form of TMC puts into ``X-Tmc-Sign``."""
    return hmac.digest(secret.encode(), timestamp.encode() + body, "sha256").hex().upper()
