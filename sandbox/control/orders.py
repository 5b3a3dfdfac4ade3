"""Single orders, by hand."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from sandbox.control.wire import body, reply
from sandbox.world import orders, records, selling, shops
from sandbox.world.money import minor
from sandbox.world.orders import Order, Receiver
from sandbox.world.refusals import Refused, SoldOut
from sandbox.world.selling import Basket, Wanted
from sandbox.world.store import store

_CODES = {"China": "CN", "United States": "US", "Canada": "CA", "Germany": "DE", "France": "FR"}
_SOMEBODY = {
    "name": "张三",
    "phone": "13812341234",
    "province": "浙江省",
    "city": "杭州市",
    "district": "西湖区",
    "address": "文一西路99号2栋301室",
    "zip": "310000",
}


def receiver(given: dict[str, Any]) -> Receiver:
    """A receiver as named; nothing is made up."""
    country = str(given.get("country", "China"))
    return Receiver(
        country=country,
        country_code=str(given.get("country_code") or _CODES.get(country, "")),
        province_code=str(given.get("province_code", "")),
        **{name: str(given.get(name) or "") for name in _SOMEBODY},
    )


def place(request: HttpRequest) -> HttpResponse:
    """``POST /sandbox/orders``."""
    given = body(request)
    shop = shops.find(str(given.get("shop", "")))
    force = bool(given.get("force"))
    wanted = [
        Wanted(
            sku=str(line.get("sku", "")),
            quantity=int(line.get("quantity", 1)),
            price=minor(line["price"]) if "price" in line else None,
            discount=minor(line.get("discount", 0)),
            title=str(line.get("title", "")),
        )
        for line in given.get("lines") or []
    ]
    if not force and any(one.quantity <= 0 for one in wanted):
        raise Refused("bad_quantity", "a quantity below 1 needs force")
    somebody = given.get("receiver", _SOMEBODY)
    basket = Basket(
        wanted=wanted,
        receiver=receiver(somebody) if somebody else None,
        buyer=str(given.get("buyer", "买家001")),
        freight=minor(given.get("freight", 0)),
        discount=minor(given.get("discount", 0)),
        note=str(given.get("note", "")),
        memo=str(given.get("memo", "")),
        paid=bool(given.get("paid", True)),
        force=force,
        push=bool(given.get("push", True)),
    )
    try:
        order = selling.place(shop, basket)
    except SoldOut:
        selling.count_refusal(shop)
        raise
    return reply({"order": _record(order)}, 201)


def _record(order: Order) -> dict[str, Any]:
    row = store.row("SELECT * FROM orders WHERE id = ?", (order.id,))
    assert row is not None
    return records.order_record(row)


def _find(request: HttpRequest, number: str) -> Order:
    order = orders.by_number(shop=request.GET.get("shop") or None, number=number)
    if order is None:
        raise Refused("no_such_order", f"no order {number}", status=404)
    return order


def show(request: HttpRequest, number: str) -> HttpResponse:
    """``GET /sandbox/orders/<number>``."""
    return reply({"order": records.detail(_find(request, number))})


def pay(request: HttpRequest, number: str) -> HttpResponse:
    """``POST /sandbox/orders/<number>/pay``."""
    return reply({"order": _record(selling.pay(_find(request, number)))})


def cancel(request: HttpRequest, number: str) -> HttpResponse:
    """``POST /sandbox/orders/<number>/cancel``."""
    return reply({"order": _record(selling.cancel(_find(request, number)))})


def change(request: HttpRequest, number: str) -> HttpResponse:
    """``POST /sandbox/orders/<number>/change``."""
    given = body(request)
    changed = selling.change(
        _find(request, number),
        receiver=receiver(given["receiver"]) if given.get("receiver") else None,
        note=None if "note" not in given else str(given["note"]),
        memo=None if "memo" not in given else str(given["memo"]),
    )
    return reply({"order": _record(changed)})
