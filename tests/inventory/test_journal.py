"""The journal: newest first, running sums after each posting, page by page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from inventory import selectors as stock
from inventory import services as inventory
from inventory.models import Balance, Stock
from inventory.selectors import Axis
from inventory.selectors.journal import newest
from inventory.services import snapshots
from org.scope import Scope
from tests import given

pytestmark = pytest.mark.django_db

ALL = Scope.everything()


@pytest.fixture
def balance() -> int:
    given.warehouse("WH1")
    given.stock("TEA", 10)
    given.held("SO-1", "TEA", 4)
    given.held("SO-2", "TEA", 1)
    with transaction.atomic():
        inventory.release([inventory.ReleaseRequest(key="r1", document="SO-2")], actor="person:7")
    given.stock("TEA", 5)
    return Balance.objects.get().pk


def _rows(page: stock.JournalPage) -> list[tuple[str, str, int, int, int, int]]:
    return [
        (
            row.posting.kind, row.posting.document,
            row.on_hand, row.held, row.on_hand_after, row.held_after,
        )
        for row in page.rows
    ]  # fmt: skip


WHOLE = [
    ("RECEIVE", "GIVEN", 5, 0, 15, 4),
    ("RELEASE", "SO-2", 0, -1, 10, 4),
    ("HOLD", "SO-2", 0, 1, 10, 5),
    ("HOLD", "SO-1", 0, 4, 10, 4),
    ("RECEIVE", "GIVEN", 10, 0, 10, 0),
]


@pytest.mark.parametrize("marked", [False, True])
@pytest.mark.parametrize("limit", [1, 2, 50])
def test_running_sums_are_right_on_every_page(balance: int, limit: int, marked: bool) -> None:
    if marked:
        snapshots.mark([balance], whole=True)
    rows: list[tuple[str, str, int, int, int, int]] = []
    before: int | None = None
    while True:
        page = stock.journal(balance_id=balance, scope=ALL, before=before, limit=limit)
        rows += _rows(page)
        before = page.after
        if before is None:
            break
    assert rows == WHOLE


def test_a_row_says_who_and_where_from(balance: int) -> None:
    newest, released, *_ = stock.journal(balance_id=balance, scope=ALL).rows
    assert (newest.outside, newest.sku_code, newest.warehouse_code) == (("SUPPLIER",), "TEA", "WH1")
    assert (released.outside, released.posting.actor) == ((), "person:7")


def test_the_journal_of_a_cell_counts_its_own_goods_and_pins(balance: int) -> None:
    with transaction.atomic():
        inventory.pin(
            [
                inventory.PinRequest(
                    key="p1", document="SO-1", warehouse_id=given.warehouse_id("WH1")
                )
            ],
            actor="system:test",
        )[0].check()
    cell = Stock.objects.get()
    assert _rows(stock.journal(stock_id=cell.pk, scope=ALL)) == [
        ("PIN", "SO-1", 0, 4, 15, 4),
        ("RECEIVE", "GIVEN", 5, 0, 15, 0),
        ("RECEIVE", "GIVEN", 10, 0, 10, 0),
    ]
    pinned = stock.journal(balance_id=balance, scope=ALL).rows[0]
    assert (pinned.held, pinned.held_after) == (0, 4)


def test_the_journal_of_a_lot_runs_over_its_cells() -> None:
    given.warehouse("WH1")
    given.location("A-02")
    lot = given.lot("TEA", "L1")
    given.stock("TEA", 3, lot_id=lot)
    given.stock("TEA", 4, lot_id=lot, location="A-02")
    given.stock("TEA", 9)
    assert _rows(stock.journal(lot_id=lot, scope=ALL)) == [
        ("RECEIVE", "GIVEN", 4, 0, 7, 0),
        ("RECEIVE", "GIVEN", 3, 0, 3, 0),
    ]


def test_the_journal_of_a_document_shows_each_balance_with_its_own_sums(balance: int) -> None:
    assert _rows(stock.journal(document="SO-2", scope=ALL)) == [
        ("RELEASE", "SO-2", 0, -1, 10, 4),
        ("HOLD", "SO-2", 0, 1, 10, 5),
    ]


def test_the_journal_outside_the_scope_is_empty(balance: int) -> None:
    for named in (
        {"balance_id": balance},
        {"document": "SO-2"},
        {"stock_id": Stock.objects.get().pk},
    ):
        assert stock.journal(scope=Scope.nothing(), **named).rows == ()
    with pytest.raises(ValueError, match="exactly one"):
        stock.journal(scope=ALL)


def test_the_journal_can_begin_at_a_moment(balance: int) -> None:
    released = stock.journal(balance_id=balance, scope=ALL).rows[1].posting.recorded_at
    cursor = stock.journal_from(balance_id=balance, at=released, scope=ALL)
    assert _rows(stock.journal(balance_id=balance, scope=ALL, before=cursor)) == WHOLE[1:]


def test_the_difference_of_two_moments_names_the_postings_in_between(balance: int) -> None:
    times = [row.posting.recorded_at for row in stock.journal(balance_id=balance, scope=ALL).rows]
    page = stock.difference(since=times[4], until=times[1], scope=ALL)
    (found,) = page.rows
    assert (found.before.on_hand, found.before.held) == (10, 0)
    assert (found.after.on_hand, found.after.held) == (10, 4)
    assert [(one.posting.document, one.on_hand, one.held) for one in found.changes] == [
        ("SO-2", 0, -1), ("SO-2", 0, 1), ("SO-1", 0, 4),
    ]  # fmt: skip
    assert (found.on_hand, found.held, found.more, page.after) == (0, 4, False, None)
    (short,) = stock.difference(since=times[4], until=times[1], scope=ALL, postings=2).rows
    assert (len(short.changes), short.more) == (2, True)
    assert stock.difference(since=times[0], until=datetime.now(UTC), scope=ALL).rows == ()


def test_a_difference_on_the_occurred_axis_has_what_was_booked_late(balance: int) -> None:
    now = datetime.now(UTC)
    place = stock.location_by_code(warehouse_id=given.warehouse_id("WH1"), code="A-01")
    assert place is not None
    with transaction.atomic():
        inventory.receive(
            [
                inventory.ReceiveRequest(
                    key="late", document="PO-2", occurred_at=now - timedelta(hours=5),
                    warehouse_id=given.warehouse_id("WH1"), location_id=place.id,
                    lines=(inventory.Line(sku_id=given.sku("TEA"), qty=2),),
                )
            ],
            actor="system:test",
        )[0].check()  # fmt: skip
    early = now - timedelta(hours=6), now - timedelta(hours=4)
    (found,) = stock.difference(since=early[0], until=early[1], axis=Axis.OCCURRED, scope=ALL).rows
    assert (found.before.on_hand, found.after.on_hand) == (0, 2)
    assert [one.posting.document for one in found.changes] == ["PO-2"]
    assert stock.difference(since=early[0], until=early[1], scope=ALL).rows == ()
    unknown = stock.difference(
        since=early[0], until=early[1], axis=Axis.OCCURRED, known_at=now, scope=ALL
    )
    assert unknown.rows == ()


def test_the_whole_ledger_is_read_a_window_at_a_time(balance: int) -> None:
    for number in range(6):
        given.stock(f"S{number}", 1, warehouse="WH2")
    whole = newest(scope=ALL).rows
    mine = Scope.of([], warehouse_ids=[given.warehouse_id("WH1")])

    def all_of(scope: Scope) -> list[tuple[int, int, int]]:
        rows: list[stock.JournalRow] = []
        page = newest(scope=scope, limit=2, window=1)
        rows += page.rows
        while page.after is not None:
            page = newest(scope=scope, before=page.after, limit=2, window=1)
            rows += page.rows
        return [(row.entry_id, row.on_hand_after, row.held_after) for row in rows]

    assert all_of(ALL) == [(row.entry_id, row.on_hand_after, row.held_after) for row in whole]
    assert len({(row.posting.id, row.balance_id) for row in whole}) == len(whole)
    # Nothing of this warehouse is among the newest: the pages go on until they come to it.
    assert newest(scope=mine, limit=2, window=1).rows == ()
    here = [row for row in whole if row.warehouse_code == "WH1"]
    assert all_of(mine) == [(row.entry_id, row.on_hand_after, row.held_after) for row in here]
    assert all_of(Scope.nothing()) == []
