"""Each verb, its effect, its refusals, and the effect that did not happen."""

from datetime import date

import pytest
from django.db import transaction

from inventory import selectors
from inventory import services as inventory
from inventory.models import Entry, Hold, HoldLine, Posting, Stock
from outbox.models import News
from tests import given

pytestmark = pytest.mark.django_db


@pytest.fixture
def tea() -> int:
    given.warehouse("WH1")
    return given.sku("TEA")


def _hold(document: str, qty: int, sku: int, key: str = "", **more: object) -> inventory.Outcome:
    with transaction.atomic():
        return inventory.hold(
            [
                inventory.HoldRequest(
                    key=key or f"hold:{document}",
                    document=document,
                    warehouse_id=given.warehouse_id("WH1"),
                    lines=(inventory.Line(sku_id=sku, qty=qty),),
                    **more,  # type: ignore[arg-type]
                )
            ],
            actor="system:test",
        )[0]


def _pin(document: str) -> inventory.Outcome:
    with transaction.atomic():
        return inventory.pin(
            [
                inventory.PinRequest(
                    key=f"pin:{document}", document=document, warehouse_id=given.warehouse_id("WH1")
                )
            ],
            actor="system:test",
        )[0]


def _ship(document: str) -> inventory.Outcome:
    with transaction.atomic():
        return inventory.ship(
            [inventory.ShipRequest(key=f"ship:{document}", document=document)], actor="system:test"
        )[0]


def _release(document: str, key: str = "", **more: object) -> inventory.Outcome:
    with transaction.atomic():
        return inventory.release(
            [
                inventory.ReleaseRequest(
                    key=key or f"release:{document}",
                    document=document,
                    **more,  # type: ignore[arg-type]
                )
            ],
            actor="system:test",
        )[0]


def _count(location: str, sku: int, qty: int, lot_id: int | None = None) -> inventory.Outcome:
    with transaction.atomic():
        return inventory.adjust(
            [
                inventory.AdjustRequest(
                    key=f"count:{location}:{qty}",
                    document="CT-1",
                    warehouse_id=given.warehouse_id("WH1"),
                    location_id=given.location(location),
                    counted=(inventory.Line(sku_id=sku, qty=qty, lot_id=lot_id),),
                    why="count",
                )
            ],
            actor="system:test",
        )[0]


def test_received_goods_may_be_sold_at_once_from_a_bin(tea: int) -> None:
    given.stock("TEA", 10)
    assert given.free("TEA") == 10


def test_goods_in_the_receiving_area_are_frozen_until_they_are_put_away(tea: int) -> None:
    given.stock("TEA", 10, location="RCV")
    assert given.free("TEA") == 0

    with transaction.atomic():
        inventory.move(
            [
                inventory.MoveRequest(
                    key="putaway",
                    document="PA-1",
                    warehouse_id=given.warehouse_id("WH1"),
                    lines=(
                        inventory.MoveLine(
                            sku_id=tea,
                            qty=7,
                            from_location_id=given.location("RCV"),
                            to_location_id=given.location("A-01"),
                        ),
                    ),
                )
            ],
            actor="system:test",
        )[0].check()

    assert given.free("TEA") == 7


def test_an_order_holds_without_a_cell_then_is_pinned_then_leaves(tea: int) -> None:
    given.stock("TEA", 10)

    held = _hold("SO-1", 4, tea)
    pinned = _pin("SO-1")
    shipped = _ship("SO-1")

    assert (held.refused, pinned.refused, shipped.refused) == (False, False, False)
    assert [(pin.location_id, pin.qty) for pin in pinned.pins] == [(given.location("A-01"), 4)]
    assert given.free("TEA") == 6
    assert Stock.objects.get(location__code="A-01").on_hand == 6
    assert Hold.objects.get(document="SO-1").state == "CONSUMED"


def test_more_than_is_free_is_refused_with_what_is_missing_and_nothing_changes(tea: int) -> None:
    given.stock("TEA", 3)
    before = Posting.objects.count()

    outcome = _hold("SO-1", 5, tea)

    assert outcome.refusal is not None
    assert (outcome.refusal.code, outcome.refusal.params) == (
        "insufficient_stock",
        {"short": {tea: 2}, "line": 0, "sku_id": tea, "asked": 5, "there": 3},
    )
    assert (Posting.objects.count(), given.free("TEA")) == (before, 3)


def test_one_request_is_refused_and_the_others_of_the_batch_go_through(tea: int) -> None:
    given.stock("TEA", 5)
    house = given.warehouse_id("WH1")
    with transaction.atomic():
        outcomes = inventory.hold(
            [
                inventory.HoldRequest(
                    key=f"h{n}", document=f"SO-{n}", warehouse_id=house,
                    lines=(inventory.Line(sku_id=tea, qty=2),),
                )
                for n in range(4)
            ],
            actor="system:test",
        )  # fmt: skip
    assert [outcome.refused for outcome in outcomes] == [False, False, True, True]
    assert given.free("TEA") == 1


def test_the_same_key_with_the_same_content_holds_once_and_answers_the_same(tea: int) -> None:
    given.stock("TEA", 10)
    first = _hold("SO-1", 4, tea)
    again = _hold("SO-1", 4, tea)
    assert (again.repeated, again.hold_id, again.posting_id) == (
        True,
        first.hold_id,
        first.posting_id,
    )
    assert given.free("TEA") == 6


def test_the_same_key_with_other_content_is_refused(tea: int) -> None:
    given.stock("TEA", 10)
    _hold("SO-1", 4, tea)
    outcome = _hold("SO-1", 5, tea)
    assert outcome.refusal is not None
    assert outcome.refusal.code == "key_reused"
    assert given.free("TEA") == 6


def test_a_claim_is_released_once(tea: int) -> None:
    given.stock("TEA", 10)
    _hold("SO-1", 4, tea)

    assert not _release("SO-1").refused
    twice = _release("SO-1", key="another")

    assert twice.refusal is not None
    assert twice.refusal.code == "already_released"
    assert given.free("TEA") == 10
    assert Hold.objects.get(document="SO-1").state == "RELEASED"


def test_part_of_a_claim_is_released_and_more_than_is_held_refused(tea: int) -> None:
    given.stock("TEA", 10)
    _hold("SO-1", 4, tea)
    assert not _release("SO-1", lines=(inventory.Line(sku_id=tea, qty=1),)).refused
    too_much = _release("SO-1", key="k2", lines=(inventory.Line(sku_id=tea, qty=4),))
    assert too_much.refusal is not None
    assert too_much.refusal.code == "not_held"
    assert given.free("TEA") == 7
    assert Hold.objects.get(document="SO-1").state == "PARTIALLY_RELEASED"


def test_what_is_not_held_or_not_pinned_cannot_leave(tea: int) -> None:
    given.stock("TEA", 10)
    nobody = _ship("SO-9")
    _hold("SO-1", 4, tea)
    loose = _ship("SO-1")
    assert nobody.refusal is not None
    assert loose.refusal is not None
    assert (nobody.refusal.code, loose.refusal.code) == ("not_held", "not_pinned")
    assert Stock.objects.get(location__code="A-01").on_hand == 10


@pytest.mark.parametrize("qty", [0, -1, 10**12 + 1])
def test_a_quantity_that_is_none_is_refused(tea: int, qty: int) -> None:
    given.stock("TEA", 10)
    outcome = _hold("SO-1", qty, tea)
    assert outcome.refusal is not None
    assert outcome.refusal.code == "bad_quantity"


def test_picking_takes_the_lot_that_expires_first_and_freezes_an_expired_one(tea: int) -> None:
    given.location("A-02", sequence=5)
    old = given.lot("TEA", "OLD", expires_on=date(2020, 1, 1))
    late = given.lot("TEA", "LATE", expires_on=date(2090, 1, 1))
    soon = given.lot("TEA", "SOON", expires_on=date(2089, 1, 1))
    given.stock("TEA", 5, lot_id=old)
    given.stock("TEA", 5, lot_id=late)
    given.stock("TEA", 5, lot_id=soon, location="A-02")
    _hold("SO-1", 6, tea)

    pinned = _pin("SO-1")

    assert [(pin.lot_id, pin.qty) for pin in pinned.pins] == [(soon, 5), (late, 1)]
    assert given.free("TEA") == 4
    frozen = HoldLine.objects.get(hold__reason__code="EXPIRED")
    assert (frozen.open, frozen.stock.lot_id) == (5, old)  # type: ignore[union-attr]


def test_a_cell_is_frozen_by_quantity_and_thawed(tea: int) -> None:
    given.stock("TEA", 10)
    frozen = _hold("FZ-1", 3, tea, reason="QC", location_id=given.location("A-01"))
    assert given.free("TEA") == 7
    assert Stock.objects.get(location__code="A-01").pinned == 3
    assert frozen.hold_id is not None
    assert not _release("FZ-1", hold_id=frozen.hold_id).refused
    assert given.free("TEA") == 10


def test_a_blanket_waits_for_units_that_orders_hold_and_takes_them_when_they_are_free(
    tea: int,
) -> None:
    given.location("B-01")
    given.stock("TEA", 10)
    given.stock("TEA", 10, location="B-01")
    _hold("SO-1", 12, tea)

    with transaction.atomic():
        blanket = inventory.hold(
            [
                inventory.HoldRequest(
                    key="leak", document="LK-1", warehouse_id=given.warehouse_id("WH1"),
                    location_id=given.location("A-01"), reason="LEAK", blanket=True,
                )
            ],
            actor="system:test",
        )[0].check()  # fmt: skip
    assert given.free("TEA") == 0
    assert HoldLine.objects.get(hold__document="LK-1").open == 8

    _release("SO-1")
    assert HoldLine.objects.get(hold__document="LK-1").open == 10
    assert given.free("TEA") == 10

    assert not _release("LK-1", hold_id=blanket.hold_id).refused
    assert given.free("TEA") == 20


def test_goods_that_come_under_a_blanket_are_frozen_as_they_come(tea: int) -> None:
    with transaction.atomic():
        inventory.hold(
            [
                inventory.HoldRequest(
                    key="recall", document="RC-1", warehouse_id=None, reason="RECALL", blanket=True,
                    lines=(inventory.Line(sku_id=tea, qty=0),),
                )
            ],
            actor="system:test",
        )[0].check()  # fmt: skip
    given.stock("TEA", 10)
    assert given.free("TEA") == 0


def test_a_loss_unpins_then_displaces_the_weakest_order_then_breaks_freezes(tea: int) -> None:
    given.stock("TEA", 10)
    _hold("SO-1", 3, tea, priority=5)
    _hold("SO-2", 3, tea, priority=1)
    _hold("FZ-1", 2, tea, reason="MANUAL", location_id=given.location("A-01"))
    _pin("SO-1")
    _pin("SO-2")

    outcome = _count("A-01", tea, 4)

    assert outcome.displaced == {"SO-2": {tea: 3}, "SO-1": {tea: 1}}
    lines = dict(HoldLine.objects.filter(open__gt=0).values_list("hold__document", "open"))
    assert lines == {"SO-1": 2, "FZ-1": 2}
    assert Hold.objects.get(document="SO-2").state == "DISPOSED"


def test_a_count_that_finds_more_makes_more(tea: int) -> None:
    given.stock("TEA", 10)
    assert not _count("A-01", tea, 12).refused
    assert given.free("TEA") == 12


def test_claimed_units_move_with_their_claim(tea: int) -> None:
    given.stock("TEA", 10)
    _hold("SO-1", 4, tea)
    _pin("SO-1")
    with transaction.atomic():
        inventory.move(
            [
                inventory.MoveRequest(
                    key="pick", document="PL-1", warehouse_id=given.warehouse_id("WH1"),
                    lines=(
                        inventory.MoveLine(
                            sku_id=tea, qty=4, from_location_id=given.location("A-01"),
                            to_location_id=given.location("PACK"), hold_document="SO-1",
                        ),
                    ),
                )
            ],
            actor="system:test",
        )[0].check()  # fmt: skip
    cell = Stock.objects.get(location__code="PACK")
    assert (cell.on_hand, cell.pinned, given.free("TEA")) == (4, 4, 6)
    assert not _ship("SO-1").refused


def test_a_transaction_posts_once_and_only_inside_one(tea: int) -> None:
    given.stock("TEA", 10)
    request = inventory.ShipRequest(key="x", document="SO-1")
    with transaction.atomic():
        inventory.ship([request], actor="system:test")
        with pytest.raises(inventory.SecondPosting):
            inventory.ship([request], actor="system:test")
    with pytest.raises(inventory.NoTransaction):
        inventory.ship([request], actor="system:test")


def test_explaining_names_the_document_behind_every_unit(tea: int) -> None:
    given.stock("TEA", 10)
    _hold("SO-1", 4, tea)
    _hold("FZ-1", 2, tea, reason="QC", location_id=given.location("A-01"))
    told = selectors.explain(sku_id=tea, warehouse_id=given.warehouse_id("WH1"))
    assert told is not None
    assert [(step.document, step.qty) for step in told.steps] == [("FZ-1", 2), ("SO-1", 4)]
    assert (told.on_hand, told.held, told.available, told.unnamed) == (10, 6, 4, 0)


@pytest.mark.parametrize("batch", [1, 40])
def test_a_batch_costs_the_same_statements_as_one(
    tea: int, batch: int, django_assert_num_queries: object
) -> None:
    given.stock("TEA", 100)
    requests = [
        inventory.HoldRequest(
            key=f"h{n}", document=f"SO-{n}", warehouse_id=given.warehouse_id("WH1"),
            lines=(inventory.Line(sku_id=tea, qty=1),),
        )
        for n in range(batch)
    ]  # fmt: skip
    with django_assert_num_queries(STATEMENTS_OF_A_HOLD), transaction.atomic():  # type: ignore[operator]
        inventory.hold(requests, actor="system:test")
    assert given.free("TEA") == 100 - batch
    assert Entry.objects.filter(posting__kind="HOLD", sku_id=tea).count() == batch


# Savepoint 2, resolve, lock, keys, reasons, blanket cells, ids, postings, holds, lines, entries,
# news.
STATEMENTS_OF_A_HOLD = 13


def test_news_is_told_only_when_what_may_be_sold_has_changed(tea: int) -> None:
    given.stock("TEA", 10)
    _hold("SO-1", 4, tea)
    told = News.objects.filter(key=str(tea)).count()

    _pin("SO-1")
    _ship("SO-1")
    assert News.objects.filter(key=str(tea)).count() == told

    _hold("SO-2", 1, tea)
    assert News.objects.filter(key=str(tea)).count() > told
