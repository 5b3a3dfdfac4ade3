"""One Taobao / Tmall shop behind the connector interface."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from channels_sync.connectors.interface import (
    BadPush,
    NewTokens,
    Page,
    ParseError,
    Push,
    RawOrder,
    Rejected,
    Shipment,
    ShopAccess,
    StockAnswer,
    StockItem,
    Unavailable,
    WireListing,
)
from channels_sync.connectors.reading import as_moment
from channels_sync.connectors.taobao import parse, signing
from channels_sync.connectors.taobao.client import TopClient
from oms.drafts import OrderDraft

PAGE_SIZE = 100
# TOP writes an unknown `total_results` into no answer that asked for it.
READ_AGAIN = 3
SKUS_PER_CALL = 20
ITEMS_PER_CALL = 40
FRESH_SECONDS = 300
# Only what the list and the full answer both tell; the rest comes by fetch.
LIST_FIELDS = (
    "tid,status,modified,created,step_trade_status,payment,seller_flag,"
    "orders.oid,orders.num,orders.status,orders.refund_status"
)
FULL_FIELDS = (
    "tid,status,type,created,modified,pay_time,payment,post_fee,total_fee,discount_fee,"
    "buyer_cod_fee,buyer_nick,buyer_open_uid,buyer_message,seller_memo,seller_flag,"
    "step_trade_status,step_paid_fee,receiver_name,receiver_mobile,receiver_phone,"
    "receiver_state,receiver_city,receiver_district,receiver_town,receiver_address,"
    "receiver_zip,receiver_country,oaid,orders,promotion_details,is_part_consign"
)
# The words with which TOP refuses what has already been done.
ALREADY_SHIPPED = ("B04", "already", "已发货", "P38")


class TaobaoConnector:
    """Pushes and lists only name the trade; `trade.fullinfo.get` tells all of it."""

    # TOP allows a day and advises half an hour.
    window = timedelta(minutes=30)
    overlap = timedelta(minutes=10)

    def __init__(self, shop: ShopAccess) -> None:
        self._shop = shop
        self._client = TopClient(shop)

    def pull(self, *, since: datetime, until: datetime, cursor: str) -> Page:
        """Trades touched in the window, the last page first.

        TOP sorts newest change first, so a trade that changes meanwhile leaves the window and
        the rest moves up, onto pages still to be read. When rows appeared meanwhile (they push
        others down, onto pages already read), the window is read again.
        `cursor` is "page:total when we began:times begun".
        """
        if not cursor:
            total = self._total(since, until)
            cursor = f"{_pages(total)}:{total}:1"
        page_no, total, begun = (int(part) for part in cursor.split(":"))
        if page_no == 0:
            return Page((), "")
        answer = self._list(since, until, page_no=page_no, fields=LIST_FIELDS)
        rows = _inside(answer, "trades", "trade")
        orders = tuple(self._named(row) for row in rows if row.get("tid"))
        if page_no > 1:
            return Page(orders, f"{page_no - 1}:{total}:{begun}")
        now_there = int(answer.get("total_results") or 0)
        if now_there > total and begun < READ_AGAIN:
            return Page(orders, f"{_pages(now_there)}:{now_there}:{begun + 1}")
        return Page(orders, "")

    def _total(self, since: datetime, until: datetime) -> int:
        answer = self._list(since, until, page_no=1, fields="tid")
        return int(answer.get("total_results") or 0)

    def _list(
        self, since: datetime, until: datetime, *, page_no: int, fields: str
    ) -> dict[str, Any]:
        return self._client.call(
            "taobao.trades.sold.increment.get",
            may_repeat=True,
            fields=fields,
            start_modified=_stamp(since),
            end_modified=_stamp(until),
            page_no=str(page_no),
            page_size=str(PAGE_SIZE),
            use_has_next="false",
        )

    def _named(self, trade: dict[str, Any]) -> RawOrder:
        return RawOrder(
            parse.number_of(trade), parse.modified_at_of(trade), parse.mark_of(trade), None
        )

    def raw(self, trade: dict[str, Any]) -> RawOrder:
        """A full trade with its number, time and mark."""
        return RawOrder(
            parse.number_of(trade), parse.modified_at_of(trade), parse.mark_of(trade), trade
        )

    def fetch(self, *, number: str) -> RawOrder:
        """One trade as it is now."""
        answer = self._client.call(
            "taobao.trade.fullinfo.get",
            may_repeat=True,
            tid=number,
            fields=FULL_FIELDS,
            include_oaid="true",
        )
        trade = answer.get("trade")
        if not isinstance(trade, dict):
            raise Unavailable("no_trade", "the answer holds no trade")
        return self.raw(trade)

    def read_push(self, *, headers: Mapping[str, str], body: bytes, now: datetime) -> Push:
        """Check and read a message handed on by the relay.

        Raises:
            BadPush: unsigned, stale, altered, for another app, or unreadable.
        """
        timestamp, signature = headers.get("X-Tmc-Timestamp", ""), headers.get("X-Tmc-Sign", "")
        credentials = self._shop.credentials
        if not timestamp or not signature:
            raise BadPush("unsigned", status=401)
        secret = credentials.get("app_secret", "")
        if headers.get("X-Tmc-App-Key", "") != credentials.get("app_key", "") or (
            not signing.is_from_relay(
                secret=secret, timestamp=timestamp, body=body, signature=signature
            )
        ):
            raise BadPush("bad_signature", status=401)
        # Signed, so a clock is to be believed: an old message with a good signature is a copy.
        if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 15:
            raise BadPush("stale", status=401)
        if abs(now.timestamp() - int(timestamp) / 1000) > FRESH_SECONDS:
            raise BadPush("stale", status=401)
        message_id, topic, trade = _message(body)
        return Push(message_id, topic, timestamp, trade)

    def stock_batches(self, items: Sequence[StockItem]) -> list[list[StockItem]]:
        """SKUs of one item together, at most 20 per call."""
        by_item: dict[str, list[StockItem]] = {}
        for item in items:
            by_item.setdefault(item.item_id, []).append(item)
        return [
            rows[start : start + SKUS_PER_CALL]
            for rows in by_item.values()
            for start in range(0, len(rows), SKUS_PER_CALL)
        ]

    def push_stock(self, items: Sequence[StockItem]) -> list[StockAnswer]:
        """Set figures; when a call is refused because of one SKU, each goes alone."""
        with_skus = [item for item in items if item.sku_id not in ("", "0")]
        answers = [self._set_item(item) for item in items if item.sku_id in ("", "0")]
        if not with_skus:
            return answers
        try:
            self._set_skus(with_skus)
        except Rejected as error:
            if len(with_skus) == 1:
                return [*answers, StockAnswer(with_skus[0].listing_id, error)]
            for item in with_skus:
                answers += self.push_stock([item])
            return answers
        return answers + [StockAnswer(item.listing_id, None) for item in with_skus]

    def _set_skus(self, items: Sequence[StockItem]) -> None:
        self._client.call(
            "taobao.skus.quantity.update",
            may_repeat=True,
            num_iid=items[0].item_id,
            type="1",
            skuid_quantities=";".join(f"{item.sku_id}:{item.qty}" for item in items),
        )

    def _set_item(self, item: StockItem) -> StockAnswer:
        try:
            self._client.call(
                "taobao.item.quantity.update",
                may_repeat=True,
                num_iid=item.item_id,
                quantity=str(item.qty),
                type="1",
            )
        except Rejected as error:
            return StockAnswer(item.listing_id, error)
        return StockAnswer(item.listing_id, None)

    def push_shipment(self, shipment: Shipment) -> None:
        """Tell the waybill; a part of the order names its lines."""
        fields = {
            "tid": shipment.number,
            "out_sid": shipment.waybill,
            "company_code": shipment.carrier_code,
        }
        if shipment.partial and shipment.lines:
            fields |= {"sub_tid": ",".join(line for line, _ in shipment.lines), "is_split": "1"}
        try:
            self._client.call("taobao.logistics.offline.send", may_repeat=False, **fields)
        except Rejected as error:
            if not any(word in f"{error.code} {error.text}" for word in ALREADY_SHIPPED):
                raise
            if not self.is_shipped(shipment):
                raise

    def is_shipped(self, shipment: Shipment) -> bool:
        """Whether TOP already knows this waybill."""
        trade = self.fetch(number=shipment.number).payload or {}
        rows = _inside(trade, "orders", "order")
        return any(row.get("invoice_no") == shipment.waybill for row in rows)

    def list_numbers(self, *, since: datetime, until: datetime) -> Iterator[list[str]]:
        """Numbers of the trades placed in the window.

        TOP lists by last change, and a trade placed then may have changed at any time since.
        """
        start, now = since, datetime.now(UTC)
        while start < now:
            end, cursor = min(start + timedelta(hours=12), now), ""
            while True:
                numbers, cursor = self._placed(start, end, cursor, since=since, until=until)
                yield numbers
                if not cursor:
                    break
            start = end

    def _placed(
        self, start: datetime, end: datetime, cursor: str, *, since: datetime, until: datetime
    ) -> tuple[list[str], str]:
        page_no = int(cursor) if cursor else _pages(self._total(start, end))
        if page_no == 0:
            return [], ""
        answer = self._list(start, end, page_no=page_no, fields="tid,created")
        numbers = []
        for row in _inside(answer, "trades", "trade"):
            created = as_moment(row.get("created"), zone=parse.BEIJING)
            if created is not None and since <= created < until:
                numbers.append(parse.number_of(row))
        return numbers, str(page_no - 1) if page_no > 1 else ""

    def listings(self) -> Iterator[list[WireListing]]:
        """Every item on sale with its SKUs."""
        page_no = 1
        while True:
            answer = self._client.call(
                "taobao.items.onsale.get",
                may_repeat=True,
                fields="num_iid,title,outer_id,num",
                page_no=str(page_no),
                page_size="200",
            )
            items = _inside(answer, "items", "item")
            for start in range(0, len(items), ITEMS_PER_CALL):
                yield self._skus_of(items[start : start + ITEMS_PER_CALL])
            if len(items) < 200:
                return
            page_no += 1

    def _skus_of(self, items: list[dict[str, Any]]) -> list[WireListing]:
        answer = self._client.call(
            "taobao.item.skus.get",
            may_repeat=True,
            fields="sku_id,num_iid,outer_id,quantity,properties_name",
            num_iids=",".join(str(item["num_iid"]) for item in items),
        )
        by_item: dict[str, list[dict[str, Any]]] = {}
        for sku in _inside(answer, "skus", "sku"):
            by_item.setdefault(str(sku.get("num_iid")), []).append(sku)
        found: list[WireListing] = []
        for item in items:
            skus = by_item.get(str(item["num_iid"]))
            found += [_listing(item, sku) for sku in skus] if skus else [_listing(item, None)]
        return found

    def refresh(self) -> NewTokens | None:
        """Trade the refresh token for a new session.

        Raises:
            ConnectorError: refused; somebody has to authorise the shop again.
        """
        answer = self._client.call(
            "taobao.top.auth.token.refresh",
            may_repeat=False,
            refresh_token=self._shop.credentials.get("refresh_token", ""),
        )
        told = answer.get("token_result", answer)
        if isinstance(told, str):
            told = orjson.loads(told)
        session = str(told.get("access_token") or told.get("session") or "")
        if not session:
            raise Rejected("no_token", "the answer holds no token")
        fresh = {"session": session}
        if told.get("refresh_token"):
            fresh["refresh_token"] = str(told["refresh_token"])
        seconds = int(told.get("expires_in") or 0)
        ends = datetime.now(UTC) + timedelta(seconds=seconds) if seconds else None
        return NewTokens(fresh, ends)

    def find_location(self) -> str:
        """TOP has no warehouse in this call."""
        return ""

    def parse(self, payload: object) -> OrderDraft:
        """The neutral order."""
        return parse.parse(payload, self._shop)


def _message(body: bytes) -> tuple[str, str, RawOrder | None]:
    """Id, topic and the named trade of a TMC message; None when it is about something else."""
    try:
        message = orjson.loads(body)
        message_id, topic = str(message["id"]), str(message["topic"])
        content = message.get("content", {})
        content = orjson.loads(content) if isinstance(content, str) else content
        trade = parse.number_of(content) if topic.startswith("taobao_trade_") else ""
    except (orjson.JSONDecodeError, ParseError, KeyError, TypeError, AttributeError) as error:
        raise BadPush("malformed", status=400) from error
    if not message_id or len(message_id) > 100:
        raise BadPush("malformed", status=400)
    order = RawOrder(trade, None, "", None) if trade else None
    return message_id, topic[:100], order


def _inside(answer: dict[str, Any], outer: str, inner: str) -> list[dict[str, Any]]:
    """TOP wraps lists twice and leaves empty ones out."""
    wrapped = answer.get(outer)
    rows = wrapped.get(inner) if isinstance(wrapped, dict) else wrapped
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _pages(total: int) -> int:
    return -(-total // PAGE_SIZE)


def _stamp(moment: datetime) -> str:
    return moment.astimezone(parse.BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def _listing(item: dict[str, Any], sku: dict[str, Any] | None) -> WireListing:
    source = sku or item
    title = str(item.get("title") or "")
    if sku and sku.get("properties_name"):
        title = f"{title} - {sku['properties_name']}"
    shown = source.get("quantity", item.get("num"))
    return WireListing(
        item_id=str(item["num_iid"]),
        sku_id=str(sku["sku_id"]) if sku else "",
        inventory_item_id="",
        outer_code=str(source.get("outer_id") or item.get("outer_id") or "").strip()[:64],
        title=title[:300],
        shown_qty=shown if isinstance(shown, int) else None,
    )
