"""Shops: who they are, what signs their calls, where their pushes go."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass, field
from typing import Any

from sandbox.world.clock import now_ms
from sandbox.world.refusals import Refused
from sandbox.world.store import store


@dataclass(slots=True)
class Shop:
    """One shop on one platform. ``options`` are the platform's knobs (see README)."""

    code: str
    platform: str
    domain: str
    push_url: str = ""
    currency: str = "CNY"
    seller_nick: str = ""
    user_id: int = 0
    location_id: int = 0
    receivers_seed: int = 1
    credentials: dict[str, str] = field(default_factory=dict)
    session_ttl: int | None = None
    session_until_ms: int | None = None
    options: dict[str, Any] = field(default_factory=dict)

    def option(self, name: str, default: float) -> float:
        """A numeric knob of this shop."""
        value = self.options.get(name)
        return default if value is None else float(value)


_known: dict[str, Shop] = {}


def save(shop: Shop) -> None:
    """Keep the shop as it is now."""
    with store.transaction() as file:
        file.execute(
            "INSERT INTO shops VALUES (?, ?, ?, ?) ON CONFLICT (code) DO UPDATE SET "
            "platform = excluded.platform, domain = excluded.domain, spec = excluded.spec",
            (shop.code, shop.platform, shop.domain, json.dumps(asdict(shop))),
        )
        _known[shop.code] = shop


def load() -> None:
    """Read every shop into memory; called at start and after a reset."""
    with store.lock:
        _known.clear()
        for row in store.rows("SELECT spec FROM shops ORDER BY code"):
            shop = Shop(**json.loads(row["spec"]))
            _known[shop.code] = shop


def everyone() -> list[Shop]:
    """All shops by code."""
    with store.lock:
        return [_known[code] for code in sorted(_known)]


def find(code: str) -> Shop:
    """The shop with this code.

    Raises:
        Refused: there is none.
    """
    shop = _known.get(code)
    if shop is None:
        raise Refused("no_such_shop", f"no shop {code!r}", status=404)
    return shop


def by_domain(domain: str) -> Shop | None:
    """The shop a Shopify address names."""
    return next((shop for shop in everyone() if shop.domain == domain), None)


def by_app(*, platform: str, app_key: str, session: str) -> list[Shop]:
    """The shops of an app key; the one the session belongs to alone, if it is known."""
    mine = [
        shop
        for shop in everyone()
        if shop.platform == platform and shop.credentials.get("app_key") == app_key
    ]
    if session:
        return [shop for shop in mine if shop.credentials.get("session") == session] or mine
    return mine


def forget(code: str) -> None:
    """Remove a shop and its listings; its orders stay on record."""
    find(code)
    with store.transaction() as file:
        file.execute("DELETE FROM shops WHERE code = ?", (code,))
        file.execute("DELETE FROM listings WHERE shop = ?", (code,))
        _known.pop(code, None)


def fresh_credentials(names: tuple[str, ...], given: dict[str, str]) -> dict[str, str]:
    """What was given, and something random for what was not."""
    made = {name: secrets.token_hex(16) for name in names}
    return {**made, **{name: str(value) for name, value in given.items()}}


SPENT_TOKEN_GRACE_MS = 600_000


def is_spent(shop: Shop, refresh_token: str) -> bool:
    """True for the refresh token before the present one, within its time of grace."""
    spent_at = int(shop.credentials.get("spent_at_ms", "0"))
    return (
        refresh_token == shop.credentials.get("spent_refresh_token")
        and now_ms() - spent_at < SPENT_TOKEN_GRACE_MS
    )


def expire_session(shop: Shop) -> None:
    """From now on the session is refused until it is refreshed."""
    shop.session_until_ms = now_ms() - 1
    save(shop)


def renew_session(shop: Shop) -> None:
    """A new session and refresh token.

    The old session is worth nothing any more. The old refresh token gives the same new tokens for
    a while, so that an answer that got lost does not lock the seller out for ever.
    """
    shop.credentials["spent_refresh_token"] = shop.credentials["refresh_token"]
    shop.credentials["spent_at_ms"] = str(now_ms())
    shop.credentials["session"] = secrets.token_hex(24)
    shop.credentials["refresh_token"] = secrets.token_hex(24)
    shop.session_until_ms = None if shop.session_ttl is None else now_ms() + shop.session_ttl * 1000
    save(shop)
