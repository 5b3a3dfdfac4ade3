"""Shops and listings a page at a time, in the order somebody asked for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from channels_sync.models import InboxOrder, Listing, ShipmentUpload, Shop
from channels_sync.selectors import (
    ListingRow,
    ShopRow,
    listing_rows,
    shop_rows,
    shop_worded,
    unmatched_of,
)
from org.lists.keyset import By, slice_of, sorted_by
from org.lists.specs import Part
from org.scope import Scope

# Orders of the lists; the first is the one nobody asked for.
SHOP_SORTS = {
    "shop": By("pinyin", descending=False, kind="text"),
    "pulled": By("last_pull_at", nullable=True, kind="moment"),
}
LISTING_SORTS = {
    "seen": By(),
    "code": By("outer_code", descending=False, kind="text"),
    "title": By("title", descending=False, kind="text"),
}


@dataclass(frozen=True)
class ShopNarrowing:
    """`words` in name, code or pinyin; `state`: "trouble", "dead" (something given up), "off"."""

    words: str = ""
    platform: str = ""
    state: str = ""


def shops_of(*, scope: Scope, narrowing: ShopNarrowing) -> QuerySet[Shop]:
    """The shops of a filter, unordered."""
    rows = scope.limit(Shop.objects.all(), "unit")
    if narrowing.words:
        rows = rows.filter(shop_worded(narrowing.words))
    if narrowing.platform:
        rows = rows.filter(platform=narrowing.platform)
    if narrowing.state == "off":
        return rows.filter(is_active=False)
    if narrowing.state == "trouble":
        return rows.exclude(trouble="").filter(is_active=True)
    if narrowing.state == "dead":
        given_up = Q()
        for model in (InboxOrder, Listing, ShipmentUpload):
            mine = model.objects.filter(shop=OuterRef("pk"), dead_at__isnull=False)
            given_up |= Q(Exists(mine))
        return rows.filter(given_up)
    return rows


def shops_sorted(
    *, scope: Scope, narrowing: ShopNarrowing, sort: str, cursor: str, limit: int
) -> Part[ShopRow]:
    """One page of shops with their state; a constant number of statements."""
    by = sorted_by(SHOP_SORTS, sort, usual="shop")
    rows = shops_of(scope=scope, narrowing=narrowing)
    part = slice_of(rows, by=by, cursor=cursor, limit=limit)
    found = {row.id: row for row in shop_rows(scope=scope, only=part.ids)}
    return part.of(found)


def unmatched_sorted(
    *, scope: Scope, shop_id: int | None, text: str, sort: str, cursor: str, limit: int
) -> Part[ListingRow]:
    """One page of listings nobody has said the SKU of."""
    rows = unmatched_of(scope=scope, shop_id=shop_id, text=text)
    part = slice_of(
        rows, by=sorted_by(LISTING_SORTS, sort, usual="seen"), cursor=cursor, limit=limit
    )
    found = {row.id: row for row in listings_named(scope=scope, ids=part.ids)}
    return part.of(found)


def listings_named(*, scope: Scope, ids: Collection[int]) -> list[ListingRow]:
    """These listings, as far as they are inside the scope."""
    return listing_rows(scope.limit(Listing.objects.filter(pk__in=ids), "shop__unit"))
