"""The names in the settings lead somewhere."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.utils.module_loading import import_string

from config.celery import app
from oms import services as orders
from oms import tasks
from tests import given
from tests.oms import told


def test_every_handler_and_bell_of_the_order_desk_exists() -> None:
    handlers = {name for names in settings.NEWS.values() for name in names if "oms." in name[:4]}

    assert {
        "oms.services.fulfilment:note_shipped",
        "oms.services.fulfilment:note_short",
        "oms.services.fulfilment:note_displaced",
        "oms.services.restocking:note_stock_changed",
    } <= handlers
    assert all(callable(import_string(name.replace(":", "."))) for name in handlers)
    assert tasks.PROCESS in settings.DOORBELLS["orders.due"]
    assert tasks.PROCESS in app.tasks
    assert tasks.PROCESS in {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}


@pytest.mark.django_db
def test_the_bell_places_what_is_due() -> None:
    given.stock("TEA", 5)
    told.accept(*(told.draft(f"N{n}") for n in range(3)))

    tasks.process_orders()

    assert told.states(["N0", "N1", "N2"]) == ["SUBMITTED"] * 3
    assert orders.process_all() is True
