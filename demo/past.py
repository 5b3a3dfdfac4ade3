"""A month of trade before the demo begins, so that the measures have a past to show.

Orders, walks and parcels that are over, written into their own tables with the times of their day;
every figure of those days is then counted by the measures themselves. The ledger keeps its own
clock and begins with the demo: what measures read from it has no past, and the pages say so.
Written once, while the house has no order yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from django.db import transaction
from django.utils import timezone

from channels_sync.models import Shop
from demo import company
from inventory import selectors as stock
from oms import codes
from oms.models import Order, OrderEvent, OrderException, OrderLine
from org.models import Person
from wms.models import (
    Carrier,
    Check,
    Fulfilment,
    FulfilmentEvent,
    FulfilmentLine,
    Parcel,
    ParcelLine,
    Pick,
    PickList,
    PickListEvent,
    PickTask,
)

ACTOR = "system:demo"
# Stands where a time is filled in later.
NOT_YET = datetime.max.replace(tzinfo=UTC)
DAYS = 30
# Orders by hour from 8:00 to 22:00: a peak at noon, a higher one in the evening.
HOURS = tuple(range(8, 23))
WEIGHTS = (3, 5, 7, 8, 9, 8, 6, 5, 5, 5, 6, 8, 11, 10, 6)
WALK_STATES = ("", "DRAFT", "RELEASED", "PICKING", "PICKED", "COMPLETED")
FLOOR_STATES = ("", "RELEASED", "PICKING", "PICKED", "CHECKED", "PACKED", "SHIPPED")
ORDER_STEPS = (
    ("", "PREPROCESS", "received"), ("PREPROCESS", "SUBMITTED", "submitted"),
    ("SUBMITTED", "SHIPPED", "shipped"),
)  # fmt: skip


@dataclass
class _Sale:
    """One order of the past, from the buyer's click to the parcel that left."""

    shop: Shop
    house: int
    placed: datetime
    received: datetime
    held: datetime
    goods: list[tuple[int, str, str, Decimal, int]]
    was_out: bool
    # When its walk begins; those of one house and moment are one walk.
    walk: datetime
    picked: list[datetime] = field(default_factory=list)
    shipped: datetime = NOT_YET
    order: Order = field(default_factory=Order)
    request: Fulfilment = field(default_factory=Fulfilment)
    lines: list[FulfilmentLine] = field(default_factory=list)


def tell(*, today: date, houses: Sequence[int]) -> int:
    """Write the month before today; how many orders, none when the house knows orders already.

    Args:
        today: the day that the demo plays on.
        houses: the warehouses that ship, the busiest first.
    """
    if Order.objects.exists():
        return 0
    sales = _sales(today, houses)
    by_walk: dict[tuple[datetime, int], list[_Sale]] = {}
    for sale in sorted(sales, key=lambda sale: sale.placed):
        by_walk.setdefault((sale.walk, sale.house), []).append(sale)
    dice = Random(company.PASSWORD)  # noqa: S311 - the same month for everybody, no secret
    for walked in by_walk.values():
        _walk_times(walked, dice)
    with transaction.atomic(durable=True):
        _write_orders(sales)
        _write_floor(sales)
        _write_walks(by_walk, dice)
    return len(sales)


def _sales(today: date, houses: Sequence[int]) -> list[_Sale]:
    dice = Random(today.toordinal())  # noqa: S311 - invented buyers, no secret
    shops = list(Shop.objects.filter(code__in=[shop.code for shop in company.SHOPS]).order_by("pk"))
    ids = stock.sku_ids_by_code([goods[0] for goods in company.GOODS])
    goods = [(ids[row[0]], row[0], row[1], Decimal(row[4]), 1) for row in company.GOODS[:43]]
    found = []
    for back in range(DAYS, 0, -1):
        day = today - timedelta(days=back)
        # Business grows a little, and weekends are the busy days.
        many = round((17 + (DAYS - back) / 4) * (1.35 if day.weekday() >= 5 else 1.0))
        found += [
            _sale(day, dice, shops, houses, goods, is_last=back == 1)
            for _number in range(many + dice.randint(-3, 3))
        ]
    return sorted(found, key=lambda sale: sale.received)


def _sale(
    day: date,
    dice: Random,
    shops: Sequence[Shop],
    houses: Sequence[int],
    goods: Sequence[tuple[int, str, str, Decimal, int]],
    *,
    is_last: bool,
) -> _Sale:
    hour = dice.choices(HOURS, WEIGHTS)[0]
    placed = _at(day, time(hour, dice.randrange(60), dice.randrange(60)))
    received = placed + timedelta(seconds=dice.uniform(4, 75))
    was_out = dice.random() < 0.012 and hour < 12
    wait = dice.uniform(5_000, 11_000) if was_out else dice.lognormvariate(0.1, 0.6)
    chosen = dice.sample(goods, dice.choice((1, 1, 1, 2, 2, 3)))
    late = dice.random() < 0.045
    if hour < 16 and not late:
        walk = _at(day, time(16, 10))
    elif is_last:
        # Nothing of the month is left over for today.
        walk = _at(day, time(23, 5))
    else:
        walk = _at(day + timedelta(days=1), time(9, 15))
    return _Sale(
        shop=dice.choices(shops, (5, 3, 2))[0], house=dice.choices(houses, (7, 3))[0],
        placed=placed, received=received, held=received + timedelta(seconds=wait),
        goods=[(*row[:4], dice.choice((1, 1, 1, 2))) for row in chosen],
        was_out=was_out, walk=walk,
    )  # fmt: skip


def _at(day: date, moment: time) -> datetime:
    return datetime.combine(day, moment, timezone.get_current_timezone())


def _walk_times(walked: Sequence[_Sale], dice: Random) -> None:
    """Line by line at a picker's pace; each parcel leaves when it is packed."""
    moment = walked[0].walk
    for sale in walked:
        for _line in sale.goods:
            moment += timedelta(seconds=dice.uniform(22, 68))
            sale.picked.append(moment)
    for sale in walked:
        moment += timedelta(seconds=dice.uniform(40, 75))
        sale.shipped = moment


def _write_orders(sales: Sequence[_Sale]) -> None:
    for number, sale in enumerate(sales, start=1):
        total = sum((price * qty for _id, _code, _name, price, qty in sale.goods), Decimal())
        sale.order = Order(
            shop_id=sale.shop.pk, shop_name=sale.shop.name, platform=sale.shop.platform,
            unit_id=sale.shop.unit_id, platform_number=f"{sale.placed:%y%m%d}{number:06d}",
            platform_state="shipped", modified_at=sale.shipped, state="SHIPPED",
            warehouse_id=sale.house, currency=sale.shop.currency, goods_amount=total, total=total,
            paid=total, placed_at=sale.placed, paid_at=sale.placed, received_at=sale.received,
            held_at=sale.held, shipped_at=sale.shipped, waybill=_waybill(number),
        )  # fmt: skip
    Order.objects.bulk_create([sale.order for sale in sales])
    OrderLine.objects.bulk_create(
        OrderLine(
            order=sale.order, position=position, platform_line_id=str(position + 1), sku_id=sku,
            outer_code=code, title=name, qty=qty, shipped=qty, unit_price=price, amount=price * qty,
        )
        for sale in sales
        for position, (sku, code, name, price, qty) in enumerate(sale.goods)
    )  # fmt: skip
    for step, (before, after, what) in enumerate(ORDER_STEPS):
        OrderEvent.objects.bulk_create(
            OrderEvent(
                order=sale.order, from_state=before, to_state=after, who=ACTOR, what=what,
                at=(sale.received, sale.held, sale.shipped)[step],
            )
            for sale in sales
        )  # fmt: skip
    OrderException.objects.bulk_create(
        OrderException(
            order=sale.order, unit_id=sale.shop.unit_id, code=codes.OUT_OF_STOCK, step="routed",
            retryable=True, state="RESOLVED", resolution="CLEARED", opened_at=sale.received,
            deadline=sale.received + timedelta(days=1), resolved_at=sale.held, resolved_by=ACTOR,
        )
        for sale in sales
        if sale.was_out
    )  # fmt: skip


def _waybill(number: int) -> str:
    """Below every range that the demo hands out, so that no number comes twice."""
    return f"SF{900_000_000 + number}"


def _write_floor(sales: Sequence[_Sale]) -> None:
    for sale in sales:
        sale.request = Fulfilment(
            document=f"SO-{sale.order.pk}", warehouse_id=sale.house, state="SHIPPED",
            requested_at=sale.held, carrier_code="SF",
        )  # fmt: skip
    Fulfilment.objects.bulk_create([sale.request for sale in sales])
    for sale in sales:
        sale.lines = [
            FulfilmentLine(fulfilment=sale.request, sku_id=sku, qty=qty, picked=qty, checked=qty)
            for sku, _code, _name, _price, qty in sale.goods
        ]
    FulfilmentLine.objects.bulk_create(line for sale in sales for line in sale.lines)
    FulfilmentEvent.objects.bulk_create(
        FulfilmentEvent(
            fulfilment=sale.request, from_state=before, to_state=after, who=ACTOR, at=at
        )
        for sale in sales
        for before, after, at in zip(
            FLOOR_STATES, FLOOR_STATES[1:],
            (sale.held, sale.picked[0], sale.picked[-1], *[sale.shipped] * 3), strict=False,
        )
    )  # fmt: skip
    Check.objects.bulk_create(
        Check(line=line, key=f"demo:past:{line.pk}", qty=line.qty, who=ACTOR, at=sale.shipped)
        for sale in sales
        for line in sale.lines
    )
    carrier = Carrier.objects.get(code="SF")
    parcels = Parcel.objects.bulk_create(
        Parcel(
            fulfilment=sale.request, carrier=carrier, waybill=sale.order.waybill,
            packed_at=sale.shipped, packed_by=ACTOR, shipped_at=sale.shipped, shipped_by=ACTOR,
        )
        for sale in sales
    )  # fmt: skip
    ParcelLine.objects.bulk_create(
        ParcelLine(parcel=parcel, line=line, qty=line.qty)
        for parcel, sale in zip(parcels, sales, strict=True)
        for line in sale.lines
    )


def _write_walks(by_walk: dict[tuple[datetime, int], list[_Sale]], dice: Random) -> None:
    who = Person.objects.get(username="picker").actor
    benches, shelves = {}, {}
    for house in {house for _moment, house in by_walk}:
        places = stock.locations_in(warehouse_id=house)
        benches[house] = next(place.id for place in places if place.kind == "PACKING")
        shelves[house] = [place.id for place in places if place.kind == "STORAGE"]
    walks = PickList.objects.bulk_create(
        PickList(warehouse_id=house, bench_id=benches[house], state="COMPLETED", created_at=moment)
        for moment, house in by_walk
    )
    PickListEvent.objects.bulk_create(
        PickListEvent(pick_list=walk, from_state=before, to_state=after, who=ACTOR, at=at)
        for walk, walked in zip(walks, by_walk.values(), strict=True)
        for before, after, at in zip(
            WALK_STATES, WALK_STATES[1:],
            (*[walked[0].walk] * 3, walked[-1].picked[-1], walked[-1].shipped), strict=False,
        )
    )  # fmt: skip
    tasks, moments = [], []
    for walk, walked in zip(walks, by_walk.values(), strict=True):
        for sequence, (line, at) in enumerate(_picked(walked), start=1):
            shelf = dice.choice(shelves[walk.warehouse_id])
            tasks.append(
                PickTask(
                    pick_list=walk, line=line, location_id=shelf, qty=line.qty, picked=line.qty,
                    state="PICKED", sequence=sequence,
                )
            )  # fmt: skip
            moments.append(at)
    PickTask.objects.bulk_create(tasks)
    Pick.objects.bulk_create(
        Pick(task=task, key=f"demo:past:{task.pk}", qty=task.qty, who=who, at=at)
        for task, at in zip(tasks, moments, strict=True)
    )


def _picked(walked: Iterable[_Sale]) -> list[tuple[FulfilmentLine, datetime]]:
    return [pair for sale in walked for pair in zip(sale.lines, sale.picked, strict=True)]
