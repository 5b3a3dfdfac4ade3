"""Commands about stock that a warehouse's lead sends over REST, and who agrees to them."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from inventory import selectors as stock
from org.models import ApprovalRequest, Person
from org.scope import Scope
from org.services import approvals
from org.services.approvals import PolicyDraft, StepDraft
from tests import given


def policy_of(kind: str, **limits: Any) -> None:
    draft = PolicyDraft(
        kind=kind, name=kind, **limits,
        steps=(StepDraft(asked="PERMISSION", permission="stock.release_safety"),),
    )  # fmt: skip
    with transaction.atomic():
        approvals.save_policy(draft=draft, person=given.person("IT"))


@pytest.fixture
def lead() -> Person:
    given.warehouse("WH1")
    given.sku("TEA", unit_cost=10)
    given.stock("TEA", 100)
    given.person("WAREHOUSE_LEAD", name="somebody to ask")
    return given.person("WAREHOUSE_LEAD", name="lead")


@pytest.fixture
def desk(lead: Person, client: Client) -> Client:
    client.force_login(lead)
    return client


def tell(client: Client, verb: str, body: dict[str, Any], key: str = "") -> tuple[int, Any]:
    headers = {"Idempotency-Key": key} if key else {}
    answer = client.post(
        f"/api/v1/stock/{verb}", body, content_type="application/json", headers=headers
    )
    return answer.status_code, answer.json()


def open_units(hold_id: int) -> int:
    [found] = stock.holds(scope=Scope.everything(), ids=[hold_id], closed=True)
    return found.open


def approve(by: Person | None = None) -> str:
    request = ApprovalRequest.objects.latest("pk")
    with transaction.atomic():
        done = approvals.decide(
            request_id=request.pk, person=by or given.person("WAREHOUSE_LEAD"), verdict="APPROVE",
            key="tap",
        )  # fmt: skip
    return str(done.request.state)
