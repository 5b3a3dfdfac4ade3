"""Every freeze is looked at again: its own time, or the one that its reason sets."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from inventory import services as inventory
from inventory.models import Hold, Reason
from tests import given
from tests.inventory import claiming

pytestmark = pytest.mark.django_db


def days(document: str) -> timedelta | None:
    hold = Hold.objects.get(document=document)
    return hold.review_at - hold.created_at if hold.review_at else None


def test_a_freeze_without_a_review_time_gets_its_reasons_counted_from_when_it_was_laid() -> None:
    given.stock("TEA", 10)
    claiming.hold("FZ-1", qty=2, reason="QC").check()
    claiming.blanket("FZ-2", reason="RECALL").check()

    assert days("FZ-1") == timedelta(days=3)
    assert days("FZ-2") == timedelta(days=1)


def test_orders_and_places_are_reviewed_by_nobody() -> None:
    given.stock("TEA", 10)
    given.held("SO-1", "TEA", 2)

    assert days("SO-1") is None
    assert days("LOC-RCV") is None


def test_a_review_time_of_its_own_stays() -> None:
    given.stock("TEA", 10)
    at = timezone.now() + timedelta(days=40)

    claiming.hold("FZ-1", qty=2, reason="QC", review_at=at).check()

    assert Hold.objects.get(document="FZ-1").review_at == at


def test_units_that_are_frozen_for_another_reason_are_reviewed_by_that_one() -> None:
    given.stock("TEA", 10)
    first = claiming.hold("FZ-1", qty=2, reason="QC").check()
    assert first.hold_id is not None

    claiming.do(
        inventory.convert,
        inventory.ConvertRequest(key="cv", document="DF-1", hold_id=first.hold_id, reason="DEFECT"),
    ).check()

    assert days("DF-1") == timedelta(days=14)


def test_a_resend_is_the_same_request_whatever_the_reason_says_by_then() -> None:
    given.stock("TEA", 10)
    asked = claiming.asked("FZ-1", qty=2, reason="QC")
    claiming.do(inventory.hold, asked).check()
    Reason.objects.filter(code="QC").update(review_days=9)

    again = claiming.do(inventory.hold, asked).check()

    assert again.repeated
    assert days("FZ-1") == timedelta(days=3)
