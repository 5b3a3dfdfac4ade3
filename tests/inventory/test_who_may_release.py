"""Who lets go of a claim is said by its reason; safety is not every manager's business."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from inventory.models import Hold, Reason
from org import roles
from tests import given
from tests.inventory import claiming

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(client: Client) -> Client:
    """May release for trade, and not for safety."""
    client.force_login(given.person("STORE_MANAGER"))
    return client


def tell(client: Client, verb: str, body: Any) -> tuple[int, str]:
    answer = client.post(f"/api/v1/stock/{verb}", body, content_type="application/json")
    errors = answer.json()["errors"]
    return answer.status_code, errors[0]["code"] if errors else ""


def test_every_safety_reason_asks_for_the_safety_permission_and_no_other_does() -> None:
    rows = Reason.objects.values_list("is_safety", "release_permission")
    assert set(rows) == {(True, roles.STOCK_RELEASE_SAFETY), (False, roles.STOCK_RELEASE)}
    safety = roles.STOCK_RELEASE_SAFETY
    assert {role for role, codes in roles.GRANTS.items() if safety in codes} == {
        roles.Role.HEAD_OFFICE, roles.Role.REGION_MANAGER, roles.Role.WAREHOUSE_LEAD,
    }  # fmt: skip


def test_a_safety_freeze_is_neither_released_narrowed_converted_nor_regraded_away(
    manager: Client,
) -> None:
    given.stock("TEA", 10)
    hold = given.held("FZ-1", "TEA", 4, reason="QC", location_id=given.location("A-01"))
    wide = claiming.blanket("FZ-2", reason="RECALL", location="A-01").check().hold_id
    one = {"key": "k", "document": "X-1", "hold": f"H-{hold}"}
    regraded = {
        "sku": "TEA", "qty": 1, "location": "A-01", "from_grade": "ZP", "to_grade": "CC",
        "hold": f"H-{hold}",
    }  # fmt: skip

    for verb, body in (
        ("release", one),
        ("release", {"key": "k", "document": "FZ-1", "freezes": True}),
        ("convert", one | {"reason": "MANUAL"}),
        ("narrow", one | {"hold": f"H-{wide}", "fixed": True}),
        ("regrade", {"key": "k", "document": "X-1", "warehouse": "WH1", "lines": [regraded]}),
    ):
        assert tell(manager, verb, body) == (403, "not_allowed"), verb
    assert Hold.objects.filter(closed_at__isnull=True, document__startswith="FZ").count() == 2
    assert claiming.units("FZ-1") == 4
    carried = [regraded | {"carry": True}]
    body = {"key": "k", "document": "X-1", "warehouse": "WH1", "lines": carried}
    assert tell(manager, "regrade", body) == (200, "")
    assert claiming.units("FZ-1") == 4


def test_a_trade_freeze_is_released_by_a_manager_and_a_safety_freeze_by_the_lead(
    manager: Client,
) -> None:
    given.stock("TEA", 10)
    trade = given.held("FZ-1", "TEA", 4, reason="MANUAL")
    safety = given.held("FZ-2", "TEA", 4, reason="QC")

    assert tell(manager, "release", {"key": "1", "hold": f"H-{trade}"}) == (200, "")
    assert tell(manager, "release", {"key": "2", "hold": f"H-{safety}"}) == (403, "not_allowed")
    manager.force_login(given.person("WAREHOUSE_LEAD"))
    assert tell(manager, "release", {"key": "2", "hold": f"H-{safety}"}) == (200, "")
    assert given.free("TEA") == 10
