"""Recalls, leases, ageing and the journal over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from freeze_rules.models import Lease, Recall
from freeze_rules.services import leases
from org.models import Person
from outbox import services as outbox
from tests import given
from tests.freeze_rules.test_recalls import lot, received, shipped

pytestmark = pytest.mark.django_db


def signed_in(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def post(client: Client, address: str, body: dict[str, Any], key: str = "k") -> Any:
    return client.post(
        f"/api/v1/{address}", body, content_type="application/json",
        headers={"idempotency-key": key},
    )  # fmt: skip


def test_a_recall_from_preview_to_lifting() -> None:
    bad = lot()
    received("PO-1", 20, bad)
    shipped("SO-1", 5, bad)
    boss, other = given.person(), given.person()
    client = signed_in(boss)
    root = {"root": "LOT", "lot_id": bad}

    shown = post(client, "recalls/preview", root).json()
    assert (shown["units"], shown["at_customers"], shown["freezes"]) == (15, 5, 1)
    assert [row["document"] for row in shown["shipped"]] == ["SO-1"]
    laid = post(client, "recalls", {**root, "why": "Glass", "seen": shown["seen"]}, "a")
    assert laid.status_code == 200
    assert post(client, "recalls", {**root, "why": "Glass", "seen": shown["seen"]}, "a").json() == (
        laid.json()
    )
    pk = laid.json()["id"]
    assert given.free("MILK") == 0
    assert client.get(f"/api/v1/recalls/{pk}").json()["cone"]["units"] == 15

    refused = post(client, f"recalls/{pk}/lift", {"why": "fine"}, "b")
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (409, "recall_own_recall")
    lifted = post(signed_in(other), f"recalls/{pk}/lift", {"why": "fine"}, "c")

    assert lifted.json() == {"number": f"RC-{pk}", "freezes": 1, "approval": None}
    assert given.free("MILK") == 15
    assert client.get("/api/v1/recalls?open=true").json()["recalls"] == []


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"root": "LOT", "lot_id": 999_999, "why": "x"}, 422, "recall_unknown_lot"),
        ({"root": "RECEIPT", "document": "PO-404", "why": "x"}, 422, "recall_nothing_found"),
        ({"root": "MOON", "why": "x"}, 422, "bad_choice"),
        ({"root": "LOT", "lot_id": 1}, 422, "missing_field"),
    ],
)
def test_what_makes_no_sense_is_refused(body: dict[str, Any], status: int, code: str) -> None:
    answer = post(signed_in(given.person()), "recalls", body)

    assert answer.json()["errors"][0]["code"] == code
    assert answer.status_code == status
    assert Recall.objects.count() == 0


def test_leases_ageing_and_the_journal() -> None:
    lead = given.person("WAREHOUSE_LEAD")
    given.stock("TEA", 10)
    hold = given.held("FZ-1", "TEA", 4, reason="MANUAL")
    with transaction.atomic():
        leases.sweep()
    outbox.deliver(handler="freeze_rules.services.journal:note_booked")
    client = signed_in(lead)

    said = post(client, f"freezes/{hold}/lease", {"next_step": "SCRAP"})
    assert said.json()["next_step"] == "SCRAP"
    assert Lease.objects.get().next_step == "SCRAP"
    assert post(client, "freezes/999999/lease", {"next_step": "SCRAP"}, "x").status_code == 404
    [row] = client.get("/api/v1/freezes/ageing").json()["freezes"]
    assert (row["document"], row["units"], row["owner"]) == ("FZ-1", 4, str(lead))
    [line] = client.get("/api/v1/freezes/journal?turn=frozen").json()["lines"]
    assert (line["document"], line["units"], line["cause"]) == ("FZ-1", 4, "SYSTEM")
    assert client.get("/api/v1/freezes/journal?turn=released").json()["lines"] == []
