"""Readings come in, by the thousand: each is accepted, known already, or put into quarantine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from freeze_rules.measuring import possible, thousandths
from freeze_rules.models import QuarantinedReading, SensorDevice
from freeze_rules.services.sensors import partitions
from org.scope import Scope
from outbox import services as outbox

# A device whose clock runs ahead by less is forgiven.
AHEAD = timedelta(minutes=5)
MOST_READINGS = 10_000
MOST_TEXT = 64

ACCEPTED, DUPLICATE, QUARANTINED = "accepted", "duplicate", "quarantined"

SENTENCES: Mapping[str, Promise] = {
    "not_a_reading": _("A reading is an object with device, at and value."),
    "unknown_device": _("No device of this code is registered within your reach."),
    "out_of_service": _("The device is out of service: its readings count for nothing."),
    "bad_time": _("The time must be a moment with its time zone."),
    "in_the_future": _("The time is in the future: the device's clock is wrong."),
    "too_old": _("The reading is older than readings are still taken in."),
    "bad_value": _("The value must be a number."),
    "impossible_value": _("No sensor of this kind can measure this value."),
    "conflicting_value": _("The device told another value for the same moment before."),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one reading; `code` says why it is in quarantine."""

    outcome: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class _Known:
    """A device as ingestion needs it."""

    id: int
    measure: str
    unit: str
    warehouse_id: int
    in_service: bool


@dataclass(slots=True)
class _Batch:
    """Readings on their way; `good` holds by device and moment the value and the item's place."""

    verdicts: list[Verdict | None]
    good: dict[tuple[int, datetime], tuple[int, int]]
    # Items that say the same moment again: to be compared with what is kept.
    again: list[tuple[int, tuple[int, datetime], int]]
    houses: dict[int, int]


def take_readings(
    readings: Sequence[Any],
    *,
    actor: str,
    scope: Scope,
    now: datetime | None = None,
    keep_wrong: bool = True,
) -> list[Verdict]:
    """Take readings in. Joins the caller's transaction; a handful of statements, however many.

    Sent again they are duplicates and change nothing. What cannot be relied on is kept in
    quarantine with what is wrong; the others go through.

    Args:
        readings: objects {"device": code, "at": moment, "value": number}, in any order.
        actor: who sends them.
        scope: whose devices it may speak for.
        now: the moment they come; the clock's when not given.
        keep_wrong: False when those that are wrong are in quarantine already.

    Returns:
        A verdict for each, in their order.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    came = now or timezone.now()
    known = _devices(readings, scope)
    batch = _Batch([None] * len(readings), {}, [], {})
    for place, told in enumerate(readings):
        _sort_in(batch, place, told, known, came)
    _keep(batch)
    if keep_wrong:
        _set_aside(batch, readings, actor)
    return [each or Verdict(ACCEPTED) for each in batch.verdicts]


def _devices(readings: Sequence[Any], scope: Scope) -> dict[str, _Known]:
    codes = {each.get("device") for each in readings if isinstance(each, dict)}
    rows = scope.limit(SensorDevice.objects.all(), "warehouse__unit")
    # A NUL is in no code, and no text of the database.
    words = [code for code in codes if isinstance(code, str) and "\0" not in code]
    found = rows.filter(code__in=words)
    columns = ("code", "id", "measure", "unit", "warehouse_id", "in_service")
    return {row[0]: _Known(*row[1:]) for row in found.values_list(*columns)}


def _sort_in(
    batch: _Batch, place: int, told: Any, known: Mapping[str, _Known], now: datetime
) -> None:
    """Judge one reading by itself and against the others of its batch."""
    code, device, at, value = _read(told, known, now)
    if device is not None:
        batch.houses[place] = device.warehouse_id
    if code or device is None or at is None or value is None:
        batch.verdicts[place] = Verdict(QUARANTINED, code)
        return
    key = (device.id, at)
    before = batch.good.setdefault(key, (value, place))
    if before[1] == place:
        return
    if before[0] == value:
        batch.verdicts[place] = Verdict(DUPLICATE)
    else:
        batch.verdicts[place] = Verdict(QUARANTINED, "conflicting_value")


def _read(
    told: Any, known: Mapping[str, _Known], now: datetime
) -> tuple[str, _Known | None, datetime | None, int | None]:
    """What is wrong (empty for nothing), the device, the moment, the value in thousandths."""
    if not isinstance(told, dict) or not {"device", "at", "value"} <= told.keys():
        return "not_a_reading", None, None, None
    code = told["device"]
    device = known.get(code) if isinstance(code, str) else None
    if device is None:
        return "unknown_device", None, None, None
    if not device.in_service:
        return "out_of_service", device, None, None
    at = _moment(told["at"])
    if at is None:
        return "bad_time", device, None, None
    if at > now + AHEAD:
        return "in_the_future", device, at, None
    if at < now - timedelta(days=settings.SENSOR_LATE_DAYS):
        return "too_old", device, at, None
    value = thousandths(told["value"], device.unit)
    if value is None:
        return "bad_value", device, at, None
    if not possible(value, device.measure):
        return "impossible_value", device, at, value
    return "", device, at, value


def _moment(told: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(told if isinstance(told, str) else "")
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def _keep(batch: _Batch) -> None:
    """Write what is new; compare what is not."""
    if not batch.good:
        return
    # In one order for everybody, so that two batches with the same readings never wait in a ring.
    keys = sorted(batch.good)
    partitions.ensure(_days(keys))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {partitions.TABLE} (device_id, at, value) "  # noqa: S608
            "SELECT * FROM unnest(%s::bigint[], %s::timestamptz[], %s::integer[]) "
            "ON CONFLICT DO NOTHING RETURNING device_id, at",
            [
                [device for device, _at in keys],
                [at for _device, at in keys],
                [batch.good[key][0] for key in keys],
            ],
        )
        new = set(cursor.fetchall())
        old = [key for key in keys if key not in new] if len(new) < len(keys) else []
        if old:
            cursor.execute(
                f"SELECT r.device_id, r.at, r.value FROM {partitions.TABLE} r "  # noqa: S608
                "JOIN unnest(%s::bigint[], %s::timestamptz[]) AS k(device, at) "
                "ON r.device_id = k.device AND r.at = k.at",
                [[device for device, _at in old], [at for _device, at in old]],
            )
            kept = {(device, at): value for device, at, value in cursor.fetchall()}
            for key in old:
                value, place = batch.good[key]
                same = kept.get(key) == value
                batch.verdicts[place] = (
                    Verdict(DUPLICATE) if same else Verdict(QUARANTINED, "conflicting_value")
                )
        _note_spans(cursor, new)


def _days(keys: Sequence[tuple[int, datetime]]) -> set[date]:
    return {at.astimezone(UTC).date() for _device, at in keys}


def _note_spans(cursor: Any, new: set[tuple[int, datetime]]) -> None:
    """Somebody has to judge these."""
    if not new:
        return
    spans: dict[int, tuple[datetime, datetime]] = {}
    for device, at in new:
        low, high = spans.get(device, (at, at))
        spans[device] = (min(low, at), max(high, at))
    cursor.execute(
        "INSERT INTO freeze_rules_unjudgedspan (device_id, since, until) "
        "SELECT * FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[])",
        [list(spans), [low for low, _ in spans.values()], [high for _, high in spans.values()]],
    )
    outbox.ring(topic="readings.due")


def _set_aside(batch: _Batch, readings: Sequence[Any], actor: str) -> None:
    """Keep what is wrong, as it was told; the same again is kept once."""
    rows = []
    for place, verdict in enumerate(batch.verdicts):
        if verdict is None or verdict.outcome != QUARANTINED:
            continue
        told = readings[place] if isinstance(readings[place], dict) else {"value": readings[place]}
        rows.append(
            QuarantinedReading(
                device_code=_text(told.get("device")),
                at_told=_text(told.get("at")),
                value_told=_text(told.get("value")),
                code=verdict.code,
                actor=actor,
                warehouse_id=batch.houses.get(place),
            )
        )
    # In one order for everybody, as above.
    rows.sort(key=lambda row: (row.device_code, row.at_told, row.value_told))
    QuarantinedReading.objects.bulk_create(rows, ignore_conflicts=True)


def _text(told: Any) -> str:
    """What was told, short and without characters nobody can print."""
    shown = "" if told is None else str(told)
    return "".join(each for each in shown if each.isprintable())[:MOST_TEXT]
