"""How many readings a minute are taken in by one process, and judged by another call."""

from __future__ import annotations

import json
import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from bench import measure

DEVICES, BATCH = 500, 1_000
GOAL_PER_S = 100_000 / 60


def main(arguments: list[str]) -> int:
    """A cold room with so many devices, then batch after batch over HTTP, then the judging."""
    options = measure.options("readings", arguments).parse_args(arguments)
    with measure.own_database():
        figures = readings_figures(10_000 if options.quick else 200_000)
    least = {"readings_per_s": GOAL_PER_S, "readings_judged_per_s": GOAL_PER_S}
    return measure.report(figures, options.json, least=least)


def readings_figures(count: int) -> dict[str, float | str]:
    """Take in `count` readings of 500 devices; `readings_per_s` is REST, JSON and all.

    One in a thousand is out of its bounds. Needs a migrated database of its own and Django set up.
    """
    from freeze_rules.models import Excursion, SensorReading

    program = _cold_room()
    batches = _batches(count)
    began = time.perf_counter()
    refused = sum(program(batch) for batch in batches)
    took = time.perf_counter() - began
    judged = _judge()
    kept = SensorReading.objects.count()
    return {
        "readings_per_s": kept / took,
        "readings_judged_per_s": kept / judged,
        "readings_kept": kept,
        "readings_refused": refused,
        "excursions": Excursion.objects.count(),
    }


def _cold_room() -> Any:
    """Devices of a zone with bounds; gives a function that hands one body in over HTTP."""
    from django.db import transaction
    from django.test import Client

    from freeze_rules.services.sensors import bounds, registry
    from inventory import services as inventory
    from org import services as org
    from org.scope import Scope

    actor, scope = "system:bench", Scope.everything()
    with transaction.atomic():
        home = org.create_unit(kind="HEAD_OFFICE", code="HQ", name="HQ", actor=actor)
        house = inventory.add_warehouse(code="COLD", name="COLD", unit_id=home.pk)
        zone = inventory.add_zone(warehouse_id=house, code="C")
        inventory.add_location(
            warehouse_id=house, code="C-01", kind="STORAGE", zone_id=zone, actor=actor
        )
        person = org.create_person(
            username="bench", display_name="bench", password=secrets.token_urlsafe(), actor=actor
        )
        org.assign(person_id=person.pk, unit_id=home.pk, role="HEAD_OFFICE", actor=actor)
        bounds.set_bound(
            bounds.BoundWish(
                measure="TEMPERATURE", warehouse_id=house, zone="C", lower=2_000, upper=8_000,
                grace_minutes=30,
            ),
            actor=actor, scope=scope,
        )  # fmt: skip
    for number in range(DEVICES):
        with transaction.atomic():
            wish = registry.DeviceWish(
                code=f"T-{number:03}", measure="TEMPERATURE", unit="C", warehouse_id=house
            )
            registry.register_device(wish, actor=actor, scope=scope)
            registry.hang_device(
                code=wish.code, zone_code="C", since=datetime.now(UTC) - timedelta(days=20),
                actor=actor, scope=scope,
            )  # fmt: skip
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(person)

    def hand_in(body: bytes) -> int:
        answer = client.post(
            "/api/v1/sensors/readings?results=not_accepted", body, "application/json"
        )
        assert answer.status_code == 200, answer.content[:400]
        return len(answer.json()["results"])

    return hand_in


def _batches(count: int) -> list[bytes]:
    """Bodies as gateways send them: each device's next reading, a thousand in a body."""
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=10 * count // DEVICES)
    readings = [
        {
            "device": f"T-{number % DEVICES:03}",
            "at": (start + timedelta(seconds=10 * (number // DEVICES))).isoformat(),
            "value": 9.5 if number % 1_000 == 0 else 4 + number % 7 / 10,
        }
        for number in range(count)
    ]
    return [
        json.dumps({"readings": readings[at : at + BATCH]}).encode()
        for at in range(0, count, BATCH)
    ]


def _judge() -> float:
    """Seconds to judge all that came in."""
    from django.db import transaction

    from freeze_rules.services.sensors import judging

    began = time.perf_counter()
    while True:
        with transaction.atomic():
            if judging.judge_readings() < judging.DEVICES:
                return time.perf_counter() - began
