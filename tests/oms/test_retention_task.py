"""The task that removes old receivers works batch by batch, each in its own transaction."""

from __future__ import annotations

import pytest

from oms import tasks
from oms.models import Receiver
from tests.oms.test_retention import ended

pytestmark = pytest.mark.races


def test_the_task_goes_on_until_nothing_is_left(
    real_commits: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("A", "B", "C"):
        ended(name, days_ago=200)
    monkeypatch.setattr("oms.services.BATCH", 2)
    monkeypatch.setattr("oms.services.retention.BATCH", 2)
    tasks.blank_receivers()
    assert not Receiver.objects.filter(blanked_at__isnull=True).exists()
