"""What time does: expired lots are frozen, and claims whose time is up are let go."""

from __future__ import annotations

from datetime import date, datetime

from inventory.ledger import post
from inventory.models import Hold, Stock
from inventory.requests import HoldRequest, Line, ReleaseRequest

# Claims let go in one transaction: a second's work, so nobody waits long for their balances.
DUE_AT_ONCE = 2_000


def freeze_expired(*, today: date, actor: str = "system:expiry") -> int:
    """Lay an expiry freeze over every lot that is past its date and has stock; how many lots.

    A lot may be used through the day it expires on.
    """
    frozen = Hold.objects.filter(
        role="FREEZE",
        reason__code="EXPIRED",
        lot__isnull=False,
        closed_at__isnull=True,
        warehouse__isnull=True,
    ).values("lot_id")
    lots = (
        Stock.objects.filter(lot__expires_on__lt=today, on_hand__gt=0)
        .exclude(lot_id__in=frozen)
        .values_list("lot_id", "balance__sku_id", "lot__expires_on")
        .distinct()
    )
    requests = [
        HoldRequest(
            key=f"expired:{lot}:{expires_on}",
            document=f"LOT-{lot}",
            warehouse_id=None,
            lines=(Line(sku_id=sku, qty=0, lot_id=lot),),
            reason="EXPIRED",
            blanket=True,
        )
        for lot, sku, expires_on in lots
    ]
    if requests:
        post(requests, actor=actor, today=today)
    return len(requests)


def release_due(*, now: datetime, limit: int = DUE_AT_ONCE, actor: str = "system:expiry") -> int:
    """Let go of up to `limit` open claims whose time was up at `now`; how many were.

    Fewer than `limit` means that nothing more is due. They end as expired. A safety freeze never
    thaws by time: `hold` refuses it a time, and so does the database.
    """
    due = (
        Hold.objects.filter(expires_at__lte=now, closed_at__isnull=True, is_safety=False)
        .order_by("expires_at", "id")
        .values_list("id", "document", "expires_at")[:limit]
    )
    requests = [
        ReleaseRequest(
            key=f"due:{hold_id}:{expires_at:%Y%m%dT%H%M%S.%f}",
            document=document,
            hold_id=hold_id,
            as_expired=True,
        )
        for hold_id, document, expires_at in due
    ]
    outcomes = post(requests, actor=actor) if requests else []
    return sum(not outcome.refused for outcome in outcomes)
