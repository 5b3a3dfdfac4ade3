"""Shopify signs a webhook with the app's client secret over the raw body.

Source: `X-Shopify-Hmac-Sha256`, checked against the official @shopify/shopify-api 13.1.0.
"""

import base64
import binascii
import hashlib
import hmac


def webhook_signature(*, secret: str, body: bytes) -> str:
    """Base64 of HMAC-SHA256(client secret, raw body)."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def is_from_shopify(*, secret: str, body: bytes, signature: str) -> bool:
    """Whether `signature` belongs to these very bytes. False without a secret."""
    try:
        told = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return False
    wanted = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return bool(secret) and hmac.compare_digest(told, wanted)


def oauth_signature(*, secret: str, query: dict[str, str]) -> str:
    """Hex HMAC-SHA256 over the sorted callback query without `hmac` itself."""
    text = "&".join(f"{name}={query[name]}" for name in sorted(query) if name != "hmac")
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
