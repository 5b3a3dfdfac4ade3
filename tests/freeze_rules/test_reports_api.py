"""Programs report too: a customs broker, a purchasing system."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from freeze_rules.presets import PRESETS
from tests import given
from tests.api.calling import codes, signed
from tests.freeze_rules import writing
from tests.freeze_rules.taking import taken

pytestmark = pytest.mark.django_db


def test_a_brokers_program_clears_a_lot_and_its_goods_are_for_sale() -> None:
    lot = given.lot("WINE", "L1")
    given.stock("WINE", 6, lot_id=lot)
    taken("customs-inspection")
    broker = given.api_client("stock.view", "stock.inspect")

    def say(state: str, key: str) -> Any:
        body = {"sku": "WINE", "lot": "L1", "customs": state, "declaration": "5301"}
        answer = signed(broker, "POST", "/api/v1/customs", body=body, key=key)
        while writing.judge().more:
            pass
        return answer

    answer = say("INSPECTING", "a")
    assert (answer.status_code, answer.json()["customs"]) == (200, "INSPECTING")
    assert given.free("WINE") == 0
    assert say("INSPECTING", "b").json()["errors"][0]["code"] == "nothing_changed"

    assert say("CLEARED", "c").json()["cleared_at"] is not None
    assert given.free("WINE") == 6
    listed = signed(broker, "GET", "/api/v1/customs").json()["lots"]
    assert [(row["lot"], row["declaration"], row["hours"]) for row in listed] == [("L1", "5301", 0)]


def test_a_program_of_one_unit_does_not_block_a_supplier_for_the_whole_house() -> None:
    given.lot("NUTS", "L1", supplier="S-1")
    body = {"supplier": "S-1", "why": "glass"}
    path = "/api/v1/suppliers/blocked"
    store = given.unit("S1", "STORE", "HQ").code

    own = given.api_client("stock.view", "stock.hold", at=store)
    answer = signed(own, "POST", path, body=body, key="a")

    assert answer.json()["errors"][0]["code"] == "not_allowed"
    assert signed(own, "GET", path).json()["blocks"] == []


def test_presets_are_told_with_both_names_and_what_a_freeze_waits_for_leaf_by_leaf() -> None:
    reader = given.api_client("stock.view", "rules.view")
    told = signed(reader, "GET", "/api/v1/freeze-presets").json()["presets"]
    assert [each["code"] for each in told] == list(PRESETS)
    assert told[0]["names"] == {"zh": "下单锁定", "en": "Order lock"}

    lot = given.lot("MILK", "L1")
    given.stock("MILK", 10, lot_id=lot)
    taken("recall-notice")
    writing.tell("external", goods=[("MILK", 0, lot)], facts={"event.external": "recall"})
    writing.tell("inspection.passed", goods=[("MILK", 5, lot)])
    [hold] = writing.open_holds("RECALL")

    said = signed(reader, "GET", f"/api/v1/holds/{hold.id}/evidence").json()
    assert [(leaf["permission"], leaf["met"]) for leaf in said["leaves"]] == [
        ("", True), ("stock.release_safety", False),
    ]  # fmt: skip


def test_the_approval_that_a_freeze_waits_for_is_given_over_http_after_its_evidence() -> None:
    lot = given.lot("MILK", "L1")
    given.stock("MILK", 10, lot_id=lot)
    given.unit("S1", "STORE", "HQ")
    taken("recall-notice")
    writing.tell("external", goods=[("MILK", 0, lot)], facts={"event.external": "recall"})
    [hold] = writing.open_holds("RECALL")
    lead = Client(headers={"accept-language": "en"})
    lead.force_login(given.person("WAREHOUSE_LEAD"))
    elsewhere = Client(headers={"accept-language": "en"})
    elsewhere.force_login(given.person("WAREHOUSE_LEAD", at="S1"))

    def approve(client: Client, key: str, **more: Any) -> Any:
        body = {"permission": "stock.release_safety", "reference": "QC-1", **more}
        return client.post(
            f"/api/v1/holds/{hold.id}/evidence", body, content_type="application/json",
            headers={"idempotency-key": key},
        )  # fmt: skip

    early = approve(lead, "a")
    assert (early.status_code, codes(early)) == (409, ["proof_evidence_first"])
    writing.tell("inspection.passed", goods=[("MILK", 5, lot)])
    assert approve(elsewhere, "b").status_code == 404
    wrong = approve(lead, "c", permission="stock.release")
    assert [(each["code"], each["field"]) for each in wrong.json()["errors"]] == [
        ("proof_nothing_to_approve", "permission")
    ]
    assert codes(approve(lead, "d", reference=" ")) == ["bad_text"]
    program = given.api_client("stock.view", "approvals.decide", "stock.release_safety")
    body = {"permission": "stock.release_safety", "reference": "QC-1"}
    told = signed(program, "POST", f"/api/v1/holds/{hold.id}/evidence", body=body, key="p")
    assert codes(told) == ["people_only"]
    assert given.free("MILK") == 0

    done, again = approve(lead, "e"), approve(lead, "e")

    assert done.status_code == 200
    assert (done.json()["released"], again.json()) == (True, done.json())
    assert [leaf["met"] for leaf in done.json()["evidence"]["leaves"]] == [True, True]
    assert given.free("MILK") == 10
