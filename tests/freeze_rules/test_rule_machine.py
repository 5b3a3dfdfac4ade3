"""Random events, proofs, consents, pauses and hours against a plain count of what is frozen."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from freeze_rules.models import Rule, RuleState
from freeze_rules.services import judging, leaf_consent, rules
from org.models import ApprovalRequest, Person
from org.services import approvals
from tests import given
from tests.freeze_rules import writing
from tests.proving.sizes import both_checkers, machine

pytestmark = pytest.mark.django_db

SKUS = ("TEA", "MILK", "OATS")
UNITS = 1_000
HOURS = 4
CONSENT = "stock.release_safety"
some_sku = st.sampled_from(SKUS)
some_qty = st.integers(1, 5)
some_order = st.sampled_from(("SO-1", "SO-2", "SO-3"))


def is_own(refused: approvals.ApprovalRefused) -> bool:
    """Nobody decides what they asked for."""
    return refused.code == "own_request"


class Rules(RuleBasedStateMachine):
    """Four rules, and what they must hold by document and SKU according to the plainest count."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.atomic._from_testcase = True  # type: ignore[attr-defined]

    @initialize()
    def world(self) -> None:
        for sku in SKUS:
            given.stock(sku, UNITS)
        self.people = (given.person(), given.person())
        more: dict[str, Any] = {"by": self.people}
        self.quality = writing.enabled(
            scope="goods", quantity={"event": True}, release={"proof": "inspection.passed"},
            dispositions=[{"on": "inspection.failed", "do": "convert", "reason": "DEFECT"}],
            **more,
        )  # fmt: skip
        writing.enabled(
            trigger="order.paid", scope="order", quantity={"event": True}, reason="ORDER_LOCK",
            follows=True, release={"proof": "order.cancelled"}, **more,
        )  # fmt: skip
        writing.enabled(
            trigger="external", scope="goods", quantity={"event": True}, reason="RULE",
            release={"after": {"hours": HOURS}}, **more,
        )  # fmt: skip
        writing.enabled(
            trigger="damage.reported", scope="goods", quantity={"event": True}, reason="DEFECT",
            release={"approval": CONSENT}, **more,
        )  # fmt: skip
        self.damaged: dict[str, tuple[str, int]] = {}
        self.refused: set[str] = set()
        self.checked: dict[tuple[str, str], int] = {}
        self.defect: dict[str, int] = dict.fromkeys(SKUS, 0)
        self.ordered: dict[str, dict[str, int]] = {}
        self.timed: list[tuple[datetime, str, int]] = []
        self.kept: list[tuple[str, str, int]] = []
        self.receipts = self.reports = 0
        self.now = timezone.now()

    # --- what happens ---

    @rule(sku=some_sku, qty=some_qty)
    def received(self, sku: str, qty: int) -> None:
        self.receipts += 1
        receipt = f"GR-{self.receipts}"
        writing.tell("goods.received", document=receipt, goods=[(sku, qty)])
        if Rule.objects.get(pk=self.quality.pk).state == RuleState.PAUSED:
            self.kept.append((receipt, sku, qty))
        else:
            self.checked[receipt, sku] = qty

    @rule(data=st.data(), passes=st.booleans())
    def inspected(self, data: st.DataObject, passes: bool) -> None:
        if not self.checked:
            return
        receipt, sku = data.draw(st.sampled_from(sorted(self.checked)))
        kind = "inspection.passed" if passes else "inspection.failed"
        writing.tell(kind, document=receipt, goods=[(sku, 1)])
        units = self.checked.pop((receipt, sku))
        if not passes:
            self.defect[sku] += units

    @rule(order=some_order, sku=some_sku, qty=some_qty)
    def paid(self, order: str, sku: str, qty: int) -> None:
        if order not in self.ordered:
            writing.tell("order.paid", document=order, goods=[(sku, qty)])
            self.ordered[order] = {sku: qty}

    @precondition(lambda self: bool(self.ordered))
    @rule(data=st.data(), by=st.sampled_from((-2, -1, 1, 2)))
    def changed(self, data: st.DataObject, by: int) -> None:
        """One of its SKUs, or another, more or less, or gone."""
        order = data.draw(st.sampled_from(sorted(self.ordered)))
        asked = dict(self.ordered[order])
        sku = data.draw(st.sampled_from([*asked, *SKUS]))
        asked[sku] = max(asked.get(sku, 0) + by, 0)
        asked = {each: qty for each, qty in asked.items() if qty}
        writing.tell("order.changed", document=order, goods=sorted(asked.items()))
        self.ordered[order] = asked
        if not asked:
            del self.ordered[order]

    @rule(order=some_order)
    def cancelled(self, order: str) -> None:
        writing.tell("order.cancelled", document=order)
        self.ordered.pop(order, None)

    @rule(sku=some_sku, qty=some_qty)
    def asked_from_outside(self, sku: str, qty: int) -> None:
        writing.tell("external", goods=[(sku, qty)], facts={"event.external": "X"})
        self.timed.append((timezone.now(), sku, qty))

    @rule(sku=some_sku, qty=some_qty)
    def reported(self, sku: str, qty: int) -> None:
        """Damage, whose release needs somebody's consent."""
        self.reports += 1
        writing.tell("damage.reported", document=f"DM-{self.reports}", goods=[(sku, qty)])
        self.damaged[f"DM-{self.reports}"] = (sku, qty)

    @precondition(lambda self: bool(self.damaged))
    @rule(data=st.data(), yes=st.booleans(), own=st.booleans())
    def consented(self, data: st.DataObject, yes: bool, own: bool) -> None:
        """By whoever asked, which counts for nothing; or by the other, with yes or no."""
        with transaction.atomic():
            leaf_consent.ask_for_leaves()
        open_ones = ApprovalRequest.objects.filter(state="SUBMITTED")
        asked = {each.document.split(":")[-1]: each for each in open_ones}
        assert asked.keys() == self.damaged.keys() - self.refused
        if not asked:
            return
        document = data.draw(st.sampled_from(sorted(asked)))
        request = asked[document]
        [other] = [each for each in self.people if each.pk != request.maker_id]
        person = Person.objects.get(pk=request.maker_id) if own else other
        verdict = approvals.APPROVE if yes else approvals.REJECT
        refusal = pytest.raises(approvals.ApprovalRefused, check=is_own) if own else nullcontext()
        with refusal, transaction.atomic():
            approvals.decide(
                request_id=request.pk, person=person, verdict=verdict, key="tap", why="seen"
            )
        if own:
            return
        if yes:
            del self.damaged[document]
        else:
            self.refused.add(document)

    @rule(hours=st.integers(1, 5))
    def hours_pass(self, hours: int) -> None:
        self.now = max(self.now, timezone.now()) + timedelta(hours=hours)
        with transaction.atomic():
            judging.look_again(now=self.now)
        self.timed = [each for each in self.timed if each[0] + timedelta(hours=HOURS) > self.now]

    @rule()
    def paused(self) -> None:
        if Rule.objects.get(pk=self.quality.pk).state == RuleState.ENABLED:
            with transaction.atomic():
                rules.pause(rule_id=self.quality.pk, person=self.people[0], why="looked at")

    @rule()
    def goes_on(self) -> None:
        if Rule.objects.get(pk=self.quality.pk).state == RuleState.PAUSED:
            with transaction.atomic():
                rules.resume(rule_id=self.quality.pk, person=self.people[1], why="well")
            with transaction.atomic():
                judging.judge_kept(rule_id=self.quality.pk)
            self.checked |= {(receipt, sku): qty for receipt, sku, qty in self.kept}
            self.kept = []

    # --- what must be true ---

    @invariant()
    def frozen_as_counted(self) -> None:
        if not hasattr(self, "timed"):
            return
        for sku in SKUS:
            frozen = (
                sum(qty for (_receipt, each), qty in self.checked.items() if each == sku)
                + self.defect[sku]
                + sum(qty for each, qty in self.damaged.values() if each == sku)
                + sum(asked.get(sku, 0) for asked in self.ordered.values())
                + sum(qty for _at, each, qty in self.timed if each == sku)
            )
            assert given.free(sku) == UNITS - frozen, sku

    def teardown(self) -> None:
        wrong = both_checkers()
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)
        assert wrong == []


def test_rules_hold_what_the_plainest_count_says() -> None:
    run_state_machine_as_test(Rules, settings=machine(examples=8, steps=30))
