"""A hundred thousand orders and balances in a minute or two.

Stock is received and held by the ledger's own verbs. One order is taken in by the order desk's own
intake; the others are copies of its rows inside the database, with their own numbers, states,
shops and days. All triggers and constraints are on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db import connection, models, transaction

from bench import crowd
from bench.crowd import Crowd
from inventory import selectors as stock
from inventory import services as inventory
from oms import services as desk
from oms.drafts import LineDraft, OrderDraft, ReceiverDraft
from oms.models import Order, OrderEvent, OrderException, OrderLine, Receiver
from tests import given

HOUSES = ("WH1", "WH2")
LINES = 2
# Of twenty orders in a row, how many are in each of crowd.STATES.
SHARES = (10, 4, 2, 2, 1, 1)
EACH_REQUEST = 250
EACH_POSTING = 4
# Every twentieth balance has something held.
HELD_PART = 20


def fill(*, orders: int, balances: int, stores: int = 0) -> Crowd:
    """Make a signed-in person's world; the database was empty before.

    With `stores` the orders belong to so many stores in turn, else all to the head office.
    """
    given.person("HEAD_OFFICE", name=crowd.PERSON)
    skus = _goods(balances // len(HOUSES))
    for house in HOUSES:
        _stock(given.warehouse(house), house, skus)
    first = _first_order(skus)
    _copies(first, orders - 1, skus, _stores(stores))
    with connection.cursor() as cursor:
        # What autovacuum does within a minute on data that grew by themselves.
        cursor.execute("VACUUM ANALYZE")
    return Crowd(
        orders=Order.objects.count(),
        lines=OrderLine.objects.count(),
        balances=len(skus) * len(HOUSES),
        skus=len(skus),
        first_order=first.pk,
        last_order=Order.objects.order_by("-pk").values_list("pk", flat=True)[0],
    )


def _goods(count: int) -> list[int]:
    rows = [
        {"code": crowd.sku_code(number), "name": crowd.sku_name(number), "list_price": Decimal(98)}
        for number in range(count)
    ]
    ids: dict[str, int] = {}
    for start in range(0, count, 5_000):
        with transaction.atomic(durable=True):
            ids |= inventory.add_skus(rows[start : start + 5_000])
    with transaction.atomic(durable=True):
        inventory.add_barcodes((sku, f"69{code}", 1, "") for code, sku in ids.items())
    return [ids[crowd.sku_code(number)] for number in range(count)]


def _stock(warehouse: int, code: str, skus: list[int]) -> None:
    place = stock.location_by_code(warehouse_id=warehouse, code="A-01")
    assert place is not None
    received = [
        inventory.ReceiveRequest(
            key=f"bench:{code}:{at}",
            document="BENCH",
            warehouse_id=warehouse,
            location_id=place.id,
            lines=tuple(inventory.Line(sku_id=sku, qty=1 + sku % 90) for sku in part),
        )
        for at, part in enumerate(_parts(skus, EACH_REQUEST))
    ]
    for batch in _parts(received, EACH_POSTING):
        with transaction.atomic(durable=True):
            for outcome in inventory.receive(batch, actor=given.ACTOR):
                outcome.check()
    held = [
        inventory.HoldRequest(
            key=f"bench:held:{code}:{sku}",
            document=f"SO-{sku}",
            warehouse_id=warehouse,
            lines=(inventory.Line(sku_id=sku, qty=1),),
        )
        for sku in skus[::HELD_PART]
    ]
    for claims in _parts(held, 500):
        with transaction.atomic(durable=True):
            for outcome in inventory.hold(claims, actor=given.ACTOR):
                outcome.check()


def _parts(items: list[Any], size: int) -> Iterator[list[Any]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _first_order(skus: list[int]) -> Order:
    """A whole order as a platform tells it, taken in like any other."""
    now = datetime.now(UTC)
    price = Decimal(98)
    lines = tuple(
        LineDraft(
            platform_line_id=f"L{at}",
            qty=2,
            sku_id=skus[at],
            title=crowd.sku_name(at),
            unit_price=price,
            amount=price * 2,
        )
        for at in range(LINES)
    )
    draft = OrderDraft(
        shop_id=1,
        platform="taobao",
        number="B1",
        state="paid",
        lines=lines,
        placed_at=now,
        modified_at=now,
        paid_at=now,
        goods_amount=price * 2 * LINES,
        total=price * 2 * LINES,
        paid=price * 2 * LINES,
        buyer="buyer",
        shop_name="Shop 1",
        unit_id=given.unit("HQ").pk,
        receiver=ReceiverDraft(
            name="林小满",
            phone="13800000000",
            country="中国",
            province="浙江省",
            city="杭州市",
            district="西湖区",
            address="文三路 1 号",
            postcode="310012",
        ),
    )
    with transaction.atomic(durable=True):
        accepted = desk.accept([draft])[0]
    return Order.objects.get(pk=accepted.order_id)


def _stores(count: int) -> list[int]:
    """Units of so many stores, each with a warehouse; the head office's when there are none."""
    if not count:
        return [given.unit("HQ").pk]
    codes = [crowd.store_code(number) for number in range(count)]
    for code in codes:
        given.unit(code, kind="STORE", parent="HQ")
        given.warehouse(f"H-{code}", at=code)
    return [given.unit(code).pk for code in codes]


def add_entries(count: int) -> None:
    """So many more entries of the ledger, in and out by turns, so that every sum stays.

    Written past the triggers: the sums would be what they are.
    """
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        for table in ("inventory_posting", "inventory_entry"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(
            """INSERT INTO inventory_posting
                   (key, fingerprint, kind, document, actor, occurred_at, recorded_at, xid, facts)
               SELECT 'bench:' || n, '', 'RECEIVE', 'BENCH-' || n, 'system:bench',
                      clock_timestamp(), clock_timestamp(), 1, '{}'
               FROM generate_series(1, %s) n""",
            [count // 20],
        )
        cursor.execute(
            """WITH b AS MATERIALIZED (
                   SELECT b.id, b.sku_id, min(s.id) AS stock, row_number() OVER () - 1 AS at
                   FROM inventory_balance b JOIN inventory_stock s ON s.balance_id = b.id
                   GROUP BY b.id),
               many AS MATERIALIZED (SELECT count(*) AS all FROM b),
               p AS MATERIALIZED (SELECT max(id) - %s AS low FROM inventory_posting),
               n AS (SELECT n, n / many.all AS turn, n %% many.all AS at
                     FROM many, generate_series(0, %s) n)
               INSERT INTO inventory_entry
                   (posting_id, sku_id, balance_id, stock_id, outside, on_hand, held)
               SELECT p.low + 1 + n.n / 20, b.sku_id, b.id, b.stock, '', 1 - 2 * (n.turn %% 2), 0
               FROM n JOIN b USING (at), p""",
            [count // 20, count - 1],
        )
        # The foreign keys' own checks first: a table that waits for them cannot be altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("inventory_posting", "inventory_entry"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def _copies(first: Order, count: int, skus: list[int], units: list[int]) -> None:
    """`count` more orders with lines, receiver and first event; each hundredth is stuck."""
    houses = ", ".join(str(given.warehouse_id(code)) for code in HOUSES)
    shares = zip(crowd.STATES, SHARES, strict=True)
    states = [f"'{state}'" for state, share in shares for _ in range(share)]
    day = f"clock_timestamp() - ({count} - n) * interval '20 seconds'"
    # Shops of different sizes.
    shop = f"1 + (n % 97) * (n % 89) % {crowd.SHOPS}"
    orders = {
        "shop_id": shop,
        "shop_name": f"'Shop ' || {shop}",
        "platform_number": f"'B' || (n + {10**9})",
        "state": f"(ARRAY[{', '.join(states)}])[1 + n % {len(states)}]",
        "due_at": "NULL",
        "unit_id": f"(ARRAY{units})[1 + n % {len(units)}]",
        "warehouse_id": f"(ARRAY[{houses}])[1 + n % {len(HOUSES)}]",
        "waybill": "'SF' || (n + 100000000)",
    } | dict.fromkeys(("placed_at", "paid_at", "modified_at", "received_at", "held_at"), day)
    events = {"order_id": "o.id", "to_state": "o.state", "at": "o.received_at"}
    lines = {
        "order_id": "o.id",
        "sku_id": f"{skus[0]} + (o.id * 31 + t.position * 7) % {len(skus)}",
    }
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        series = f"generate_series(1, {count}) AS n WHERE t.id = {first.pk} ORDER BY n"
        cursor.execute(_copy(Order, series, orders))
        each = f"oms_order o WHERE o.id > {first.pk} AND t.order_id = {first.pk} ORDER BY o.id"
        cursor.execute(_copy(OrderEvent, each, events))
        cursor.execute(_copy(OrderLine, each, lines))
        cursor.execute(_copy(Receiver, each, {"order_id": "o.id"}))
    stuck = Order.objects.filter(state="PREPROCESS").order_by("-pk")[: max(1, count // 100)]
    with transaction.atomic(durable=True):
        OrderException.objects.bulk_create(
            OrderException(
                order=order,
                unit_id=order.unit_id,
                code="out_of_stock",
                step="routed",
                deadline=order.received_at,
            )
            for order in stuck
        )


def _copy(model: type[models.Model], source: str, changed: Mapping[str, str]) -> str:
    """A statement that copies the rows `t` that `source` names, with some columns changed."""
    columns = [
        str(field.column)
        for field in model._meta.concrete_fields
        if not field.generated and field.column != "id"
    ]
    values = ", ".join(changed.get(column, f't."{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    table = model._meta.db_table
    return f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} t, {source}"  # noqa: S608
