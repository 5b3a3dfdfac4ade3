"""How each shop and we keep up with each other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from channels_sync.models import InboxOrder, Listing, ShipmentUpload, Shop
from insights.routes import address
from org.scope import Scope

# A shop is late when this many of its own intervals have passed without a pull.
LATE_INTERVALS = 3


@dataclass(frozen=True)
class ShopState:
    """One shop: when it was last pulled, and what is owed either way.

    `unmatched` listings have no SKU, `owed` stock figures and shipments are on their way, `dead`
    messages were given up and need a person.
    """

    name: str
    platform: str
    state: str
    tone: str
    trouble: str
    last_pull_at: datetime | None
    complete_until: datetime | None
    unmatched: int
    owed: int
    dead: int
    url: str


def shops_in_sync(*, scope: Scope) -> list[ShopState]:
    """Every shop inside the scope, those in trouble first. Four statements."""
    shops = list(
        scope.limit(Shop.objects.all(), "unit")
        .annotate(now=Now(), complete_until=F("cursor__safe_until"))
        .order_by("name", "id")
    )
    ids = [shop.pk for shop in shops]
    listings = _by_shop(
        Listing.objects.filter(shop__in=ids).values_list("shop").annotate(
            unmatched=Count("id", filter=Q(sku__isnull=True, is_offered=True)),
            owed=Count("id", filter=Q(stale_since__isnull=False, dead_at__isnull=True)),
            dead=Count("id", filter=Q(dead_at__isnull=False)),
        )
    )  # fmt: skip
    uploads = _by_shop(
        ShipmentUpload.objects.filter(shop__in=ids, done_at__isnull=True)
        .values_list("shop")
        .annotate(
            owed=Count("id", filter=Q(dead_at__isnull=True)),
            dead=Count("id", filter=Q(dead_at__isnull=False)),
        )
    )
    inbox = _by_shop(
        InboxOrder.objects.filter(shop__in=ids, dead_at__isnull=False)
        .values_list("shop")
        .annotate(dead=Count("id"))
    )
    states = []
    for shop in shops:
        unmatched, figures, dead_figures = listings.get(shop.pk, (0, 0, 0))
        parcels, dead_parcels = uploads.get(shop.pk, (0, 0))
        (dead_orders,) = inbox.get(shop.pk, (0,))
        dead = dead_figures + dead_parcels + dead_orders
        state, tone = _state(shop, shop.now, dead)
        states.append(
            ShopState(
                name=shop.name,
                platform=str(shop.get_platform_display()),
                state=state,
                tone=tone,
                trouble=shop.trouble,
                last_pull_at=shop.last_pull_at,
                complete_until=shop.complete_until,
                unmatched=unmatched,
                owed=figures + parcels,
                dead=dead,
                url=address("shops"),
            )
        )
    loudest = {"bad": 0, "warn": 1, "ok": 2, "muted": 3}
    return sorted(states, key=lambda state: loudest[state.tone])


def _by_shop(rows: object) -> dict[int, tuple[int, ...]]:
    return {row[0]: tuple(row[1:]) for row in rows}  # type: ignore[attr-defined]


def _state(shop: Shop, now: datetime, dead: int) -> tuple[str, str]:
    """What to call the shop's state, and how loud it is."""
    late = timedelta(seconds=shop.pull_seconds * LATE_INTERVALS)
    if not shop.is_active:
        return _("Paused"), "muted"
    if shop.trouble:
        return _("In trouble"), "bad"
    if dead:
        return _("Needs a person"), "bad"
    if shop.last_pull_at is None:
        return _("Never pulled"), "warn"
    if now - shop.last_pull_at > late:
        return _("Late"), "warn"
    return _("In step"), "ok"
