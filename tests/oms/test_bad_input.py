"""Whatever the platform sends: the order is kept, and an exception names the field."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from oms import drafts
from oms import services as orders
from oms.drafts import LineDraft, OrderDraft, Problem
from oms.models import Order, OrderException, OrderLine
from tests import given
from tests.oms import told

pytestmark = pytest.mark.django_db
TEA = "TEA"


def case(name: str, draft: Any, *found: tuple[str, str]) -> Any:
    return pytest.param(draft, set(found), id=name)


def tea(qty: int = 1, **more: Any) -> LineDraft:
    return told.line(TEA, qty, **more)


def of(*lines: LineDraft, **more: Any) -> OrderDraft:
    return told.draft("T1", *lines, **more)


def receiver(**changes: Any) -> Any:
    return lambda: of(receiver=replace(told.LI, **changes))


BLOCKING = [
    case("unknown SKU", lambda: of(replace(tea(), sku_id=None, outer_code="NOBODY")),
         ("unmapped_sku", "lines[0].sku")),
    case("missing receiver", lambda: of(receiver=None), ("missing_receiver", "receiver")),
    case("missing phone", receiver(phone=" "), ("missing_receiver", "receiver.phone")),
    case("missing name and address", receiver(name="", address=""),
         ("missing_receiver", "receiver.name"), ("missing_receiver", "receiver.address")),
    case("masked without token", receiver(masked=True), ("masked_receiver", "receiver")),
    case("zero", lambda: of(tea(0)), ("bad_quantity", "lines[0].qty")),
    case("negative", lambda: of(tea(-3)), ("bad_quantity", "lines[0].qty")),
    case("absurd", lambda: of(tea(1_000_001)), ("bad_quantity", "lines[0].qty")),
    case("astronomic", lambda: of(replace(tea(), qty=10**40), goods_amount=10, total=10),
         ("bad_quantity", "lines[0].qty")),
    case("the same line twice", lambda: of(tea(), tea()), ("duplicate_line", "lines[1]")),
    case("line amount", lambda: of(tea(amount=Decimal("9.50"))),
         ("amounts_differ", "lines[0].amount")),
    case("goods amount", lambda: of(goods_amount=Decimal(11), total=Decimal(11)),
         ("amounts_differ", "goods_amount")),
    case("total", lambda: of(total=Decimal("9.90")), ("amounts_differ", "total")),
    case("amount that is no number", lambda: of(paid=Decimal("NaN")), ("bad_amount", "paid")),
    case("amount beyond money", lambda: of(freight=Decimal("1e30")), ("bad_amount", "freight")),
    case("emoji in the name", receiver(name="李雷🌸"), ("odd_text", "receiver.name")),
    case("full-width phone", receiver(phone="１３８1２３４5"),
         ("odd_text", "receiver.phone")),
    case("no lines", lambda: replace(of(), lines=(), goods_amount=Decimal(0), total=Decimal(0)),
         ("missing_lines", "lines")),
    case("unknown state", lambda: of(state="teleported"), ("unknown_state", "state")),
    case("what the parser saw", lambda: of(problems=(Problem("bad_date", "paid_at", "32nd"),)),
         ("bad_date", "paid_at")),
    case("refund wanted", lambda: of(tea(refund=drafts.REFUND_REQUESTED)),
         ("refund_requested", "lines[0].refund")),
]  # fmt: skip


@pytest.mark.parametrize(("draft", "found"), BLOCKING)
def test_the_order_is_kept_and_the_field_is_named(draft: Any, found: set[tuple[str, str]]) -> None:
    given.stock(TEA, 10)

    told.accept(draft())
    orders.process()
    orders.process()

    assert Order.objects.count() == 1
    assert told.open_codes() == found
    assert told.the().state != "SUBMITTED"
    assert told.held(told.the().document) == {}
    assert given.free(TEA) == 10


def test_odd_characters_in_notes_are_noted_but_stop_nothing() -> None:
    given.stock(TEA, 10)

    told.accept(of(replace(tea(), title="红茶✨"),
                   buyer_note="谢谢😀", seller_note="Ａ１"))  # fmt: skip
    orders.process()

    assert told.the().state == "SUBMITTED"
    assert told.open_codes() == {
        ("odd_note", "lines[0].title"), ("odd_note", "buyer_note"), ("odd_note", "seller_note"),
    }  # fmt: skip
    assert (told.the().buyer_note, told.the().seller_note) == ("谢谢😀", "Ａ１")


def test_bytes_that_cannot_be_stored_do_not_lose_the_order() -> None:
    told.accept(of(buyer="a\x00b\ud800", buyer_note="x" * 5000))

    order = told.the()
    assert order.buyer == "ab\ufffd"
    assert len(order.buyer_note) == 4000
    assert ("text_too_long", "buyer_note") in told.open_codes()


def test_a_merchant_code_in_full_width_finds_its_sku() -> None:
    given.stock(TEA, 10)

    told.accept(of(replace(tea(), sku_id=None, outer_code=" ＴＥＡ ")))
    orders.process()

    assert told.the().state == "SUBMITTED"
    assert OrderLine.objects.get().sku_id == given.sku(TEA)


def test_a_rare_character_in_a_name_is_no_emoji() -> None:
    given.stock(TEA, 10)

    told.accept(receiver(name="𠮷野", address="文一西路（西溪）969号")())
    orders.process()

    assert told.the().state == "SUBMITTED"


def test_a_masked_receiver_with_a_token_is_enough() -> None:
    given.stock(TEA, 10)

    told.accept(receiver(name="李*", phone="138****5678", address="*", masked=True, token="oaid")())
    orders.process()

    assert told.the().state == "SUBMITTED"


def test_a_corrected_version_clears_the_exception() -> None:
    given.stock(TEA, 10)
    wrong = of(tea(0))
    told.accept(wrong)
    orders.process()

    told.accept(told.moved(wrong, lines=(tea(2),), goods_amount=Decimal(20), total=Decimal(20)))
    orders.process()

    assert told.the().state == "SUBMITTED"
    assert told.held(told.the().document) == {TEA: 2}
    row = OrderException.objects.get()
    assert (row.state, row.resolution, row.resolved_by) == (
        "RESOLVED",
        "CLEARED",
        "system:pipeline",
    )


def test_one_bad_order_does_not_stop_its_neighbours() -> None:
    given.stock(TEA, 10)

    told.accept(*(told.draft(f"N{n}", tea(0 if n == 1 else 2)) for n in range(3)))
    orders.process()

    assert told.states(["N0", "N1", "N2"]) == ["SUBMITTED", "PREPROCESS", "SUBMITTED"]
    assert given.free(TEA) == 6


def test_no_receiver_data_reaches_exceptions_or_events() -> None:
    told.accept(receiver(name="李雷🌸", phone="１３８１２３４５６７８")())
    orders.process()

    words = str(list(OrderException.objects.values_list("detail", "why", "field")))
    assert "李雷" not in words
    assert "１３８" not in words
    assert "李雷" not in repr(told.LI)
