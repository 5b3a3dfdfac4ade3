"""Questions about shops: how fresh, what waits, what was given up. Always for many."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q, QuerySet, Sum
from django.utils import timezone

from channels_sync.models import (
    InboxOrder,
    Listing,
    NightlyComparison,
    PullCursor,
    PushCounter,
    PushSeen,
    ShipmentUpload,
    Shop,
)
from inventory import selectors as stock
from org.places import Named
from org.scope import Scope

# A shop is late when nothing was pulled for three of its intervals, a figure after a minute.
LATE_INTERVALS = 3
LATE_FIGURE = timedelta(seconds=60)


@dataclass(frozen=True, kw_only=True, slots=True)
class ShopRow:
    """A shop with its state of synchronisation; counts are rows, `lag` is seconds."""

    id: int
    platform: str
    platform_name: str
    code: str
    name: str
    unit_id: int
    unit_name: str
    is_active: bool
    pull_seconds: int
    last_pull_at: datetime | None
    last_stock_at: datetime | None
    complete_until: datetime | None
    lag: int | None
    is_late: bool
    trouble: str
    trouble_since: datetime | None
    not_before: datetime | None
    inbox_waiting: int
    inbox_dead: int
    figures_stale: int
    figures_late: int
    figures_dead: int
    unmatched: int
    uploads_waiting: int
    uploads_dead: int
    refused_pushes: int
    compared: tuple[int, int] | None

    @property
    def has_platform(self) -> bool:
        """There is somebody to pull from and to push to."""
        return self.platform != Shop.Platform.API

    @property
    def dead(self) -> int:
        """Everything given up."""
        return self.inbox_dead + self.figures_dead + self.uploads_dead

    @property
    def tone(self) -> str:
        """How worrying the shop looks."""
        if not self.is_active:
            return "muted"
        if self.trouble or self.is_late:
            return "bad"
        return "warn" if self.dead or self.figures_late else "ok"


def shops_as_places() -> list[Named]:
    """Every shop, for giving somebody a role there."""
    rows = Shop.objects.order_by("name", "id").values_list("id", "code", "name", "unit_id")
    return [Named(*row) for row in rows]


def shop_rows(*, scope: Scope, only: Collection[int] | None = None) -> list[ShopRow]:
    """Shops in the scope with their state, or only these; a constant number of statements."""
    rows = scope.limit(Shop.objects.select_related("unit").defer("credentials"), "unit")
    if only is not None:
        rows = rows.filter(pk__in=only)
    shops = list(rows.order_by("pinyin", "name", "id"))
    ids = [shop.pk for shop in shops]
    now = timezone.now()
    counts = _counts(ids, now)
    safe = dict(PullCursor.objects.filter(shop__in=ids).values_list("shop_id", "safe_until"))
    compared = {
        row.shop_id: (row.missing, row.placed)
        for row in NightlyComparison.objects.filter(shop__in=ids)
        .order_by("shop_id", "-day")
        .distinct("shop_id")
    }
    return [
        _shop_row(shop, counts.get(shop.pk, {}), safe.get(shop.pk), compared.get(shop.pk), now)
        for shop in shops
    ]


def shop_names(*, scope: Scope) -> list[tuple[int, str]]:
    """Ids and names of the shops in the scope, by spelled name; one statement."""
    rows = scope.limit(Shop.objects.all(), "unit").order_by("pinyin", "name", "id")
    return list(rows.values_list("id", "name"))


def _shop_row(
    shop: Shop,
    counts: dict[str, int],
    safe_until: datetime | None,
    compared: tuple[int, int] | None,
    now: datetime,
) -> ShopRow:
    lag = None if safe_until is None else max(int((now - safe_until).total_seconds()), 0)
    return ShopRow(
        id=shop.pk,
        platform=shop.platform,
        platform_name=shop.get_platform_display(),
        code=shop.code,
        name=shop.name,
        unit_id=shop.unit_id,
        unit_name=shop.unit.name,
        is_active=shop.is_active,
        pull_seconds=shop.pull_seconds,
        last_pull_at=shop.last_pull_at,
        last_stock_at=shop.last_stock_at,
        complete_until=safe_until,
        lag=lag,
        is_late=shop.is_pulled and (lag is None or lag > LATE_INTERVALS * shop.pull_seconds),
        trouble=shop.trouble,
        trouble_since=shop.trouble_since,
        not_before=shop.not_before if shop.not_before and shop.not_before > now else None,
        inbox_waiting=counts.get("inbox_waiting", 0),
        inbox_dead=counts.get("inbox_dead", 0),
        figures_stale=counts.get("figures_stale", 0),
        figures_late=counts.get("figures_late", 0),
        figures_dead=counts.get("figures_dead", 0),
        unmatched=counts.get("unmatched", 0),
        uploads_waiting=counts.get("uploads_waiting", 0),
        uploads_dead=counts.get("uploads_dead", 0),
        refused_pushes=counts.get("refused_pushes", 0),
        compared=compared,
    )


def _counts(ids: list[int], now: datetime) -> dict[int, dict[str, int]]:
    """Each count is one query over a partial index, never a walk over all orders."""
    alive = Q(dead_at__isnull=True)
    asked: dict[str, QuerySet[Any]] = {
        "inbox_waiting": InboxOrder.objects.filter(
            alive, Q(taken_at__isnull=True, payload__isnull=False) | Q(fetch_wanted=True)
        ),
        "inbox_dead": InboxOrder.objects.filter(dead_at__isnull=False),
        "figures_stale": _owed_figures(),
        "figures_late": _owed_figures().filter(stale_since__lt=now - LATE_FIGURE),
        "figures_dead": Listing.objects.filter(dead_at__isnull=False),
        "unmatched": Listing.objects.filter(sku__isnull=True),
        "uploads_waiting": ShipmentUpload.objects.filter(alive, done_at__isnull=True),
        "uploads_dead": ShipmentUpload.objects.filter(dead_at__isnull=False),
    }
    found: dict[int, dict[str, int]] = {}
    for name, rows in asked.items():
        counted = rows.filter(shop__in=ids).order_by().values_list("shop_id")
        for shop_id, count in counted.annotate(count=Count("id")):
            found.setdefault(shop_id, {})[name] = count
    refused = PushCounter.objects.filter(
        shop__in=ids, day__gte=(now - timedelta(days=1)).date()
    ).exclude(outcome="duplicate")
    for shop_id, count in refused.values_list("shop_id").annotate(count=Sum("count")):
        found.setdefault(shop_id, {})["refused_pushes"] = count
    return found


def _owed_figures() -> QuerySet[Listing]:
    return Listing.objects.filter(
        stale_since__isnull=False, dead_at__isnull=True, sku__isnull=False, is_offered=True
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class ListingRow:
    """A listing as people see it."""

    id: int
    shop_id: int
    shop_name: str
    outer_code: str
    title: str
    item_id: str
    platform_sku_id: str
    sku_code: str
    acked_qty: int | None
    acked_at: datetime | None
    computed_qty: int | None
    attempts: int
    error_code: str
    error_text: str


def shops_named(*, scope: Scope, words: str, limit: int) -> list[tuple[int, str, str]]:
    """Id, code and name of the shops whose code, name or pinyin contains the words."""
    rows = scope.limit(Shop.objects.all(), "unit").filter(shop_worded(words))
    return list(rows.order_by("pinyin", "id").values_list("id", "code", "name")[:limit])


def shop_worded(words: str) -> Q:
    """Shops whose code, name or pinyin contains the words."""
    return Q(code__icontains=words) | Q(name__icontains=words) | Q(pinyin__contains=words.lower())


def unmatched(
    *, scope: Scope, shop_id: int | None = None, text: str = "", after: int = 0, limit: int = 50
) -> list[ListingRow]:
    """Listings nobody has said the SKU of, oldest first; keyset by id."""
    rows = unmatched_of(scope=scope, shop_id=shop_id, text=text).filter(pk__gt=after)
    return listing_rows(rows.order_by("id")[:limit])


def unmatched_of(*, scope: Scope, shop_id: int | None = None, text: str = "") -> QuerySet[Listing]:
    """The same, unordered."""
    rows = scope.limit(Listing.objects.filter(sku__isnull=True), "shop__unit")
    if text:
        rows = rows.filter(Q(outer_code__icontains=text) | Q(title__icontains=text))
    return rows if shop_id is None else rows.filter(shop_id=shop_id)


def failed_figures(*, scope: Scope, shop_id: int, limit: int = 50) -> list[ListingRow]:
    """Figures that were given up or keep failing."""
    rows = scope.limit(Listing.objects.filter(shop_id=shop_id), "shop__unit")
    rows = rows.filter(Q(dead_at__isnull=False) | Q(attempts__gt=0))
    return listing_rows(rows.order_by("id")[:limit])


def listing_rows(rows: QuerySet[Listing]) -> list[ListingRow]:
    """Listings as people see them, in this order; two statements."""
    found = list(rows.select_related("shop").defer("shop__credentials"))
    codes = stock.skus({row.sku_id for row in found if row.sku_id is not None})
    return [
        ListingRow(
            id=row.pk,
            shop_id=row.shop_id,
            shop_name=row.shop.name,
            outer_code=row.outer_code,
            title=row.title,
            item_id=row.platform_item_id,
            platform_sku_id=row.platform_sku_id,
            sku_code=codes[row.sku_id].code if row.sku_id in codes else "",
            acked_qty=row.acked_qty,
            acked_at=row.acked_at,
            computed_qty=row.computed_qty,
            attempts=row.attempts,
            error_code=row.error_code,
            error_text=row.error_text,
        )
        for row in found
    ]


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """Something that was given up, or is being tried again: an order, or a waybill."""

    id: int
    shop_id: int
    number: str
    waybill: str
    at: datetime
    attempts: int
    is_dead: bool
    code: str
    text: str


def failed_orders(*, scope: Scope, shop_id: int, limit: int = 50) -> list[Letter]:
    """Inbox orders that could not be read, fetched or handed over. Payloads are not opened."""
    rows = scope.limit(InboxOrder.objects.defer("payload"), "shop__unit").filter(
        Q(dead_at__isnull=False) | Q(attempts__gt=0), shop_id=shop_id
    )
    return [
        Letter(
            id=row.pk,
            shop_id=row.shop_id,
            number=row.platform_number,
            waybill="",
            at=row.received_at,
            attempts=row.attempts,
            is_dead=row.dead_at is not None,
            code=row.error_code,
            text=row.error_where,
        )
        for row in rows.order_by("-id")[:limit]
    ]


def failed_uploads(*, scope: Scope, shop_id: int, limit: int = 50) -> list[Letter]:
    """Waybills the platform refused or that keep failing."""
    rows = scope.limit(ShipmentUpload.objects.all(), "shop__unit").filter(
        Q(dead_at__isnull=False) | Q(attempts__gt=0), shop_id=shop_id, done_at__isnull=True
    )
    return [
        Letter(
            id=row.pk,
            shop_id=row.shop_id,
            number=row.order_number,
            waybill=row.waybill,
            at=row.created_at,
            attempts=row.attempts,
            is_dead=row.dead_at is not None,
            code=row.error_code,
            text=row.error_text,
        )
        for row in rows.order_by("-id")[:limit]
    ]


@dataclass(frozen=True, kw_only=True, slots=True)
class NightRow:
    """One night's proof; `still_missing` is what has not arrived since."""

    day: date
    placed: int
    missing: int
    still_missing: int


def nights(*, scope: Scope, shop_id: int, limit: int = 14) -> list[NightRow]:
    """The last comparisons of a shop, newest first."""
    rows = list(
        scope.limit(NightlyComparison.objects.all(), "shop__unit")
        .filter(shop_id=shop_id)
        .prefetch_related("orders")
        .order_by("-day")[:limit]
    )
    named = {one.platform_number for row in rows for one in row.orders.all()}
    here = set(
        InboxOrder.objects.filter(
            shop_id=shop_id, platform_number__in=named, taken_at__isnull=False
        ).values_list("platform_number", flat=True)
    )
    return [
        NightRow(
            day=row.day,
            placed=row.placed,
            missing=row.missing,
            still_missing=sum(one.platform_number not in here for one in row.orders.all()),
        )
        for row in rows
    ]


def pushes(*, shop_id: int, since: datetime) -> list[tuple[str, int]]:
    """Pushes of a shop since a time: the stored ones, then the others by reason."""
    stored = PushSeen.objects.filter(shop_id=shop_id, at__gte=since).count()
    others = (
        PushCounter.objects.filter(shop_id=shop_id, day__gte=since.date())
        .values_list("outcome")
        .annotate(count=Sum("count"))
        .order_by("outcome")
    )
    return [("stored", stored), *((str(outcome), int(count)) for outcome, count in others)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Owed:
    """What is still to be done for all shops; all zero when the outside world is up to date."""

    inbox: int
    figures: int
    uploads: int
    dead: int
    oldest_figure: datetime | None


def owed(*, shop_ids: Iterable[int] | None = None) -> Owed:
    """Count what waits, for whoever has to know that everything is done."""
    alive = Q(dead_at__isnull=True)
    waiting = Q(taken_at__isnull=True, payload__isnull=False) | Q(fetch_wanted=True)
    orders, parcels = InboxOrder.objects.all(), ShipmentUpload.objects.all()
    figures, listings = _owed_figures(), Listing.objects.all()
    if shop_ids is not None:
        mine = Q(shop__in=list(shop_ids))
        orders, parcels = orders.filter(mine), parcels.filter(mine)
        figures, listings = figures.filter(mine), listings.filter(mine)
    dead = [rows.filter(dead_at__isnull=False).count() for rows in (orders, parcels, listings)]
    oldest = figures.aggregate(oldest=Min("stale_since"), count=Count("id"))
    return Owed(
        inbox=orders.filter(alive & waiting).count(),
        figures=oldest["count"],
        uploads=parcels.filter(alive, done_at__isnull=True).count(),
        dead=sum(dead),
        oldest_figure=oldest["oldest"],
    )
