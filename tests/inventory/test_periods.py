"""Nothing is booked back into a closed period, and nothing that happens now is kept out."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from inventory import ledger
from inventory import services as inventory
from inventory.models import Closing, Posting
from tests import given
from tests.inventory import goods
from tests.waiting import until, waiters


def _close(until: datetime) -> datetime:
    with transaction.atomic():
        return inventory.close_until(until=until, actor="system:test")


def _received(at: datetime | None) -> inventory.Outcome:
    return goods.receive(goods.line(given.sku("TEA"), 1), occurred_at=at)


@pytest.mark.django_db
def test_what_happened_before_the_closing_is_refused_and_the_rest_goes_in() -> None:
    given.warehouse("WH1")
    edge = timezone.now() - timedelta(days=1)
    early = edge - timedelta(microseconds=1)
    assert not _received(early).refused
    _close(edge)
    assert goods.said(_received(early), "asked", "there") == ("period_closed", early, edge)
    assert not _received(edge).refused
    assert not _received(None).refused
    assert goods.cells(given.sku("TEA")) == {"WH1 A-01 ZP": (3, 0)}
    assert sorted(Posting.objects.filter(kind="RECEIVE").values_list("occurred_at", flat=True))[
        :2
    ] == [early, edge]


@pytest.mark.django_db
def test_a_period_is_never_opened_again_nor_closed_in_the_future() -> None:
    edge = timezone.now() - timedelta(days=1)
    assert inventory.closed_until() is None
    assert _close(edge) == edge
    assert _close(edge - timedelta(days=5)) == edge
    assert _close(edge) == edge
    assert Closing.objects.count() == 1
    with pytest.raises(inventory.Refused) as refused:
        _close(timezone.now() + timedelta(minutes=1))
    assert refused.value.code == "in_the_future"
    assert inventory.closed_until() == edge


@pytest.mark.django_db
def test_a_clock_may_be_a_little_ahead_but_not_much() -> None:
    given.warehouse("WH1")
    assert not _received(timezone.now() + timedelta(minutes=4)).refused
    assert goods.code(_received(timezone.now() + timedelta(minutes=6))) == "in_the_future"


def _race(monkeypatch: pytest.MonkeyPatch) -> tuple[datetime, list[datetime]]:
    """A booking has found its period open when the closing comes; gives edge and what is before."""
    from tests.inventory.test_races import together

    given.warehouse("WH1")
    given.sku("TEA")
    edge = timezone.now() - timedelta(days=1)
    looked, ended, times = threading.Event(), threading.Event(), ledger._times

    def look_then_wait(requests: Any) -> Any:
        found = times(requests)
        looked.set()
        # The closing waits for us or, where nothing keeps it, has ended.
        until(lambda: ended.is_set() or waiters())
        return found

    def close() -> datetime:
        looked.wait(60)
        closed = _close(edge)
        seen.extend(
            Posting.objects.filter(occurred_at__lt=edge).values_list("occurred_at", flat=True)
        )
        ended.set()
        return closed

    seen: list[datetime] = []
    monkeypatch.setattr(ledger, "_times", look_then_wait)
    early = edge - timedelta(hours=1)
    outcomes = together([lambda: _received(early), close])
    assert (outcomes[0].refused, outcomes[1]) == (False, edge)
    return early, seen


@pytest.mark.races
def test_a_closing_waits_for_bookings_that_are_under_way(
    real_commits: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    early, seen = _race(monkeypatch)
    assert early in seen


@pytest.mark.races
def test_control_without_the_lock_a_booking_slips_in_behind_the_closing(
    real_commits: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "lock_periods", lambda *, alone: None)
    from inventory.services import periods

    monkeypatch.setattr(periods, "lock_periods", lambda *, alone: None)
    early, seen = _race(monkeypatch)
    assert early not in seen
    assert Posting.objects.filter(occurred_at=early).exists()
