"""What happens to an order: placed, paid, changed, cancelled, shipped; and what the stock figure
says to it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.world import faults, listings, orders, platform, pushes, shops
from sandbox.world.clock import now_ms
from sandbox.world.orders import Line, Order, Parcel, Receiver
from sandbox.world.refusals import NotListed, Refused, SoldOut
from sandbox.world.shops import Shop
from sandbox.world.store import count, store

ABSURD = 1_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """One thing a buyer puts in the basket; ``price`` None means the listed price."""

    sku: str
    quantity: int
    price: int | None = None
    discount: int = 0
    title: str = ""


@dataclass(frozen=True, slots=True)
class Basket:
    """Everything a buyer decides, before the platform has an order."""

    wanted: list[Wanted]
    receiver: Receiver | None
    buyer: str = ""
    freight: int = 0
    discount: int = 0
    note: str = ""
    memo: str = ""
    paid: bool = True
    source: str = "single"
    force: bool = False
    push: bool = True
    odd: bool = field(default=False)


def place(shop: Shop, basket: Basket) -> Order:
    """A buyer orders. The whole sale is refused unless every figure covers it.

    Raises:
        NotListed: a SKU is not offered in this shop.
        SoldOut: a figure does not cover the sale (see ``count_refusal``).
    """
    if not basket.wanted:
        raise Refused("no_lines", "an order needs lines")
    with store.transaction():
        order = _sell(shop, basket)
        orders.insert(order)
        count(shop=shop.code, name="placed")
        if basket.push:
            pushes.announce(shop, order, "placed")
        return order


def count_refusal(shop: Shop) -> None:
    """A buyer went home without the goods; the edge counts it after the sale was rolled back."""
    count(shop=shop.code, name="refused_sold_out")


def _sell(shop: Shop, basket: Basket) -> Order:
    _lower_figures(shop, basket)
    moment = now_ms()
    running = orders.next_id()
    kind = platform.of(shop.platform)
    number = kind.number(running)
    lines = []
    for index, wanted in enumerate(basket.wanted):
        listing = listings.by_sku(shop.code, wanted.sku)
        price = wanted.price
        if price is None:
            price = int(listing["price"]) if listing else 0
        lines.append(
            Line(
                id=kind.line_id(running, index, len(basket.wanted)),
                sku=wanted.sku,
                item_id=int(listing["item_id"]) if listing else listings.ITEM_BASE,
                variant_id=int(listing["variant_id"]) if listing else 0,
                title=wanted.title or (str(listing["title"]) if listing else wanted.sku),
                quantity=wanted.quantity,
                price=price,
                discount=wanted.discount,
            )
        )
    odd = basket.force or any(not 0 < wanted.quantity < ABSURD for wanted in basket.wanted)
    return Order(
        id=running,
        shop=shop.code,
        platform=shop.platform,
        number=number,
        state="paid" if basket.paid else "unpaid",
        source=basket.source,
        currency=shop.currency,
        placed_ms=moment,
        modified_ms=moment,
        visible_ms=moment
        + faults.lag_ms(shop=shop.code, platform=shop.platform, number=number, moment=0),
        lines=lines,
        receiver=basket.receiver,
        buyer=basket.buyer,
        freight=basket.freight,
        discount=basket.discount,
        note=basket.note,
        memo=basket.memo,
        paid_ms=moment if basket.paid else None,
        odd=odd,
    )


def _lower_figures(shop: Shop, basket: Basket) -> None:
    units: Counter[str] = Counter()
    for wanted in basket.wanted:
        units[wanted.sku] += wanted.quantity
    found = {sku: listings.by_sku(shop.code, sku) for sku in units}
    for sku, wanted_units in units.items():
        listing = found[sku]
        if basket.force:
            continue
        if listing is None:
            raise NotListed(sku)
        if listing["stock"] < wanted_units:
            raise SoldOut(sku, wanted=wanted_units, figure=listing["stock"])
    with store.transaction() as file:
        for sku, wanted_units in units.items():
            listing = found[sku]
            sold = max(0, wanted_units)
            over = max(0, sold - (listing["stock"] if listing else 0))
            if over:
                count(shop=shop.code, name="oversold", by=over)
            if listing is not None:
                file.execute(
                    "UPDATE listings SET stock = MAX(0, stock - ?), sold = sold + ?,"
                    " oversold = oversold + ? WHERE id = ?",
                    (sold, sold, over, listing["id"]),
                )


def _change(order: Order, event: str, act: Callable[[Shop, Order, int], None]) -> Order:
    """Run a change and tell the shop about it."""
    shop = shops.find(order.shop)
    moment = now_ms()
    with store.transaction():
        act(shop, order, moment)
        order.modified_ms = max(moment, order.modified_ms + 1)
        lag = faults.lag_ms(
            shop=shop.code, platform=shop.platform, number=order.number, moment=moment
        )
        order.visible_ms = order.modified_ms + lag
        orders.update(order)
        pushes.announce(shop, order, event)
    return order


def _current(order: Order) -> Order:
    """The order as it is kept now; callers hold the store's transaction."""
    found = orders.by_id(order.id)
    if found is None:
        raise Refused("no_such_order", f"no order {order.number}", status=404)
    return found


def pay(order: Order) -> Order:
    """The buyer pays an order placed unpaid.

    Raises:
        Refused: it is paid or cancelled.
    """
    with store.transaction():
        order = _current(order)
        if order.state != "unpaid":
            raise Refused("too_late", f"order {order.number} is {order.state}", status=409)

        def act(_shop: Shop, paid: Order, moment: int) -> None:
            paid.state, paid.paid_ms = "paid", moment

        return _change(order, "paid", act)


def cancel(order: Order) -> Order:
    """The buyer changes his mind; only while nothing was shipped.

    Raises:
        Refused: it was shipped or is cancelled already.
    """
    with store.transaction() as file:
        order = _current(order)
        if order.state not in ("unpaid", "paid"):
            raise Refused("too_late", f"order {order.number} is {order.state}", status=409)

        def act(shop: Shop, gone: Order, moment: int) -> None:
            gone.state, gone.cancelled_ms = "cancelled", moment
            back = bool(shop.options.get("restock_on_cancel"))
            if gone.source == "feed":
                return
            for line in gone.lines:
                units = max(0, line.quantity)
                file.execute(
                    "UPDATE listings SET cancelled = cancelled + ?, stock = stock + ?"
                    " WHERE shop = ? AND sku = ?",
                    (units, units if back else 0, shop.code, line.sku),
                )

        return _change(order, "cancelled", act)


def change(
    order: Order, *, receiver: Receiver | None = None, note: str | None, memo: str | None
) -> Order:
    """The buyer or the seller edits address, note or memo of an order not yet shipped.

    Raises:
        Refused: it was shipped or cancelled.
    """
    with store.transaction():
        order = _current(order)
        if order.state not in ("unpaid", "paid"):
            raise Refused("too_late", f"order {order.number} is {order.state}", status=409)

        def act(_shop: Shop, edited: Order, _moment: int) -> None:
            edited.receiver = receiver or edited.receiver
            edited.note = edited.note if note is None else note
            edited.memo = edited.memo if memo is None else memo

        return _change(order, "changed", act)


def ship(
    order: Order, *, tracking: str, company: str, units: dict[int, int] | None = None
) -> Parcel:
    """The seller says it is on its way; ``units`` per line id, everything left when None.

    Raises:
        Refused: ``already_shipped``, ``cancelled``, ``unpaid``, ``bad_lines``. Told or not, it goes
        on record.
    """
    try:
        with store.transaction():
            order = _current(order)
            sent = _units_to_ship(order, units)
            taken = store.number("SELECT COUNT(*) FROM shipments")
            parcel = Parcel(
                id=4_000_000_000_000 + taken + 1,
                tracking=tracking,
                company=company,
                at_ms=now_ms(),
                lines={str(line_id): quantity for line_id, quantity in sent.items()},
            )

            def act(_shop: Shop, going: Order, moment: int) -> None:
                for line in going.lines:
                    line.shipped += sent.get(line.id, 0)
                going.parcels.append(parcel)
                whole = all(line.shipped >= line.quantity for line in going.lines)
                going.state = "shipped" if whole else "partially_shipped"
                going.shipped_ms = going.shipped_ms or moment

            _change(order, "shipped", act)
            record_shipment(
                shop=order.shop, number=order.number, tracking=tracking, company=company
            )
            return parcel
    except Refused as refused:
        record_shipment(
            shop=order.shop,
            number=order.number,
            tracking=tracking,
            company=company,
            why=refused.code,
        )
        raise


def _units_to_ship(order: Order, units: dict[int, int] | None) -> dict[int, int]:
    if order.state in ("cancelled", "unpaid"):
        raise Refused(order.state, f"order {order.number} is {order.state}", status=409)
    left = {line.id: line.quantity - line.shipped for line in order.lines}
    if order.state == "shipped" or not any(left.values()):
        raise Refused("already_shipped", f"order {order.number} is shipped", status=409)
    sent = {line: rest for line, rest in left.items() if rest > 0} if units is None else units
    for line_id, quantity in sent.items():
        if line_id not in left:
            raise Refused("bad_lines", f"order {order.number} has no line {line_id}", status=409)
        if left[line_id] <= 0:
            raise Refused("already_shipped", f"line {line_id} is shipped", status=409)
        if not 0 < quantity <= left[line_id]:
            raise Refused("bad_lines", f"line {line_id}: {left[line_id]} left", status=409)
    if not sent:
        raise Refused("bad_lines", "nothing to ship", status=409)
    return sent


def record_shipment(*, shop: str, number: str, tracking: str, company: str, why: str = "") -> None:
    """Put on record what the seller said about shipping, taken or not."""
    outcome = "accepted" if not why else "duplicate" if why == "already_shipped" else "refused"
    with store.transaction() as file:
        file.execute(
            "INSERT INTO shipments (shop, number, tracking, company, at_ms, outcome, why)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (shop, number, tracking, company, now_ms(), outcome, why),
        )
