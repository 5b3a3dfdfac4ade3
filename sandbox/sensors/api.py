"""``/sandbox/sensors``: devices' days played in the background, and how each got on."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path

from client import House, Refused, Unreachable
from sandbox.control.wire import Body, body, methods, reply
from sandbox.sensors import days, sending
from sandbox.world import refusals

KEPT = 200
# The house may still be starting: about a minute.
TRIES = 9


class _Room:
    """What was played since this process began."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.plays: list[dict[str, Any]] = []


_room = _Room()


def play(request: HttpRequest) -> HttpResponse:
    """``{"house": {"url", "key_id", "secret"} | "mqtt": url, "days": [{"device", "kind", ...}]}``.

    202 at once; the days are sent one after another by a thread.
    """
    told = body(request)
    wanted = [_day(each) for each in told["days"]]
    house, broker = told.get("house"), str(told.get("mqtt") or "")
    if not broker and not {"url", "key_id", "secret"} <= set(house or {}):
        raise refusals.Refused("no_house", "name the house's url, key_id and secret, or a broker")
    plays = [
        {"device": day.device, "kind": day.kind, "state": "waiting", "told": {}, "trouble": ""}
        for day in wanted
    ]
    with _room.lock:
        _room.plays = [*_room.plays, *plays][-KEPT:]
    threading.Thread(target=_run, args=(wanted, plays, house, broker), daemon=True).start()
    return reply({"plays": plays}, status=202)


def show(request: HttpRequest) -> HttpResponse:
    """``GET``: every play with what the house said, the kinds of days as well."""
    del request
    with _room.lock:
        return reply({"kinds": list(days.KINDS), "plays": _room.plays})


def _day(told: Body) -> days.Day:
    if told.get("kind") not in days.KINDS:
        raise refusals.Refused("unknown_kind", f"a day is one of {', '.join(days.KINDS)}")
    until = datetime.fromisoformat(told["until"]) if told.get("until") else datetime.now(UTC)
    if until.tzinfo is None:
        raise refusals.Refused("bad_time", "until needs a zone, such as +08:00")
    return days.Day(
        device=str(told["device"]), kind=str(told["kind"]), until=until,
        normal=float(told.get("normal", 4)), peak=float(told.get("peak", 12)),
    )  # fmt: skip


def _run(
    wanted: list[days.Day], plays: list[dict[str, Any]], house: dict[str, str] | None, broker: str
) -> None:
    for day, row in zip(wanted, plays, strict=True):
        _change(row, state="playing")
        try:
            found = days.batches(day)
            if broker:
                told = sending.by_mqtt(found, broker=broker)
            else:
                assert house is not None, "Without a broker the house is named."
                with House(
                    house["url"], key_id=house["key_id"], secret=house["secret"], tries=TRIES
                ) as line:
                    told = sending.by_rest(found, house=line)
        except (Refused, Unreachable, OSError, RuntimeError, KeyError, ValueError) as trouble:
            # The last two: what the house answered, or was called, is nothing we can read.
            _change(row, state="failed", trouble=str(trouble)[:400])
        else:
            _change(row, state="done", told=dict(told))


def _change(row: dict[str, Any], **what: Any) -> None:
    with _room.lock:
        row.update(what)


urls = [path("sandbox/sensors", methods(GET=show, POST=play))]
