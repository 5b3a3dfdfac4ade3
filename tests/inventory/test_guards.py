"""What the database refuses, whoever asks: the last wall behind every service."""

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from inventory.models import Balance, Entry, Posting, Stock
from tests import given

pytestmark = pytest.mark.django_db

HAND_WRITTEN = [
    "UPDATE inventory_balance SET on_hand = on_hand + 1",
    "UPDATE inventory_balance SET held = held + 1",
    "UPDATE inventory_balance SET version = version + 1",
    "UPDATE inventory_balance SET grade = 'CC'",
    "DELETE FROM inventory_balance",
    "UPDATE inventory_stock SET on_hand = on_hand + 1",
    "UPDATE inventory_stock SET pinned = 1",
    "DELETE FROM inventory_stock",
    "UPDATE inventory_holdline SET open = open + 1",
    "DELETE FROM inventory_holdline",
    "DELETE FROM inventory_hold",
    "UPDATE inventory_entry SET on_hand = 1",
    "DELETE FROM inventory_entry",
    "UPDATE inventory_posting SET document = 'X'",
    "DELETE FROM inventory_posting",
    "UPDATE inventory_lot SET sku_id = sku_id + 1",
    "UPDATE inventory_location SET warehouse_id = warehouse_id + 1",
]


@pytest.fixture(autouse=True)
def some_stock() -> None:
    given.warehouse("WH1")
    given.stock("TEA", 10)
    given.held("SO-1", "TEA", 4)
    given.lot("TEA", "L1")


def _refused(statement: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def _book(*entries: Entry, why: str) -> None:
    """Insert entries under an existing posting, as no service would, and expect a refusal."""
    for entry in entries:
        entry.posting = Posting.objects.latest("id")
    with pytest.raises(IntegrityError, match=why), transaction.atomic():
        Entry.objects.bulk_create(entries)


@pytest.mark.parametrize("statement", HAND_WRITTEN)
def test_nobody_writes_the_books_by_hand(statement: str) -> None:
    _refused(statement)


@pytest.mark.parametrize("table", ["entry", "posting", "balance", "stock", "hold", "holdline"])
def test_the_owner_cannot_truncate_the_books(table: str) -> None:
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"TRUNCATE inventory_{table} CASCADE")


def test_an_entry_that_makes_stock_from_nothing_is_refused() -> None:
    cell = Stock.objects.get()
    with pytest.raises(IntegrityError, match="do not sum to zero"), transaction.atomic():
        Entry.objects.create(
            posting=Posting.objects.latest("id"), sku_id=given.sku("TEA"),
            balance_id=cell.balance_id, stock=cell, on_hand=5,
        )  # fmt: skip


def test_goods_cannot_leave_a_cell_of_another_balance() -> None:
    given.stock("RICE", 10)
    rice = Balance.objects.get(sku_id=given.sku("RICE"))
    tea_cell = Stock.objects.get(balance__sku_id=given.sku("TEA"))
    _book(
        Entry(sku_id=rice.sku_id, balance=rice, stock=tea_cell, on_hand=-1),
        Entry(sku_id=rice.sku_id, outside="LOST", on_hand=1),
        why="entry_cell_in_its_balance",
    )


def test_taking_out_more_than_is_free_breaks_a_constraint() -> None:
    cell = Stock.objects.get()
    tea = given.sku("TEA")
    _book(
        Entry(sku_id=tea, balance_id=cell.balance_id, stock=cell, on_hand=-7),
        Entry(sku_id=tea, outside="LOST", on_hand=7),
        why="balance_held_within_on_hand",
    )


def test_two_cells_of_one_place_without_lot_cannot_exist() -> None:
    cell = Stock.objects.get()
    with pytest.raises(IntegrityError, match="cell_once"), transaction.atomic():
        Stock.objects.create(balance_id=cell.balance_id, location_id=cell.location_id)


def test_a_cell_keeps_only_lots_of_its_own_sku() -> None:
    cell = Stock.objects.get()
    with pytest.raises(IntegrityError, match="must be of its balance's SKU"), transaction.atomic():
        Stock.objects.create(
            balance_id=cell.balance_id,
            location_id=cell.location_id,
            lot_id=given.lot("RICE", "R1"),
        )


def test_the_version_rises_with_every_entry_also_when_the_sums_cancel() -> None:
    before = Balance.objects.get().version
    given.location("B-01")
    from inventory import services as inventory

    with transaction.atomic():
        inventory.move(
            [
                inventory.MoveRequest(
                    key="m", document="M", warehouse_id=given.warehouse_id("WH1"),
                    lines=(
                        inventory.MoveLine(
                            sku_id=given.sku("TEA"), qty=1,
                            from_location_id=given.location("A-01"),
                            to_location_id=given.location("B-01"),
                        ),
                    ),
                )
            ],
            actor="system:test",
        )[0].check()  # fmt: skip
    after = Balance.objects.get()
    assert (after.version, after.on_hand) == (before + 1, 10)
