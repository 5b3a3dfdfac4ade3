"""Numbered pieces: each is in exactly one place, and goes where its goods go."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from inventory import filing, selectors
from inventory import services as inventory
from inventory.models import Piece, PieceEntry, Stock
from org.scope import Scope
from tests import given
from tests.inventory import goods
from tests.inventory.test_races import together


@pytest.fixture
def phone(db: None) -> int:
    given.warehouse("WH1")
    given.warehouse("WH2")
    given.location("B-01")
    made = given.sku("PHONE", serial_tracked=True)
    goods.receive(_line(made, "S1", "S2", "S3")).check()
    return made


def _line(sku: int, *serials: str, **more: Any) -> inventory.Line:
    return goods.line(sku, len(serials), serials=serials, **more)


def _where(sku: int) -> dict[str, str]:
    """{"S1": "WH1 A-01", "S2": "CUSTOMER"}."""
    return {
        piece.serial: piece.outside or f"{piece.warehouse_code} {piece.location_code}"
        for piece in selectors.pieces(scope=Scope.everything(), sku_ids=[sku])
    }


def test_received_pieces_lie_where_they_were_put(phone: int) -> None:
    assert _where(phone) == {"S1": "WH1 A-01", "S2": "WH1 A-01", "S3": "WH1 A-01"}


@pytest.mark.parametrize(
    ("qty", "serials", "there"),
    [(2, (), 0), (2, ("N1",), 1), (1, ("N1", "N2"), 2), (2, ("N1", "N1"), 1)],
)
def test_as_many_numbers_as_units_each_once(
    phone: int, qty: int, serials: tuple[str, ...], there: int
) -> None:
    outcome = goods.receive(goods.line(phone, qty, serials=serials))
    assert goods.said(outcome, "line", "sku_id", "asked", "there") == (
        "wrong_serials", 0, phone, qty, there,
    )  # fmt: skip
    assert goods.cells(phone) == {"WH1 A-01 ZP": (3, 0)}
    assert not Piece.objects.filter(serial__startswith="N").exists()


@pytest.mark.parametrize("serial", ["", "N" * 65])
def test_a_number_that_is_none_is_refused(phone: int, serial: str) -> None:
    outcome = goods.receive(_line(phone, serial))
    assert goods.said(outcome, "serial") == ("wrong_serials", serial)


def test_a_piece_that_lies_somewhere_cannot_be_received_again(phone: int) -> None:
    outcome = goods.receive(_line(phone, "N1", "S2"), warehouse="WH2")
    assert goods.said(outcome, "serial", "line", "there") == (
        "wrong_serials", "S2", 0,
        {
            "warehouse_id": given.warehouse_id("WH1"), "location_id": goods.place(),
            "lot_id": None,
        },
    )  # fmt: skip
    assert _where(phone) == {"S1": "WH1 A-01", "S2": "WH1 A-01", "S3": "WH1 A-01"}


def test_a_piece_moves_with_its_goods_and_only_from_where_it_lies(phone: int) -> None:
    goods.move(phone, 1, "A-01", "B-01", serials=("S2",)).check()
    assert _where(phone)["S2"] == "WH1 B-01"
    wrong = goods.move(phone, 1, "A-01", "B-01", serials=("S2",))
    assert goods.said(wrong, "serial", "there")[1] == "S2"
    assert wrong.refusal.params["there"]["location_id"] == goods.place("B-01")  # type: ignore[union-attr]
    assert goods.said(goods.move(phone, 1, "A-01", "B-01", serials=("X9",)), "there") == (
        "wrong_serials", {},
    )  # fmt: skip
    assert goods.cells(phone) == {"WH1 A-01 ZP": (2, 0), "WH1 B-01 ZP": (1, 0)}


def test_shipped_pieces_are_named_and_lie_where_the_order_is_pinned(phone: int) -> None:
    goods.move(phone, 1, "A-01", "B-01", serials=("S3",)).check()
    goods.hold("SO-1", goods.line(phone, 2))
    goods.hold("SO-9", goods.line(phone, 1), location_id=goods.place("B-01"))
    goods.pin("SO-1")
    assert goods.said(goods.ship("SO-1"), "asked", "there") == ("wrong_serials", 2, 0)
    wrong = goods.ship("SO-1", _line(phone, "S1", "S3"))
    assert goods.said(wrong, "serial") == ("wrong_serials", "S3")
    assert goods.cells(phone) == {"WH1 A-01 ZP": (2, 2), "WH1 B-01 ZP": (1, 1)}

    goods.ship("SO-1", _line(phone, "S2")).check()
    assert _where(phone) == {"S1": "WH1 A-01", "S2": "CUSTOMER", "S3": "WH1 B-01"}
    assert goods.claims() == {"SO-1": 1, "SO-9": 1}


def test_a_piece_comes_back_under_the_document_that_it_left_under(phone: int) -> None:
    goods.shipped("SO-1", phone, 1, serials=("S1",))
    goods.shipped("SO-2", phone, 1, serials=("S2",))
    wrong = goods.take_return("SO-1", _line(phone, "S2"))
    assert goods.said(wrong, "serial", "there") == ("wrong_serials", "S2", {"outside": "CUSTOMER"})
    assert goods.said(goods.take_return("SO-1", _line(phone, "S3")), "serial")[1] == "S3"
    goods.take_return("SO-1", _line(phone, "S1"), at="B-01").check()
    assert _where(phone) == {"S1": "WH1 B-01", "S2": "CUSTOMER", "S3": "WH1 A-01"}


def test_a_count_names_the_pieces_that_it_found(phone: int) -> None:
    goods.move(phone, 1, "A-01", "B-01", serials=("S3",)).check()
    elsewhere = goods.count(_line(phone, "S1", "S3"))
    assert goods.said(elsewhere, "serial") == ("wrong_serials", "S3")
    goods.count(_line(phone, "S1", "NEW")).check()
    assert _where(phone) == {"NEW": "WH1 A-01", "S1": "WH1 A-01", "S2": "LOST", "S3": "WH1 B-01"}
    assert goods.outside(phone) == {"SUPPLIER": -3}
    goods.count(goods.line(phone, 0)).check()
    assert _where(phone)["S1"] == "LOST"
    assert goods.cells(phone) == {"WH1 B-01 ZP": (1, 0)}


def test_regraded_scrapped_and_transferred_pieces_go_along(phone: int) -> None:
    grade = inventory.RegradeLine(
        sku_id=phone, qty=1, location_id=goods.place(), from_grade="ZP", to_grade="CC",
        serials=("S1",),
    )  # fmt: skip
    goods.regrade(grade).check()
    cell = Stock.objects.get(balance__grade="CC")
    assert Piece.objects.get(serial="S1").stock_id == cell.pk
    goods.scrap(goods.placed(phone, 1, goods.place(), grade="CC", serials=("S1",))).check()
    goods.transfer_out("T-1", goods.placed(phone, 2, goods.place(), serials=("S2", "S3"))).check()
    assert _where(phone) == {"S1": "SCRAPPED", "S2": "TRANSIT T-1", "S3": "TRANSIT T-1"}
    goods.transfer_in("T-1", _line(phone, "S3")).check()
    assert _where(phone) == {"S1": "SCRAPPED", "S2": "TRANSIT T-1", "S3": "WH2 A-01"}


def test_a_reversal_brings_back_the_very_pieces(phone: int) -> None:
    shipped = goods.shipped("SO-1", phone, 2, serials=("S1", "S3"))
    goods.reverse(shipped.posting_id).check()
    assert _where(phone) == {"S1": "WH1 A-01", "S2": "WH1 A-01", "S3": "WH1 A-01"}
    received = goods.receive(_line(phone, "N1"), at="B-01").check()
    goods.receive(_line(phone, "N2"), at="B-01").check()
    goods.move(phone, 1, "B-01", "PACK", serials=("N1",)).check()
    gone = goods.reverse(received.posting_id)
    assert goods.said(gone, "serial") == ("not_reversible", "N1")
    goods.move(phone, 1, "PACK", "B-01", serials=("N1",)).check()
    goods.reverse(received.posting_id).check()
    assert _where(phone)["N1"] == "SUPPLIER"


def test_a_refused_request_moves_no_piece_and_the_next_in_the_batch_does(phone: int) -> None:
    lines = [
        inventory.MoveLine(
            sku_id=phone, qty=1, from_location_id=goods.place(start),
            to_location_id=goods.place(end), serials=(serial,),
        )
        for serial, start, end in [
            ("S1", "A-01", "B-01"), ("X9", "A-01", "B-01"), ("S1", "A-01", "B-01"),
            ("S1", "B-01", "PACK"),
        ]
    ]  # fmt: skip
    house = given.warehouse_id("WH1")
    requests = [
        inventory.MoveRequest(key="a", document="MV", warehouse_id=house, lines=tuple(lines[:2])),
        inventory.MoveRequest(key="b", document="MV", warehouse_id=house, lines=(lines[2],)),
        inventory.MoveRequest(key="c", document="MV", warehouse_id=house, lines=(lines[3],)),
    ]
    with transaction.atomic():
        outcomes = inventory.move(requests, actor="system:test")
    assert [goods.code(outcome) for outcome in outcomes] == ["wrong_serials", "", ""]
    assert _where(phone)["S1"] == "WH1 PACK"


def test_the_history_of_a_piece_says_where_it_has_been(phone: int) -> None:
    goods.move(phone, 1, "A-01", "B-01", serials=("S1",)).check()
    goods.hold("SO-1", goods.line(phone, 3))
    goods.pin("SO-1")
    goods.ship("SO-1", _line(phone, "S1")).check()
    steps = selectors.piece_history(sku_id=phone, serial="S1")
    assert [(step.kind, step.document, step.came_from, step.went_to, step.outside)
            for step in steps] == [
        ("SHIP", "SO-1", "WH1 B-01", "", "CUSTOMER"),
        ("MOVE", "MV-1", "WH1 A-01", "WH1 B-01", ""),
        ("RECEIVE", "PO-1", "", "WH1 A-01", ""),
    ]  # fmt: skip


def test_a_store_sees_its_own_pieces_and_those_that_left(phone: int) -> None:
    given.unit("ST1", kind="STORE", parent="HQ")
    given.warehouse("SHOP", at="ST1")
    goods.receive(_line(phone, "N1"), warehouse="SHOP").check()
    goods.shipped("SO-1", phone, 1, serials=("S1",))
    seen = selectors.pieces(scope=Scope.of([given.unit("ST1").pk]), sku_ids=[phone])
    assert [piece.serial for piece in seen] == ["N1", "S1"]
    assert selectors.pieces(scope=Scope.nothing(), serials=["N1"]) == []


GUARDED = [
    "UPDATE inventory_piece SET outside = 'LOST', stock_id = NULL",
    "UPDATE inventory_piece SET serial = 'X'",
    "DELETE FROM inventory_piece",
    "UPDATE inventory_pieceentry SET outside = 'LOST'",
    "DELETE FROM inventory_pieceentry",
    "INSERT INTO inventory_piece (sku_id, serial, outside, stock_id) "
    "SELECT sku_id, 'X', '', stock_id FROM inventory_piece LIMIT 1",
    "INSERT INTO inventory_piece (sku_id, serial, outside) "
    "SELECT sku_id, serial, '' FROM inventory_piece LIMIT 1",
    "UPDATE inventory_sku SET serial_tracked = false",
]


@pytest.mark.parametrize("statement", GUARDED)
def test_nobody_moves_a_piece_by_hand(phone: int, statement: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_piece_entry_must_begin_where_the_piece_lies(phone: int) -> None:
    piece = Piece.objects.get(serial="S1")
    posting = PieceEntry.objects.latest("id").posting
    with pytest.raises(IntegrityError, match="does not lie where"), transaction.atomic():
        PieceEntry.objects.create(posting=posting, piece=piece, outside="LOST")
    assert Piece.objects.get(serial="S1").stock_id == piece.stock_id


def _receiving(sku: int, warehouse: str) -> Callable[[], inventory.Outcome]:
    request = inventory.ReceiveRequest(
        key=f"rc:{warehouse}", document="PO", warehouse_id=given.warehouse_id(warehouse),
        location_id=goods.place("A-01", warehouse), lines=(_line(sku, "S1"),),
    )  # fmt: skip

    def run() -> inventory.Outcome:
        with transaction.atomic(durable=True):
            return inventory.receive([request], actor="system:test")[0]

    return run


def _three_warehouses() -> int:
    for number in range(1, 4):
        given.warehouse(f"WH{number}")
    return given.sku("PHONE", serial_tracked=True)


@pytest.mark.races
def test_one_number_received_at_three_warehouses_at_once_lies_in_one(real_commits: str) -> None:
    phone = _three_warehouses()
    outcomes = together([_receiving(phone, f"WH{number}") for number in range(1, 4)])
    assert sorted(goods.code(outcome) for outcome in outcomes) == ["", *["wrong_serials"] * 2]
    assert len(goods.cells(phone)) == 1


@pytest.mark.races
def test_control_without_the_lock_on_numbers_the_database_breaks_one_off(
    real_commits: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = _three_warehouses()
    gate = threading.Barrier(2)
    look = filing._load_pieces

    def look_then_wait(*args: Any) -> None:
        look(*args)
        gate.wait(60)

    monkeypatch.setattr(filing, "_lock_serials", lambda world: None)
    monkeypatch.setattr(filing, "_load_pieces", look_then_wait)
    outcomes = together([_receiving(phone, "WH1"), _receiving(phone, "WH2")])
    broken = [outcome for outcome in outcomes if isinstance(outcome, IntegrityError)]
    assert len(broken) == 1
    assert "piece_once" in str(broken[0])


@pytest.mark.races
def test_of_two_moves_of_one_piece_at_once_one_happens(real_commits: str) -> None:
    given.warehouse("WH1")
    phone = given.sku("PHONE", serial_tracked=True)
    goods.receive(_line(phone, "S1", "S2")).check()
    targets = [given.location(code) for code in ("B-01", "B-02", "B-03", "B-04")]
    house, start = given.warehouse_id("WH1"), goods.place()

    def carry(number: int) -> Callable[[], inventory.Outcome]:
        request = inventory.MoveRequest(
            key=f"m{number}", document="MV", warehouse_id=house,
            lines=(
                inventory.MoveLine(
                    sku_id=phone, qty=1, from_location_id=start,
                    to_location_id=targets[number], serials=("S1",),
                ),
            ),
        )  # fmt: skip

        def run() -> inventory.Outcome:
            with transaction.atomic(durable=True):
                return inventory.move([request], actor="system:test")[0]

        return run

    outcomes = together([carry(number) for number in range(4)])
    assert sorted(goods.code(outcome) for outcome in outcomes) == ["", *["wrong_serials"] * 3]
    assert goods.cells(phone)["WH1 A-01 ZP"] == (1, 0)
    assert len(_where(phone)) == 2
