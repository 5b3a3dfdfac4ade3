"""The ledger's machine with rules on top: what each document freezes is counted as plainly as can.

Beside all verbs of the ledger (`StockMachine`) goods are delivered and frozen until inspected,
damage is reported, dates run out, programs ask for a freeze that ends with the hours or with two
people's consent. Events wait and are judged in batches, so the stock may move in between.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from freeze_rules.models import Outcome, Verdict
from freeze_rules.presets import PRESETS
from freeze_rules.services import hearing, judging, proving, scanning
from inventory import services as inventory
from inventory.models import HoldLine, Stock
from tests import given
from tests.freeze_rules import writing
from tests.inventory.test_stock_machine import StockMachine, lot_names, place_names, sku_names

HOURS = 4
FIRST, SECOND = "stock.release", "stock.release_safety"
PERMISSIONS = (FIRST, SECOND)
some_units = st.integers(1, 5)
# Judged at once, or left waiting while the stock goes on moving.
soon = st.booleans()
spots = st.integers(0, 9)
# A freeze by its document and reason.
Key = tuple[str, str]


@dataclass(frozen=True)
class Told:
    """An event that waits: what it is, the freeze it speaks of, and its numbers."""

    kind: str
    key: Key
    sku: str = ""
    qty: int = 0
    lot_id: int | None = None
    passed: int = 0
    failed: int = 0


class FrozenMachine(StockMachine):
    """What rules hold, by document and reason, is what was delivered, reported and asked for."""

    def __init__(self) -> None:
        super().__init__()
        # Freezes of whole lots, and of so many units.
        self.lots_frozen: dict[Key, int] = {}
        self.units_frozen: dict[Key, int] = {}
        self.ends: dict[Key, datetime] = {}
        self.said: dict[str, set[str]] = {}
        self.waiting: list[Told] = []
        self.inspectable: dict[Key, Told] = {}
        self.number = 0
        self.now = timezone.now()

    @initialize()
    def a_warehouse(self) -> None:
        super().a_warehouse()
        self.people = [given.person(), given.person(), given.person()]
        by: dict[str, Any] = {"by": self.people[:2]}
        received, damaged = PRESETS["receive-qc"].definition, PRESETS["damaged-part"].definition
        expiring = PRESETS["near-expiry"].definition
        asked: dict[str, Any] = {
            "trigger": "external", "scope": "goods", "quantity": {"event": True}, **by,
        }  # fmt: skip
        self.made = {
            "received": writing.enabled(**{**received, "condition": {"all": []}}, **by),
            "damaged": writing.enabled(**damaged, **by),
            "expiring": writing.enabled(**expiring, parameters={"days": 30}, **by),
            "timed": writing.enabled(
                **asked, condition=_called("timed"), reason="RULE",
                release={"after": {"hours": HOURS}},
            ),
            "consent": writing.enabled(
                **asked, condition=_called("consent"), reason="DEFECT",
                release={"all": [{"proof": "repair.done"}, *({"approval": each}
                                                            for each in PERMISSIONS)]},
            ),
        }  # fmt: skip
        # Something to inspect and to approve: random verbs alone come to it late.
        for sku, place, days in (("TEA", "A-01", None), ("RICE", "A-02", 20)):
            self.delivered(sku=sku, qty=5, place=place, soon=True, days=days)
        self.asked_from_outside(sku="TEA", qty=2, place="A-02", soon=True, by="consent")

    def _key(self, name: str, document: str, reason: str) -> Key:
        return (f"FR-{self.made[name].pk}:{document}", reason)

    def _document(self, letters: str) -> str:
        self.number += 1
        return f"{letters}-{self.number}"

    def _tell(self, told: Told, soon: bool) -> None:
        self.waiting.append(told)
        if soon:
            self.judged()

    # --- what is told ---

    @rule(sku=sku_names, qty=some_units, place=place_names, soon=soon,
          days=st.sampled_from([None, 20, 90]))  # fmt: skip
    def delivered(self, sku: str, qty: int, place: str, soon: bool, days: int | None) -> None:
        document = self._document("GR")
        until = None if days is None else timezone.localdate() + timedelta(days=days)
        lot = given.lot(sku, document, expires_on=until)
        outcome = self._do(
            inventory.receive,
            inventory.ReceiveRequest(
                key=document, document=document, warehouse_id=self.house,
                location_id=self.places[place],
                lines=(inventory.Line(sku_id=self.skus[sku], qty=qty, lot_id=lot),),
            ),
        )  # fmt: skip
        self.on_hand[sku] += qty
        with transaction.atomic():
            hearing.note_arrived(keys=[str(outcome.posting_id)])
        key = self._key("received", document, "QC")
        self._tell(Told("received", key, sku, lot_id=lot), soon)

    @rule(sku=sku_names, qty=some_units, place=place_names, soon=soon)
    def damaged(self, sku: str, qty: int, place: str, soon: bool) -> None:
        document = self._document("IN")
        goods = [(sku, qty, None, self.places[place])]
        facts = {"event.qty": qty}
        writing.happens("damage.reported", document=document, goods=goods, facts=facts)
        key = self._key("damaged", document, "DAMAGE")
        self._tell(Told("damaged", key, sku, qty), soon)

    @rule(sku=sku_names, qty=some_units, place=place_names, soon=soon,
          by=st.sampled_from(["timed", "consent"]))  # fmt: skip
    def asked_from_outside(self, sku: str, qty: int, place: str, soon: bool, by: str) -> None:
        document = self._document("EX")
        goods = [(sku, qty, None, self.places[place])]
        facts = {"event.external": by}
        writing.happens("external", document=document, goods=goods, facts=facts)
        reason = "RULE" if by == "timed" else "DEFECT"
        self._tell(Told(by, self._key(by, document, reason), sku, qty), soon)

    @precondition(lambda self: bool(self.inspectable))
    @rule(at=spots, result=st.sampled_from(["passed", "failed", "partial"]), passed=some_units,
          failed=st.integers(0, 3), soon=soon)  # fmt: skip
    def inspected(self, at: int, result: str, passed: int, failed: int, soon: bool) -> None:
        key = _one_of(self.inspectable, at)
        about = self.inspectable[key]
        facts = {"event.passed": passed, "event.failed": failed} if result == "partial" else {}
        document = key[0].split(":")[1]
        writing.happens(
            f"inspection.{result}", document=document, goods=[(about.sku, 1, about.lot_id)],
            facts=facts,
        )  # fmt: skip
        self._tell(Told(result, key, about.sku, passed=passed, failed=failed), soon)

    # --- what is judged, proved and passes ---

    @precondition(lambda self: bool(self.waiting))
    @rule()
    def judged(self) -> None:
        """All that waits, in as many batches as the turns ask for."""
        while self.waiting:
            before = self._held()
            done = writing.judge()
            assert done.events
            now, self.waiting = self.waiting[: done.events], self.waiting[done.events :]
            for each in now:
                self._count_in(each, before)

    def _count_in(self, told: Told, before: dict[Key, int]) -> None:
        key = told.key
        if told.kind == "received":
            self.lots_frozen[key] = told.lot_id or 0
            self.inspectable[key] = told
        elif told.kind in ("damaged", "timed", "consent"):
            self._count_claim(told)
        elif told.kind == "repaired":
            self.said[key[0]].add("repaired")
        elif told.kind == "passed":
            self._over(key)
        elif told.kind == "failed" and before.get(key):
            self._over(key)
            self.units_frozen[(key[0], "DEFECT")] = self._defect(key) + before[key]
        elif told.kind == "partial" and before.get(key):
            units = before[key]
            good = min(told.passed, units)
            bad = min(told.failed, units)
            # More than was there: what has passed comes first, the other half is refused.
            bad = bad if good + bad <= units else 0
            self.lots_frozen.pop(key, None)
            self.units_frozen[key] = units - good - bad
            self.units_frozen[(key[0], "DEFECT")] = self._defect(key) + bad

    def _count_claim(self, told: Told) -> None:
        """All units that were asked for, or none: never a part."""
        verdict = Verdict.objects.get(document=told.key[0])
        if verdict.outcome == Outcome.REFUSED:
            return
        self.units_frozen[told.key] = told.qty
        if told.kind == "timed":
            self.ends[told.key] = timezone.now() + timedelta(hours=HOURS)
        elif told.kind == "consent":
            self.said[told.key[0]] = set()
        else:
            self.inspectable[told.key] = told

    def _defect(self, key: Key) -> int:
        return self.units_frozen.get((key[0], "DEFECT"), 0)

    def _over(self, key: Key) -> None:
        self.lots_frozen.pop(key, None)
        self.units_frozen.pop(key, None)
        self.inspectable.pop(key, None)

    @precondition(lambda self: bool(self.said))
    @rule(at=spots, permission=st.sampled_from(PERMISSIONS), who=st.integers(0, 2),
          early=st.booleans())  # fmt: skip
    def approved(self, at: int, permission: str, who: int, early: bool) -> None:
        """Refused before the repair is done, and from whoever has given the other consent."""
        document = _one_of(self.said, at)
        said = self.said[document]
        if not early and "repaired" not in said:
            writing.happens("repair.done", document=document.split(":")[1])
            self._tell(Told("repaired", (document, "DEFECT")), soon=True)
        hold = HoldLine.objects.filter(hold__document=document, open__gt=0).first()
        if hold is None:
            return
        given_already = any(each.endswith(f":{permission}") for each in said)
        was_asked = any(each.startswith(f"{who}:") for each in said)
        refused = ""
        try:
            with transaction.atomic():
                proving.approve(
                    hold_id=hold.hold_id, permission=permission, person=self.people[who],
                    reference="R-1",
                )  # fmt: skip
        except proving.ProofRefused as wrong:
            refused = wrong.code
        if was_asked:
            assert refused == "already_given"
        elif given_already:
            assert refused == "nothing_to_approve"
        elif "repaired" not in said:
            assert refused == "evidence_first"
        else:
            assert refused == ""
            said.add(f"{who}:{permission}")
        if len(said) == len(PERMISSIONS) + 1:
            del self.said[document], self.units_frozen[(document, "DEFECT")]

    @rule(hours=st.integers(1, 5))
    def hours_pass(self, hours: int) -> None:
        self.now = max(self.now, timezone.now()) + timedelta(hours=hours)
        with transaction.atomic():
            judging.look_again(now=self.now)
        for key in [key for key, at in self.ends.items() if at <= self.now]:
            del self.ends[key], self.units_frozen[key]

    @rule()
    def the_night_comes(self) -> None:
        """Lots with 20 days left are frozen whole, those with 90 or none are not."""
        with transaction.atomic():
            found = scanning.search(rule_id=self.made["expiring"].pk)
            scanning.freeze_found(found, rule_id=self.made["expiring"].pk)
        for event in found:
            [item] = event.items
            self.lots_frozen[self._key("expiring", event.document, "NEAR_EXPIRY")] = (
                item.lot_id or 0
            )

    @rule(sku=sku_names, found=st.integers(0, 8), place=place_names, lot=lot_names)
    def count(self, sku: str, found: int, place: str, lot: str) -> None:
        """A loss may end freezes of so many units, and of no more than are lost."""
        before, there = self._held(), self.on_hand[sku]
        super().count(sku, found, place, lot)
        lost, after = there - self.on_hand[sku], self._held()
        gone = {key: units - after.get(key, 0) for key, units in before.items()}
        assert all(units >= 0 for units in gone.values())
        assert sum(gone.values()) <= max(lost, 0)
        for key in gone:
            if key in self.units_frozen:
                self.units_frozen[key] -= gone[key]

    # --- what must be true ---

    def _held(self) -> dict[Key, int]:
        """What the ledger has under rules' documents."""
        rows = HoldLine.objects.filter(hold__document__startswith="FR-", open__gt=0)
        found = rows.values_list("hold__document", "hold__reason__code").annotate(n=Sum("open"))
        return {(document, reason): units for document, reason, units in found}

    def _rest_of(self, lot_id: int) -> int:
        """Units of a lot that other freezes than those of whole lots by rules do not hold."""
        cells = Stock.objects.filter(lot=lot_id)
        there: int = cells.aggregate(n=Sum("on_hand", default=0))["n"]
        lines = HoldLine.objects.filter(stock__in=cells, open__gt=0)
        others: int = sum(
            line.open
            for line in lines.select_related("hold__reason")
            if (line.hold.document, line.hold.reason.code) not in self.lots_frozen
        )
        return there - others

    @invariant()
    def frozen_by_document_as_counted(self) -> None:
        held = self._held()
        units = {key: qty for key, qty in held.items() if key not in self.lots_frozen}
        assert units == {key: qty for key, qty in self.units_frozen.items() if qty}
        for lot in set(self.lots_frozen.values()):
            keys = [key for key, each in self.lots_frozen.items() if each == lot]
            assert sum(held.get(key, 0) for key in keys) == self._rest_of(lot), keys

    @invariant()
    def nothing_of_a_frozen_lot_is_free(self) -> None:
        for lot in set(self.lots_frozen.values()):
            for cell in Stock.objects.filter(lot=lot):
                assert cell.pinned == cell.on_hand


def _called(name: str) -> dict[str, Any]:
    return {"fact": "event.external", "is": "=", "value": name}


def _one_of(found: Iterable[Any], at: int) -> Any:
    names = sorted(found)
    return names[at % len(names)]
