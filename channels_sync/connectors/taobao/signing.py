"""TOP signs the sorted form fields; the push relay signs time and raw body.

Source: TOP's SDK rule (py-taobao-open 1.0.3, taobaopyx 0.1.1); `hmac-sha256` is the documented
variant of the same string.
"""

import hashlib
import hmac
from collections.abc import Mapping


def sign(*, secret: str, params: Mapping[str, str], method: str) -> str:
    """Upper hex signature of form fields; empty values and `sign` itself are left out.

    `method` is md5, hmac (HMAC-MD5) or hmac-sha256. Values are raw UTF-8, not URL-encoded.
    """
    names = sorted(
        (name for name in params if name != "sign" and params[name] != ""), key=str.encode
    )
    text = "".join(f"{name}{params[name]}" for name in names).encode()
    key = secret.encode()
    if method == "md5":
        # TOP's own rule, not a choice of ours.
        return hashlib.md5(key + text + key, usedforsecurity=False).hexdigest().upper()
    algorithm = {"hmac": "md5", "hmac-sha256": "sha256"}[method]
    return hmac.new(key, text, algorithm).hexdigest().upper()


def push_signature(*, secret: str, timestamp: str, body: bytes) -> str:
    """Upper hex HMAC-SHA256(app secret, timestamp in ms followed by the raw body)."""
    return hmac.new(secret.encode(), timestamp.encode() + body, hashlib.sha256).hexdigest().upper()


def is_from_relay(*, secret: str, timestamp: str, body: bytes, signature: str) -> bool:
    """Whether the relay signed these very bytes at that time. False without a secret."""
    wanted = push_signature(secret=secret, timestamp=timestamp, body=body)
    return bool(secret) and hmac.compare_digest(wanted.encode(), signature.upper().encode())
