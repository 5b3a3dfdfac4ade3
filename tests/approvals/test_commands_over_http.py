"""What a person tells stock over REST waits for the same consent as what they press on a page."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from freeze_rules.models import Recall, RecallHold
from inventory import selectors as stock
from inventory import services as inventory
from org.models import ApprovalRequest, AuditRecord, Person
from org.scope import Scope
from org.services import approvals
from org.services.approvals import PolicyDraft, StepDraft
from tests import given
from tests.api.calling import STOCK, signed
from tests.approvals.commanding import approve, open_units, policy_of, tell
from tests.approvals.sample import just_at

pytestmark = pytest.mark.django_db


def freeze(qty: int, **more: Any) -> dict[str, Any]:
    return {
        "document": "FZ-9", "warehouse": "WH1", "reason": "QC",
        "lines": [{"sku": "TEA", "qty": qty}], **more,
    }  # fmt: skip


def test_a_freeze_beyond_the_policy_waits_and_is_laid_as_it_was_sent(
    lead: Person, desk: Client
) -> None:
    policy_of("stock.freeze", min_qty=50)

    small, large = tell(desk, "hold", freeze(10), "small"), tell(desk, "hold", freeze(60), "large")
    again = tell(desk, "hold", freeze(60), "large")

    request = ApprovalRequest.objects.get()
    assert small[0] == 200
    assert large == again
    assert large == (
        202,
        {
            "item": 0, "key": "large", "status": 202, "errors": [], "code": "approval_needed",
            "document": "FZ-9", "approval": request.number,
        },
    )  # fmt: skip
    assert (request.qty, str(request.amount), given.free("TEA")) == (60, "600.00", 90)
    assert approve() == "APPLIED"
    assert given.free("TEA") == 30
    assert tell(desk, "hold", freeze(60), "large") == large
    assert given.free("TEA") == 30
    row = AuditRecord.objects.get(action="stock.frozen")
    assert row.after is not None
    assert (row.actor, row.after["units"], row.after["approval"]) == (
        lead.actor, 60, request.number,
    )  # fmt: skip
    # What was done at once is told again as it was, not asked for now.
    assert tell(desk, "hold", freeze(10), "small")[1]["repeated"] is True


def test_a_freeze_that_would_be_another_by_now_is_not_laid(desk: Client) -> None:
    policy_of("stock.freeze")
    everything = freeze(0, blanket=True, lines=[{"sku": "TEA"}])
    assert tell(desk, "hold", everything, "k")[0] == 202

    given.held("SO-1", "TEA", 40)

    assert approve() == "VOIDED"
    assert given.free("TEA") == 60


def test_the_same_key_for_another_freeze_is_refused(desk: Client) -> None:
    policy_of("stock.freeze", min_qty=50)
    tell(desk, "hold", freeze(60), "k")

    status, said = tell(desk, "hold", freeze(61), "k")

    assert (status, said["errors"][0]["code"]) == (409, "key_reused")
    assert ApprovalRequest.objects.count() == 1


def test_orders_claims_and_what_the_ledger_refuses_anyway_ask_nobody(desk: Client) -> None:
    policy_of("stock.freeze")

    claim = tell(desk, "hold", freeze(5, reason="ORDER", document="SO-1"), "claim")
    too_many = tell(desk, "hold", freeze(500), "many")
    moved = tell(desk, "hold", freeze(5, plan="0" * 64), "moved")

    assert (claim[0], given.free("TEA")) == (200, 95)
    assert (too_many[0], too_many[1]["errors"][0]["code"]) == (409, "insufficient_stock")
    assert (moved[0], moved[1]["errors"][0]["code"]) == (409, "world_moved")
    assert not ApprovalRequest.objects.exists()


def test_a_release_waits_and_happens_once_somebody_agreed(lead: Person, desk: Client) -> None:
    policy_of("stock.unfreeze", trait="SAFETY")
    hold = given.held("FZ-1", "TEA", 20, reason="QC")
    body = {"hold": f"H-{hold}", "lines": [{"sku": "TEA", "qty": 15}]}

    first, again = tell(desk, "release", body, "r"), tell(desk, "release", body, "r")

    request = ApprovalRequest.objects.get()
    assert first == again
    assert (first[0], first[1]["code"], first[1]["approval"]) == (
        202, "approval_needed", request.number,
    )  # fmt: skip
    assert (open_units(hold), given.free("TEA")) == (20, 80)
    [change] = request.facts["changes"]
    assert (request.qty, change["before"], change["after"]) == (15, 20, 5)
    checker = given.person("WAREHOUSE_LEAD")
    assert approve(checker) == "APPLIED"
    assert (open_units(hold), given.free("TEA")) == (5, 95)
    assert tell(desk, "release", body, "r") == first
    assert open_units(hold) == 5
    row = AuditRecord.objects.get(action="stock.unfrozen")
    assert (row.actor, row.after) == (
        lead.actor,
        {
            "released": 15, "verb": "release", "approval": request.number,
            "approved_by": [checker.actor],
        },
    )  # fmt: skip
    assert row.unit_id == given.unit("HQ").pk


def test_within_the_bounds_of_the_policy_it_is_released_at_once(desk: Client) -> None:
    policy_of("stock.unfreeze", min_qty=10)
    hold = given.held("FZ-1", "TEA", 20, reason="QC")
    few = {"hold": f"H-{hold}", "lines": [{"sku": "TEA", "qty": 9}]}

    assert tell(desk, "release", few, "few")[0] == 200
    assert tell(desk, "release", {"hold": f"H-{hold}"}, "rest")[0] == 202
    assert open_units(hold) == 11


def test_when_the_freeze_holds_less_by_then_nothing_more_is_released(desk: Client) -> None:
    policy_of("stock.unfreeze")
    hold = given.held("FZ-1", "TEA", 20, reason="QC")
    tell(desk, "release", {"hold": f"H-{hold}"}, "r")
    with transaction.atomic():
        inventory.release(
            [
                inventory.ReleaseRequest(
                    key="part", document="FZ-1", hold_id=hold,
                    lines=(inventory.Line(sku_id=given.sku("TEA"), qty=5),),
                )
            ],
            actor=given.ACTOR,
        )[0].check()  # fmt: skip

    assert approve() == "VOIDED"
    assert open_units(hold) == 15


def test_a_documents_freezes_wait_and_an_orders_own_claims_do_not(desk: Client) -> None:
    policy_of("stock.unfreeze")
    claim = given.held("SO-1", "TEA", 5)
    first, second = (given.held("SO-1", "TEA", qty, reason="QC") for qty in (7, 8))

    assert tell(desk, "release", {"document": "SO-1"}, "own")[0] == 200
    assert tell(desk, "release", {"document": "SO-1", "freezes": True}, "all")[0] == 202
    assert [open_units(each) for each in (claim, first, second)] == [0, 7, 8]
    assert ApprovalRequest.objects.get().qty == 15
    assert approve() == "APPLIED"
    assert [open_units(each) for each in (first, second)] == [0, 0]
    # Both are closed by now; the trail says all the same whose they were.
    assert AuditRecord.objects.get(action="stock.unfrozen").unit_id == given.unit("HQ").pk


def test_one_freeze_that_becomes_another_waits_and_says_which(desk: Client) -> None:
    policy_of("stock.unfreeze")
    hold = given.held("FZ-1", "TEA", 20, reason="QC")
    body = {"hold": f"H-{hold}", "document": "FZ-2", "reason": "DEFECT"}

    assert tell(desk, "convert", body, "c")[0] == 202
    assert open_units(hold) == 20
    assert dict(ApprovalRequest.objects.get().facts["impact"])["becomes"]
    assert approve() == "APPLIED"
    [made] = stock.holds(scope=Scope.everything(), documents=["FZ-2"])
    assert (open_units(hold), made.open, made.reason_code) == (0, 20, "DEFECT")


def test_a_blanket_that_would_cover_less_waits(desk: Client) -> None:
    policy_of("stock.unfreeze")
    lot = given.lot("MILK", "L1")
    given.stock("MILK", 30, lot_id=lot)
    hold = given.held("FZ-1", "MILK", 0, reason="QC", blanket=True)
    assert open_units(hold) == 30

    [cell] = stock.cells(scope=Scope.everything(), sku_id=given.sku("MILK"))
    status, said = tell(desk, "narrow", {"hold": f"H-{hold}", "cells": [cell.id]}, "n")
    assert status == 202, said
    assert (open_units(hold), ApprovalRequest.objects.get().qty) == (30, 30)
    assert approve() == "APPLIED"
    assert open_units(hold) == 0


def test_frozen_goods_get_another_grade_by_consent_and_scrapped_ones_go_by_their_own_policies(
    desk: Client,
) -> None:
    policy_of("stock.unfreeze")
    hold = given.held("FZ-1", "TEA", 20, reason="QC", location_id=given.location("A-01"))
    line = {"sku": "TEA", "qty": 4, "location": "A-01"}
    general = {"document": "SC-1", "warehouse": "WH1", "why": "broken"}
    frozen = {**line, "hold": f"H-{hold}"}
    grades = {"from_grade": "ZP", "to_grade": "CC"}

    assert tell(desk, "scrap", {**general, "lines": [line]}, "free")[0] == 200
    assert tell(desk, "scrap", {**general, "lines": [frozen]}, "scrap")[0] == 200
    assert open_units(hold) == 16
    regrade = {**general, "lines": [{**frozen, **grades}]}
    carried = {**general, "lines": [{**frozen, **grades, "carry": True}]}
    assert tell(desk, "regrade", carried, "carried")[0] == 200
    assert tell(desk, "regrade", regrade, "regrade")[0] == 202
    assert open_units(hold) == 16
    assert approve() == "APPLIED"
    assert open_units(hold) == 12


def test_in_a_batch_only_what_needs_consent_waits(desk: Client) -> None:
    policy_of("stock.freeze", min_qty=50)
    commands = [{"key": "a", **freeze(60)}, {"key": "b", **freeze(7)}]

    status, said = tell(desk, "hold", {"commands": commands})

    assert (status, [each["status"] for each in said["results"]]) == (200, [202, 200])
    assert [each.get("code") for each in said["results"]] == ["approval_needed", None]
    assert given.free("TEA") == 93


def test_programs_act_as_before(lead: Person) -> None:
    policy_of("stock.freeze")
    program = given.api_client("stock.hold", "stock.view")

    answer = signed(program, "POST", f"{STOCK}hold", body={"key": "p", **freeze(5)})

    assert (answer.status_code, given.free("TEA")) == (200, 95)
    assert not ApprovalRequest.objects.exists()


def test_when_nobody_can_be_asked_nothing_is_done_and_it_is_said(desk: Client) -> None:
    draft = PolicyDraft(
        kind="stock.freeze", name="Nobody", steps=(StepDraft(asked="ROLE", role="REGION_MANAGER"),)
    )
    with transaction.atomic():
        approvals.save_policy(draft=draft, person=given.person())

    status, said = tell(desk, "hold", freeze(5), "k")

    assert (status, said["errors"][0]["code"], given.free("TEA")) == (409, "nobody_to_ask", 100)


def test_the_lead_of_the_warehouse_is_asked_for_what_came_over_rest(desk: Client) -> None:
    policy_of("stock.freeze")
    house = given.warehouse_id("WH1")
    here = just_at("WAREHOUSE_LEAD", "here", warehouse_id=house)
    there = just_at("WAREHOUSE_LEAD", "there", warehouse_id=given.warehouse("WH2"))
    tell(desk, "hold", freeze(5), "k")

    assert ApprovalRequest.objects.get().warehouse_id == house
    with pytest.raises(approvals.ApprovalRefused) as refused:
        approve(there)
    assert (refused.value.code, approve(here)) == ("not_asked", "APPLIED")


def test_who_lost_the_right_meanwhile_freezes_nothing(lead: Person, desk: Client) -> None:
    policy_of("stock.freeze")
    tell(desk, "hold", freeze(5), "k")
    lead.assignments.all().delete()

    assert approve() == "APPLY_FAILED"
    assert given.free("TEA") == 100


def test_a_freeze_of_a_recall_is_not_let_go_of_by_itself(lead: Person, desk: Client) -> None:
    hold = given.held("RC-1", "TEA", 20, reason="QC")
    recall = Recall.objects.create(
        key="r", root=Recall.Root.RECEIPT, document="PO-1", why="broken seal", person=lead,
        policy="DISPLACE", units=20, at_customers=0,
    )  # fmt: skip
    RecallHold.objects.create(recall=recall, hold_id=hold)

    status, said = tell(desk, "release", {"hold": f"H-{hold}"}, "k")

    assert (status, said["errors"][0]["code"], open_units(hold)) == (409, "part_of_recall", 20)


@pytest.mark.parametrize(
    "request_",
    [
        inventory.HoldRequest(
            key="k", document="D", warehouse_id=1, reason="QC", policy=inventory.Policy.DISPLACE,
            lines=(inventory.Line(sku_id=1, qty=2, serials=("a", "b"), min_days_left=3),),
            review_at=datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC), release_condition={"all": [1]},
            expected=(inventory.Expected(warehouse_id=1, sku_id=2, version=3),),
        ),
        inventory.ReleaseRequest(key="k", document="D", hold_id=3, lines=None),
        inventory.ConvertRequest(
            key="k", document="D", hold_id=3, reason="QC",
            lines=(inventory.Line(sku_id=1, qty=2),),
        ),
        inventory.NarrowRequest(key="k", document="D", hold_id=3, lot_ids=(1, 2), stock_ids=(3,)),
        inventory.ScrapRequest(
            key="k", document="D", warehouse_id=1, why="w",
            lines=(inventory.PlacedLine(sku_id=1, qty=2, location_id=3, hold_id=4),),
        ),
        inventory.RegradeRequest(
            key="k", document="D", warehouse_id=1, why="w",
            lines=(
                inventory.RegradeLine(
                    sku_id=1, qty=2, location_id=3, from_grade="ZP", to_grade="CC", carry=True
                ),
            ),
        ),
    ],
    ids=lambda request: type(request).__name__,
)  # fmt: skip
def test_a_kept_command_is_the_same_command(request_: inventory.Request) -> None:
    kept = inventory.kept_of(request_)

    again = inventory.request_of(kept)

    assert (again, again.fingerprint()) == (request_, request_.fingerprint())
    assert inventory.kept_of(again) == kept
