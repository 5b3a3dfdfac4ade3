"""Approvals for programs and pages of others: the list, one, a decision; counts that must wait."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from org.models import ApprovalRequest, Person
from tests import given

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead() -> Person:
    given.warehouse("WH1")
    given.sku("TEA", unit_cost=10)
    given.stock("TEA", 100)
    given.asks_for_approval(10)
    return given.person("WAREHOUSE_LEAD", name="lead")


def _post(client: Client, path: str, body: Any, key: str = "") -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(f"/api/v1/{path}", body, content_type="application/json", headers=headers)


def _count(qty: int, key: str = "c1") -> dict[str, Any]:
    return {
        "key": key, "document": "CNT-1", "warehouse": "WH1", "location": "A-01", "why": "count",
        "counted": [{"sku": "TEA", "qty": qty}],
    }  # fmt: skip


def test_a_large_count_of_a_person_is_answered_202_and_waits(lead: Person, client: Client) -> None:
    client.force_login(lead)

    small = _post(client, "stock/adjust", _count(95, "a"))
    large = _post(client, "stock/adjust", _count(80, "b"))
    again = _post(client, "stock/adjust", _count(80, "b"))

    request = ApprovalRequest.objects.get()
    assert (small.status_code, large.status_code, again.status_code) == (200, 202, 202)
    assert large.json()["approval"] == again.json()["approval"] == request.number
    assert given.free("TEA") == 95
    # What was booked at once stays booked, however often it is sent.
    assert _post(client, "stock/adjust", _count(95, "a")).json()["repeated"] is True


def test_a_person_decides_what_they_have_seen(lead: Person, client: Client) -> None:
    client.force_login(lead)
    _post(client, "stock/adjust", _count(80))
    number = ApprovalRequest.objects.get().number
    client.force_login(given.person("WAREHOUSE_LEAD"))

    rows = client.get("/api/v1/approvals").json()["approvals"]
    one = client.get(f"/api/v1/approvals/{number}").json()
    stale = _post(client, f"approvals/{number}/decide", {"verdict": "APPROVE", "seen": "9.x"})
    done = _post(
        client, f"approvals/{number}/decide", {"verdict": "APPROVE", "seen": rows[0]["seen"]}, "k"
    )
    again = _post(
        client, f"approvals/{number}/decide", {"verdict": "APPROVE", "seen": rows[0]["seen"]}, "k"
    )

    assert [row["number"] for row in rows] == [number]
    assert (one["may_decide"], one["changes"][0]["before"], one["changes"][0]["after"]) == (
        True, 100, 80,
    )  # fmt: skip
    assert (stale.status_code, stale.json()["errors"][0]["code"]) == (409, "moved_on")
    assert done.json() == again.json() == {"number": number, "state": "APPLIED", "failure": None}
    assert given.free("TEA") == 80


def test_nobody_decides_about_their_own_also_not_over_http(lead: Person, client: Client) -> None:
    client.force_login(lead)
    _post(client, "stock/adjust", _count(80))
    number = ApprovalRequest.objects.get().number

    answer = _post(client, f"approvals/{number}/decide", {"verdict": "APPROVE"})
    unknown = client.get("/api/v1/approvals/AP-999999")
    wrong = _post(client, f"approvals/{number}/decide", {"verdict": "MAYBE"})

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (403, "own_request")
    assert (unknown.status_code, wrong.status_code) == (404, 422)
    assert given.free("TEA") == 100
