"""Orders out of a file, into a shop of one's own: one row for each line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from channels_sync.services import handing_in
from channels_sync.services.handing_in import HandedIn
from inventory import selectors as stock
from org import roles
from org.importing.kinds import Batch, Column, Fault, ImportKind, Told
from org.models import Person
from org.selectors import scope_of

MOST_UNITS = 1_000_000
COLUMNS = (
    Column(field="number", label=_("Order number"), required=True, example="A-1001",
           names=("订单号", "订单编号", "order number", "order", "number")),
    Column(field="sku", label=_("SKU"), required=True, example="TEA-250",
           names=("商品编码", "sku", "sku编码", "货号", "sku code")),
    Column(field="qty", label=_("Quantity"), required=True, example="2", once=True,
           names=("数量", "购买数量", "quantity", "qty")),
    Column(field="price", label=_("Price"), example="39.00",
           names=("单价", "售价", "价格", "price", "unit price")),
    Column(field="shop", label=_("Shop"), names=("店铺", "店铺编码", "shop", "shop code")),
    Column(field="name", label=_("Receiver's name"), required=True, example="林小满",
           names=("收件人", "收货人", "收件人姓名", "receiver", "name", "receiver's name")),
    Column(field="phone", label=_("Receiver's phone"), required=True, example="13800000000",
           names=("手机", "电话", "收件人电话", "联系电话", "phone", "receiver's phone")),
    Column(field="province", label=_("Province"), example="浙江省",
           names=("省", "省份", "province")),
    Column(field="city", label=_("City"), example="杭州市", names=("市", "城市", "city")),
    Column(field="district", label=_("District"), example="西湖区",
           names=("区", "区县", "区/县", "district")),
    Column(field="address", label=_("Receiver's address"), required=True, example="文三路 1 号",
           names=("地址", "详细地址", "收货地址", "address", "receiver's address")),
    Column(field="note", label=_("Buyer's note"), names=("买家留言", "留言", "备注", "note")),
)  # fmt: skip
_RECEIVER = {"name": 200, "phone": 60, "province": 60, "city": 60, "district": 60, "address": 500}


def judge(rows: Sequence[Told], person: Person) -> None:
    """Note what cannot be read; an order with one bad line is at fault as a whole."""
    shops = handing_in.shops_of(scope=scope_of(person, permission=roles.ORDERS_CREATE))
    codes = {row.code("sku", most=64) for row in rows} - {""}
    skus = stock.sku_ids_by_code(sorted(codes)) if codes else {}
    for row in rows:
        row.made = _line(row, shops)
        sku = row.made["sku"]
        if sku and sku not in skus:
            row.wrong("sku", "unknown_sku", sku)
    whole: dict[tuple[int, str], list[Told]] = {}
    for row in rows:
        whole.setdefault((row.made["shop_id"], row.made["number"]), []).append(row)
    for group in whole.values():
        if any(row.faults for row in group):
            for row in group:
                if not row.faults:
                    row.wrong("number", "order_at_fault", row.made["number"])


def _line(row: Told, shops: dict[str, int]) -> dict[str, Any]:
    shop = row.get("shop")
    shop_id = shops.get(shop, 0) if shop else next(iter(shops.values()), 0)
    if not shop_id or (not shop and len(shops) > 1):
        row.wrong("shop", "which_shop" if shops else "no_shop", shop, ", ".join(shops)[:60])
    price = row.money("price")
    return {
        "shop_id": shop_id,
        "number": row.text("number", most=80),
        "sku": row.code("sku", most=64),
        "qty": row.whole("qty", least=1, most=MOST_UNITS),
        "price": None if price is None else str(price),
        "receiver": {name: row.text(name, most=most) for name, most in _RECEIVER.items()},
        "buyer_note": row.text("note", most=500),
    }


def book(rows: Sequence[Told], batch: Batch) -> Sequence[Fault]:
    """Hand the orders in; the pipeline takes them from the inbox."""
    del batch
    now = handing_in.moment_of_now()
    whole: dict[tuple[int, str], list[dict[str, Any]]] = {}
    for row in rows:
        whole.setdefault((row.made["shop_id"], row.made["number"]), []).append(row.made)
    handing_in.store(
        [
            HandedIn(shop_id, handing_in.complete(_body(number, lines), now=now))
            for (shop_id, number), lines in whole.items()
        ]
    )
    return ()


def _body(number: str, lines: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The neutral body of an order, as programs hand it in."""
    body: dict[str, Any] = {
        "number": number,
        "lines": [
            {"sku": line["sku"], "qty": line["qty"]}
            | ({"price": line["price"]} if line["price"] is not None else {})
            for line in lines
        ],
        "receiver": lines[0]["receiver"],
    }
    notes = [line["buyer_note"] for line in lines if line["buyer_note"]]
    return body | ({"buyer_note": notes[0]} if notes else {})


ORDERS = ImportKind(
    key="orders",
    title=_("Orders"),
    permission=roles.ORDERS_CREATE,
    columns=COLUMNS,
    rules=(
        _("One row for each line; rows of one order stand under each other with the same number."),
        _("The shop is one of your own systems; it may be left out when there is only one."),
        _("An order that is known already is changed by what the file says."),
    ),
    judge=judge,
    book=book,
    together="number",
    texts={
        "unknown_sku": _("There is no such SKU. Create it first, or correct the code."),
        "which_shop": _("Write the code of one of your own shops (they are named beside)."),
        "no_shop": _("There is no shop for your own orders yet. Create one first."),
        "order_at_fault": _("Another line of this order is at fault; the order waits as a whole."),
    },
    route="orders",
)
