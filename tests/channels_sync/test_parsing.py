"""Any JSON becomes a draft with its problems named, or one precise error. Never anything else."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from hypothesis import given as for_all
from hypothesis import settings as hypothesis
from hypothesis import strategies as some

from channels_sync.connectors.interface import ParseError, ShopAccess
from channels_sync.connectors.shopify import parse as shopify
from channels_sync.connectors.taobao import parse as taobao
from channels_sync.management.commands.parse_order import read, understand
from oms.drafts import OrderDraft

NOBODY = ShopAccess(shop_id=1, code="", base_url="", currency="EUR", credentials={})
SAMPLES: Path = settings.SAMPLES_DIR
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"no samples in {SAMPLES}")


def sample(name: str) -> Any:
    return json.loads((SAMPLES / name).read_text(encoding="utf-8"))


@needs_samples
def test_the_official_shopify_order() -> None:
    draft = shopify.parse(sample("shopify/order.json"), NOBODY)

    assert (draft.number, draft.state, draft.currency) == ("450789469", "hold", "USD")
    assert draft.placed_at.isoformat() == "2008-01-10T16:00:00+00:00"
    assert [(line.outer_code, line.qty, line.unit_price) for line in draft.lines] == [
        ("IPOD2008GREEN", 1, Decimal("199.00")),
        ("IPOD2008RED", 1, Decimal("199.00")),
        ("IPOD2008BLACK", 1, Decimal("199.00")),
    ]
    # The official fixture's own figures contradict each other; they are kept as told.
    assert (draft.goods_amount, draft.tax, draft.total) == (
        Decimal("597.00"), Decimal("11.94"), Decimal("409.94"),
    )  # fmt: skip
    assert draft.receiver is not None
    assert (draft.receiver.name, draft.receiver.latitude) == ("Bob Norman", 45.41634)
    assert (draft.paid, draft.problems) == (Decimal("0.00"), ())


@needs_samples
def test_the_full_taobao_trade() -> None:
    draft = taobao.parse(sample("taobao/trade_fullinfo_get.json"), NOBODY)

    assert (draft.number, draft.state, draft.currency) == ("500001084", "paid", "CNY")
    assert draft.paid_at is not None
    assert draft.paid_at.isoformat() == "2017-07-28T06:18:32+00:00"
    assert [(line.outer_code, line.amount) for line in draft.lines] == [
        ("B-C352-F301-356M", Decimal("86.20")),
        ("B-C352-F302-357M", Decimal("117.77")),
    ]
    assert (draft.total, draft.paid, draft.buyer_note) == (
        Decimal("323.58"), Decimal("323.58"), "周末配送",
    )  # fmt: skip
    assert draft.receiver is not None
    assert (draft.receiver.province, draft.receiver.postcode) == ("陕西省", "710000")


@needs_samples
def test_the_partly_shipped_taobao_trade_with_a_refund() -> None:
    draft = taobao.parse(sample("taobao/trades_sold_increment_get_partial.json"), NOBODY)

    assert draft.state == "partially_shipped"
    assert [(line.status, line.refund) for line in draft.lines] == [
        ("shipped", "none"),
        ("paid", "requested"),
    ]
    assert draft.goods_amount - draft.discount + draft.freight == draft.total == Decimal("195.00")


@needs_samples
@pytest.mark.parametrize(
    ("name", "code", "where"),
    [
        ("taobao/error_invalid_session.json", "platform_error", "error_response"),
        ("taobao/refunds_receive_get.json", "not_an_order", "refunds_receive_get_response"),
        ("taobao/tmc_TradeBuyerPay.json", "message_not_order", "topic"),
        ("shopify/fulfillment.json", "not_an_order", "$"),
        ("shopify/graphql.json", "not_an_order", "$"),
        ("shopify/inventory_level.json", "not_an_order", "$"),
        ("shopify/location.json", "not_an_order", "$"),
        ("shopify/refund.json", "not_an_order", "$"),
        ("shopify/variant.json", "not_an_order", "$"),
    ],
)
def test_other_samples_are_precise_errors(name: str, code: str, where: str) -> None:
    with pytest.raises(ParseError) as error:
        understand(platform=name.split("/")[0], payload=sample(name))
    assert (error.value.code, error.value.where) == (code, where)


def trade(**more: Any) -> dict[str, Any]:
    line = {"oid": 11, "num": 2, "price": "10.00", "divide_order_fee": "18.00", "num_iid": 5,
            "outer_sku_id": "TEA"}  # fmt: skip
    return {"tid": 1, "status": "WAIT_SELLER_SEND_GOODS", "created": "2026-01-02 03:04:05",
            "modified": "2026-01-02 03:04:06", "pay_time": "2026-01-02 03:04:06",
            "payment": "18.00", "receiver_name": "李**", "receiver_address": "文一西路***号",
            "oaid": "token", "orders": {"order": [line]}, **more}  # fmt: skip


def order(**more: Any) -> dict[str, Any]:
    line = {"id": 11, "quantity": 2, "price": "10.00", "sku": "TEA",
            "discount_allocations": [{"amount": "1.50"}, {"amount": "0.50"}]}  # fmt: skip
    return {"id": 1, "financial_status": "paid", "created_at": "2026-01-02T03:04:05+09:00",
            "updated_at": "2026-01-02T03:04:06+09:00", "total_price": "18.00",
            "line_items": [line], "shipping_address": {"name": "A"}, **more}  # fmt: skip


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ({"status": "WAIT_BUYER_PAY"}, "pending_payment"),
        (
            {"status": "WAIT_BUYER_PAY", "step_trade_status": "FRONT_PAID_FINAL_NOPAID"},
            "deposit_paid",
        ),
        ({"status": "PAID_FORBID_CONSIGN"}, "hold"),
        ({"status": "SELLER_CONSIGNED_PART"}, "partially_shipped"),
        ({"status": "TRADE_BUYER_SIGNED"}, "shipped"),
        ({"status": "TRADE_FINISHED"}, "completed"),
        ({"status": "TRADE_CLOSED"}, "cancelled"),
        ({"status": "TRADE_CLOSED_BY_TAOBAO"}, "cancelled"),
    ],
)
def test_taobao_states(told: dict[str, Any], state: str) -> None:
    assert taobao.parse_order(trade(**told), NOBODY).state == state


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ({"financial_status": "pending"}, "pending_payment"),
        ({"financial_status": "authorized"}, "hold"),
        ({"financial_status": "partially_paid"}, "deposit_paid"),
        ({"financial_status": "partially_refunded"}, "paid"),
        ({"financial_status": "voided"}, "cancelled"),
        ({"fulfillment_status": "partial"}, "partially_shipped"),
        ({"fulfillment_status": "fulfilled"}, "shipped"),
        ({"fulfillment_status": "fulfilled", "closed_at": "2026-01-03T00:00:00Z"}, "completed"),
        ({"fulfillment_status": "fulfilled", "cancelled_at": "2026-01-03T00:00:00Z"}, "cancelled"),
        ({"test": True}, "hold"),
    ],
)
def test_shopify_states(told: dict[str, Any], state: str) -> None:
    assert shopify.parse_order(order(**told), NOBODY).state == state


def test_discounts_of_lines_add_up() -> None:
    draft = shopify.parse_order(order(), NOBODY)
    assert (draft.lines[0].discount, draft.lines[0].amount) == (Decimal("2.00"), Decimal("18.00"))
    assert draft.goods_amount - draft.discount == draft.total
    trade_draft = taobao.parse_order(trade(), NOBODY)
    assert (trade_draft.lines[0].discount, trade_draft.discount) == (Decimal("2.00"),) * 2


def test_masked_receivers_keep_their_token() -> None:
    receiver = taobao.parse_order(trade(), NOBODY).receiver
    assert receiver is not None
    assert (receiver.masked, receiver.token) == (True, "token")


def test_units_taken_off_a_shopify_order_are_not_shipped() -> None:
    told = order(current_total_price="9.00")
    told["line_items"][0] |= {"current_quantity": 1}
    draft = shopify.parse_order(told, NOBODY)
    assert (draft.lines[0].qty, draft.lines[0].amount) == (1, Decimal("9.00"))
    assert draft.goods_amount - draft.discount == draft.total
    told["line_items"][0] |= {"current_quantity": 0}
    told["current_total_price"] = "0.00"
    draft = shopify.parse_order(told, NOBODY)
    assert draft.lines[0].refund == "refunded"
    assert draft.goods_amount - draft.discount == draft.total == 0


@pytest.mark.parametrize(
    ("value", "qty"),
    [(0, 0), (-3, -3), (10**9 + 1, 0), ("2", 2), (2.0, 2), (2.5, 0), (None, 0), ("many", 0),
     (True, 0), ([], 0), (10**40, 0)],
)  # fmt: skip
def test_odd_quantities_are_kept_and_named(value: object, qty: int) -> None:
    for parsed in (
        taobao.parse_order(trade(orders={"order": [{"oid": 1, "num": value}]}), NOBODY),
        shopify.parse_order(order(line_items=[{"id": 1, "quantity": value}]), NOBODY),
    ):
        assert parsed.lines[0].qty == qty
        named = ("bad_quantity", "lines[0].qty") in {(p.code, p.field) for p in parsed.problems}
        assert named is (qty != 2)


@pytest.mark.parametrize(
    ("spoil", "code", "field"),
    [
        (lambda t: t.pop("receiver_name") and t.pop("receiver_address") and t.pop("oaid"),
         "missing_receiver", "receiver"),
        (lambda t: t.pop("orders"), "missing_lines", "lines"),
        (lambda t: t.update(status="NEW_WORD"), "unknown_state", "status"),
        (lambda t: t["orders"]["order"].append(dict(t["orders"]["order"][0])),
         "duplicate_line", "lines[1]"),
        (lambda t: t.update(payment="a lot"), "bad_amount", "payment"),
        (lambda t: t["orders"]["order"].append(7), "not_an_object", "lines[1]"),
        (lambda t: t.update(pay_time="soon"), "time_unreadable", "pay_time"),
    ],
)  # fmt: skip
def test_what_is_odd_is_named(
    spoil: Callable[[dict[str, Any]], object], code: str, field: str
) -> None:
    told = trade()
    spoil(told)
    draft = taobao.parse_order(told, NOBODY)
    assert (code, field) in {(problem.code, problem.field) for problem in draft.problems}


WORDS = some.sampled_from([
    "tid", "id", "status", "created", "modified", "orders", "order", "line_items", "num", "price",
    "quantity", "payment", "trade", "trades", "x_response", "error_response", "shipping_address",
    "receiver_name", "updated_at", "created_at", "discount_allocations", "amount", "customer",
    "shipping_lines", "current_quantity", "total_price", "topic", "content", "errors",
])  # fmt: skip
LEAVES = (
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=20)
    | some.sampled_from([
        "2026-01-02 03:04:05", "2026-01-02T03:04:05Z", "0001-01-01T00:00:00+14:00", "1e999",
        "paid", "NaN", "\ud800", "\x00", "9" * 50, 10**400, 10**4000, "WAIT_BUYER_PAY",
    ])
)  # fmt: skip
JSON = some.recursive(
    LEAVES,
    lambda inner: (
        some.lists(inner, max_size=4)
        | some.dictionaries(WORDS | some.text(max_size=5), inner, max_size=8)
    ),
    max_leaves=40,
)


def told_of(parse: Callable[[], Any]) -> tuple[Any, ParseError | None]:
    """What came of it: something, or the one error that is allowed."""
    try:
        return parse(), None
    except ParseError as error:
        return None, error


@for_all(JSON)
@hypothesis(max_examples=400, deadline=None)
def test_parsing_is_total(payload: object) -> None:
    for platform in ("shopify", "taobao"):
        parsed, error = told_of(lambda: understand(platform=platform, payload=payload))  # noqa: B023
        if error is None:
            assert all(isinstance(draft, OrderDraft) for draft in parsed)
        else:
            assert error.code
            assert error.where


@for_all(some.dictionaries(WORDS, JSON, max_size=10))
@hypothesis(max_examples=400, deadline=None)
def test_parsing_an_order_with_odd_fields_is_total(fields: dict[str, Any]) -> None:
    for base, parse in ((trade(), taobao.parse_order), (order(), shopify.parse_order)):
        draft, error = told_of(lambda: parse({**base, **fields}, NOBODY))  # noqa: B023
        if error is not None:
            assert error.where in {"tid", "id", "modified", "updated_at"}
            continue
        # Whatever comes out can be stored.
        draft.buyer_note.encode()
        for line in draft.lines:
            line.title.encode()
            assert abs(line.qty) <= 10**9


@pytest.mark.parametrize("name", ["tid", "id", "modified", "payment", "note", "orders", "test"])
def test_numbers_python_refuses_to_print_are_survived(name: str) -> None:
    huge = 10**5000
    for payload in (trade(**{name: huge}), order(**{name: huge}), {"error_response": {name: huge}},
                    {"error_response": {"code": huge}}):  # fmt: skip
        for platform in ("shopify", "taobao"):
            try:
                understand(platform=platform, payload=payload)
            except ParseError as error:
                str(error)


NASTY = {
    "empty": b"",
    "blank": b"  \n",
    "binary": bytes(range(256)) * 4,
    "latin1": '{"tid": "é"}'.encode("latin-1"),
    "utf16": '{"tid": 1}'.encode("utf-16"),
    "truncated": b'{"tid": 1, "orders"',
    "deep": b"[" * 100_000,
    "deep_object": b'{"a":' * 100_000,
    "number": b"1",
    "nan": b'{"tid": NaN}',
    "huge_number": b'{"tid": ' + b"9" * 5000 + b"}",
    "two": b"{}{}",
    "surrogate": b'{"tid": "\\ud800", "modified": "2026-01-01 00:00:00"}',
    "nul": b'{"tid": "\\u0000", "modified": "2026-01-01 00:00:00"}',
}


@pytest.mark.parametrize("name", sorted(NASTY))
@pytest.mark.parametrize("platform", ["shopify", "taobao"])
def test_nasty_files_are_one_clear_error(tmp_path: Path, name: str, platform: str) -> None:
    file = tmp_path / "order.json"
    file.write_bytes(NASTY[name])
    errors: list[CommandError] = []
    try:
        call_command("parse_order", file, platform=platform)
    except CommandError as error:
        errors.append(error)
    assert all("\n" not in str(error) and error.returncode == 1 for error in errors)


def test_a_byte_order_mark_is_forgiven(tmp_path: Path) -> None:
    file = tmp_path / "order.json"
    file.write_bytes(b"\xef\xbb\xbf" + json.dumps(trade()).encode())
    (draft,) = understand(platform="taobao", payload=read(file))
    assert draft.number == "1"


def test_places_that_are_no_files_are_errors(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "nothing", Path("/dev/null"), Path("a\x00b")):
        with pytest.raises(CommandError):
            call_command("parse_order", place, platform="taobao")


def test_the_command_prints_json_or_one_line_and_exit_code_1(tmp_path: Path) -> None:
    file = tmp_path / "order.json"
    file.write_text(json.dumps(trade()), encoding="utf-8")
    run = [sys.executable, "manage.py", "parse_order", "--platform", "taobao"]
    good = subprocess.run([*run, str(file)], capture_output=True, text=True, check=False)
    assert (good.returncode, json.loads(good.stdout)["orders"][0]["number"]) == (0, "1")
    bad = subprocess.run([*run, str(tmp_path)], capture_output=True, text=True, check=False)
    assert (bad.returncode, bad.stdout) == (1, "")
    assert len(bad.stderr.strip().splitlines()) == 1
    assert "Traceback" not in bad.stderr
