"""A machine that plays all claim verbs at random; after each step every law must hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from inventory import services as inventory
from inventory.models import Balance, Hold, HoldLine, Stock
from inventory.services import Policy, Strategy
from tests import given
from tests.inventory.claiming import (
    ACTOR,
    asked,
    count,
    do,
    hold,
    key,
    line,
    move,
    pin,
    release,
    ship,
    start,
    unpin,
)
from tests.proving.sizes import both_checkers, machine

PLACES = ("A-01", "B-01", "RCV")
places = st.sampled_from(PLACES)
small = st.integers(1, 5)
lots = st.sampled_from(["", "L1", "L2"])
orders = st.sampled_from(["SO-1", "SO-2", "SO-3"])
policies = st.sampled_from(list(Policy))


class ClaimMachine(RuleBasedStateMachine):
    """Refusals are fine; a broken law, a lost unit or a crash is not."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.atomic._from_testcase = True  # type: ignore[attr-defined]
        self.shipped = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @initialize()
    def a_warehouse(self) -> None:
        given.warehouse("WH1")
        given.location("B-01", sequence=5)
        self.lots: dict[str, int | None] = {
            "": None,
            "L1": given.lot("TEA", "L1", expires_on=date(2090, 1, 1), supplier="Hill"),
            "L2": given.lot("TEA", "L2", expires_on=timezone.localdate(), supplier="Marsh"),
        }
        for lot in self.lots.values():
            given.stock("TEA", 6, lot_id=lot)
            given.stock("TEA", 3, location="B-01", lot_id=lot)
        hold("PROMO", qty=6, reason="PROMOTION").check()

    def _hold_id(self, at: int, **kind: Any) -> int:
        found = Hold.objects.filter(closed_at=None, sku__isnull=False, **kind).order_by("id")
        ids = list(found.values_list("id", flat=True))
        return ids[at % len(ids)] if ids else 0

    @rule(document=orders, qty=small, priority=st.integers(0, 3), lot=lots, drawn=st.booleans())
    def order(self, document: str, qty: int, priority: int, lot: str, drawn: bool) -> None:
        more: dict[str, Any] = {"draw_from": "PROMO"} if drawn else {}
        hold(document, qty=qty, priority=priority, lot_id=self.lots[lot], **more)

    @rule(document=orders, strategy=st.sampled_from([None, *Strategy]))
    def pin(self, document: str, strategy: Strategy | None) -> None:
        pin(document, strategy=strategy)

    @rule(document=orders)
    def start(self, document: str) -> None:
        start(document)

    @rule(document=orders)
    def unpin(self, document: str) -> None:
        unpin(document)

    @rule(document=orders, qty=small, ends=st.permutations(("A-01", "B-01")), here=lots, there=lots)
    def swap(self, document: str, qty: int, ends: list[str], here: str, there: str) -> None:
        before = HoldLine.objects.filter(hold__document=document, open__gt=0).count()
        request = inventory.SwapRequest(
            key=key(), document=document, warehouse_id=given.warehouse_id("WH1"),
            sku_id=given.sku("TEA"), qty=qty, from_location_id=given.location(ends[0]),
            to_location_id=given.location(ends[1]), from_lot_id=self.lots[here],
            to_lot_id=self.lots[there],
        )  # fmt: skip
        outcome = do(inventory.swap, request)
        assert before or outcome.refused

    @rule(
        qty=small, place=places, lot=lots, policy=policies, supplier=st.sampled_from(["", "Hill"])
    )
    def freeze(self, qty: int, place: str, lot: str, policy: Policy, supplier: str) -> None:
        request = asked(
            f"FZ-{key()}", qty=qty, reason="QC", location=place, lot_id=self.lots[lot],
            policy=policy, supplier=supplier,
        )  # fmt: skip
        self._as_planned(request)

    @rule(number=st.integers(0, 2), lot=lots, place=st.sampled_from(["", *PLACES]), policy=policies,
          reason=st.sampled_from(["RECALL", "LEAK", "NEAR_EXPIRY"]))  # fmt: skip
    def cover(self, number: int, lot: str, place: str, policy: Policy, reason: str) -> None:
        more: dict[str, Any] = {"location": place} if place else {}
        request = asked(
            f"BL-{number}", reason=reason, blanket=True, lot_id=self.lots[lot], policy=policy,
            **more,
        )  # fmt: skip
        self._as_planned(request)

    def _as_planned(self, request: inventory.HoldRequest) -> None:
        shown = inventory.plan(request, actor=ACTOR)
        outcome = do(inventory.hold, replace(request, plan=shown.digest))
        if shown.refusal is not None:
            assert outcome.refusal is not None
            return
        assert not outcome.refused
        assert outcome.displaced == shown.displaced

    @rule(at=st.integers(0, 5), reason=st.sampled_from(["DEFECT", "ORDER"]), qty=st.integers(0, 3))
    def convert(self, at: int, reason: str, qty: int) -> None:
        document = "SO-3" if reason == "ORDER" else f"DF-{key()}"
        request = inventory.ConvertRequest(
            key=key(), document=document, hold_id=self._hold_id(at), reason=reason,
            lines=(line("TEA", qty),) if qty else None,
        )  # fmt: skip
        do(inventory.convert, request)

    @rule(at=st.integers(0, 3), lot=st.sampled_from(["L1", "L2"]), fixed=st.booleans())
    def narrow(self, at: int, lot: str, fixed: bool) -> None:
        request = inventory.NarrowRequest(
            key=key(), document="NA", hold_id=self._hold_id(at, blanket=True), fixed=fixed,
            lot_ids=(self.lots[lot] or 0,),
        )  # fmt: skip
        do(inventory.narrow, request)

    @rule(document=st.sampled_from(["SO-1", "SO-2", "PROMO"]), qty=small)
    def displace(self, document: str, qty: int) -> None:
        request = inventory.DisplaceRequest(
            key=key(), document=document, warehouse_id=given.warehouse_id("WH1"),
            lines=(line("TEA", qty),),
        )  # fmt: skip
        outcome = do(inventory.displace, request)
        assert outcome.refused or outcome.displaced == {document: {given.sku("TEA"): qty}}

    @rule(document=orders, qty=st.integers(0, 3))
    def cancel(self, document: str, qty: int) -> None:
        release(document, lines=(line("TEA", qty),) if qty else None)

    @rule(at=st.integers(0, 9))
    def let_go(self, at: int) -> None:
        release("ANY", hold_id=self._hold_id(at, role="FREEZE"))

    @rule(again=st.booleans())
    def end_the_promotion(self, again: bool) -> None:
        release("PROMO")
        if again:
            hold("PROMO", qty=3, reason="PROMOTION")

    @rule(document=orders)
    def ship(self, document: str) -> None:
        lines = HoldLine.objects.filter(hold__document=document, open__gt=0)
        units = sum(lines.values_list("open", flat=True))
        if not ship(document).refused:
            self.shipped += units

    @rule(qty=small, ends=st.permutations(PLACES), lot=lots, document=st.sampled_from(["", "SO-1"]))
    def carry(self, qty: int, ends: list[str], lot: str, document: str) -> None:
        move("TEA", qty, ends[0], ends[1], self.lots[lot], document or None)

    @rule(found=st.integers(0, 6), place=places, lot=lots)
    def count(self, found: int, place: str, lot: str) -> None:
        which: dict[str, Any] = {"location__code": place, "lot_id": self.lots[lot]}
        rows = Stock.objects.filter(**which)
        stood = sum(rows.values_list("on_hand", flat=True))
        if not count("TEA", found, place, lot_id=self.lots[lot]).refused:
            self.shipped += stood - found

    @invariant()
    def every_law_holds(self) -> None:
        assert both_checkers() == []

    @invariant()
    def no_unit_appears_or_vanishes(self) -> None:
        there = sum(Balance.objects.values_list("on_hand", flat=True))
        assert there == (27 - self.shipped if there else there)

    @invariant()
    def claims_on_one_lot_stay_on_it(self) -> None:
        assert not HoldLine.objects.filter(bound=True, stock=None, open__gt=0).exists()


@pytest.mark.django_db
def test_no_sequence_of_claim_verbs_breaks_the_books() -> None:
    run_state_machine_as_test(ClaimMachine, settings=machine(examples=8, steps=30))
