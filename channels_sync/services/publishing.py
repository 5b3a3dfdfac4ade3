"""Stock back to the shops: which figures are owed, what they are, and what the platform has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Case, F, Q, QuerySet, When
from django.db.models.functions import Coalesce

from channels_sync.connectors.interface import ConnectorError, StockItem, Throttled
from channels_sync.models import Listing, Shop
from channels_sync.services.figures import basis_of, shown_qty
from inventory import selectors as stock
from outbox import services as outbox
from outbox.clock import database_clock, database_now

# A platform that is away for some hours must not end with every figure given up.
MOST_ATTEMPTS = 40
LEASE = timedelta(seconds=120)


@dataclass(frozen=True, slots=True)
class Job:
    """Figures of one shop to be set, claimed together; `claimed_until` names the claim."""

    shop_id: int
    claimed_until: datetime
    items: tuple[StockItem, ...]


def note_stock_changed(*, keys: list[str]) -> None:
    """Have every listing of these SKUs, and of kits with them, published again ("stock.changed").

    The ledger names only what it holds; which kits a part belongs to is asked here, outside its
    locks.
    """
    mark_stale(_listings_of(keys))


def note_stock_unsafe(*, keys: list[str]) -> None:
    """Goods of these SKUs may harm somebody: their figures go first (news "stock.unsafe")."""
    mark_stale(_listings_of(keys), urgent=True)


def _listings_of(keys: list[str]) -> QuerySet[Listing]:
    return Listing.objects.filter(sku_id__in=sorted(stock.with_kits(int(key) for key in keys)))


def mark_stale(rows: QuerySet[Listing], *, urgent: bool = False) -> int:
    """Have these listings looked at again; a figure that was given up gets another chance.

    `urgent` figures are pushed before all others, and are until they have been acknowledged.
    """
    # Locked in one order first, so that two batches of news never wait for each other.
    ids = list(rows.select_for_update(no_key=True).order_by("id").values_list("id", flat=True))
    if not ids:
        return 0
    now = database_now()
    Listing.objects.filter(pk__in=ids).update(
        stale_count=F("stale_count") + 1,
        stale_since=Coalesce("stale_since", now),
        dead_at=None,
        is_urgent=True if urgent else F("is_urgent"),
    )
    outbox.ring(topic="listings.stale")
    return len(ids)


def claim(*, limit: int = 500) -> list[Job]:
    """Claim stale listings and compute their figures, in the caller's transaction.

    While there are urgent figures (safety freezes) they are claimed alone, so that nothing else
    stands in the queue before them.
    """
    _assert_joined()
    now = database_now()
    rows = list(
        Listing.objects.select_for_update(skip_locked=True, of=("self",), no_key=True)
        .filter(
            Q(claimed_until__isnull=True) | Q(claimed_until__lt=now),
            Q(shop__not_before__isnull=True) | Q(shop__not_before__lte=now),
            stale_since__isnull=False,
            dead_at__isnull=True,
            sku__isnull=False,
            is_offered=True,
            due_at__lte=now,
            shop__is_active=True,
        )
        .order_by("-is_urgent", "stale_since", "id")[:limit]
    )
    if not rows:
        return []
    if rows[0].is_urgent:
        rows = [row for row in rows if row.is_urgent]
    compute(rows)
    until = now + LEASE
    for row in rows:
        row.claimed_until, row.claimed_stale_count = until, row.stale_count
    Listing.objects.bulk_update(
        rows, ["computed_qty", "computed_basis", "claimed_until", "claimed_stale_count"]
    )
    jobs: dict[int, list[StockItem]] = {}
    for row in rows:
        jobs.setdefault(row.shop_id, []).append(_item(row))
    return [Job(shop_id, until, tuple(items)) for shop_id, items in sorted(jobs.items())]


def _item(row: Listing) -> StockItem:
    return StockItem(
        listing_id=row.pk,
        item_id=row.platform_item_id,
        sku_id=row.platform_sku_id,
        inventory_item_id=row.inventory_item_id,
        qty=row.computed_qty or 0,
        expected=row.acked_qty,
    )


def compute(rows: Sequence[Listing]) -> None:
    """Set `computed_qty` and `computed_basis` of listings in memory; four statements at most.

    Figures and the versions they are filed under are read in one look (a kit's are its parts').
    """
    shops = Shop.objects.prefetch_related("bindings").in_bulk({row.shop_id for row in rows})
    houses = {shop.pk: [one.warehouse_id for one in shop.bindings.all()] for shop in shops.values()}
    everywhere = {house for mine in houses.values() for house in mine}
    sku_ids = {row.sku_id for row in rows if row.sku_id is not None}
    figures = stock.publishable(sku_ids=sku_ids, warehouse_ids=everywhere)
    for row in rows:
        assert row.sku_id is not None
        shop = shops[row.shop_id]
        keys = [(house, row.sku_id) for house in houses[shop.pk]]
        mine = [figures[key] for key in keys if key in figures]
        row.computed_basis = basis_of(
            versions=(figure.version for figure in mine), figure_epoch=shop.figure_epoch
        )
        row.computed_qty = shown_qty(
            free=(figure.qty for figure in mine), safety_qty=shop.safety_qty
        )


def store_answers(*, job: Job, answers: Mapping[int, ConnectorError | None]) -> None:
    """Note what the platform has now, in the caller's transaction.

    A figure is acknowledged only under the claim it was pushed with and never over a newer one;
    it stays stale when stock moved meanwhile. Refused figures are dead in plain sight.

    Args:
        answers: by listing id; None is acknowledged.
    """
    _assert_joined()
    good = [key for key, error in answers.items() if error is None]
    mine = Listing.objects.filter(claimed_until=job.claimed_until)
    # In the order of `mark_stale`, so that neither waits for the other in turn.
    list(mine.filter(pk__in=answers).select_for_update(no_key=True).order_by("id").values("id"))
    mine.filter(pk__in=good, acked_basis__lte=F("computed_basis")).update(
        acked_qty=F("computed_qty"),
        acked_basis=F("computed_basis"),
        acked_at=database_clock(),
        attempts=0,
        error_code="",
        error_text="",
        claimed_until=None,
        stale_since=Case(
            When(stale_count=F("claimed_stale_count"), then=None), default=F("stale_since")
        ),
        is_urgent=Case(
            When(stale_count=F("claimed_stale_count"), then=False), default=F("is_urgent")
        ),
    )
    if good:
        Shop.objects.filter(pk=job.shop_id).update(last_stock_at=database_clock())
    bad = mine.filter(pk__in=[key for key in answers if answers[key] is not None])
    now = database_now()
    for row in bad.select_for_update(no_key=True).order_by("id"):
        error = answers[row.pk]
        assert error is not None
        _put_off(row, error, now)


def _put_off(row: Listing, error: ConnectorError, now: datetime) -> None:
    row.claimed_until = None
    if not isinstance(error, Throttled):
        row.attempts += 1
        row.due_at = now + timedelta(seconds=min(2.0**row.attempts, 300))
        row.error_code, row.error_text = error.code[:100], error.text[:300]
        if not error.retryable or row.attempts >= MOST_ATTEMPTS:
            row.dead_at = now
    row.save(
        update_fields=[
            "claimed_until", "attempts", "due_at", "error_code", "error_text", "dead_at",
        ]
    )  # fmt: skip


def retry(*, listing_ids: Sequence[int]) -> int:
    """Give figures another try at once, given up or not."""
    _assert_joined()
    now = database_now()
    rows = Listing.objects.filter(pk__in=listing_ids, sku__isnull=False)
    rows.update(attempts=0, due_at=now)
    return mark_stale(rows)


def sweep(*, after: int = 0, limit: int = 2000) -> int:
    """Compare what was published with what the stock is now; marks what nobody told us of.

    Both basis and figure are compared: a mark that hides units changes no balance.

    Returns:
        The last listing looked at, to go on after; 0 at the end.
    """
    _assert_joined()
    rows = list(
        Listing.objects.filter(pk__gt=after, sku__isnull=False, is_offered=True)
        .filter(shop__is_active=True)
        .order_by("id")[:limit]
    )
    if not rows:
        return 0
    told = {row.pk: (row.computed_basis, row.computed_qty) for row in rows}
    compute(rows)
    owed = [
        row.pk
        for row in rows
        if (row.computed_basis, row.computed_qty) != told[row.pk]
        and row.stale_since is None
        and row.dead_at is None
    ]
    if owed:
        mark_stale(Listing.objects.filter(pk__in=owed))
    return rows[-1].pk if len(rows) == limit else 0


def _assert_joined() -> None:
    assert connection.in_atomic_block, "Services join the caller's transaction."
