"""Scrapping that a person tells stock over REST waits for the consent that a policy asks."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from org.models import ApprovalRequest, AuditRecord, Person
from tests import given
from tests.approvals.commanding import approve, open_units, policy_of, tell
from tests.approvals.sample import just_at

pytestmark = pytest.mark.django_db


def test_scrapping_free_units_beyond_the_policy_waits_and_is_done_once(
    lead: Person, desk: Client
) -> None:
    policy_of("stock.scrap", min_qty=50)

    def scrap(qty: int) -> dict[str, Any]:
        lines = [{"sku": "TEA", "qty": qty, "location": "A-01"}]
        return {"document": "SC-1", "warehouse": "WH1", "why": "wet", "lines": lines}

    assert tell(desk, "scrap", scrap(10), "small")[0] == 200
    waits = tell(desk, "scrap", scrap(60), "large")
    again = tell(desk, "scrap", scrap(60), "large")
    too_many = tell(desk, "scrap", scrap(900), "many")

    request = ApprovalRequest.objects.get()
    assert (waits[0], waits[1]["code"], again) == (202, "approval_needed", waits)
    assert (too_many[0], too_many[1]["errors"][0]["code"]) == (409, "nothing_there")
    assert (request.kind, request.qty, str(request.amount)) == ("stock.scrap", 60, "600.00")
    assert given.free("TEA") == 90
    assert approve() == "APPLIED"
    assert given.free("TEA") == 30
    assert tell(desk, "scrap", scrap(60), "large") == waits
    assert given.free("TEA") == 30
    row = AuditRecord.objects.get(action="stock.scrapped")
    assert row.after is not None
    assert (row.actor, row.after["units"], row.unit_id) == (lead.actor, 60, given.unit("HQ").pk)


def test_frozen_units_count_as_free_ones_do_and_policies_of_releases_have_no_say(
    desk: Client,
) -> None:
    policy_of("stock.unfreeze")
    policy_of("stock.scrap", min_qty=50)
    hold = given.held("FZ-1", "TEA", 20, reason="QC", location_id=given.location("A-01"))
    free = {"sku": "TEA", "qty": 48, "location": "A-01"}
    frozen = {**free, "qty": 4, "hold": f"H-{hold}"}
    body = {"document": "SC-1", "warehouse": "WH1", "why": "wet"}

    assert tell(desk, "scrap", {**body, "lines": [frozen]}, "few")[0] == 200
    assert tell(desk, "scrap", {**body, "lines": [free, frozen]}, "many")[0] == 202

    request = ApprovalRequest.objects.get()
    told = [(each["before"], each["after"]) for each in request.facts["changes"]]
    assert (request.kind, request.qty, told) == ("stock.scrap", 52, [(80, 32), (16, 12)])
    assert ["frozen", 4] in request.facts["impact"]
    assert (open_units(hold), given.free("TEA")) == (16, 80)
    assert approve() == "APPLIED"
    assert (open_units(hold), given.free("TEA")) == (12, 32)


def test_the_trail_counts_frozen_units_too_when_consent_was_asked_for_the_free_ones(
    desk: Client,
) -> None:
    policy_of("stock.scrap", min_qty=50)
    hold = given.held("FZ-1", "TEA", 20, reason="QC", location_id=given.location("A-01"))
    free = {"sku": "TEA", "qty": 60, "location": "A-01"}
    lines = [free, {**free, "qty": 4, "hold": f"H-{hold}"}]
    body = {"document": "SC-1", "warehouse": "WH1", "why": "wet", "lines": lines}

    assert tell(desk, "scrap", body, "k")[0] == 202
    assert approve() == "APPLIED"

    row = AuditRecord.objects.get(action="stock.scrapped")
    assert row.after is not None
    assert (row.after["units"], open_units(hold), given.free("TEA")) == (64, 16, 20)


def test_who_works_elsewhere_by_then_scraps_nothing(client: Client, lead: Person) -> None:
    policy_of("stock.scrap")
    given.warehouse("WH2")
    asks = just_at("WAREHOUSE_LEAD", "asks", warehouse_id=given.warehouse_id("WH1"))
    client.force_login(asks)
    line = {"sku": "TEA", "qty": 60, "location": "A-01"}
    body = {"document": "SC-1", "warehouse": "WH1", "why": "wet", "lines": [line]}
    assert tell(client, "scrap", body, "k")[0] == 202
    asks.assignments.update(warehouse_id=given.warehouse_id("WH2"))

    assert approve() == "APPLY_FAILED"
    assert given.free("TEA") == 100


def test_goods_that_were_promised_meanwhile_are_not_scrapped(desk: Client) -> None:
    policy_of("stock.scrap", min_qty=50)
    body = {
        "document": "SC-1", "warehouse": "WH1", "why": "wet",
        "lines": [{"sku": "TEA", "qty": 60, "location": "A-01"}],
    }  # fmt: skip
    assert tell(desk, "scrap", body, "k")[0] == 202
    given.held("SO-1", "TEA", 50)

    assert approve() == "VOIDED"
    assert given.free("TEA") == 50
