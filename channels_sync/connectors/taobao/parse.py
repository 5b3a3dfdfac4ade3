"""TOP's trade JSON to the neutral order. Pure and total.

Source: TOP `Trade` and `Order` domains. Times are GMT+8 without a zone, amounts yuan as text.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from channels_sync.connectors.interface import ParseError, ShopAccess
from channels_sync.connectors.reading import Reader, as_moment, clean, facts, mark
from oms import drafts
from oms.drafts import LineDraft, OrderDraft, Problem, ReceiverDraft

BEIJING = timezone(timedelta(hours=8))
ZERO = Decimal("0.00")

STATES = {
    "TRADE_NO_CREATE_PAY": drafts.PENDING_PAYMENT,
    "WAIT_BUYER_PAY": drafts.PENDING_PAYMENT,
    "PAY_PENDING": drafts.HOLD,
    "WAIT_PRE_AUTH_CONFIRM": drafts.HOLD,
    "PAID_FORBID_CONSIGN": drafts.HOLD,
    "WAIT_SELLER_SEND_GOODS": drafts.PAID,
    "SELLER_CONSIGNED_PART": drafts.PARTIALLY_SHIPPED,
    "WAIT_BUYER_CONFIRM_GOODS": drafts.SHIPPED,
    "TRADE_BUYER_SIGNED": drafts.SHIPPED,
    "TRADE_FINISHED": drafts.COMPLETED,
    "TRADE_CLOSED": drafts.CANCELLED,
    "TRADE_CLOSED_BY_TAOBAO": drafts.CANCELLED,
}
REFUNDS = {
    "": drafts.REFUND_NONE,
    "NO_REFUND": drafts.REFUND_NONE,
    "CLOSED": drafts.REFUND_NONE,
    "WAIT_SELLER_AGREE": drafts.REFUND_REQUESTED,
    "WAIT_BUYER_RETURN_GOODS": drafts.REFUND_REQUESTED,
    "WAIT_SELLER_CONFIRM_GOODS": drafts.REFUND_REQUESTED,
    "SELLER_REFUSE_BUYER": drafts.REFUND_REQUESTED,
    "SUCCESS": drafts.REFUNDED,
}
# A presale's deposit is in, its balance is open.
_DEPOSIT = "FRONT_PAID_FINAL_NOPAID"
_UNPAID = (drafts.PENDING_PAYMENT, drafts.DEPOSIT_PAID)
_MARKED = ("status", "step_trade_status", "payment", "seller_flag")
_MARKED_LINE = ("oid", "num", "status", "refund_status")


def trades_in(payload: object) -> list[dict[str, Any]]:
    """The trades of an answer (`trade_fullinfo_get`, `trades_sold...`) or one bare trade.

    Raises:
        ParseError: not an object, an error answer, or something else than trades.
    """
    if not isinstance(payload, dict):
        raise ParseError("not_an_object", "$", f"an object was expected, not {_kind(payload)}")
    error = payload.get("error_response")
    if isinstance(error, dict):
        told = Reader(error, "", [])
        said = f"{told.text('code')} {told.text('sub_code', 'msg')}".strip()
        raise ParseError("platform_error", "error_response", said[:200])
    if "topic" in payload and "content" in payload:
        raise ParseError("message_not_order", "topic", "a pushed message only names the trade")
    for name, inner in payload.items():
        if name.endswith("_response") and isinstance(inner, dict):
            return _answered(name, inner)
    if isinstance(payload.get("trade"), dict):
        return [payload["trade"]]
    if "tid" in payload:
        return [payload]
    names = ", ".join(sorted(clean(str(name))[:40] for name in payload)[:5]) or "nothing"
    raise ParseError("not_an_order", "$", f"no trade in here, only: {names}")


def _answered(name: str, inner: dict[str, Any]) -> list[dict[str, Any]]:
    if isinstance(inner.get("trade"), dict):
        return [inner["trade"]]
    trades = inner.get("trades")
    if isinstance(trades, dict):
        trades = trades.get("trade", [])
    if not isinstance(trades, list):
        raise ParseError("not_an_order", clean(name)[:60], "this answer holds no trade")
    for position, row in enumerate(trades):
        if not isinstance(row, dict):
            raise ParseError(
                "not_an_object",
                f"{clean(name)[:60]}.trades.trade[{position}]",
                "a trade is an object",
            )
    return trades


def number_of(trade: dict[str, Any]) -> str:
    """The trade number.

    Raises:
        ParseError: there is none.
    """
    number = Reader(trade, "", []).text("tid", "tid_str")
    if not number or len(number) > 64:
        raise ParseError("number_missing", "tid", "the trade has no number")
    return number


def mark_of(trade: dict[str, Any]) -> str:
    """A digest of what matters and both the list and the full answer tell."""
    rows = Reader(trade, "", []).rows("orders", wrapped="order")
    return mark([facts(trade, _MARKED), [facts(row.node, _MARKED_LINE) for row in rows]])


def modified_at_of(trade: dict[str, Any]) -> datetime | None:
    """When the trade last changed, to the second."""
    return as_moment(trade.get("modified"), zone=BEIJING)


def parse(payload: object, shop: ShopAccess) -> OrderDraft:
    """The one trade in `payload`.

    Raises:
        ParseError: no trade, several, without number or without any time.
    """
    found = trades_in(payload)
    if len(found) != 1:
        raise ParseError("several_orders", "trades.trade", f"{len(found)} trades instead of one")
    return parse_order(found[0], shop)


def parse_order(trade: dict[str, Any], shop: ShopAccess) -> OrderDraft:
    """The neutral order; whatever is odd in it is in `problems`.

    Raises:
        ParseError: without number or without any time.
    """
    problems: list[Problem] = []
    reader = Reader(trade, "", problems)
    number = number_of(trade)
    created, paid_at = (reader.moment(name, zone=BEIJING) for name in ("created", "pay_time"))
    modified = reader.moment("modified", zone=BEIJING)
    if modified is None and not reader.has("modified"):
        reader.odd("time_missing", "modified")
    newest, placed = modified or paid_at or created, created or paid_at or modified
    if newest is None or placed is None:
        raise ParseError("time_missing", "modified", "the trade tells no time")
    state = _state(reader)
    lines = _lines(reader)
    goods = sum((line.unit_price * line.qty for line in lines), ZERO)
    total = reader.money("payment", required=True)
    if not reader.has("payment"):
        total = sum((line.amount for line in lines), ZERO) + reader.money("post_fee")
    return OrderDraft(
        shop_id=shop.shop_id,
        platform="taobao",
        number=number,
        state=state,
        lines=tuple(lines),
        currency="CNY",
        goods_amount=goods,
        discount=goods - sum((line.amount for line in lines), ZERO),
        freight=reader.money("post_fee"),
        tax=reader.money("buyer_cod_fee"),
        total=total,
        paid=_paid(reader, state, total),
        buyer=reader.text("buyer_nick", "buyer_open_uid")[:200],
        buyer_note=reader.text("buyer_message"),
        seller_note=reader.text("seller_memo"),
        receiver=_receiver(reader),
        placed_at=placed,
        paid_at=paid_at,
        modified_at=newest,
        version=f"{newest.isoformat()}/{mark_of(trade)}",
        problems=tuple(problems),
    )


def _state(trade: Reader) -> str:
    told, step = trade.text("status"), trade.text("step_trade_status")
    if told not in STATES:
        trade.odd("unknown_state", "status", told[:60] or "missing")
        return drafts.HOLD
    state = STATES[told]
    if step == _DEPOSIT and state == drafts.PENDING_PAYMENT:
        return drafts.DEPOSIT_PAID
    return state


def _lines(trade: Reader) -> list[LineDraft]:
    lines: list[LineDraft] = []
    seen: set[str] = set()
    for row in trade.rows("orders", wrapped="order", shown_as="lines"):
        line_id = row.text("oid", "oid_str")
        if not line_id:
            row.odd("line_id_missing", "oid")
            line_id = f"line-{len(lines) + 1}"
        if line_id in seen:
            trade.problems.append(Problem("duplicate_line", row.where, line_id[:60]))
        seen.add(line_id)
        lines.append(_line(row, line_id))
    if not lines:
        trade.odd("missing_lines", "lines")
    return lines


def _line(row: Reader, line_id: str) -> LineDraft:
    qty = row.qty("num")
    price = row.money("price", required=True)
    # divide_order_fee is the share really paid; before payment TOP leaves it out.
    if row.has("divide_order_fee"):
        amount = row.money("divide_order_fee")
    elif row.has("payment"):
        amount = row.money("payment")
    elif row.has("total_fee"):
        amount = row.money("total_fee") - row.money("part_mjz_discount")
    else:
        row.odd("bad_amount", "divide_order_fee", "missing")
        amount = price * qty
    refund = row.text("refund_status")
    status = row.text("status")
    return LineDraft(
        platform_line_id=line_id[:64],
        platform_item_id=row.text("num_iid")[:64],
        platform_sku_id=row.text("sku_id")[:64],
        outer_code=row.text("outer_sku_id", "outer_iid")[:64],
        title=row.text("title")[:300],
        qty=qty,
        unit_price=price,
        discount=price * qty - amount,
        amount=amount,
        refund=REFUNDS.get(refund, refund[:40].lower()),
        status=STATES.get(status, ""),
    )


def _paid(trade: Reader, state: str, total: Decimal) -> Decimal:
    if state == drafts.DEPOSIT_PAID:
        return trade.money("step_paid_fee")
    if state in _UNPAID or not trade.has("pay_time"):
        return ZERO
    return total


def _receiver(trade: Reader) -> ReceiverDraft | None:
    names = ("receiver_name", "receiver_mobile", "receiver_phone", "receiver_state",
             "receiver_city", "receiver_district", "receiver_town", "receiver_address")  # fmt: skip
    told = [trade.text(name) for name in names]
    token = trade.text("oaid")
    if not any(told) and not token:
        trade.odd("missing_receiver", "receiver", "no receiver fields")
        return None
    name, mobile, phone, province, city, district, town, address = told
    return ReceiverDraft(
        name=name,
        phone=mobile or phone,
        country=trade.text("receiver_country") or "CN",
        province=province,
        city=city,
        district=district,
        town=town,
        address=address,
        postcode=trade.text("receiver_zip"),
        masked=any("*" in value for value in told),
        token=token,
    )


def _kind(value: object) -> str:
    kinds = {list: "a list", str: "a text", bool: "true or false", type(None): "null"}
    return kinds.get(type(value), "a number")
