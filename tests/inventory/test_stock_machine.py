"""A machine that tries to break the books: random verbs, a model, the audit each time."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Any

import pytest
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from inventory import selectors
from inventory import services as inventory
from inventory.models import Balance, Hold, HoldLine
from org.scope import Scope
from tests import given
from tests.proving.sizes import both_checkers, machine

SKUS = ("TEA", "RICE")
PLACES = ("A-01", "A-02", "RCV")
_keys = itertools.count(1)

sku_names = st.sampled_from(SKUS)
place_names = st.sampled_from(PLACES)
small = st.integers(1, 6)
documents = st.sampled_from([f"SO-{number}" for number in range(3)])
lot_names = st.sampled_from(["", "", "L1", "OLD"])


class StockMachine(RuleBasedStateMachine):
    """Refusals are fine; a broken law, a lost unit or a crash is not."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.atomic._from_testcase = True  # type: ignore[attr-defined]
        self.on_hand: Counter[str] = Counter()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @initialize()
    def a_warehouse(self) -> None:
        from datetime import date

        self.house = given.warehouse("WH1")
        given.location("A-02")
        self.skus = {name: given.sku(name) for name in SKUS}
        self.places = {code: given.location(code) for code in PLACES}
        self.lots = {
            (sku, "L1"): given.lot(sku, "L1", expires_on=date(2090, 1, 1)) for sku in SKUS
        } | {(sku, "OLD"): given.lot(sku, "OLD", expires_on=date(2020, 1, 1)) for sku in SKUS}
        # Something to fight for: most random verbs on an empty warehouse are refused.
        for sku in SKUS:
            self.receive(sku, 12, "A-01", "")
            self.receive(sku, 8, "A-02", "L1")

    def _do(self, verb: Any, request: Any) -> inventory.Outcome:
        with transaction.atomic():
            return verb([request], actor="system:machine")[0]  # type: ignore[no-any-return]

    def _open(self, prefix: str, at: int) -> str:
        """One of the documents with an open claim; most random names would have none."""
        names = sorted(
            set(
                Hold.objects.filter(
                    document__startswith=prefix, closed_at__isnull=True
                ).values_list("document", flat=True)
            )
        )
        return names[at % len(names)] if names else f"{prefix}none"

    def _any(self, prefix: str) -> bool:
        return Hold.objects.filter(document__startswith=prefix, closed_at=None).exists()

    def _line(self, sku: str, qty: int, lot: str = "") -> inventory.Line:
        return inventory.Line(
            sku_id=self.skus[sku], qty=qty, lot_id=self.lots[(sku, lot)] if lot else None
        )

    @rule(sku=sku_names, qty=st.integers(1, 20), place=place_names, lot=lot_names)
    def receive(self, sku: str, qty: int, place: str, lot: str) -> None:
        outcome = self._do(
            inventory.receive,
            inventory.ReceiveRequest(
                key=f"k{next(_keys)}", document="PO", warehouse_id=self.house,
                location_id=self.places[place], lines=(self._line(sku, qty, lot),),
            ),
        )  # fmt: skip
        assert not outcome.refused
        self.on_hand[sku] += qty

    @rule(
        document=documents,
        tea=st.integers(0, 4),
        rice=st.integers(0, 4),
        priority=st.integers(0, 3),
    )
    def order(self, document: str, tea: int, rice: int, priority: int) -> None:
        wanted = {"TEA": tea, "RICE": rice}
        lines = tuple(self._line(sku, qty) for sku, qty in wanted.items() if qty)
        if not lines:
            return
        free = {sku: given.free(sku) for sku in SKUS}
        outcome = self._do(
            inventory.hold,
            inventory.HoldRequest(
                key=f"k{next(_keys)}", document=document, warehouse_id=self.house,
                lines=lines, priority=priority,
            ),
        )  # fmt: skip
        fits = all(wanted[sku] <= free[sku] for sku in SKUS)
        assert outcome.refused is not fits
        if priority and fits:
            self.pin(0)

    @rule(
        sku=sku_names, qty=small, place=place_names, lot=lot_names,
        reason=st.sampled_from(["QC", "MANUAL", "LEAK"]),
    )  # fmt: skip
    def freeze_cell(self, sku: str, qty: int, place: str, lot: str, reason: str) -> None:
        self._do(
            inventory.hold,
            inventory.HoldRequest(
                key=f"k{next(_keys)}", document=f"FZ-{next(_keys)}", warehouse_id=self.house,
                location_id=self.places[place], lines=(self._line(sku, qty, lot),), reason=reason,
            ),
        )  # fmt: skip

    @rule(
        sku=st.sampled_from(["", *SKUS]), place=st.sampled_from(["", *PLACES]),
        reason=st.sampled_from(["RECALL", "LEAK", "NEAR_EXPIRY"]), number=st.integers(0, 2),
    )  # fmt: skip
    def lay_blanket(self, sku: str, place: str, reason: str, number: int) -> None:
        if not sku and not place:
            return
        self._do(
            inventory.hold,
            inventory.HoldRequest(
                key=f"k{next(_keys)}", document=f"BL-{number}", warehouse_id=self.house,
                location_id=self.places[place] if place else None, reason=reason, blanket=True,
                lines=(self._line(sku, 0),) if sku else (),
            ),
        )  # fmt: skip

    @precondition(lambda self: self._any("BL-"))
    @rule(number=st.integers(0, 2))
    def lift_blankets(self, number: int) -> None:
        self._do(
            inventory.release,
            inventory.ReleaseRequest(
                key=f"k{next(_keys)}", document=self._open("BL-", number), freezes=True
            ),
        )

    @precondition(lambda self: self._any("SO-"))
    @rule(at=st.integers(0, 3))
    def pin(self, at: int) -> None:
        document = self._open("SO-", at)
        self._do(
            inventory.pin,
            inventory.PinRequest(key=f"k{next(_keys)}", document=document, warehouse_id=self.house),
        )

    @precondition(lambda self: self._any("SO-"))
    @rule(at=st.integers(0, 3))
    def ship(self, at: int) -> None:
        document = self._open("SO-", at)
        held = {
            sku: sum(
                line.open
                for line in HoldLine.objects.filter(
                    hold__document=document, balance__sku_id=self.skus[sku]
                )
            )
            for sku in SKUS
        }
        outcome = self._do(
            inventory.ship, inventory.ShipRequest(key=f"k{next(_keys)}", document=document)
        )
        if not outcome.refused:
            self.on_hand.subtract(held)

    @precondition(lambda self: self._any("SO-"))
    @rule(at=st.integers(0, 3))
    def cancel(self, at: int) -> None:
        document = self._open("SO-", at)
        self._do(
            inventory.release, inventory.ReleaseRequest(key=f"k{next(_keys)}", document=document)
        )

    @precondition(lambda self: self._any("SO-"))
    @rule(at=st.integers(0, 3), sku=sku_names, qty=small)
    def cancel_a_part(self, at: int, sku: str, qty: int) -> None:
        document = self._open("SO-", at)
        self._do(
            inventory.release,
            inventory.ReleaseRequest(
                key=f"k{next(_keys)}", document=document, lines=(self._line(sku, qty),)
            ),
        )

    @rule(at=st.integers(0, 9), qty=small, end=place_names, claimed=st.booleans())
    def carry(self, at: int, qty: int, end: str, claimed: bool) -> None:
        cells = selectors.cells(scope=Scope.everything())
        if not cells:
            return
        cell = cells[at % len(cells)]
        line = HoldLine.objects.filter(
            stock_id=cell.id, open__gt=0, hold__role="COMMITMENT"
        ).first()
        outcome = self._do(
            inventory.move,
            inventory.MoveRequest(
                key=f"k{next(_keys)}", document="MV", warehouse_id=self.house,
                lines=(
                    inventory.MoveLine(
                        sku_id=cell.sku_id, qty=qty, lot_id=cell.lot_id,
                        from_location_id=cell.location_id, to_location_id=self.places[end],
                        hold_document=line.hold.document if claimed and line else None,
                    ),
                ),
            ),
        )  # fmt: skip
        same = cell.location_id == self.places[end]
        if claimed and line is not None and qty <= line.open and not same:
            assert not outcome.refused

    @rule(sku=sku_names, found=st.integers(0, 8), place=place_names, lot=lot_names)
    def count(self, sku: str, found: int, place: str, lot: str) -> None:
        stood: int = sum(
            cell.on_hand
            for cell in selectors.cells(
                scope=Scope.everything(),
                sku_id=self.skus[sku],
                location_id=self.places[place],
            )
            if cell.lot_code == lot
        )
        outcome = self._do(
            inventory.adjust,
            inventory.AdjustRequest(
                key=f"k{next(_keys)}", document="CT", warehouse_id=self.house,
                location_id=self.places[place], counted=(self._line(sku, found, lot),), why="count",
            ),
        )  # fmt: skip
        if not outcome.refused:
            self.on_hand[sku] += found - stood

    @invariant()
    def every_law_holds(self) -> None:
        assert both_checkers() == []

    @invariant()
    def no_unit_appears_or_vanishes(self) -> None:
        there = {
            code: on_hand
            for code, on_hand in Balance.objects.values_list("sku__code", "on_hand")
            if on_hand
        }
        assert there == {code: qty for code, qty in self.on_hand.items() if qty}


@pytest.mark.django_db
def test_no_sequence_of_verbs_breaks_the_books() -> None:
    run_state_machine_as_test(StockMachine, settings=machine(examples=8, steps=30))


class EveryVerbMachine(RuleBasedStateMachine):
    """All verbs of the ledger, each compared with the pure model entry by entry.

    The dice are Hypothesis's own, so a failure shrinks to the few requests that matter.
    """

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.atomic._from_testcase = True  # type: ignore[attr-defined]

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @initialize()
    def a_floor(self) -> None:
        from inventory.decisions.verbs import VERBS
        from tests.proving import floor
        from tests.proving.judge import Judge
        from tests.proving.play import latest
        from tests.proving.player import Player

        made = floor.build()
        self.judge = Judge(made.model(), last=latest())
        self.player = Player(made, seed=0, number=0, verbs=set(VERBS))
        self.wrong: list[str] = []

    @rule(dice=st.randoms(use_true_random=False), times=st.integers(1, 3))
    def ask(self, dice: Any, times: int) -> None:
        from tests.proving.play import answers

        self.player.dice = dice
        for _ in range(times):
            self.wrong += self.judge.session(answers(self.player, [self.player.ask()]))

    @invariant()
    def ledger_and_model_agree(self) -> None:
        assert getattr(self, "wrong", []) == []

    @invariant()
    def every_law_holds(self) -> None:
        assert both_checkers() == []


@pytest.mark.django_db
def test_every_verb_does_what_the_model_says() -> None:
    run_state_machine_as_test(EveryVerbMachine, settings=machine(examples=10, steps=25))
