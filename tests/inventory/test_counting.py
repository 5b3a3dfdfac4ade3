"""A count books the difference to what stood at the locked read, and says both."""

from __future__ import annotations

import pytest

from inventory.models import Reason, Stock
from tests import given
from tests.inventory import goods

pytestmark = pytest.mark.django_db


@pytest.fixture
def tea() -> int:
    given.warehouse("WH1")
    given.stock("TEA", 10)
    return given.sku("TEA")


def test_a_count_keeps_what_stood_what_was_counted_and_why(tea: int) -> None:
    rice = given.sku("RICE")
    outcome = goods.count(goods.line(tea, 8), goods.line(rice, 3))
    cell = Stock.objects.get(balance__sku_id=tea)
    fresh = Stock.objects.get(balance__sku_id=rice)
    facts = goods.posting_of(outcome).facts
    assert facts == {"why": "count", "counted": [[cell.pk, 10, 8], [fresh.pk, 0, 3]]}
    assert (goods.outside(tea), goods.outside(rice)) == (
        {"SUPPLIER": -10, "LOST": 2},
        {"FOUND": -3},
    )


def test_a_count_that_finds_what_stands_there_changes_nothing_and_is_kept(tea: int) -> None:
    outcome = goods.count(goods.line(tea, 10))
    cell = Stock.objects.get(balance__sku_id=tea)
    assert goods.posting_of(outcome).facts["counted"] == [[cell.pk, 10, 10]]
    assert goods.posting_of(outcome).entries.count() == 0
    assert given.free("TEA") == 10


def test_goods_whose_claim_forbids_counting_refuse_the_count(tea: int) -> None:
    Reason.objects.create(
        code="SEALED", name="封存", name_en="Sealed", role="FREEZE", rank=90, blocks_count=True
    )
    hold = goods.hold("FZ-1", goods.line(tea, 2), reason="SEALED", location_id=goods.place("A-01"))
    outcome = goods.count(goods.line(tea, 9))
    assert goods.said(outcome, "hold_id", "line", "sku_id") == ("blocked", hold, 0, tea)
    assert goods.cells(tea) == {"WH1 A-01 ZP": (10, 2)}
    assert goods.postings(["ADJUST"]) == 0


def test_one_cell_counted_twice_in_a_request_is_refused(tea: int) -> None:
    outcome = goods.count(goods.line(tea, 9), goods.line(tea, 8))
    assert goods.said(outcome, "field", "line") == ("bad_request", "counted", 1)
    assert given.free("TEA") == 10
