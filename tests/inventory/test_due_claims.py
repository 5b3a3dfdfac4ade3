"""A claim with a time ends when it is up; a safety freeze never does."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from inventory import services as inventory
from inventory import tasks
from inventory.models import Hold, Posting
from tests import given

pytestmark = pytest.mark.django_db

NOON = datetime(2030, 5, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def ten_teas() -> None:
    given.warehouse("WH1")
    given.stock("TEA", 10)


def _due(now: datetime, limit: int = 100) -> int:
    with transaction.atomic():
        return inventory.release_due(now=now, limit=limit)


def test_a_claim_is_let_go_when_its_time_is_up_and_not_before() -> None:
    hold = given.held("SO-1", "TEA", 4, expires_at=NOON)
    assert _due(NOON - timedelta(seconds=1)) == 0
    assert given.free("TEA") == 6
    assert _due(NOON) == 1
    assert given.free("TEA") == 10
    assert Hold.objects.get(pk=hold).state == "EXPIRED"
    assert _due(NOON) == 0
    assert Posting.objects.filter(kind="RELEASE").count() == 1


def test_those_due_first_go_first_and_the_rest_waits_for_the_next_batch() -> None:
    for number in range(5):
        given.held(f"SO-{number}", "TEA", 1, expires_at=NOON - timedelta(minutes=number))
    given.held("SO-9", "TEA", 1)
    assert _due(NOON, limit=3) == 3
    left = Hold.objects.filter(closed_at=None, document__startswith="SO-")
    assert sorted(left.values_list("document", flat=True)) == ["SO-0", "SO-1", "SO-9"]
    assert _due(NOON, limit=3) == 2
    assert given.free("TEA") == 9


def test_a_commercial_blanket_ends_by_its_time_too() -> None:
    with transaction.atomic():
        inventory.hold(
            [
                inventory.HoldRequest(
                    key="f", document="F-1", warehouse_id=given.warehouse_id("WH1"),
                    location_id=given.location("A-01"), reason="MANUAL", blanket=True,
                    expires_at=NOON,
                )
            ],
            actor="person:1",
        )[0].check()  # fmt: skip
    assert given.free("TEA") == 0
    assert _due(NOON) == 1
    assert given.free("TEA") == 10


def test_a_safety_freeze_is_refused_a_time() -> None:
    with pytest.raises(inventory.Refused) as refused:
        given.held("F-1", "TEA", 1, reason="QC", expires_at=NOON)
    assert refused.value.code == "bad_request"
    assert refused.value.params["field"] == "expires_at"
    assert given.free("TEA") == 10


def test_the_database_refuses_a_safety_freeze_a_time_too() -> None:
    hold = given.held("F-1", "TEA", 1, reason="QC")
    with (
        pytest.raises(IntegrityError, match="hold_safety_never_thaws_by_time"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE inventory_hold SET expires_at = now() WHERE id = %s", [hold])


def test_somebody_looks_every_few_seconds() -> None:
    planned = {entry["task"]: entry["schedule"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert planned[tasks.release_due.name] == 5.0
