"""What signs a Shopify webhook: base64 HMAC-SHA256 of the raw body with the app's client secret."""

from __future__ import annotations

import base64
import hashlib
import hmac


def webhook(*, secret: str, body: bytes) -> str:
    """The value of ``X-Shopify-Hmac-Sha256``."""
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()
