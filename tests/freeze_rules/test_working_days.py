"""Working days are those of the house's calendar, though moments are kept in UTC."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from freeze_rules import formula


@pytest.mark.parametrize(
    ("since", "number", "until"),
    [
        # Friday; in UTC it is still Thursday.
        ("2026-11-20T02:00+08:00", 1, "2026-11-23T02:00+08:00"),
        # Saturday; in UTC it is still Friday.
        ("2026-11-21T00:30+08:00", 1, "2026-11-23T00:30+08:00"),
        ("2026-11-20T23:00+08:00", 2, "2026-11-24T23:00+08:00"),
        ("2026-11-17T09:00+08:00", 3, "2026-11-20T09:00+08:00"),
    ],
)
def test_working_days_skip_the_saturdays_and_sundays_of_the_house(
    since: str, number: int, until: str
) -> None:
    at = datetime.fromisoformat(since).astimezone(UTC)
    assert formula.after({"business_days": number}, since=at) == datetime.fromisoformat(until)
