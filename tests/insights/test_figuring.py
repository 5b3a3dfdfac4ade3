"""Days are figured by the beat and by command, with real commits."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from insights.measures import MEASURES
from insights.models import FiguredDay
from insights.services import owed_days
from insights.tasks import figure_days, figure_levels


def _day(days_ago: int) -> date:
    return timezone.localdate() - timedelta(days=days_ago)


def test_the_nightly_task_figures_what_is_owed_once(real_commits: str) -> None:
    flows = [measure for measure in MEASURES.values() if not measure.is_level]
    assert len(owed_days(until=_day(0), days=2)) == 2 * len(flows)

    while owed_days(until=_day(0), days=35):
        figure_days()
    figure_levels()

    assert owed_days(until=_day(0), days=35) == []
    levels = len(MEASURES) - len(flows)
    assert FiguredDay.objects.filter(day=_day(0)).count() == levels


def test_past_days_are_figured_again_by_command_with_progress(real_commits: str) -> None:
    out = io.StringIO()

    call_command("figures", "--since", str(_day(3)), "--measure", "accuracy", stdout=out)

    lines = out.getvalue().splitlines()
    assert [line.partition(" figures")[0] for line in lines[:3]] == [
        f"{_day(3)} 1/3", f"{_day(2)} 2/3", f"{_day(1)} 3/3",
    ]  # fmt: skip
    assert FiguredDay.objects.filter(measure="accuracy").count() == 3
    with pytest.raises(CommandError, match="past days"):
        call_command("figures", "--since", str(_day(-2)), "--until", str(_day(-3)))
