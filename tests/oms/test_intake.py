"""Orders come in: again, late, in any order, changed, cancelled, refunded."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from oms import services as orders
from oms.drafts import ReceiverDraft
from oms.models import Order, OrderEvent, OrderException, OrderLine, Receiver
from org.scope import Scope
from tests import given
from tests.oms import told
from wms import selectors as floor_selectors

pytestmark = pytest.mark.django_db


def test_an_order_keeps_what_the_platform_told() -> None:
    answer = told.accept(told.draft("T1", told.line("TEA", 3, name="L7"), buyer_note="请快点"))

    order = told.the("T1")
    assert answer == [answer[0]]
    assert (answer[0].order_id, answer[0].number) == (order.pk, f"SO-{order.pk}")
    assert (answer[0].created, answer[0].changed, answer[0].ignored_as_older) == (
        True,
        False,
        False,
    )
    assert (order.state, int(order.total), order.buyer_note) == ("PREPROCESS", 30, "请快点")
    line = OrderLine.objects.get(order=order)
    assert (line.platform_line_id, line.qty, line.cancelled, int(line.amount)) == ("L7", 3, 0, 30)


def test_the_receiver_is_encrypted_and_only_masked_columns_are_plain() -> None:
    told.accept(told.draft("T1"))

    row = Receiver.objects.get()
    assert (row.name, row.phone, row.address) == ("李雷", "13812345678", "文一西路969号")
    assert (row.masked_name, row.masked_phone) == ("李*", "138****5678")
    assert row.province == "浙江省"
    with connection.cursor() as cursor:
        cursor.execute("SELECT name || phone || address || masked_address FROM oms_receiver")
        stored = cursor.fetchone()[0]
    assert "李雷" not in stored
    assert "13812345678" not in stored
    assert "969" not in stored


def test_the_same_draft_twice_changes_nothing() -> None:
    given.stock("TEA", 10)
    first = told.accept(told.draft("T1", told.line("TEA", 3)))
    orders.process()
    events = OrderEvent.objects.count()

    again = told.accept(told.draft("T1", told.line("TEA", 3)))

    assert [row.order_id for row in again] == [row.order_id for row in first]
    assert (again[0].created, again[0].changed) == (False, False)
    assert Order.objects.count() == 1
    assert OrderLine.objects.count() == 1
    assert OrderEvent.objects.count() == events
    assert orders.process() == 0
    assert told.held(told.the("T1").document) == {"TEA": 3}


def test_of_one_order_twice_in_a_batch_the_newest_counts() -> None:
    old = told.draft("T1", told.line("TEA", 3))
    new = told.moved(old, lines=(told.line("TEA", 2),), goods_amount=20, total=20)

    answers = told.accept(new, old)

    assert [(row.created, row.ignored_as_older) for row in answers] == [
        (True, False),
        (False, True),
    ]
    assert OrderLine.objects.get().qty == 2


def test_an_older_version_is_ignored() -> None:
    new = told.draft("T1", told.line("TEA", 3), minutes=5)
    told.accept(new)

    answer = told.accept(
        replace(new, modified_at=new.modified_at - timedelta(minutes=5), state="hold")
    )

    assert answer[0].ignored_as_older
    assert told.the("T1").platform_state == "paid"


@pytest.mark.parametrize("arrival", list(permutations(range(3))), ids=str)
@pytest.mark.parametrize("working", [False, True], ids=["idle", "pipeline runs between"])
def test_versions_in_any_order_end_the_same(arrival: tuple[int, ...], working: bool) -> None:
    given.stock("TEA", 10)
    created = told.draft("T1", told.line("TEA", 4), state="pending_payment")
    paid = told.moved(created, state="paid", paid_at=told.NOON)
    cancelled = told.moved(paid, state="cancelled")
    versions = [created, paid, cancelled]

    for index in arrival:
        told.accept(versions[index])
        if working:
            orders.process()

    order = told.the("T1")
    assert order.state == "CANCELLED"
    assert order.modified_at == cancelled.modified_at
    assert order.cancelled_at is not None
    line = OrderLine.objects.get(order=order)
    assert (line.qty, line.cancelled, line.shipped) == (4, 4, 0)
    assert given.free("TEA") == 10
    assert told.open_codes() == set()


def test_an_order_paid_later_enters_the_pipeline() -> None:
    given.stock("TEA", 10)
    unpaid = told.draft("T1", state="pending_payment")
    told.accept(unpaid)
    assert orders.process() == 0

    told.accept(told.moved(unpaid, state="deposit_paid"))
    assert told.the("T1").state == "AWAIT_BALANCE"
    assert orders.process() == 0

    told.accept(told.moved(unpaid, minutes=2, state="paid", paid_at=told.NOON))
    assert orders.process() == 1
    assert told.the("T1").state == "SUBMITTED"


def test_a_cancel_frees_the_stock_in_the_same_transaction() -> None:
    given.stock("TEA", 10)
    draft = told.draft("T1", told.line("TEA", 4))
    told.accept(draft)
    orders.process()
    document = told.the("T1").document
    assert given.free("TEA") == 6

    told.accept(told.moved(draft, state="cancelled"))

    order = told.the("T1")
    assert order.state == "CANCELLED"
    assert given.free("TEA") == 10
    assert told.held(document) == {}
    assert floor_selectors.states([document]) == {document: "CANCELLED"}
    last = OrderEvent.objects.filter(order=order).order_by("id").last()
    assert last is not None
    assert (last.from_state, last.to_state, last.why) == (
        "SUBMITTED", "CANCELLED", "cancelled_at_platform",
    )  # fmt: skip


def test_a_refunded_line_is_cancelled_and_the_rest_is_held_anew() -> None:
    given.stock("TEA", 5)
    given.stock("RICE", 5)
    tea, rice = told.line("TEA", 2), told.line("RICE", 3)
    draft = told.draft("T1", tea, rice)
    told.accept(draft)
    orders.process()
    first = told.the("T1").document

    told.accept(told.moved(draft, lines=(replace(tea, refund="refunded"), rice)))

    assert given.free("TEA") == 5
    orders.process()
    order = told.the("T1")
    assert order.state == "SUBMITTED"
    assert order.document == f"{first}/2"
    assert told.held(first) == {}
    assert told.held(order.document) == {"RICE": 3}
    assert (given.free("TEA"), given.free("RICE")) == (5, 2)


def test_a_wanted_refund_stops_the_order_until_it_is_decided() -> None:
    given.stock("TEA", 5)
    tea = told.line("TEA", 2)
    draft = told.draft("T1", tea)
    told.accept(draft)
    orders.process()

    told.accept(told.moved(draft, lines=(replace(tea, refund="requested"),)))
    orders.process()
    assert told.the().state == "PREPROCESS"
    assert told.open_codes() == {("refund_requested", "lines[0].refund")}
    assert given.free("TEA") == 5

    told.accept(told.moved(draft, minutes=2))
    orders.process()
    assert told.the().state == "SUBMITTED"
    assert told.open_codes() == set()


def test_when_every_line_is_refunded_the_order_is_cancelled() -> None:
    given.stock("TEA", 5)
    tea = told.line("TEA", 2)
    draft = told.draft("T1", tea)
    told.accept(draft)
    orders.process()

    told.accept(told.moved(draft, lines=(replace(tea, refund="refunded"),)))

    assert told.the("T1").state == "CANCELLED"
    assert given.free("TEA") == 5


def test_an_order_that_was_shipped_before_we_knew_it_is_closed() -> None:
    given.stock("TEA", 5)

    told.accept(told.draft("T1", state="shipped"), told.draft("T2", state="completed"))

    assert told.states(["T1", "T2"]) == ["CLOSED", "CLOSED"]
    assert orders.process() == 0
    assert given.free("TEA") == 5


def test_a_platform_hold_takes_the_order_back_from_the_floor() -> None:
    given.stock("TEA", 5)
    draft = told.draft("T1", told.line("TEA", 2))
    told.accept(draft)
    orders.process()

    told.accept(told.moved(draft, state="hold"))
    orders.process()

    assert told.the("T1").state == "PREPROCESS"
    assert told.open_codes() == {("platform_hold", "state")}
    assert given.free("TEA") == 5

    told.accept(told.moved(draft, minutes=2))
    orders.process()
    assert told.the("T1").state == "SUBMITTED"
    assert told.open_codes() == set()


def test_what_a_person_accepted_is_not_stopped_again_by_the_same_words() -> None:
    given.stock("TEA", 5)
    draft = told.draft("T1", state="hold")
    told.accept(draft)
    orders.process()
    row = OrderException.objects.get()
    with transaction.atomic():
        orders.accept_as_is(ids=[row.pk], actor="person:1", why="agreed", scope=Scope.everything())
    orders.process()
    assert told.the().state == "SUBMITTED"

    told.accept(told.moved(draft, seller_note="repeated"))

    assert told.the().state == "SUBMITTED"
    assert told.the().round == 1
    assert told.open_codes() == set()


def test_a_cancelled_order_that_comes_back_needs_a_person() -> None:
    draft = told.draft("T1", state="cancelled")
    told.accept(draft)

    told.accept(told.moved(draft, state="paid"))

    assert told.the("T1").state == "CANCELLED"
    assert told.open_codes() == {("revived_after_cancel", "state")}


def test_a_new_address_reaches_the_floor() -> None:
    given.stock("TEA", 5)
    draft = told.draft("T1")
    told.accept(draft)
    orders.process()

    told.accept(told.moved(draft, receiver=replace(told.LI, city="宁波市")))
    orders.process()

    order = told.the("T1")
    assert order.state == "SUBMITTED"
    assert order.round == 2
    views = floor_selectors.fulfilments(scope=Scope.everything(), names=[order.document])
    assert views[0].ship_to["city"] == "宁波市"


def count_statements(numbers: list[str], *, state: str) -> int:
    drafts = [
        told.draft(number, told.line("TEA"), told.line("RICE"), state=state) for number in numbers
    ]
    if state != "paid":
        drafts = [told.moved(draft) for draft in drafts]
    with (
        CaptureQueriesContext(
            connection,
        ) as seen,
        transaction.atomic(),
    ):
        orders.accept(drafts)
    return len(seen)


def test_many_orders_cost_as_many_statements_as_one() -> None:
    given.stock("TEA", 100)
    given.stock("RICE", 100)
    one, many = ["A"], [f"M{n}" for n in range(50)]

    assert count_statements(one, state="paid") == count_statements(many, state="paid")

    with CaptureQueriesContext(connection) as first:
        orders.process(1)
    with CaptureQueriesContext(connection) as rest:
        assert orders.process() == 50
    assert len(first) == len(rest)

    assert count_statements(one, state="cancelled") == count_statements(many, state="cancelled")
    assert Order.objects.filter(state="CANCELLED").count() == 51
    assert given.free("TEA") == 100
    assert OrderException.objects.count() == 0


@pytest.mark.parametrize(
    "less",
    [
        replace(told.LI, name="李*", phone="138****5678", address="***", masked=True),
        replace(told.LI, name="", phone="", address="", city=""),
        None,
    ],
    ids=["masked", "emptied", "left out"],
)
def test_a_later_message_that_knows_less_about_the_receiver_takes_nothing_away(
    less: ReceiverDraft | None,
) -> None:
    given.stock("TEA", 5)
    draft = told.draft("T1")
    told.accept(draft)
    orders.process()

    told.accept(told.moved(draft, receiver=less))

    assert (Receiver.objects.get().name, Receiver.objects.get().address) == (
        "李雷",
        "文一西路969号",
    )
    assert told.the().state == "SUBMITTED"
    assert told.the().round == 1
