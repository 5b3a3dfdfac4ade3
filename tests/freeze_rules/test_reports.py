"""What people report freezes goods and lets go of them: each preset from report to release."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from freeze_rules.models import Event, Inspection, Promotion
from freeze_rules.selectors.clearance import to_clear
from freeze_rules.services import events, proving, scanning
from freeze_rules.services.reports import (
    clearance,
    customs,
    incidents,
    inspections,
    promotions,
    suppliers,
)
from freeze_rules.services.reports.naming import Named, named
from freeze_rules.services.reports.refusals import ReportRefused
from oms.services import pipeline
from org.callers import SignedIn
from org.models import Person
from org.scope import Scope
from org.services.approvals.talking import attach
from tests import given
from tests.freeze_rules import writing
from tests.freeze_rules.taking import taken
from tests.oms import told

pytestmark = pytest.mark.django_db


def what(**codes: str) -> Named:
    """What the codes on the labels name."""
    return named(scope=Scope.everything(), **{"warehouse": "WH1", **codes})


def judged() -> None:
    """All events that wait are judged."""
    while writing.judge().more:
        pass


def inspected(
    lead: Person, goods: Named, qty: int, result: str, passed: int | None = None
) -> Inspection:
    """An inspection from asking to its result."""
    with transaction.atomic():
        row = inspections.ask(
            key=f"i{Inspection.objects.count()}",
            sample=inspections.Sample(goods=goods, qty=qty, sample=1),
            by=SignedIn(lead),
        )
    with transaction.atomic():
        return inspections.decide(
            inspection_id=row.pk, result=result, reference="R-1", passed=passed, by=SignedIn(lead)
        )


def test_a_written_result_lets_go_and_is_written_once() -> None:
    given.sku("MILK", lot_tracked=True, shelf_life_days=45)
    lot = given.lot("MILK", "L1")
    given.stock("MILK", 100, lot_id=lot)
    taken("receive-qc")
    writing.tell("goods.received", goods=[("MILK", 100, lot)])
    lead = given.person("WAREHOUSE_LEAD")
    assert given.free("MILK") == 0

    row = inspected(lead, what(sku="MILK", lot="L1"), 100, "PARTIAL", passed=90)
    judged()

    assert given.free("MILK") == 90
    with pytest.raises(ReportRefused) as refused, transaction.atomic():
        inspections.decide(
            inspection_id=row.pk, result="PASSED", reference="R-2", by=SignedIn(lead)
        )
    assert refused.value.code == "decided_already"
    assert given.free("MILK") == 90


def test_mended_goods_come_back_only_with_the_report_of_the_inspection_attached() -> None:
    given.stock("BOWL", 3, grade="CC")
    taken("defects")
    goods = events.Goods(
        sku_id=given.sku("BOWL"), qty=3, grade="CC", location_id=given.location("A-01")
    )
    with transaction.atomic():
        events.note(
            [
                events.Happening(
                    kind="return.received", key="R", goods=[goods],
                    warehouse_id=given.warehouse_id("WH1"),
                )
            ],
            told_by="system:test",
        )  # fmt: skip
    judged()
    lead = given.person("WAREHOUSE_LEAD")
    with transaction.atomic():
        incidents.report(
            key="rep", kind="REPAIR", what=what(sku="BOWL"), qty=3, note="glued", by=SignedIn(lead)
        )
    row = inspected(lead, what(sku="BOWL"), 3, "PASSED")
    judged()
    [hold] = writing.open_holds("DEFECT")
    consent = {"hold_id": hold.id, "permission": "stock.release_safety", "reference": "R-1"}

    with pytest.raises(proving.ProofRefused) as refused, transaction.atomic():
        proving.approve(person=lead, **consent)  # type: ignore[arg-type]
    assert refused.value.code == "report_missing"
    paper = b"%PDF-1.4 passed"
    with transaction.atomic():
        attach(
            document=row.number,
            actor=lead.actor,
            name="r.pdf",
            file=io.BytesIO(paper),
            size=len(paper),
        )
    assert given.free("BOWL") == 0
    with transaction.atomic():
        assert proving.approve(person=lead, **consent).released  # type: ignore[arg-type]
    assert given.free("BOWL") == 3


def test_customs_inspect_a_lot_and_clear_it() -> None:
    lot = given.lot("WINE", "L1")
    given.stock("WINE", 6, lot_id=lot)
    taken("customs-inspection")
    lead = given.person("WAREHOUSE_LEAD")

    def say(state: str) -> None:
        with transaction.atomic():
            customs.set_state(
                lot_id=lot,
                sku_id=given.sku("WINE"),
                state=state,
                declaration="5301",
                person=lead,
                actor=lead.actor,
            )
        judged()

    say("INSPECTING")
    assert given.free("WINE") == 0
    with pytest.raises(ReportRefused) as refused:
        say("INSPECTING")
    assert refused.value.code == "nothing_changed"
    say("CLEARED")
    assert given.free("WINE") == 6


def test_a_leak_and_a_damaged_carton_are_reported_and_mended() -> None:
    given.location("W-01", zone="WET")
    given.stock("TEA", 10, location="W-01")
    given.stock("RICE", 10)
    taken("leak")
    taken("damaged-part")
    staff = given.person("WAREHOUSE_LEAD")
    with transaction.atomic():
        leak = incidents.report(
            key="l", kind="LEAK", what=what(location="W-01"), note="pipe", by=SignedIn(staff)
        )
        incidents.report(
            key="d", kind="DAMAGE", what=what(location="A-01", sku="RICE"), qty=2,
            note="fork", by=SignedIn(staff),
        )  # fmt: skip
    judged()
    assert (given.free("TEA"), given.free("RICE")) == (0, 8)

    with transaction.atomic():
        incidents.mend(incident_id=leak.pk, by=SignedIn(staff))
    judged()
    assert (given.free("TEA"), given.free("RICE")) == (10, 8)
    with pytest.raises(ReportRefused) as refused, transaction.atomic():
        incidents.mend(incident_id=leak.pk, by=SignedIn(staff))
    assert refused.value.code == "mended_already"


def test_a_supplier_is_blocked_and_allowed_again_by_whoever_sees_every_warehouse() -> None:
    lot = given.lot("NUTS", "L1", supplier="S-1")
    given.stock("NUTS", 5, lot_id=lot)
    taken("supplier-blocked")
    boss = given.person()
    with pytest.raises(ReportRefused) as refused, transaction.atomic():
        suppliers.block(supplier="Nobody", why="glass", actor=boss.actor, scope=Scope.everything())
    assert refused.value.code == "unknown_supplier"

    with transaction.atomic():
        suppliers.block(supplier="S-1", why="glass", actor=boss.actor, scope=Scope.everything())
    judged()
    assert given.free("NUTS") == 0
    with pytest.raises(ReportRefused) as refused, transaction.atomic():
        suppliers.block(supplier="S-1", why="again", actor=boss.actor, scope=Scope.everything())
    assert refused.value.code == "blocked_already"
    with transaction.atomic():
        suppliers.allow(supplier="S-1", why="new line", actor=boss.actor, scope=Scope.everything())
    judged()
    assert given.free("NUTS") == 5


def _promotion(boss: Person, shops: tuple[int, ...], **units: int) -> Promotion:
    now = timezone.now()
    lines = [
        promotions.LineWish(warehouse_id=given.warehouse_id("WH1"), sku_id=given.sku(code), qty=qty)
        for code, qty in units.items()
    ]
    wish = promotions.PromotionWish(
        name="Double Eleven", opens_at=now + timedelta(minutes=1),
        closes_at=now + timedelta(days=2), lines=lines, shops=shops,
    )  # fmt: skip
    with transaction.atomic():
        return promotions.plan(key="p", wish=wish, by=SignedIn(boss))


def test_a_promotion_sets_aside_is_drawn_by_its_orders_and_gives_the_rest_back() -> None:
    given.stock("TEA", 50)
    given.stock("RICE", 3)
    taken("promotion-reserve")
    row = _promotion(given.person(), (1,), TEA=45, RICE=10)
    now = timezone.now()
    with transaction.atomic():
        assert promotions.open_due(now=now) == 0
    with transaction.atomic():
        assert promotions.open_due(now=now + timedelta(minutes=2)) == 1
    judged()
    assert (given.free("TEA"), given.free("RICE")) == (5, 0)
    assert sorted(row.lines.values_list("reserved", flat=True)) == [3, 45]

    told.accept(
        told.draft("T1", told.line("TEA", 8)), told.draft("T2", told.line("TEA", 6), shop_id=2)
    )
    pipeline.process()

    # Shop 1 takes from the reserve, shop 2 finds only what is free.
    assert (told.the("T1").state, told.the("T2", 2).state) == ("SUBMITTED", "PREPROCESS")
    assert given.free("TEA") == 5
    assert sorted(hold.open for hold in writing.open_holds("PROMOTION")) == [3, 37]

    with transaction.atomic():
        assert promotions.close_due(now=now + timedelta(days=3)) == 1
    judged()
    assert (given.free("TEA"), given.free("RICE")) == (42, 3)
    assert told.held(told.the("T1").document) == {"TEA": 8}


def test_a_promotion_with_a_line_twice_or_closing_first_is_refused_whole() -> None:
    boss = given.person()
    house, tea = given.warehouse_id("WH1"), given.sku("TEA")
    line = promotions.LineWish(warehouse_id=house, sku_id=tea, qty=1)
    now = timezone.now()
    for lines, closes, refusal in (
        ([line, line], now + timedelta(days=1), "line_twice"),
        ([line], now - timedelta(days=1), "bad_times"),
        ([], now + timedelta(days=1), "no_lines"),
    ):
        wish = promotions.PromotionWish(name="P", opens_at=now, closes_at=closes, lines=lines)
        with pytest.raises(ReportRefused) as refused, transaction.atomic():
            promotions.plan(key="p", wish=wish, by=SignedIn(boss))
        assert refused.value.code == refusal
    assert Promotion.objects.count() == 0
    assert Event.objects.count() == 0


def test_a_promotion_takes_over_a_lot_near_its_date_and_its_orders_draw_it() -> None:
    lot = given.lot("MILK", "L1", expires_on=timezone.localdate() + timedelta(days=9))
    given.stock("MILK", 20, lot_id=lot)
    given.stock("TEA", 5)
    rule = taken("near-expiry")
    taken("promotion-reserve")
    boss = given.person()
    _promotion(boss, (), TEA=5)
    with transaction.atomic():
        promotions.open_due(now=timezone.now() + timedelta(minutes=2))
    judged()
    assert scanned(rule.pk) == 1
    [row] = to_clear(scope=Scope.everything())
    assert (row.lot_code, row.days_left, row.units) == ("L1", 9, 20)

    with transaction.atomic():
        clearance.take_over(
            hold_id=row.hold_id,
            promotion_id=Promotion.objects.get().pk,
            by=SignedIn(boss),
            key="k",
        )

    assert to_clear(scope=Scope.everything()) == []
    assert given.free("MILK") == 0
    assert scanned(rule.pk) == 0
    told.accept(told.draft("T1", told.line("MILK", 3)))
    pipeline.process()
    assert told.held(told.the("T1").document) == {"MILK": 3}
    with transaction.atomic():
        promotions.close_due(now=timezone.now() + timedelta(days=3))
    judged()
    assert given.free("MILK") == 17


def scanned(rule_id: int) -> int:
    """What the nightly search of a rule freezes now."""
    found = scanning.search(rule_id=rule_id)
    with transaction.atomic():
        return scanning.freeze_found(found, rule_id=rule_id)
