"""A machine that tries to break the books with the verbs of goods and their reversals."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from inventory import selectors
from inventory import services as inventory
from inventory.models import Entry, HoldLine, Posting, Stock
from tests import given
from tests.inventory import goods

CODES = ("A-01", "RCV", "DEF")
codes = st.sampled_from(CODES)
small = st.integers(1, 6)
lots = st.booleans()
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

    def _hold_at(self, code: str, at: int) -> int | None:
        """One of the claims on goods in a place, or none."""
        lines = HoldLine.objects.filter(open__gt=0, stock__location_id=goods.place(code)).order_by(
            "id"
        )
        found: list[int | None] = [None, *lines.values_list("hold_id", flat=True)]
        return found[at % len(found)]

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
        request = inventory.ReleaseRequest(key=goods.key(), document=document)
        goods.do(inventory.release, request)

    @rule(qty=small, start=codes, end=codes, lot=lots)
    def move(self, qty: int, start: str, end: str, lot: bool) -> None:
        goods.move(self.sku, qty, start, end, lot_id=self._lot(lot))

    @rule(number=st.integers(1, 2), qty=st.integers(0, 4))
    def ship(self, number: int, qty: int) -> None:
        goods.ship(f"ORDER-{number}", *([goods.line(self.sku, qty)] if qty else []))

    @rule(number=st.integers(1, 2), qty=small, code=codes)
    def come_back(self, number: int, qty: int, code: str) -> None:
        goods.take_return(f"ORDER-{number}", goods.line(self.sku, qty), at=code)

    @rule(qty=small, code=codes, lot=lots, at=st.integers(0, 5), carry=st.booleans(), up=lots)
    def regrade(self, qty: int, code: str, lot: bool, at: int, carry: bool, up: bool) -> None:
        start, end = ("CC", "ZP") if up else ("ZP", "CC")
        line = inventory.RegradeLine(
            sku_id=self.sku, qty=qty, location_id=goods.place(code), from_grade=start,
            to_grade=end, lot_id=self._lot(lot), hold_id=self._hold_at(code, at), carry=carry,
        )  # fmt: skip
        goods.regrade(line)

    @rule(qty=small, code=codes, lot=lots, at=st.integers(0, 5))
    def scrap(self, qty: int, code: str, lot: bool, at: int) -> None:
        goods.scrap(
            goods.placed(
                self.sku, qty, goods.place(code), lot_id=self._lot(lot),
                hold_id=self._hold_at(code, at),
            )
        )  # fmt: skip

    @rule(qty=small, code=codes, lot=lots, at=st.integers(0, 5), number=st.integers(1, 2))
    def set_out(self, qty: int, code: str, lot: bool, at: int, number: int) -> None:
        goods.transfer_out(
            f"T-{number}",
            goods.placed(
                self.sku, qty, goods.place(code), lot_id=self._lot(lot),
                hold_id=self._hold_at(code, at),
            ),
        )  # fmt: skip

    @rule(qty=small, code=codes, lot=lots, number=st.integers(1, 2))
    def arrive(self, qty: int, code: str, lot: bool, number: int) -> None:
        goods.transfer_in(f"T-{number}", goods.line(self.sku, qty, lot_id=self._lot(lot)), at=code)

    @rule(found=st.integers(0, 9), code=codes, lot=lots)
    def count(self, found: int, code: str, lot: bool) -> None:
        goods.count(goods.line(self.sku, found, lot_id=self._lot(lot)), at=code)

    @rule(left=st.integers(0, 3), number=st.integers(1, 2))
    def lose_on_the_way(self, left: int, number: int) -> None:
        truck = goods.truck(f"T-{number}")
        goods.count(goods.line(self.sku, left), warehouse="TRANSIT", location=truck)

    @rule(at=st.integers(0, 7))
    def reverse(self, at: int) -> None:
        latest = list(Posting.objects.order_by("-id").values_list("id", flat=True)[:8])
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
        assert selectors.audit() == []

    @invariant()
    def nothing_on_the_way_is_free_and_no_customer_owes_us(self) -> None:
        for cell in Stock.objects.filter(location__kind="TRUCK"):
            assert cell.pinned == cell.on_hand
        assert goods.outside(self.sku).get("CUSTOMER", 0) >= 0


@pytest.mark.django_db
def test_no_sequence_of_goods_verbs_breaks_the_books() -> None:
    run_state_machine_as_test(
        GoodsMachine,
        settings=settings(
            max_examples=15,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
