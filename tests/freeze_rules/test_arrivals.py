"""Goods that come in tell the rules of themselves, with the transaction that books them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from freeze_rules.models import Event, Rule, Verdict
from freeze_rules.services import hearing, manual, scanning
from inventory import services as inventory
from outbox import services as outbox
from tests import given
from tests.freeze_rules import writing
from tests.freeze_rules.taking import taken

pytestmark = pytest.mark.django_db
HEARS = "freeze_rules.services.hearing:note_arrived"


def deliver() -> None:
    """The outbox hands on what was told."""
    assert outbox.deliver(handler=HEARS).failed == 0


def receive(code: str, lot: int | None, qty: int, document: str = "PO-7") -> None:
    """Goods reach a bin under a document."""
    place = given.location("A-01")
    with transaction.atomic():
        [outcome] = inventory.receive(
            [
                inventory.ReceiveRequest(
                    key=f"{document}:{code}:{lot}", document=document,
                    warehouse_id=given.warehouse_id("WH1"), location_id=place,
                    lines=(inventory.Line(sku_id=given.sku(code), qty=qty, lot_id=lot),),
                )
            ],
            actor="system:test",
        )  # fmt: skip
    outcome.check()


def test_a_delivery_that_comes_too_late_waits_for_its_inspection_that_lot_only() -> None:
    before, late = given.lot("MILK", "L1"), given.lot("MILK", "L2")
    given.stock("MILK", 3, lot_id=before)
    taken("late-receipt")
    with transaction.atomic():
        inventory.announce(
            [
                inventory.Announcement(
                    document="PO-7", warehouse_id=given.warehouse_id("WH1"),
                    sku_id=given.sku("MILK"), qty=10, due_at=timezone.now() - timedelta(days=3),
                )
            ],
            actor="system:test",
        )  # fmt: skip
    with transaction.atomic():
        assert hearing.note_overdue(now=timezone.now()) == 1
    with transaction.atomic():
        assert hearing.note_overdue(now=timezone.now()) == 0
    writing.judge()
    assert given.free("MILK") == 3

    receive("MILK", late, 10)
    deliver()
    writing.judge()

    assert given.free("MILK") == 3
    [hold] = writing.open_holds("QC")
    assert (hold.lot_code, hold.open) == ("L2", 10)
    told = Event.objects.filter(kind="receipt.late").order_by("-id")[0]
    assert told.facts["event.days"] == 3


def test_imported_goods_that_arrive_uncleared_are_frozen_from_the_first_minute() -> None:
    lot = given.lot("WINE", "L1")
    with transaction.atomic():
        inventory.set_customs(lot_ids=[lot], state="NOT_CLEARED")
    taken("arrived-not-cleared")

    receive("WINE", lot, 6)
    deliver()
    writing.judge()

    assert given.free("WINE") == 0
    [hold] = writing.open_holds("NOT_CLEARED")
    assert hold.open == 6


def test_goods_that_come_in_tell_nothing_while_no_rule_listens() -> None:
    receive("TEA", None, 6)
    deliver()
    assert Event.objects.count() == 0


def test_a_short_dated_lot_that_comes_in_is_searched_for_now_and_not_at_night() -> None:
    near = given.lot("MILK", "L1", expires_on=timezone.localdate() + timedelta(days=5))
    rule = taken("near-expiry")
    tonight = Rule.objects.get(pk=rule.pk).due_at
    assert tonight is not None

    receive("TEA", None, 3)
    deliver()
    assert Rule.objects.get(pk=rule.pk).due_at == tonight
    receive("MILK", near, 10)
    deliver()

    with transaction.atomic():
        assert scanning.due_rules() == [rule.pk]
    assert scanning.scan_in_parts(rule_id=rule.pk) == 1
    assert given.free("MILK") == 0


@pytest.mark.parametrize("quantity", [{"all": True}, {"percent": 50}], ids=["all", "half"])
def test_a_lot_let_go_of_today_is_frozen_again_when_more_of_it_comes_in(
    quantity: dict[str, Any],
) -> None:
    near = given.lot("MILK", "L1", expires_on=timezone.localdate() + timedelta(days=5))
    rule = writing.enabled(
        trigger="lot.expiring", reason="NEAR_EXPIRY", policy="LET_FINISH", quantity=quantity,
        condition={"fact": "lot.days_left", "is": "<", "value": 30},
    )  # fmt: skip
    receive("MILK", near, 10)
    assert scanning.scan_in_parts(rule_id=rule.pk) == 1
    [first] = writing.open_holds("NEAR_EXPIRY")
    with transaction.atomic():
        manual.unfreeze(key="k", hold_id=first.id, why="sold off", person=given.person())

    receive("MILK", near, 4, "PO-8")
    laid = [scanning.scan_in_parts(rule_id=rule.pk) for _search in range(2)]

    assert laid == [1, 0]
    [again] = writing.open_holds("NEAR_EXPIRY")
    assert (again.open, given.free("MILK")) == ((14, 0) if "all" in quantity else (7, 7))
    assert not Verdict.objects.filter(outcome="REFUSED").exists()


def test_what_another_search_froze_meanwhile_is_frozen_once() -> None:
    near = given.lot("MILK", "L1", expires_on=timezone.localdate() + timedelta(days=5))
    rule = taken("near-expiry")
    receive("MILK", near, 10)
    found = scanning.search(rule_id=rule.pk)
    receive("MILK", near, 4, "PO-8")

    assert scanning.scan_in_parts(rule_id=rule.pk) == 1
    with transaction.atomic():
        assert scanning.freeze_found(found, rule_id=rule.pk) == 0

    assert [hold.open for hold in writing.open_holds("NEAR_EXPIRY")] == [14]
    assert Verdict.objects.count() == 1
