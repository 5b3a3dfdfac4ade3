"""What left for which orders, for whoever tells the shops."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from oms.models import Order, OrderLine
from wms import selectors as floor_selectors


@dataclass(frozen=True)
class Sent:
    """The parcel of one order.

    `lines` are (platform line id, base units) that were shipped; `carrier_codes` says what each
    platform calls the carrier.
    """

    number: str
    shop_id: int
    platform: str
    platform_number: str
    document: str
    parcel: str
    waybill: str
    carrier_code: str
    carrier_name: str
    carrier_codes: Mapping[str, Any]
    shipped_at: datetime | None
    lines: tuple[tuple[str, int], ...]
    # False: more parcels of this order will follow.
    is_whole: bool = True


def shipments_for(numbers: Iterable[str]) -> dict[str, Sent]:
    """The parcel of each order that has shipped (wholly or in part); others are missing."""
    orders = list(
        Order.objects.filter(
            number__in=set(numbers), state__in=["PARTIALLY_SHIPPED", "SHIPPED", "COMPLETED"]
        ).order_by("id")
    )
    lines: dict[int, list[tuple[str, int]]] = {order.pk: [] for order in orders}
    for order_id, name, shipped in (
        OrderLine.objects.filter(order__in=orders, shipped__gt=0)
        .order_by("order", "position")
        .values_list("order_id", "platform_line_id", "shipped")
    ):
        lines[order_id].append((name, shipped))
    parcels = floor_selectors.shipments([order.document for order in orders])
    return {
        str(order.number): Sent(
            number=str(order.number),
            shop_id=order.shop_id,
            platform=order.platform,
            platform_number=order.platform_number,
            document=order.document,
            parcel=parcels[order.document].parcel,
            waybill=parcels[order.document].waybill,
            carrier_code=parcels[order.document].carrier_code,
            carrier_name=parcels[order.document].carrier_name,
            carrier_codes=parcels[order.document].carrier_codes,
            shipped_at=parcels[order.document].shipped_at,
            lines=tuple(lines[order.pk]),
            is_whole=order.state != "PARTIALLY_SHIPPED",
        )
        for order in orders
        if order.document in parcels
    }
