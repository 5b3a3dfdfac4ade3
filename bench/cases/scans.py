"""What the server takes for one scan of each job of the hand-held scanners."""

from __future__ import annotations

import argparse
import itertools
import os
import time
from typing import Any

from bench import crowd, measure

LIMIT_MS = 100.0
PLACES, SKUS, UNITS = 200, 500, 1_000
_tokens = itertools.count(1)


def main(arguments: list[str]) -> int:
    """A warehouse of shelves, then scan after scan by one person, each one timed alone."""
    options = _options(arguments)
    # No collected static files: only the server's own time is looked at.
    os.environ["PLAIN_STATIC"] = "1"
    with measure.own_database():
        person = _warehouse()
        figures: dict[str, float | str] = {}
        for name, scans in _jobs(options.rounds).items():
            took = [_scan(person, path, code) for path, code in scans]
            figures[f"{name}_scans"] = len(took)
            figures[f"{name}_p50_ms"] = measure.part(took, 0.50)
            figures[f"{name}_p95_ms"] = measure.part(took, 0.95)
    limits = {name: LIMIT_MS for name in figures if name.endswith("_p95_ms")}
    return measure.report(figures, options.json, limits)


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = measure.options("scans", arguments)
    parser.add_argument("--rounds", type=int, default=None)
    options = parser.parse_args(arguments)
    options.rounds = options.rounds or (3 if options.quick else 60)
    return options


def _jobs(rounds: int) -> dict[str, list[tuple[str, str]]]:
    """Path and code of every scan, job by job."""
    home, move, count = "/pda/look-up/", "/pda/move/", "/pda/count/"
    looked = [
        (home, code)
        for at in range(rounds)
        for code in (_place(at), _sku(at), f"{_sku(at)}-NOBODY")
    ]
    moved = [
        (move, code)
        for at in range(rounds)
        for code in (_place(at), _sku(at), "3", _place(at + 100), "CMD-BACK")
    ]
    counted = [
        (count, code)
        for at in range(rounds)
        for code in (_place(at), _sku(at), "997", "CMD-DONE", "CMD-DONE")
    ]
    return {"look_up": looked, "move": moved, "count": counted}


def _place(at: int) -> str:
    return f"A-{at % PLACES:03}"


def _sku(at: int) -> str:
    """The SKU that lies at a place of this number."""
    return f"SKU-{at % PLACES:04}"


def _warehouse() -> Any:
    """Every place has its own SKU and the one of 200 numbers further on; a lead's session."""
    from django.db import transaction
    from django.test import Client

    from inventory import services as inventory
    from org import services as org

    with transaction.atomic():
        unit = org.create_unit(
            kind="HEAD_OFFICE", code="HQ", name="HQ", parent_id=None, actor="system:bench"
        )
        house = inventory.add_warehouse(code="WH1", name="Bench", unit_id=unit.pk)
        places = [
            inventory.add_location(warehouse_id=house, code=_place(at), sequence=at)
            for at in range(PLACES)
        ]
        skus = inventory.add_skus(
            [{"code": f"SKU-{at:04}", "name": f"Goods {at}"} for at in range(SKUS)]
        )
        lead = org.create_person(
            username="lead", display_name="Lead", password=crowd.PASSWORD, actor="system:bench"
        )
        org.assign(person_id=lead.pk, unit_id=unit.pk, role="HEAD_OFFICE", actor="system:bench")
    with transaction.atomic():
        request = inventory.ReceiveRequest(
            key="bench:in", document="PO-1", warehouse_id=house,
            placed=tuple(
                inventory.PlacedLine(
                    sku_id=skus[f"SKU-{number:04}"], qty=UNITS, location_id=places[number % PLACES]
                )
                for number in range(2 * PLACES)
            ),
        )  # fmt: skip
        inventory.receive([request], actor="system:bench")[0].check()
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(lead)
    for path in ("/pda/look-up/", "/pda/move/", "/pda/count/"):
        client.get(path)
    return client


def _scan(client: Any, path: str, code: str) -> float:
    """Milliseconds from the request to the rendered part, in this process."""
    fields = {"code": code, "token": f"bench-{next(_tokens)}", "warehouse": "WH1"}
    began = time.perf_counter()
    answer = client.post(path, fields, headers={"HX-Request": "true", "HX-Target": "scan-area"})
    took = (time.perf_counter() - began) * 1000
    assert answer.status_code == 200, f"{path} {code}: {answer.status_code}"
    return took
