"""Expired lots are frozen before anybody can sell them."""

from __future__ import annotations

from datetime import date

from inventory.ledger import post
from inventory.models import Hold, Stock
from inventory.requests import HoldRequest, Line


def freeze_expired(*, today: date, actor: str = "system:expiry") -> int:
    """Lay an expiry freeze over every lot that is past its date and has stock; how many lots.

    A lot may be used through the day it expires on.
    """
    frozen = Hold.objects.filter(
        reason__code="EXPIRED", lot__isnull=False, closed_at__isnull=True, warehouse__isnull=True
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
