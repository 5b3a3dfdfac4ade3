"""Shops: set up, give new credentials, bind warehouses, and note how talking to them goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import F, Q

from channels_sync.connectors import connect
from channels_sync.connectors.interface import (
    Connector,
    ConnectorError,
    NewTokens,
    ShopAccess,
    Throttled,
)
from channels_sync.models import Listing, PullCursor, Shop, ShopWarehouse
from inventory import services as stock
from org import services as org
from outbox.clock import database_clock, database_now

LONGEST_PAUSE_SECONDS = 60.0
# The first pull looks back this far, so that orders placed while the shop was set up are there.
FIRST_LOOK_BACK = timedelta(days=1)


def create(
    *,
    platform: str,
    code: str,
    name: str,
    unit_id: int,
    base_url: str,
    credentials: Mapping[str, str],
    warehouse_ids: Sequence[int],
    currency: str = "CNY",
    pull_seconds: int = 120,
    safety_qty: int = 0,
    location_id: str = "",
    pull_from: datetime | None = None,
    actor: str,
) -> Shop:
    """Connect a shop; its orders are pulled and its figures published from now on.

    Args:
        base_url: for Shopify up to and with `/admin/api/<version>/`, for TOP `.../router/rest`.
        credentials: shopify `access_token, client_secret`; taobao `app_key, app_secret, session,
            refresh_token`; api none.
        pull_seconds: 1 to 180.
        pull_from: the first pull starts here; a day ago when not given.
    """
    _assert_joined()
    shop = Shop.objects.create(
        platform=platform,
        code=code,
        name=name,
        pinyin=stock.pinyin_of(name)[:300],
        unit_id=unit_id,
        base_url=base_url,
        credentials=dict(credentials),
        currency=currency,
        pull_seconds=pull_seconds,
        safety_qty=safety_qty,
        location_id=location_id,
    )
    ShopWarehouse.objects.bulk_create(
        ShopWarehouse(shop=shop, warehouse_id=one) for one in sorted(set(warehouse_ids))
    )
    if shop.is_pulled:
        start = pull_from or database_now() - FIRST_LOOK_BACK
        PullCursor.objects.create(shop=shop, safe_until=start)
    org.record(
        actor=actor,
        action="shop.created",
        subject=f"shop:{code}",
        after={"platform": platform, "name": name, "warehouses": sorted(set(warehouse_ids))},
        unit_id=unit_id,
    )
    return shop


def change_credentials(*, shop_id: int, credentials: Mapping[str, str], actor: str) -> None:
    """Replace the named credentials; a refresh under way with the old ones is ignored."""
    _assert_joined()
    shop = _locked(shop_id)
    shop.credentials = {**shop.credentials, **credentials}
    shop.token_version += 1
    shop.refreshing_until = shop.not_before = None
    shop.trouble, shop.failures, shop.trouble_since = "", 0, None
    shop.save(
        update_fields=[
            "credentials", "token_version", "refreshing_until", "not_before", "trouble",
            "failures", "trouble_since",
        ]
    )  # fmt: skip
    org.record(
        actor=actor,
        action="shop.credentials_changed",
        subject=f"shop:{shop.code}",
        after={"names": sorted(credentials)},
        unit_id=shop.unit_id,
    )


def bind_warehouses(*, shop_id: int, warehouse_ids: Sequence[int], actor: str) -> None:
    """Say which warehouses' free stock the shop sells; every figure is published again."""
    _assert_joined()
    shop = _locked(shop_id)
    before = set(shop.bindings.values_list("warehouse_id", flat=True))
    wanted = set(warehouse_ids)
    if before == wanted:
        return
    shop.bindings.exclude(warehouse_id__in=wanted).delete()
    ShopWarehouse.objects.bulk_create(
        ShopWarehouse(shop=shop, warehouse_id=one) for one in sorted(wanted - before)
    )
    _refigure(shop)
    org.record(
        actor=actor,
        action="shop.warehouses_bound",
        subject=f"shop:{shop.code}",
        before={"warehouses": sorted(before)},
        after={"warehouses": sorted(wanted)},
        unit_id=shop.unit_id,
    )


def change_shop(*, shop_id: int, changes: Mapping[str, Any], actor: str) -> None:
    """Change `name`, `base_url` or `pull_seconds` of a shop; what is the same is no change.

    Whatever kept us away from the former address does not count for another.
    """
    _assert_joined()
    assert set(changes) <= {"name", "base_url", "pull_seconds"}, f"unknown among {set(changes)}"
    shop = _locked(shop_id)
    new = {name: value for name, value in changes.items() if getattr(shop, name) != value}
    if not new:
        return
    before = {name: getattr(shop, name) for name in new}
    for name, value in new.items():
        setattr(shop, name, value)
    shop.pinyin = stock.pinyin_of(shop.name)[:300]
    if "base_url" in new:
        shop.not_before = shop.trouble_since = None
        shop.trouble, shop.failures = "", 0
    shop.save(update_fields=[*new, "pinyin", "not_before", "trouble", "trouble_since", "failures"])
    org.record(
        actor=actor,
        action="shop.changed",
        subject=f"shop:{shop.code}",
        before=before,
        after=new,
        unit_id=shop.unit_id,
    )


def change_safety(*, shop_id: int, safety_qty: int, actor: str) -> None:
    """Keep this many units of every SKU out of the shop's figures."""
    _assert_joined()
    shop = _locked(shop_id)
    before, shop.safety_qty = shop.safety_qty, safety_qty
    shop.save(update_fields=["safety_qty"])
    _refigure(shop)
    org.record(
        actor=actor,
        action="shop.safety_changed",
        subject=f"shop:{shop.code}",
        before={"safety_qty": before},
        after={"safety_qty": safety_qty},
        unit_id=shop.unit_id,
    )


def pull_now(*, shop_id: int) -> None:
    """Make the shop due at once, also when its platform asked us to wait."""
    _assert_joined()
    Shop.objects.filter(pk=shop_id).update(not_before=None)
    PullCursor.objects.filter(shop_id=shop_id).update(due_at=database_clock())


def _refigure(shop: Shop) -> None:
    shop.figure_epoch += 1
    shop.save(update_fields=["figure_epoch"])
    ids = (
        Listing.objects.filter(shop=shop, sku__isnull=False)
        .select_for_update(no_key=True)
        .order_by("id")
        .values_list("id", flat=True)
    )
    Listing.objects.filter(id__in=list(ids)).update(
        stale_count=F("stale_count") + 1, stale_since=database_clock(), dead_at=None, attempts=0,
        due_at=database_clock(),
    )  # fmt: skip


def access_of(shop: Shop) -> ShopAccess:
    """What the connector needs."""
    return ShopAccess(
        shop_id=shop.pk,
        code=shop.code,
        base_url=shop.base_url,
        currency=shop.currency,
        credentials=shop.credentials,
        location_id=shop.location_id,
    )


def connector_of(shop: Shop) -> Connector:
    """The shop's connector with the credentials of this row."""
    return connect(shop.platform, access_of(shop))


def note_location(*, shop_id: int, location_id: str) -> None:
    """Remember where the platform keeps the figures."""
    Shop.objects.filter(pk=shop_id).update(location_id=location_id)


def note_trouble(*, shop_id: int, error: ConnectorError) -> None:
    """Keep away from the shop for a while and say why; other shops are not touched."""
    _assert_joined()
    shop = _locked(shop_id)
    now = database_now()
    if isinstance(error, Throttled):
        pause = error.retry_after
    else:
        shop.failures += 1
        pause = min(2.0 ** min(shop.failures, 10), LONGEST_PAUSE_SECONDS)
        shop.trouble_since = shop.trouble_since or now
        shop.trouble = str(error)[:300]
    shop.not_before = max(shop.not_before or now, now + timedelta(seconds=pause))
    shop.save(update_fields=["failures", "trouble_since", "trouble", "not_before"])


def note_answer(*, shop_id: int) -> None:
    """The shop answers again."""
    Shop.objects.filter(Q(failures__gt=0) | ~Q(trouble=""), pk=shop_id).update(
        failures=0, trouble="", trouble_since=None, not_before=None
    )


def claim_refresh(*, shop_id: int, seen_version: int) -> str:
    """Decide who refreshes the token: "mine", "wait" (another is at it) or "done" (another did)."""
    _assert_joined()
    shop, now = _locked(shop_id), database_now()
    if shop.token_version != seen_version:
        return "done"
    if shop.refreshing_until is not None and shop.refreshing_until > now:
        return "wait"
    shop.refreshing_until = now + timedelta(seconds=45)
    shop.save(update_fields=["refreshing_until"])
    return "mine"


def store_refresh(*, shop_id: int, seen_version: int, tokens: NewTokens | None) -> bool:
    """Store a refreshed token unless the credentials changed meanwhile.

    Returns:
        Whether it was stored; a newer token is never overwritten by an older one.
    """
    _assert_joined()
    shop = _locked(shop_id)
    if shop.token_version != seen_version:
        return False
    shop.refreshing_until = None
    if tokens is not None:
        shop.credentials = {**shop.credentials, **tokens.credentials}
        shop.token_expires_at = tokens.expires_at
        shop.token_version += 1
    shop.save(
        update_fields=["refreshing_until", "credentials", "token_expires_at", "token_version"]
    )
    return tokens is not None


def _locked(shop_id: int) -> Shop:
    return Shop.objects.select_for_update(no_key=True).get(pk=shop_id)


def _assert_joined() -> None:
    assert connection.in_atomic_block, "Services join the caller's transaction."
