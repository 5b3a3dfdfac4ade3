"""A machine that tries to break the books with the verbs of goods and their reversals."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from inventory import services as inventory
from inventory.models import Entry, HoldLine, Posting, Stock
from tests import given
from tests.inventory import goods
from tests.proving.sizes import both_checkers, machine

CODES = ("A-01", "RCV", "DEF")
codes = st.sampled_from(CODES)
small = st.integers(1, 6)
lots = st.booleans()
spots = st.integers(0, 7)
grades = st.sampled_from(["ZP", "CC"])
reasons = st.sampled_from(["QC", "LEAK", "ORDER", "TRANSFER", "RECALL"])


class GoodsMachine(RuleBasedStateMachine):
    """Refusals are fine; a broken law, a mirror that is none or a crash is not."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.atomic._from_testcase = True  # type: ignore[attr-defined]

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @initialize()
    def two_warehouses(self) -> None:
        for house in ("WH1", "WH2"):
            given.warehouse(house)
            given.location("DEF", warehouse=house, kind="DEFECT")
        self.sku = given.sku("TEA")
        self.lot = given.lot("TEA", "L1")
        goods.receive(goods.line(self.sku, 9)).check()
        goods.receive(goods.line(self.sku, 9, lot_id=self.lot)).check()

    def _lot(self, named: bool) -> int | None:
        return self.lot if named else None

    def _cell(self, at: int) -> dict[str, Any]:
        """Where goods of the first warehouse lie: most random places would be empty."""
        cells = Stock.objects.filter(balance__warehouse__code="WH1", on_hand__gt=0).order_by("id")
        found = list(cells.values_list("location_id", "lot_id", "balance__grade", "id"))
        if not found:
            return {"location_id": goods.place(), "lot_id": None, "grade": "ZP", "holds": [None]}
        place, lot, grade, cell = found[at % len(found)]
        lines = HoldLine.objects.filter(open__gt=0, stock_id=cell).order_by("id")
        holds = [*lines.values_list("hold_id", flat=True), None]
        return {"location_id": place, "lot_id": lot, "grade": grade, "holds": holds}

    def _placed(self, qty: int, at: int) -> inventory.PlacedLine:
        cell = self._cell(at)
        hold = cell.pop("holds")[0]
        return goods.placed(self.sku, qty, cell.pop("location_id"), hold_id=hold, **cell)

    @rule(qty=small, code=codes, lot=lots, grade=grades)
    def receive(self, qty: int, code: str, lot: bool, grade: str) -> None:
        goods.receive(
            goods.line(self.sku, qty, lot_id=self._lot(lot), grade=grade), at=code
        ).check()

    @rule(qty=small, reason=reasons, number=st.integers(1, 2), pin=st.booleans(), lot=lots)
    def claim(self, qty: int, reason: str, number: int, pin: bool, lot: bool) -> None:
        document = f"T-{number}" if reason == "TRANSFER" else f"{reason}-{number}"
        frozen = reason in ("QC", "LEAK", "RECALL")
        goods.do(
            inventory.hold,
            inventory.HoldRequest(
                key=goods.key(), document=document, warehouse_id=given.warehouse_id("WH1"),
                lines=(goods.line(self.sku, qty, lot_id=self._lot(lot and frozen)),),
                reason=reason, location_id=goods.place() if frozen else None,
            ),
        )  # fmt: skip
        if pin:
            goods.do(
                inventory.pin,
                inventory.PinRequest(
                    key=goods.key(), document=document, warehouse_id=given.warehouse_id("WH1")
                ),
            )

    @rule(code=codes, reason=st.sampled_from(["LEAK", "RECALL"]))
    def blanket(self, code: str, reason: str) -> None:
        goods.do(
            inventory.hold,
            inventory.HoldRequest(
                key=goods.key(), document=f"BL-{code}", warehouse_id=given.warehouse_id("WH1"),
                location_id=goods.place(code), reason=reason, blanket=True,
            ),
        )  # fmt: skip

    @rule(document=st.sampled_from(["BL-A-01", "BL-RCV", "ORDER-1", "T-1", "QC-1", "RECALL-2"]))
    def release(self, document: str) -> None:
        request = inventory.ReleaseRequest(
            key=goods.key(), document=document, freezes=document[:2] != "OR"
        )
        goods.do(inventory.release, request)

    @rule(qty=small, at=spots, end=codes)
    def move(self, qty: int, at: int, end: str) -> None:
        cell = self._cell(at)
        goods.do(
            inventory.move,
            inventory.MoveRequest(
                key=goods.key(), document="MV", warehouse_id=given.warehouse_id("WH1"),
                lines=(
                    inventory.MoveLine(
                        sku_id=self.sku, qty=qty, from_location_id=cell["location_id"],
                        to_location_id=goods.place(end), lot_id=cell["lot_id"],
                        grade=cell["grade"],
                    ),
                ),
            ),
        )  # fmt: skip

    @rule(number=st.integers(1, 2), qty=st.integers(0, 4))
    def ship(self, number: int, qty: int) -> None:
        self.claim(3, "ORDER", number, pin=True, lot=False)
        goods.ship(f"ORDER-{number}", *([goods.line(self.sku, qty)] if qty else []))

    @rule(number=st.integers(1, 2), qty=small, code=codes)
    def come_back(self, number: int, qty: int, code: str) -> None:
        goods.take_return(f"ORDER-{number}", goods.line(self.sku, qty), at=code)

    @rule(qty=small, at=spots, carry=st.booleans(), end=grades)
    def regrade(self, qty: int, at: int, carry: bool, end: str) -> None:
        cell = self._cell(at)
        line = inventory.RegradeLine(
            sku_id=self.sku, qty=qty, location_id=cell["location_id"], from_grade=cell["grade"],
            to_grade=end, lot_id=cell["lot_id"], hold_id=cell["holds"][0], carry=carry,
        )  # fmt: skip
        goods.regrade(line)

    @rule(qty=small, at=spots)
    def scrap(self, qty: int, at: int) -> None:
        goods.scrap(self._placed(qty, at))

    @rule(qty=small, at=spots, number=st.integers(1, 2))
    def set_out(self, qty: int, at: int, number: int) -> None:
        goods.transfer_out(f"T-{number}", self._placed(qty, at))

    @rule(qty=st.integers(1, 3), code=codes, at=spots)
    def arrive(self, qty: int, code: str, at: int) -> None:
        on_board = Stock.objects.filter(location__kind="TRUCK", on_hand__gt=0).order_by("id")
        found = list(on_board.values_list("location__code", "lot_id", "balance__grade"))
        if found:
            document, lot, grade = found[at % len(found)]
            line = goods.line(self.sku, qty, lot_id=lot, grade=grade)
            goods.transfer_in(document, line, at=code)

    @rule(found=st.integers(0, 9), code=codes, lot=lots)
    def count(self, found: int, code: str, lot: bool) -> None:
        goods.count(goods.line(self.sku, found, lot_id=self._lot(lot)), at=code)

    @rule(left=st.integers(0, 3), number=st.integers(1, 2))
    def lose_on_the_way(self, left: int, number: int) -> None:
        truck = goods.truck(f"T-{number}")
        goods.count(goods.line(self.sku, left), warehouse="TRANSIT", location=truck)

    @rule(at=spots)
    def reverse(self, at: int) -> None:
        moved = Posting.objects.filter(entries__on_hand__gt=0, reversed_by=None)
        latest = list(
            moved.exclude(kind="REVERSE")
            .order_by("-id")
            .values_list("id", flat=True)
            .distinct()[:8]
        )
        if not latest:
            return
        posting = latest[at % len(latest)]
        mirror = goods.reverse(posting)
        if mirror.posting_id is not None:
            there, back = self._goods(posting), self._goods(mirror.posting_id)
            assert back == {where: -qty for where, qty in there.items()}

    @staticmethod
    def _goods(posting: int) -> dict[Any, int]:
        found: dict[Any, int] = {}
        rows = Entry.objects.filter(posting_id=posting).values_list(
            "balance_id", "stock_id", "outside", "on_hand"
        )
        for balance, cell, outside, qty in rows:
            where = (balance, cell, outside)
            found[where] = found.get(where, 0) + qty
        return {where: qty for where, qty in found.items() if qty}

    @invariant()
    def every_law_holds(self) -> None:
        assert both_checkers() == []

    @invariant()
    def nothing_on_the_way_is_free_and_no_customer_owes_us(self) -> None:
        for cell in Stock.objects.filter(location__kind="TRUCK"):
            assert cell.pinned == cell.on_hand
        assert goods.outside(self.sku).get("CUSTOMER", 0) >= 0


@pytest.mark.django_db
def test_no_sequence_of_goods_verbs_breaks_the_books() -> None:
    run_state_machine_as_test(GoodsMachine, settings=machine(examples=8, steps=30))
