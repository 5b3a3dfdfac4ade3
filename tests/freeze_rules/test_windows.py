"""From readings to stretches: hysteresis, gaps, grace, dose, calibration."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from freeze_rules.windows import (
    Limits,
    Point,
    corrected,
    gaps,
    matched,
    outlasted,
    stretches,
)

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
COLD = Limits(lower=2_000, upper=8_000, hysteresis=500, grace_minutes=30)


def at(minute: float) -> datetime:
    return START + timedelta(minutes=minute)


def readings(*values: tuple[float, int]) -> list[Point]:
    return [Point(at(minute), value) for minute, value in values]


def test_inside_the_bounds_there_is_nothing() -> None:
    assert stretches(readings((0, 2_000), (10, 5_000), (20, 8_000)), COLD) == []


def test_it_ends_only_when_it_is_back_by_the_hysteresis() -> None:
    [found] = stretches(
        readings((0, 5_000), (10, 9_000), (20, 7_900), (30, 9_000), (40, 7_500)), COLD
    )

    assert (found.started_at, found.ended_at) == (at(10), at(40))
    assert (found.side, found.peak, found.readings) == ("HIGH", 9_000, 3)


def test_without_hysteresis_each_crossing_is_one_of_its_own() -> None:
    limits = Limits(upper=8_000, hysteresis=0)

    found = stretches(readings((0, 9_000), (10, 7_900), (20, 9_000), (30, 8_000)), limits)

    assert [(each.started_at, each.ended_at) for each in found] == [
        (at(0), at(10)), (at(20), at(30)),
    ]  # fmt: skip


def test_from_too_warm_straight_to_too_cold_are_two() -> None:
    found = stretches(readings((0, 9_000), (10, 1_000), (20, 3_000)), COLD)

    assert [(each.side, each.ended_at) for each in found] == [("HIGH", at(10)), ("LOW", at(20))]
    assert found[1].peak == 1_000


def test_what_lasts_has_no_end() -> None:
    [found] = stretches(readings((0, 9_000), (10, 9_500)), COLD)

    assert found.ended_at is None
    assert found.last_at == at(10)


def test_grace_runs_out_on_its_minute() -> None:
    [short] = stretches(readings((0, 9_000), (29, 7_000)), COLD)
    [long] = stretches(readings((0, 9_000), (20, 9_000), (31, 7_000)), COLD)

    assert short.breached_at is None
    assert long.breached_at == at(30)


def test_no_grace_forgives_nothing() -> None:
    [found] = stretches(readings((0, 9_000)), Limits(upper=8_000, grace_minutes=0))

    assert found.breached_at == at(0)


def test_the_dose_is_what_was_too_much_times_how_long() -> None:
    # 2 degrees too warm for 30 minutes, then straight back within 10: 60 + 10 degree-minutes.
    limits = Limits(upper=8_000, grace_minutes=None, dose_limit=59_000)

    [found] = stretches(readings((0, 10_000), (30, 10_000), (40, 8_000)), limits)

    assert found.dose == 70_000
    assert found.breached_at == at(30)


def test_the_dose_of_light_is_all_of_it_in_lux_hours() -> None:
    limits = Limits(
        upper=300_000, grace_minutes=None, dose_limit=1_000_000, whole=True, dose_unit_s=3600
    )

    [found] = stretches(readings((0, 1_000_000), (60, 1_000_000), (90, 1_000_000)), limits)

    assert found.dose == 1_500_000
    assert found.breached_at == at(90)


def test_a_gap_within_one_is_counted_and_said() -> None:
    [found] = stretches(readings((0, 10_000), (60, 10_000), (70, 5_000)), COLD)

    assert found.gap_s == 3600
    assert found.dose == 2_000 * 60 + 2_000 * 10 // 2


def test_silence_is_no_cold() -> None:
    [found] = stretches(readings((0, 9_000), (5, 9_000)), COLD)

    assert outlasted(found, COLD, at(19)).breached_at is None
    assert outlasted(found, COLD, at(31)).breached_at == at(30)


def test_calibration_counts_from_its_moment_on() -> None:
    found = corrected(
        readings((0, 8_200), (10, 8_200), (20, 8_200)), [(at(10), -400), (at(20), 100)]
    )

    assert [point.value for point in found] == [8_200, 7_800, 8_300]


def test_gaps_are_where_nothing_was_heard_for_too_long() -> None:
    moments = [at(0), at(5), at(50), at(55)]

    assert gaps(moments, silent_after_s=900, until=at(58)) == [(at(5), at(50))]
    assert gaps(moments, silent_after_s=900, until=at(90)) == [(at(5), at(50)), (at(55), at(90))]


def test_a_stretch_that_grew_is_the_same_and_what_is_no_more_is_withdrawn() -> None:
    [grown] = stretches(readings((0, 9_000), (40, 5_000)), COLD)
    known = [(7, "HIGH", at(10), at(20)), (8, "HIGH", at(25), at(30)), (9, "LOW", at(0), at(40))]

    revised, new, gone = matched(known, [grown])

    assert revised == [(7, grown)]
    assert new == []
    assert gone == [8, 9]
