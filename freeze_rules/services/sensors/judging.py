"""Readings are judged: beyond a bound there is an excursion, and late readings revise it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from freeze_rules.models import (
    Excursion,
    ExcursionRevision,
    SensorBound,
    SensorClock,
    SensorPlace,
)
from freeze_rules.services.sensors.casefile import Case, CaseFile, limits_of, open_file, read_on
from freeze_rules.services.sensors.concerns import matters
from freeze_rules.windows import Point, Stretch, matched, outlasted, stretches
from inventory.selectors import exposure

# Devices of one transaction.
DEVICES = 200
CORE = ("started_at", "ended_at", "peak", "dose", "breached_at")


@dataclass
class _Results:
    """What is to be written."""

    new: list[Excursion] = field(default_factory=list)
    changed: list[Excursion] = field(default_factory=list)
    revisions: list[ExcursionRevision] = field(default_factory=list)


def judge_readings(*, limit: int = DEVICES, now: datetime | None = None) -> int:
    """Judge devices that have new readings; joins the caller's transaction.

    Devices are claimed row by row: two judges never have the same one, batches that come in
    meanwhile wait for nobody and are judged next time.

    Returns:
        How many devices were judged; fewer than `limit`: there are no more.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    file = open_file(limit=limit)
    if file is None:
        return 0
    moment = now or timezone.now()
    _look_at_goods(file)
    unfinished = [case for case in file.cases if _is_open_too_early(case, file)]
    if unfinished:
        read_on(unfinished, until=moment)
    results = _Results()
    for case in file.cases:
        for place in case.places:
            for bound in _bounds_of(case, place, file):
                _compare(case, place, bound, moment, results)
    _write(results)
    _move_clocks(file)
    return len(file.cases)


def _look_at_goods(file: CaseFile) -> None:
    """What lies where, as far as a bound of goods is broken at all."""
    wanted: set[tuple[str, int]] = set()
    for case in file.cases:
        for place in case.places:
            if any(bound.zone_id is None and _is_near(case, bound, place) for bound in file.bounds):
                wanted.add(_key(place))
    if wanted:
        file.needs = exposure.needs_at(
            zone_ids=[pk for kind, pk in wanted if kind == "zone"],
            location_ids=[pk for kind, pk in wanted if kind == "location"],
        )


def _key(place: SensorPlace) -> tuple[str, int]:
    return ("zone", place.zone_id) if place.zone_id else ("location", place.location_id or 0)


def _is_near(case: Case, bound: SensorBound, place: SensorPlace) -> bool:
    """Readings are beyond it, or it has excursions that may have changed."""
    if bound.measure != case.device.measure:
        return False
    if any(e.bound_id == bound.pk and e.place_id == place.pk for e in case.excursions):
        return True
    limits = limits_of(bound, case.device)
    return any(limits.side(point.value) for point in _inside(case, place, bound))


def _inside(case: Case, place: SensorPlace, bound: SensorBound) -> list[Point]:
    """The readings while the device hung there and the bound was in force."""
    since = max(place.since, bound.since)
    until = _ends(place, bound)
    return [p for p in case.points if p.at >= since and (until is None or p.at < until)]


def _ends(place: SensorPlace, bound: SensorBound) -> datetime | None:
    ends = [each for each in (place.until, bound.until) if each is not None]
    return min(ends, default=None)


def _bounds_of(case: Case, place: SensorPlace, file: CaseFile) -> list[SensorBound]:
    """Bounds that say something about this place: its zone's, and those of goods that lie there."""
    zone = file.zone_of(place)
    own = file.own_skus(case.device.measure)
    needs = file.needs.get(_key(place), set())
    found = []
    for bound in file.bounds:
        if bound.measure != case.device.measure:
            continue
        known = any(e.bound_id == bound.pk and e.place_id == place.pk for e in case.excursions)
        of_zone = bound.zone_id is not None and bound.zone_id == zone
        of_goods = bound.zone_id is None and any(matters(bound, each, own) for each in needs)
        if known or of_zone or of_goods:
            found.append(bound)
    return found


def _is_open_too_early(case: Case, file: CaseFile) -> bool:
    """Something is still open where we stopped reading, and there is more to read."""
    last = case.clock.last_at
    if last is None or last <= case.high:
        return False
    return any(
        stretch.ended_at is None
        for place in case.places
        for bound in _bounds_of(case, place, file)
        for stretch in stretches(_inside(case, place, bound), limits_of(bound, case.device))[-1:]
    )


def _compare(
    case: Case, place: SensorPlace, bound: SensorBound, now: datetime, results: _Results
) -> None:
    """What the readings say now against the excursions we know of."""
    limits = limits_of(bound, case.device)
    found = stretches(_inside(case, place, bound), limits)
    if found and found[-1].ended_at is None:
        ends = _ends(place, bound)
        if ends is not None and ends <= now:
            found[-1] = replace(found[-1], ended_at=ends)
        else:
            found[-1] = outlasted(found[-1], limits, now)
    known = {
        each.pk: each
        for each in sorted(case.excursions, key=lambda one: one.started_at)
        if each.bound_id == bound.pk
        and each.place_id == place.pk
        and each.started_at <= case.high
        and (each.ended_at is None or each.ended_at >= case.low)
    }
    rows = [(e.pk, e.side, e.started_at, e.ended_at) for e in known.values()]
    revised, new, none_any_more = matched(rows, found)
    for pk, stretch in revised:
        _revise(known[pk], stretch, case, now, results)
    for stretch in new:
        made = Excursion(device=case.device, place=place, bound=bound, side=stretch.side)
        _set(made, stretch)
        made.chase_at = now if stretch.breached_at else None
        results.new.append(made)
    for pk in none_any_more:
        each = known[pk]
        before = _said(each)
        each.withdrawn_at, each.chase_at = now, None
        each.revision += 1
        results.changed.append(each)
        results.revisions.append(_revision(each, before, {"withdrawn_at": now.isoformat()}))


def _set(excursion: Excursion, stretch: Stretch) -> None:
    for name in (*CORE, "last_at", "gap_s", "readings"):
        setattr(excursion, name, getattr(stretch, name))


def _revise(
    excursion: Excursion, stretch: Stretch, case: Case, now: datetime, results: _Results
) -> None:
    """The same excursion, as it looks now; a revision when the past of it changed."""
    before, came_late = _said(excursion), case.since <= excursion.last_at
    moved = (excursion.started_at, excursion.ended_at) != (stretch.started_at, stretch.ended_at)
    _set(excursion, stretch)
    after = _said(excursion)
    if stretch.breached_at and (excursion.acted_at is None or moved):
        excursion.chase_at = now
    results.changed.append(excursion)
    if came_late and before != after:
        excursion.revision += 1
        results.revisions.append(_revision(excursion, before, after))


def _said(excursion: Excursion) -> dict[str, Any]:
    told = {name: getattr(excursion, name) for name in CORE}
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in told.items()
    }


def _revision(
    excursion: Excursion, before: dict[str, Any], after: dict[str, Any]
) -> ExcursionRevision:
    return ExcursionRevision(
        excursion=excursion, revision=excursion.revision, before=before, after=after
    )


def _write(results: _Results) -> None:
    # Withdrawn ones first: a new one may begin where one was that has become part of another.
    results.changed.sort(key=lambda each: each.withdrawn_at is None)
    fields = [*CORE, "last_at", "gap_s", "readings", "withdrawn_at", "chase_at", "revision"]
    Excursion.objects.bulk_update([e for e in results.changed if e.withdrawn_at], fields)
    Excursion.objects.bulk_update([e for e in results.changed if not e.withdrawn_at], fields)
    Excursion.objects.bulk_create(results.new)
    ExcursionRevision.objects.bulk_create(results.revisions)


def _move_clocks(file: CaseFile) -> None:
    """What was heard last; whoever speaks again is no longer silent."""
    moved = []
    for case in file.cases:
        last = case.points[-1] if case.points else None
        if last is None or (case.clock.last_at is not None and last.at < case.clock.last_at):
            continue
        if case.clock.last_at is None or last.at > case.clock.last_at:
            case.clock.silent_since = None
        case.clock.last_at, case.clock.last_value = last.at, last.value
        moved.append(case.clock)
    SensorClock.objects.bulk_update(moved, ["last_at", "last_value", "silent_since"])
