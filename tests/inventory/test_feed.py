"""The feed of changes: nothing is lost that commits late, nothing comes twice."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from inventory import selectors as stock
from inventory import services as inventory
from inventory.models import Posting
from org.scope import Scope
from tests import given
from tests.horizon import wait_for_horizon

ALL = Scope.everything()


def _hold(document: str, sku: int, house: int) -> None:
    inventory.hold(
        [
            inventory.HoldRequest(
                key=document, document=document, warehouse_id=house,
                lines=(inventory.Line(sku_id=sku, qty=1),),
            )
        ],
        actor="system:test",
    )[0].check()  # fmt: skip


def _read_all(cursor: str) -> tuple[list[str], str]:
    seen: list[str] = []
    while True:
        page = stock.changes(cursor=cursor, limit=2, scope=ALL)
        seen += [row.document for row in page.rows]
        if page.cursor == cursor:
            return seen, cursor
        cursor = page.cursor


@pytest.mark.races
def test_a_posting_that_commits_late_is_neither_lost_nor_doubled(real_commits: str) -> None:
    house = given.warehouse("WH1")
    given.stock("TEA", 10)
    given.stock("RICE", 10)
    tea, rice = given.sku("TEA"), given.sku("RICE")
    wait_for_horizon()
    given_rows, cursor = _read_all(stock.FEED_START)
    assert given_rows.count("GIVEN") == 2
    last_id = Posting.objects.order_by("-id").values_list("id", flat=True)[0]
    written, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        try:
            with transaction.atomic(durable=True):
                _hold("SO-LATE", tea, house)
                written.set()
                assert go_on.wait(30)
        finally:
            connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert written.wait(30)
    with transaction.atomic(durable=True):
        _hold("SO-QUICK", rice, house)
    while_open, cursor = _read_all(cursor)
    # The control: a reader by ids takes the quick one and remembers its higher id.
    by_id = list(Posting.objects.filter(id__gt=last_id).values_list("id", "document"))
    go_on.set()
    thread.join(30)
    assert while_open == []
    assert by_id[-1][1] == "SO-QUICK"
    late = list(Posting.objects.filter(id__gt=by_id[-1][0]).values_list("document", flat=True))
    assert late == [], "the reader by ids has lost SO-LATE for ever"
    wait_for_horizon()
    after, cursor = _read_all(cursor)
    assert sorted(after) == ["SO-LATE", "SO-QUICK"]
    assert _read_all(cursor) == ([], cursor)


@pytest.mark.races
def test_a_row_folds_entries_by_balance_and_lot(real_commits: str) -> None:
    house = given.warehouse("WH1")
    lot = given.lot("TEA", "L1")
    given.stock("TEA", 6, lot_id=lot)
    given.held("SO-1", "TEA", 2)
    wait_for_horizon()
    page = stock.changes(scope=ALL)
    received, held = (row for row in page.rows if row.document in ("GIVEN", "SO-1"))
    assert [(line.lot_code, line.on_hand, line.held) for line in received.lines] == [("L1", 6, 0)]
    (line,) = held.lines
    assert (line.warehouse_id, line.sku_code, line.lot_code, line.held) == (house, "TEA", "", 2)
    assert line.version == stock.versions(sku_ids=[given.sku("TEA")])[house, given.sku("TEA")]
    nothing = stock.changes(scope=Scope.nothing())
    assert (nothing.rows, nothing.cursor) == ((), page.cursor)


@pytest.mark.django_db
@pytest.mark.parametrize("cursor", ["abc", "1", "1.", "-1.2", "1.x", "٣.١", "9" * 30 + ".1"])
def test_a_cursor_of_somebody_else_is_refused(cursor: str) -> None:
    with pytest.raises(stock.BadCursor):
        stock.changes(cursor=cursor, scope=ALL)


@pytest.mark.django_db
def test_a_cursor_ahead_of_this_database_is_refused() -> None:
    with pytest.raises(stock.BadCursor):
        stock.changes(cursor="999999999999.1", scope=ALL)
