"""How far each shop has been pulled: claim, store a page, move the cursor. No calls in here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import F, Q

from channels_sync.connectors.interface import Page
from channels_sync.models import PullCursor, Shop
from channels_sync.services import inbox
from outbox.clock import database_now

LEASE = timedelta(seconds=90)


class StalePuller(Exception):
    """Somebody else has claimed the shop since; nothing was stored."""

    code = "stale_puller"


@dataclass(frozen=True, slots=True)
class Claim:
    """One window of one shop, held by `fence`. `page` continues an interrupted window."""

    cursor_id: int
    shop_id: int
    fence: int
    since: datetime
    until: datetime
    page: str


def claim_due(*, window: dict[str, timedelta], overlap: dict[str, timedelta]) -> Claim | None:
    """Claim the shop that is due longest, in the caller's transaction; None when none is.

    Args:
        window, overlap: by platform: the longest window, and how far it reaches back into the
            last one.
    """
    _assert_joined()
    now = database_now()
    cursor = (
        PullCursor.objects.select_for_update(skip_locked=True, of=("self",), no_key=True)
        .select_related("shop")
        .filter(Q(leased_until__isnull=True) | Q(leased_until__lt=now), due_at__lte=now)
        .filter(Q(shop__not_before__isnull=True) | Q(shop__not_before__lte=now))
        .filter(shop__is_active=True)
        .order_by("due_at", "id")
        .first()
    )
    if cursor is None:
        return None
    platform = cursor.shop.platform
    cursor.fence += 1
    cursor.leased_until = now + LEASE
    if cursor.window_until is None:
        _open_window(cursor, now=now, window=window[platform], overlap=overlap[platform])
    cursor.save(update_fields=["fence", "leased_until", "window_from", "window_until", "page"])
    return _claim(cursor)


def _open_window(
    cursor: PullCursor, *, now: datetime, window: timedelta, overlap: timedelta
) -> None:
    """The next window starts before the end of the last one: late rows show old times."""
    assert window > overlap
    cursor.window_from = cursor.safe_until - overlap
    cursor.window_until = max(min(cursor.window_from + window, now), cursor.window_from)
    cursor.page = ""


def _claim(cursor: PullCursor) -> Claim:
    assert cursor.window_from is not None
    assert cursor.window_until is not None
    return Claim(
        cursor.pk,
        cursor.shop_id,
        cursor.fence,
        cursor.window_from,
        cursor.window_until,
        cursor.page,
    )


def store_page(*, claim: Claim, page: Page) -> Claim | None:
    """Store a page and move on in one transaction, the caller's.

    After the last page of a window everything up to its end is safe. A shop that was away for
    long gets its next window at once.

    Returns:
        The claim to go on with, or None when the shop is up to date.

    Raises:
        StalePuller: the claim was lost; the caller's transaction must not commit.
    """
    _assert_joined()
    cursor = _held(claim)
    news = inbox.without_known(shop_id=claim.shop_id, orders=page.orders)
    inbox.store(shop_id=claim.shop_id, orders=news, source=inbox.LISTED)
    now = database_now()
    cursor.leased_until = now + LEASE
    cursor.page = page.next_cursor
    caught_up = False
    if not page.next_cursor:
        # The platform's clock may be behind ours: what it has not lived yet is not safe.
        end = min(claim.until, page.platform_time or claim.until)
        caught_up = claim.until >= now - LEASE
        cursor.safe_until = max(cursor.safe_until, end)
        cursor.window_from = cursor.window_until = None
        if caught_up:
            _finish(cursor, now)
        else:
            cursor.due_at, cursor.leased_until = now, None
    cursor.save(
        update_fields=[
            "leased_until", "page", "safe_until", "window_from", "window_until", "due_at",
        ]
    )  # fmt: skip
    return _claim(cursor) if page.next_cursor else None


def _finish(cursor: PullCursor, now: datetime) -> None:
    shop = Shop.objects.only("id", "pull_seconds").get(pk=cursor.shop_id)
    cursor.due_at = now + timedelta(seconds=shop.pull_seconds)
    cursor.leased_until = None
    Shop.objects.filter(pk=shop.pk).update(last_pull_at=now)


def give_back(*, claim: Claim, restart: bool) -> None:
    """Let go after an error; the window is kept, and its page unless `restart`."""
    _assert_joined()
    cursors = PullCursor.objects.filter(pk=claim.cursor_id, fence=claim.fence)
    if restart:  # a page mark the platform refuses would be refused for ever
        cursors.update(leased_until=None, window_from=None, window_until=None, page="")
    else:
        cursors.update(leased_until=None)


def reset_cursor(*, shop_id: int, to: datetime) -> None:
    """Pull again from an earlier time, on somebody's word; the only way a cursor goes back."""
    _assert_joined()
    PullCursor.objects.filter(shop_id=shop_id).update(
        safe_until=to, window_from=None, window_until=None, page="", leased_until=None,
        fence=F("fence") + 1, due_at=database_now(),
    )  # fmt: skip


def _held(claim: Claim) -> PullCursor:
    cursor = PullCursor.objects.select_for_update(no_key=True).get(pk=claim.cursor_id)
    if cursor.fence != claim.fence:
        raise StalePuller(f"shop {claim.shop_id}: fence {claim.fence} is past")
    return cursor


def _assert_joined() -> None:
    assert connection.in_atomic_block, "Services join the caller's transaction."
