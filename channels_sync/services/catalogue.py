"""What the shops offer, and which SKU each thing is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import connection
from django.db.models import F, Q

from channels_sync.connectors.interface import WireListing
from channels_sync.models import Listing, Shop
from channels_sync.services import publishing
from inventory import selectors as stock
from oms import services as orders
from outbox.clock import database_clock, database_now

EVERY = timedelta(hours=6)
LEASE = timedelta(minutes=10)


def claim_due(*, shop_id: int | None = None) -> int | None:
    """Claim a shop whose catalogue should be read, in the caller's transaction; its id or None."""
    _assert_joined()
    now = database_now()
    due = Shop.objects.filter(is_active=True, catalogue_due_at__lte=now).filter(
        Q(catalogue_until__isnull=True) | Q(catalogue_until__lt=now),
        Q(not_before__isnull=True) | Q(not_before__lte=now),
    )
    if shop_id is not None:
        due = Shop.objects.filter(pk=shop_id)
    shop = (
        due.select_for_update(skip_locked=shop_id is None, no_key=True)
        .order_by("catalogue_due_at", "id")
        .first()
    )
    if shop is None:
        return None
    Shop.objects.filter(pk=shop.pk).update(catalogue_until=now + LEASE)
    return shop.pk


def finish(*, shop_id: int, succeeded: bool) -> None:
    """Let go of the catalogue; after an error it is read again in a minute."""
    _assert_joined()
    now = database_now()
    Shop.objects.filter(pk=shop_id).update(
        catalogue_until=None,
        catalogue_due_at=now + (EVERY if succeeded else timedelta(minutes=1)),
    )
    if succeeded:
        Shop.objects.filter(pk=shop_id).update(last_catalogue_at=now)


def store(*, shop_id: int, found: Sequence[WireListing]) -> int:
    """Write one page of the catalogue, in the caller's transaction; few statements for many rows.

    Things with the code of one of our SKUs are matched to it, unless a person has chosen before.

    Returns:
        How many of them no SKU is known for.
    """
    _assert_joined()
    newest = {(one.item_id, one.sku_id): one for one in found}
    known = {
        (row.platform_item_id, row.platform_sku_id): row
        for row in Listing.objects.select_for_update(no_key=True)
        .filter(shop_id=shop_id, platform_item_id__in={item_id for item_id, _ in newest})
        .order_by("id")
    }
    codes = stock.sku_ids_by_code({one.outer_code for one in newest.values() if one.outer_code})
    fresh, changed, matched = [], [], []
    for ids, one in newest.items():
        row = known.get(ids)
        if row is None:
            fresh.append(_row(shop_id, one, codes.get(one.outer_code)))
            continue
        before = row.sku_id
        row.sku_id = row.sku_id or codes.get(one.outer_code)
        if _take_over(row, one) or row.sku_id != before:
            changed.append(row)
        if row.sku_id != before:
            matched.append(row)
    Listing.objects.bulk_create(fresh)
    Listing.objects.bulk_update(
        changed, ["sku_id", "title", "outer_code", "inventory_item_id", "is_offered"]
    )
    new = [row.pk for row in [*fresh, *matched] if row.sku_id is not None]
    publishing.mark_stale(Listing.objects.filter(pk__in=new))
    for row in matched:
        assert row.sku_id is not None
        orders.remap(
            shop_id=shop_id,
            platform_sku_id=row.platform_sku_id,
            platform_item_id=row.platform_item_id,
            outer_code=row.outer_code,
            sku_id=row.sku_id,
        )
    return sum(1 for row in [*fresh, *known.values()] if row.sku_id is None)


def _row(shop_id: int, one: WireListing, sku_id: int | None) -> Listing:
    return Listing(
        shop_id=shop_id,
        platform_item_id=one.item_id,
        platform_sku_id=one.sku_id,
        inventory_item_id=one.inventory_item_id,
        outer_code=one.outer_code,
        title=one.title,
        sku_id=sku_id,
    )


def _take_over(row: Listing, one: WireListing) -> bool:
    before = (row.title, row.outer_code, row.inventory_item_id, row.is_offered)
    after = (one.title, one.outer_code, one.inventory_item_id, True)
    row.title, row.outer_code, row.inventory_item_id, row.is_offered = after
    return before != after


def match_by_code(*, sku_codes: Sequence[str]) -> int:
    """Match waiting listings to SKUs that have just been set up, in the caller's transaction."""
    _assert_joined()
    ids = stock.sku_ids_by_code(sku_codes)
    rows = list(
        Listing.objects.select_for_update(no_key=True)
        .filter(sku__isnull=True, outer_code__in=ids)
        .order_by("id")
    )
    for row in rows:
        row.sku_id = ids[row.outer_code]
    Listing.objects.bulk_update(rows, ["sku_id"])
    publishing.mark_stale(Listing.objects.filter(pk__in=[row.pk for row in rows]))
    return len(rows)


def read_soon(*, shop_id: int) -> None:
    """Have the shop's catalogue read at once."""
    _assert_joined()
    Shop.objects.filter(pk=shop_id).update(catalogue_due_at=database_clock())


def drop_vanished(*, shop_id: int, seen: set[tuple[str, str]]) -> int:
    """Stop publishing what the whole catalogue no longer shows; the mapping is kept."""
    _assert_joined()
    offered = Listing.objects.filter(shop_id=shop_id, is_offered=True).values_list(
        "id", "platform_item_id", "platform_sku_id"
    )
    gone = [pk for pk, item_id, sku_id in offered if (item_id, sku_id) not in seen]
    return Listing.objects.filter(pk__in=gone).update(
        is_offered=False, stale_since=None, stale_count=F("stale_count") + 1
    )


def _assert_joined() -> None:
    assert connection.in_atomic_block, "Services join the caller's transaction."
