"""Goods that come in tell the rules of themselves, with the transaction that books them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from freeze_rules.models import Event, Rule
from freeze_rules.services import hearing, scanning
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
