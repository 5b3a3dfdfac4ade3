"""Lots past their date cannot be sold, whether or not anybody picks."""

from datetime import date

import pytest
from django.conf import settings
from django.db import transaction

from inventory import services as inventory
from inventory import tasks
from tests import given

pytestmark = pytest.mark.django_db

EXPIRES = date(2030, 5, 1)


@pytest.fixture(autouse=True)
def a_lot() -> None:
    given.warehouse("WH1")
    given.stock("TEA", 6, lot_id=given.lot("TEA", "L1", expires_on=EXPIRES))
    given.stock("TEA", 4)


def _freeze(today: date) -> int:
    with transaction.atomic():
        return inventory.freeze_expired(today=today)


def test_a_lot_may_be_sold_through_its_last_day() -> None:
    assert _freeze(EXPIRES) == 0
    assert given.free("TEA") == 10


def test_the_day_after_it_is_frozen_and_only_once() -> None:
    assert _freeze(date(2030, 5, 2)) == 1
    assert given.free("TEA") == 4
    assert _freeze(date(2030, 5, 3)) == 0


def test_what_comes_of_the_lot_later_is_frozen_as_it_comes() -> None:
    _freeze(date(2030, 5, 2))
    given.stock("TEA", 3, lot_id=given.lot("TEA", "L1"), location="A-01")
    assert given.free("TEA") == 4


def test_somebody_looks_every_hour() -> None:
    planned = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert tasks.freeze_expired.name in planned
