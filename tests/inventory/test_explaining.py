"""Why is it not more? Every unit has a document behind it, and the figures add up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.utils import translation

from inventory import selectors as stock
from inventory import services as inventory
from inventory.models import Balance, Stock
from inventory.selectors import explain_claims
from inventory.services import snapshots
from org.scope import Scope
from tests import given

pytestmark = pytest.mark.django_db

ALL = Scope.everything()


@pytest.fixture(autouse=True)
def a_warehouse() -> Iterator[None]:
    given.warehouse("WH1")
    given.stock("TEA", 100)
    with translation.override("en"):
        yield


def _explained() -> stock.Explanation:
    told = stock.explain(sku_id=given.sku("TEA"), warehouse_id=given.warehouse_id("WH1"), scope=ALL)
    assert told is not None
    assert told.on_hand - sum(step.qty for step in told.steps) - told.unnamed == told.available
    assert sum(group.units for group in told.groups) == told.held
    assert sum(group.unnamed for group in told.groups) == told.unnamed
    return told


def _hold(document: str, qty: int, **more: object) -> int:
    with transaction.atomic():
        outcome = inventory.hold(
            [
                inventory.HoldRequest(
                    key=f"{document}:{qty}", document=document,
                    warehouse_id=given.warehouse_id("WH1"),
                    lines=(inventory.Line(sku_id=given.sku("TEA"), qty=qty),),
                    **more,  # type: ignore[arg-type]
                )
            ],
            actor="person:3",
        )[0].check()  # fmt: skip
    assert outcome.hold_id is not None
    return outcome.hold_id


def test_a_claim_says_who_since_when_what_it_forbids_and_what_frees_it() -> None:
    review = datetime(2030, 5, 1, tzinfo=UTC)
    hold = _hold(
        "QC-1", 7, reason="QC", location_id=given.location("A-01"), review_at=review,
        rule_version="rule 4.2", note="wet", release_condition={"inspection": "passed"},
    )  # fmt: skip
    _hold("SO-7", 5)
    told = _explained()
    frozen, ordered = told.steps
    assert (frozen.hold_id, frozen.document, frozen.qty, frozen.pinned) == (hold, "QC-1", 7, 7)
    assert (frozen.placed_by, frozen.rule_version, frozen.note) == ("person:3", "rule 4.2", "wet")
    assert frozen.forbids == ("reserve", "pick", "ship", "publish")
    assert (frozen.review_at, frozen.permission) == (review, "stock.release_safety")
    assert frozen.release_condition == {"inspection": "passed"}
    assert frozen.frees == (
        f"Release H-{hold} (needs: Release safety freezes); or wait until its condition is met"
    )
    assert (ordered.qty, ordered.pinned, ordered.permission) == (5, 0, "")
    assert ordered.frees == "Cancel or ship SO-7"
    assert ordered.since is not None
    assert (told.on_hand, told.held, told.available, told.unnamed) == (100, 12, 88, 0)
    assert told.by_reason == (("QC", "Quality inspection", 7), ("ORDER", "Order", 5))


def test_many_claims_are_counted_and_only_the_largest_named() -> None:
    with transaction.atomic():
        inventory.hold(
            [
                inventory.HoldRequest(
                    key=f"many:{n}", document=f"SO-{n}", warehouse_id=given.warehouse_id("WH1"),
                    lines=(inventory.Line(sku_id=given.sku("TEA"), qty=3 if n == 17 else 1),),
                )
                for n in range(30)
            ],
            actor="system:test",
        )  # fmt: skip
    told = _explained()
    (group,) = told.groups
    assert (group.units, group.positions, group.claims) == (32, 30, 30)
    assert (group.unnamed, group.unnamed_positions) == (20, 20)
    assert (told.steps[0].document, told.steps[0].qty, len(told.steps)) == ("SO-17", 3, 10)


@pytest.mark.parametrize("marked", [False, True])
def test_more_claims_than_can_be_added_up_are_known_from_marks(
    marked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explain_claims, "EXACT", 4)
    monkeypatch.setattr(snapshots, "EVERY", 5)
    for number in range(12):
        _hold(f"SO-{number}", 1 + number % 4)
    if marked:
        assert snapshots.mark(list(Balance.objects.values_list("id", flat=True))) == 2
    with transaction.atomic():
        inventory.release(
            [
                inventory.ReleaseRequest(key=f"r{n}", document=f"SO-{n}")
                for n in (0, 1, 11)
            ],
            actor="system:test",
        )  # fmt: skip
    told = _explained()
    (group,) = told.groups
    assert (told.held, group.units, group.positions, group.claims) == (23, 23, 9, None)
    assert told.steps[0].qty == 4


def test_a_drawn_claim_names_where_its_units_go_back_to() -> None:
    reserve = _hold("PROMO-1", 20, reason="PROMOTION")
    _hold("SO-1", 4, draw_from="PROMO-1")
    told = _explained()
    drawn = next(step for step in told.steps if step.document == "SO-1")
    assert drawn.origin == stock.Origin(
        hold_id=reserve, document="PROMO-1", reason_code="PROMOTION"
    )
    assert drawn.frees == "Cancel or ship SO-1; cancelled units return to PROMO-1"
    assert told.held == 20


def test_a_blanket_that_holds_nothing_also_forbids() -> None:
    _hold("SO-1", 100)
    mark = _hold("CT-1", 0, reason="COUNT", blanket=True, location_id=given.location("A-01"))
    told = _explained()
    (cover,) = told.also_forbids
    assert (cover.hold_id, cover.role, cover.forbids) == (mark, "MARK", ("pick", "move"))
    assert (cover.cells, cover.covered, cover.holds) == (1, 100, 0)
    assert told.steps[0].document == "SO-1"


def test_a_blanket_that_holds_all_it_covers_is_a_step_and_no_more() -> None:
    _hold("RC-1", 0, reason="RECALL", blanket=True)
    told = _explained()
    assert (told.available, told.also_forbids) == (0, ())
    assert [(step.document, step.qty, step.blanket) for step in told.steps] == [("RC-1", 100, True)]


def test_what_arrives_and_what_runs_out_comes_next() -> None:
    soon = datetime.now(UTC) + timedelta(days=2)
    hold = _hold("FZ-1", 6, reason="MANUAL", expires_at=soon + timedelta(days=1),
                 location_id=given.location("A-01"))  # fmt: skip
    with transaction.atomic():
        inventory.announce(
            [
                inventory.Announcement(
                    document="PO-9", warehouse_id=given.warehouse_id("WH1"),
                    sku_id=given.sku("TEA"), qty=20, due_at=soon,
                )
            ],
            actor="system:test",
        )  # fmt: skip
    told = _explained()
    arrival, end = told.freed_next
    assert (arrival.kind, arrival.document, arrival.qty, arrival.due_at) == (
        "RECEIPT", "PO-9", 20, soon,
    )  # fmt: skip
    assert arrival.sentence.startswith("PO-9 arrives on 20")
    assert arrival.sentence.endswith(": +20")
    assert (end.kind, end.hold_id, end.qty) == ("EXPIRY", hold, 6)


def test_a_sku_is_explained_over_all_warehouses_of_the_scope() -> None:
    given.unit("S1", "STORE", "HQ")
    given.warehouse("WH2", at="S1")
    given.stock("TEA", 8, warehouse="WH2")
    _hold("SO-1", 5)
    given.held("SO-2", "TEA", 3, warehouse="WH2")
    tea = given.sku("TEA")
    told = stock.explain_sku(sku_id=tea, scope=ALL)
    assert told is not None
    assert (told.on_hand, told.held, told.available, told.unnamed) == (108, 8, 100, 0)
    assert [(part.warehouse_code, part.available) for part in told.parts] == [
        ("WH1", 95), ("WH2", 5),
    ]  # fmt: skip
    store = stock.explain_sku(sku_id=tea, scope=Scope.of([given.unit("S1").pk]))
    assert store is not None
    assert (store.on_hand, [step.document for step in store.steps]) == (8, ["SO-2"])
    assert stock.explain_sku(sku_id=tea, scope=Scope.nothing()) is None


def test_a_cell_says_what_is_pinned_and_what_others_want_of_the_rest() -> None:
    given.location("A-02")
    given.stock("TEA", 10, location="A-02")
    _hold("FZ-1", 4, reason="QC", location_id=given.location("A-02"))
    _hold("SO-1", 103)
    cell = Stock.objects.get(location_id=given.location("A-02"))
    told = stock.explain_cell(stock_id=cell.pk, scope=ALL)
    assert told is not None
    assert (told.on_hand, told.pinned, told.unpinned) == (10, 4, 6)
    # 110 on hand, 107 claimed: of the six unpinned here at most three may be sold.
    assert (told.wanted, told.sellable) == (3, 3)
    assert [(step.document, step.qty) for step in told.steps] == [("FZ-1", 4)]
    assert stock.explain_cell(stock_id=cell.pk, scope=Scope.nothing()) is None
    place = stock.explain_location(location_id=given.location("A-02"), scope=ALL)
    assert place is not None
    assert (place.title, place.on_hand, place.cells) == ("A-02", 10, 1)


def test_a_lot_is_explained_over_all_its_cells() -> None:
    lot = given.lot("TEA", "L1")
    given.location("A-02")
    given.stock("TEA", 10, lot_id=lot)
    given.stock("TEA", 5, lot_id=lot, location="A-02")
    with transaction.atomic():
        inventory.hold(
            [
                inventory.HoldRequest(
                    key="recall", document="RC-1", reason="RECALL", blanket=True,
                    warehouse_id=None,
                    lines=(inventory.Line(sku_id=given.sku("TEA"), qty=0, lot_id=lot),),
                )
            ],
            actor="system:test",
        )[0].check()  # fmt: skip
    told = stock.explain_lot(lot_id=lot, scope=ALL)
    assert told is not None
    assert (told.title, told.cells, told.on_hand, told.pinned, told.sellable) == (
        "L1",
        2,
        15,
        15,
        0,
    )
    assert [(group.reason_code, group.units, group.positions) for group in told.groups] == [
        ("RECALL", 15, 2)
    ]


def test_an_explanation_costs_the_same_statements_however_many_claims(
    django_assert_max_num_queries: object,
) -> None:
    for number in range(15):
        _hold(f"SO-{number}", 1)
    with django_assert_max_num_queries(9):  # type: ignore[operator]
        stock.explain(sku_id=given.sku("TEA"), warehouse_id=given.warehouse_id("WH1"), scope=ALL)
