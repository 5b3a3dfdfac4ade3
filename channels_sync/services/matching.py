"""Which SKU is meant by what a platform sold: by listing, else by merchant code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import connection
from django.db.models import F, Q

from channels_sync.models import Listing, Shop
from inventory import selectors as stock
from oms import services as orders
from oms.drafts import LineDraft, OrderDraft
from org import services as org
from org.scope import Scope
from outbox import services as outbox
from outbox.clock import database_clock

_Ids = tuple[int, str, str]


def match(drafts: Sequence[OrderDraft]) -> list[OrderDraft]:
    """The drafts with `sku_id` filled in where we know it. Three statements at most.

    A person's choice on the listing comes before equal codes. What nobody knows becomes an
    unmatched listing, so that a person can say what it is.
    """
    lines = [(draft.shop_id, line) for draft in drafts for line in draft.lines]
    if not lines:
        return list(drafts)
    by_ids, by_code = _listings(lines)
    codes = {line.outer_code for _, line in lines if line.outer_code}
    sku_by_code = stock.sku_ids_by_code(codes)
    unknown: dict[_Ids, Listing] = {}

    def known(shop_id: int, line: LineDraft) -> LineDraft:
        ids = (shop_id, line.platform_item_id, line.platform_sku_id)
        has_ids = bool(line.platform_item_id or line.platform_sku_id)
        found = by_ids.get(ids) if has_ids else None
        found = found or by_code.get((shop_id, line.outer_code))
        sku_id = found or sku_by_code.get(line.outer_code)
        if sku_id is None:
            unknown[ids] = Listing(
                shop_id=shop_id,
                platform_item_id=line.platform_item_id,
                platform_sku_id=line.platform_sku_id,
                outer_code=line.outer_code,
                title=line.title,
                is_offered=False,
            )
        return replace(line, sku_id=sku_id)

    matched = [
        replace(draft, lines=tuple(known(draft.shop_id, line) for line in draft.lines))
        for draft in drafts
    ]
    fresh = [row for ids, row in sorted(unknown.items()) if ids not in by_ids]
    if fresh:
        Listing.objects.bulk_create(fresh, ignore_conflicts=True)
    return matched


def _listings(
    lines: Sequence[tuple[int, LineDraft]],
) -> tuple[dict[_Ids, int | None], dict[tuple[int, str], int]]:
    """SKU ids by platform ids (None: seen, not matched) and by merchant code."""
    items = {line.platform_item_id for _, line in lines if line.platform_item_id}
    skus = {line.platform_sku_id for _, line in lines if line.platform_sku_id}
    codes = {line.outer_code for _, line in lines if line.outer_code}
    rows = (
        Listing.objects.filter(shop_id__in={shop_id for shop_id, _ in lines})
        .filter(
            Q(platform_item_id__in=items)
            | Q(platform_item_id="", platform_sku_id__in=skus)
            | Q(outer_code__in=codes)
        )
        .values_list("shop_id", "platform_item_id", "platform_sku_id", "outer_code", "sku_id")
    )
    by_ids: dict[_Ids, int | None] = {}
    by_code: dict[tuple[int, str], int] = {}
    for shop_id, item_id, sku_id, code, sku in rows:
        ids = (shop_id, item_id, sku_id)
        by_ids[ids] = by_ids.get(ids) or sku
        if sku is not None and code:
            by_code[(shop_id, code)] = sku
    return by_ids, by_code


def map_listing(*, listing_id: int, sku_id: int, actor: str) -> None:
    """Say which SKU a listing is; waiting orders go on and its figure is published."""
    assert connection.in_atomic_block, "Services join the caller's transaction."
    listing = (
        Listing.objects.select_for_update(no_key=True, of=("self",))
        .select_related("shop")
        .get(pk=listing_id)
    )
    before = listing.sku_id
    Listing.objects.filter(pk=listing_id).update(
        sku_id=sku_id, stale_count=F("stale_count") + 1, stale_since=database_clock(),
        due_at=database_clock(), dead_at=None, attempts=0,
    )  # fmt: skip
    orders.remap(
        shop_id=listing.shop_id,
        platform_sku_id=listing.platform_sku_id,
        platform_item_id=listing.platform_item_id,
        outer_code=listing.outer_code,
        sku_id=sku_id,
    )
    org.record(
        actor=actor,
        action="listing.mapped",
        subject=f"listing:{listing_id}",
        before={"sku_id": before},
        after={"sku_id": sku_id},
        unit_id=listing.shop.unit_id,
    )
    outbox.ring(topic="listings.stale")


@dataclass(frozen=True, slots=True)
class ListingName:
    """What a file calls a listing; the platform's SKU id decides, then item, then merchant code."""

    shop_id: int
    platform_sku_id: str = ""
    item_id: str = ""
    outer_code: str = ""


def shops_by_code(*, scope: Scope) -> dict[str, int]:
    """Shops in the scope by the code that people know."""
    rows = scope.limit(Shop.objects.all(), "unit")
    return dict(rows.values_list("code", "id"))


def listings_named(*, names: Sequence[ListingName]) -> dict[ListingName, list[int]]:
    """The listings that each name fits. One statement a way of naming."""
    found: dict[ListingName, list[int]] = {}
    for column, field in (
        ("platform_sku_id", "platform_sku_id"),
        ("platform_item_id", "item_id"),
        ("outer_code", "outer_code"),
    ):
        wanted = [name for name in names if name not in found and getattr(name, field)]
        if not wanted:
            continue
        rows = Listing.objects.filter(
            **{f"{column}__in": {getattr(name, field) for name in wanted}},
            shop__in={name.shop_id for name in wanted},
        ).values_list("id", "shop_id", column)
        by_name: dict[tuple[int, str], list[int]] = {}
        for listing_id, shop_id, text in rows.order_by("id"):
            by_name.setdefault((shop_id, text), []).append(listing_id)
        for name in wanted:
            listings = by_name.get((name.shop_id, getattr(name, field)))
            # The id that was given decides, even when it fits nothing.
            found[name] = listings or []
    return found


def map_listings(*, sku_of: Mapping[int, int], actor: str) -> int:
    """Say which SKUs these listings are; how many changed. Joins the caller's transaction.

    Only listings that orders wait for cost more than their share of two statements.
    """
    assert connection.in_atomic_block, "Services join the caller's transaction."
    locked = Listing.objects.select_for_update(no_key=True, of=("self",)).select_related("shop")
    rows = list(locked.filter(pk__in=sku_of).defer("shop__credentials").order_by("id"))
    changed = [row for row in rows if row.sku_id != sku_of[row.pk]]
    if not changed:
        return 0
    before = {row.pk: row.sku_id for row in changed}
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE channels_sync_listing l
               SET sku_id = told.sku, stale_count = l.stale_count + 1, dead_at = NULL,
                   stale_since = clock_timestamp(), due_at = clock_timestamp(), attempts = 0
               FROM unnest(%s::bigint[], %s::bigint[]) AS told(id, sku) WHERE l.id = told.id""",
            [[row.pk for row in changed], [sku_of[row.pk] for row in changed]],
        )
    waiting = orders.unmapped_names(shop_ids={row.shop_id for row in changed})
    for row in changed:
        names = ((row.shop_id, row.platform_sku_id), (row.shop_id, row.platform_item_id),
                 (row.shop_id, row.outer_code))  # fmt: skip
        if any(name in waiting for name in names if name[1]):
            orders.remap(
                shop_id=row.shop_id, platform_sku_id=row.platform_sku_id,
                platform_item_id=row.platform_item_id, outer_code=row.outer_code,
                sku_id=sku_of[row.pk],
            )  # fmt: skip
    for unit_id in sorted({row.shop.unit_id for row in changed}):
        mine = [row.pk for row in changed if row.shop.unit_id == unit_id]
        org.record(
            actor=actor, action="listings.mapped", subject=f"listings:{len(mine)}",
            before={str(pk): before[pk] for pk in mine},
            after={str(pk): sku_of[pk] for pk in mine}, unit_id=unit_id,
        )  # fmt: skip
    outbox.ring(topic="listings.stale")
    return len(changed)
