"""One order with everything around it: lines, claims, floor, parcel, exceptions, timeline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from inventory import selectors as stock
from oms import happenings
from oms.models import Order, OrderEvent, OrderLine, Receiver
from oms.selectors.exceptions import ExceptionRow, exceptions_of
from oms.selectors.lists import OrderRow, rows_of
from org.scope import Scope
from org.selectors import audit_trail, names_of_actors
from wms import selectors as floor_selectors

REVEAL = "receiver.reveal"


@dataclass(frozen=True)
class LineView:
    """One line; quantities are base units."""

    position: int
    title: str
    outer_code: str
    platform_sku_id: str
    sku_id: int | None
    sku_code: str
    sku_name: str
    unit: str
    qty: int
    told_qty: str
    cancelled: int
    shipped: int
    held: int
    unit_price: Decimal
    discount: Decimal
    amount: Decimal
    refund: str


@dataclass(frozen=True)
class HeldLine:
    """Units held for the order."""

    sku_code: str
    sku_name: str
    warehouse: str
    qty: int
    pinned: int


@dataclass(frozen=True)
class Moment:
    """One line of the timeline; `source` is "order" or "floor"."""

    at: datetime
    source: str
    title: str
    who: str
    note: str
    from_state: str
    to_state: str
    detail: Mapping[str, Any]


@dataclass(frozen=True)
class Detail:
    """An order as its page shows it; the receiver is masked."""

    row: OrderRow
    document: str
    unit_id: int | None
    shop_id: int
    platform_state: str
    goods_amount: Decimal
    discount: Decimal
    freight: Decimal
    tax: Decimal
    total: Decimal
    paid: Decimal
    buyer_note: str
    seller_note: str
    receiver: Mapping[str, str]
    receiver_masked: bool
    due_at: datetime | None
    cancelled_at: datetime | None
    lines: list[LineView]
    held: list[HeldLine]
    floor_state: str
    fulfilment: str
    parcel: floor_selectors.ShipmentView | None
    exceptions: list[ExceptionRow]
    moments: list[Moment]


def order_detail(*, number: str, scope: Scope) -> Detail | None:
    """Everything about one order, or None when it is not there or outside the scope."""
    order = scope.limit(Order.objects.filter(number=number), "unit").first()
    if order is None:
        return None
    document = order.document
    lines = list(OrderLine.objects.filter(order=order).order_by("position"))
    units = stock.held_units(documents=[document])
    kits = stock.held_kits(documents=[document]).get(document, [])
    skus = stock.skus({row.sku_id for row in units} | {ln.sku_id for ln in lines if ln.sku_id})
    houses = {row.id: row.name for row in stock.warehouses(scope=Scope.everything(), active=False)}
    receiver = Receiver.objects.filter(order=order).first()
    return Detail(
        row=rows_of([order.pk])[0],
        document=document,
        unit_id=order.unit_id,
        shop_id=order.shop_id,
        platform_state=order.platform_state,
        goods_amount=order.goods_amount,
        discount=order.discount,
        freight=order.freight,
        tax=order.tax,
        total=order.total,
        paid=order.paid,
        buyer_note=order.buyer_note,
        seller_note=order.seller_note,
        receiver=_masked(receiver),
        receiver_masked=receiver is not None and receiver.is_masked,
        due_at=order.due_at,
        cancelled_at=order.cancelled_at,
        lines=_line_views(lines, skus, units, kits),
        held=[
            HeldLine(
                sku_code=skus[row.sku_id].code,
                sku_name=skus[row.sku_id].name,
                warehouse=houses.get(row.warehouse_id, ""),
                qty=row.qty,
                pinned=row.pinned,
            )
            for row in units
        ],
        floor_state=floor_selectors.states([document]).get(document, ""),
        fulfilment=floor_selectors.fulfilment_numbers([document]).get(document, ""),
        parcel=floor_selectors.shipments([document]).get(document),
        exceptions=exceptions_of(order_id=order.pk),
        moments=_moments(order),
    )


def timeline(number: str) -> list[Moment]:
    """What happened to an order here and on the floor, oldest first; empty when unknown."""
    order = Order.objects.filter(number=number).first()
    return [] if order is None else _moments(order)


def _moments(order: Order) -> list[Moment]:
    events = list(OrderEvent.objects.filter(order=order).order_by("id"))
    documents = [str(order.number), *(f"{order.number}/{n}" for n in range(2, order.round + 1))]
    on_floor = [event for name in documents for event in floor_selectors.timeline(name)]
    names = names_of_actors([*(e.who for e in events), *(e.who for e in on_floor)])
    moments = [
        Moment(
            at=event.at,
            source="order",
            title=happenings.what(event.what),
            who=names[event.who],
            note=happenings.why(event.why),
            from_state=event.from_state,
            to_state=event.to_state,
            detail=event.detail,
        )
        for event in events
    ]
    moments += [
        Moment(
            at=event.at,
            source="floor",
            title=event.label,
            who=names[event.who],
            note=happenings.why(event.why),
            from_state=event.from_state,
            to_state=event.to_state,
            detail={},
        )
        for event in on_floor
    ]
    moments += _shown(order)
    return sorted(moments, key=lambda moment: moment.at)


def _shown(order: Order) -> list[Moment]:
    """Who has seen the receiver in the clear, and why: the trail's own records."""
    rows = [row for row in audit_trail(subject=str(order.number)) if row.action == REVEAL]
    names = names_of_actors([row.actor for row in rows])
    return [
        Moment(
            at=row.at,
            source="trail",
            title=_("The receiver was shown"),
            who=names[row.actor],
            note=str((row.after or {}).get("why", "")),
            from_state="",
            to_state="",
            detail={},
        )
        for row in rows
    ]


def _line_views(
    lines: list[OrderLine],
    skus: Mapping[int, stock.SkuView],
    units: list[stock.HeldUnits],
    kits: list[stock.HeldKits],
) -> list[LineView]:
    """Lines with the units held for them; of one SKU on two lines the first is filled first."""
    parts: dict[int, int] = {}
    for row in units:
        parts[row.sku_id] = parts.get(row.sku_id, 0) + row.qty
    left = stock.as_sold(parts, kits)
    views = []
    for line in lines:
        sku = skus.get(line.sku_id) if line.sku_id is not None else None
        held = min(line.live, left.get(line.sku_id or 0, 0))
        if line.sku_id is not None:
            left[line.sku_id] = left.get(line.sku_id, 0) - held
        views.append(
            LineView(
                position=line.position,
                title=line.title,
                outer_code=line.outer_code,
                platform_sku_id=line.platform_sku_id,
                sku_id=line.sku_id,
                sku_code=sku.code if sku else "",
                sku_name=sku.name if sku else "",
                unit=sku.unit_name if sku else "",
                qty=line.qty,
                told_qty=line.told_qty,
                cancelled=line.cancelled,
                shipped=line.shipped,
                held=held,
                unit_price=line.unit_price,
                discount=line.discount,
                amount=line.amount,
                refund=line.refund,
            )
        )
    return views


def _masked(receiver: Receiver | None) -> dict[str, str]:
    if receiver is None:
        return {}
    return {
        "name": receiver.masked_name,
        "phone": receiver.masked_phone,
        "country": receiver.country,
        "province": receiver.province,
        "city": receiver.city,
        "district": receiver.district,
        "address": receiver.masked_address,
        "postcode": receiver.postcode,
    }
