"""Receivers are kept as long as somebody may need them, and no longer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.db import connection, transaction
from django.utils import timezone

from channels_sync.models import InboxOrder
from channels_sync.services.inbox import forget_payloads
from inventory import selectors as stock
from oms import selectors
from oms import services as orders
from oms.models import Order, Receiver
from oms.selectors.audit import audit
from oms.selectors.retention import last_day_kept
from org.models import AuditRecord
from org.scope import Scope
from tests import given
from tests.channels_sync.test_pushes import connected
from tests.oms import told

pytestmark = pytest.mark.django_db


def ended(name: str, *, days_ago: int) -> Order:
    """An order with a receiver that was cancelled some days ago."""
    given.stock("TEA", 5)
    told.accept(told.draft(name, told.line("TEA", 1)))
    orders.process()
    with transaction.atomic():
        orders.cancel_each(
            ids=[told.the(name).pk], actor="system:test", why="x", scope=Scope.everything()
        )
    then = timezone.now() - timedelta(days=days_ago)
    Order.objects.filter(pk=told.the(name).pk).update(cancelled_at=then)
    return told.the(name)


def _blank() -> int:
    with transaction.atomic():
        return orders.blank_receivers(ended_before=last_day_kept())


def test_the_receiver_of_an_order_that_ended_long_ago_is_removed() -> None:
    old, young = ended("OLD", days_ago=181), ended("YOUNG", days_ago=179)

    assert _blank() == 1

    gone, kept = Receiver.objects.get(order=old), Receiver.objects.get(order=young)
    assert (gone.name, gone.phone, gone.address, gone.token) == ("", "", "", "")
    assert (gone.masked_name, gone.masked_phone, gone.district) == ("", "", "")
    assert (gone.city, gone.blanked_at is not None) == (kept.city, True)
    assert kept.name == told.LI.name
    assert _blank() == 0, "once is enough"


def test_an_order_that_is_still_open_keeps_its_receiver_however_old() -> None:
    given.stock("TEA", 5)
    told.accept(told.draft("T1", told.line("TEA", 1)))
    orders.process()
    Order.objects.update(received_at=timezone.now() - timedelta(days=900))
    assert _blank() == 0
    assert Receiver.objects.get().name == told.LI.name


def test_the_removal_is_recorded_without_naming_anybody() -> None:
    ended("OLD", days_ago=181)
    _blank()
    record = AuditRecord.objects.get(action="receivers.blanked")
    assert record.after is not None
    assert record.after["orders"] == 1
    assert told.LI.name not in str(record.after)


def test_numbers_and_ledger_stay_whole() -> None:
    old = ended("OLD", days_ago=181)
    before = list(selectors.timeline(str(old.number)))
    _blank()
    assert told.the("OLD").number == old.number
    assert selectors.timeline(str(old.number)) == before
    assert stock.audit() == []


def test_a_law_names_the_order_whose_receiver_is_kept_too_long(settings: LazySettings) -> None:
    old = ended("OLD", days_ago=182)
    assert [(found.check, found.subject) for found in audit()] == [
        ("no receiver is kept too long", str(old.number))
    ]
    settings.RECEIVER_RETENTION_DAYS = 365
    assert audit() == []
    settings.RECEIVER_RETENTION_DAYS = 180
    _blank()
    assert audit() == []


def test_what_the_platform_told_is_emptied_too_and_not_asked_for_again() -> None:
    old = ended("OLD", days_ago=181)
    _blank()
    shop = connected("shopify")
    Order.objects.filter(pk=old.pk).update(shop_id=shop.pk)
    row = InboxOrder.objects.create(
        shop=shop, platform_number="OLD", payload={"name": "李雷"}, taken_at=timezone.now()
    )
    forget_payloads(keys=[str(old.pk)])
    row = InboxOrder.objects.get(pk=row.pk)
    assert (row.payload, row.fetch_wanted, row.taken_at is not None) == ({}, False, True)


def test_no_column_of_the_order_still_knows_the_name_in_the_clear() -> None:
    ended("OLD", days_ago=181)
    _blank()
    with connection.cursor() as sql:
        sql.execute("SELECT row_to_json(r)::text FROM oms_receiver r")
        [[text]] = sql.fetchall()
    assert told.LI.name not in text
    assert told.LI.phone not in text


def test_the_order_page_says_who_saw_the_receiver_and_why() -> None:
    given.stock("TEA", 5)
    told.accept(told.draft("T1", told.line("TEA", 1)))
    person = given.person()
    number = str(told.the("T1").number)
    with transaction.atomic():
        orders.reveal(
            number=number, actor=person.actor, why="buyer calls", scope=Scope.everything()
        )
    [shown] = [moment for moment in selectors.timeline(number) if moment.source == "trail"]
    assert (shown.who, shown.note) == (person.display_name, "buyer calls")
