"""What the database refuses, whoever writes."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from oms.models import MOVES, Order, OrderEvent, OrderState

# Rows are written past the services here, so the order audit finds what it should.
pytestmark = pytest.mark.broken_books

NOON = datetime(2026, 11, 11, 4, tzinfo=UTC)


def order(state: str = "PREPROCESS", number: str = "T1") -> Order:
    row = Order.objects.create(
        shop_id=1, platform="taobao", platform_number=number, platform_state="paid",
        modified_at=NOON, placed_at=NOON, state=state,
    )  # fmt: skip
    OrderEvent.objects.create(order=row, to_state=state, who="system:test", what="received")
    return row


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_an_order_is_numbered_by_its_id(db: None) -> None:
    row = order()

    assert Order.objects.get(number=f"SO-{row.pk}") == row
    assert row.document == f"SO-{row.pk}"


def test_an_order_never_goes_back_in_platform_time(db: None) -> None:
    row = order()

    with pytest.raises(IntegrityError, match="would go back"), transaction.atomic():
        Order.objects.filter(pk=row.pk).update(modified_at=NOON.replace(hour=3))
    assert Order.objects.get(pk=row.pk).modified_at == NOON


def test_the_trigger_knows_exactly_the_moves_of_the_transitions(db: None) -> None:
    states = OrderState.values
    allowed = set()
    for index, (source, target) in enumerate((a, b) for a in states for b in states if a != b):
        row = order(source, f"M{index}") if source != "SUBMITTED" else None
        if row is None:
            continue
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE oms_order SET state = %s, warehouse_id = NULL WHERE id = %s",
                    [target, row.pk],
                )
        except IntegrityError as error:
            if "submitted_has_warehouse" in str(error):  # only that is missing, the move is known
                allowed.add((source, target))
        else:
            allowed.add((source, target))
            OrderEvent.objects.create(
                order=row, from_state=source, to_state=target, who="system:test", what="moved"
            )
    expected = {(a, b) for a, b in MOVES if a != b and a != "SUBMITTED"}
    assert allowed == expected


def test_a_state_without_its_event_cannot_be_committed(db: None) -> None:
    row = order()

    row.cancel()
    with transaction.atomic():
        row.save(update_fields=["state"])
        with pytest.raises(IntegrityError, match="its last event says"), transaction.atomic():
            run("SET CONSTRAINTS ALL IMMEDIATE")
        transaction.set_rollback(True)
    assert Order.objects.get(pk=row.pk).state == "PREPROCESS"


def test_an_event_that_breaks_the_chain_is_refused(db: None) -> None:
    row = order()

    with pytest.raises(IntegrityError, match="the next cannot start with"), transaction.atomic():
        OrderEvent.objects.create(
            order=row, from_state="SHIPPED", to_state="COMPLETED", who="x", what="completed"
        )
    assert OrderEvent.objects.filter(order=row).count() == 1


@pytest.mark.parametrize("statement", ["DELETE FROM {0}", "TRUNCATE {0} CASCADE"])
@pytest.mark.parametrize("table", ["oms_order", "oms_orderevent", "oms_orderexception"])
def test_nothing_is_ever_deleted(db: None, statement: str, table: str) -> None:
    order()
    run("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(IntegrityError, match="refused"), transaction.atomic():
        run(statement.format(table))
    assert OrderEvent.objects.count() == 1


def test_the_database_clock_stamps_what_the_state_says(db: None) -> None:
    row = order()
    assert row.received_at is not None

    row.cancel()
    row.save(update_fields=["state"])
    OrderEvent.objects.create(
        order=row, from_state="PREPROCESS", to_state="CANCELLED", who="x", what="cancelled"
    )

    row = Order.objects.get(pk=row.pk)
    assert row.cancelled_at is not None
    assert row.cancelled_at >= row.received_at
    assert row.held_at is None
    assert row.shipped_at is None
