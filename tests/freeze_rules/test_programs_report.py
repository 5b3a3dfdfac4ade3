"""Programs with the permission and the place report like people, under their own name."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from freeze_rules.models import Incident, Inspection, Promotion
from freeze_rules.services import scanning
from org.models import AuditRecord
from org.selectors import names_of_actors
from org.selectors.attachments import files_of
from org.services import NewSecret
from tests import given
from tests.api.calling import codes, signed
from tests.freeze_rules.taking import taken
from tests.freeze_rules.test_reporting_api import (
    INSPECTED,
    judged,
    milk_waits,
    planned,
    promotions_opened,
    send,
    signed_in,
)

pytestmark = pytest.mark.django_db


def post(program: NewSecret, address: str, body: dict[str, Any], key: str = "k") -> Any:
    return signed(program, "POST", f"/api/v1/{address}", body=body, key=key)


def test_a_program_of_the_laboratory_writes_its_verdict_and_its_report_under_its_own_name() -> None:
    milk_waits()
    program = given.api_client("stock.view", "stock.inspect")
    who = f"client:{program.key_id}"
    body = {**INSPECTED, "result": "PARTIAL", "passed": 90, "report": "QC-1"}

    told = post(program, "inspections", body)
    again = post(program, "inspections", body)
    judged()
    paper = {"name": "r.pdf", "base64": base64.b64encode(b"%PDF-1.4 fine").decode()}
    kept = post(program, f"inspections/{told.json()['id']}/files", paper, "f")

    assert (told.status_code, again.json(), kept.status_code) == (201, told.json(), 201)
    row = Inspection.objects.get()
    assert (row.asked_by, row.decided_by, given.free("MILK")) == (who, who, 90)
    assert [each.who for each in files_of([row.number])] == [names_of_actors([who])[who]]
    trail = AuditRecord.objects.filter(subject=row.number).order_by("id")
    assert list(trail.values_list("action", "actor")) == [
        ("inspection.asked", who), ("inspection.decided", who)
    ]  # fmt: skip
    page = signed_in(given.person()).get(f"/inspections/{row.pk}/").content.decode()
    assert names_of_actors([who])[who] in page


def test_a_program_elsewhere_or_without_the_permission_reports_nothing() -> None:
    given.lot("MILK", "L1")
    given.stock("TEA", 10)
    given.unit("S1", "STORE", "HQ")
    leak = {"kind": "LEAK", "warehouse": "WH1", "location": "A-01", "note": "pipe"}
    row = send(signed_in(given.person()), "incidents", leak).json()
    elsewhere = given.api_client("stock.view", "stock.inspect", "stock.hold", at="S1")
    looks = given.api_client("stock.view")

    for address, body, code in (
        ("inspections", INSPECTED, "unknown_warehouse"),
        ("incidents", leak, "unknown_warehouse"),
        ("promotions", planned(), "unknown_warehouse"),
        (f"incidents/{row['id']}/mended", {}, "unknown_incident"),
    ):
        assert codes(post(elsewhere, address, body)) == [code]
        assert post(looks, address, body).status_code == 403
    assert (Inspection.objects.count(), Promotion.objects.count()) == (0, 0)
    assert [each.mended_at for each in Incident.objects.all()] == [None]


def test_a_sensor_of_water_reports_a_leak_and_says_that_it_is_mended() -> None:
    given.location("C-01", zone="COLD")
    given.stock("TEA", 10, location="C-01")
    taken("leak")
    program = given.api_client("stock.view", "stock.inspect")
    body = {"kind": "LEAK", "warehouse": "WH1", "location": "C-01", "note": "pipe"}

    told = post(program, "incidents", body)
    judged()
    assert (told.status_code, given.free("TEA")) == (201, 0)
    mended = post(program, f"incidents/{told.json()['id']}/mended", {}, "b")
    judged()

    assert (mended.status_code, given.free("TEA")) == (200, 10)
    row = Incident.objects.get()
    assert row.reported_by == row.mended_by == f"client:{program.key_id}"


def test_a_program_plans_a_promotion_closes_it_and_takes_a_lot_over_for_it() -> None:
    lot = given.lot("MILK", "L1", expires_on=timezone.localdate() + timedelta(days=9))
    given.stock("MILK", 20, lot_id=lot)
    given.stock("TEA", 10)
    rule = taken("near-expiry")
    taken("promotion-reserve")
    program = given.api_client("stock.view", "stock.hold", "stock.convert", "stock.release")
    made = post(program, "promotions", planned()).json()
    promotions_opened()
    assert scanning.scan_in_parts(rule_id=rule.pk) == 1
    assert (given.free("TEA"), given.free("MILK")) == (6, 0)
    [row] = signed(program, "GET", "/api/v1/clearance").json()["lots"]
    address = f"clearance/{row['hold']}/take-over"

    unknown = post(program, address, {"promotion": made["id"] + 1}, "x")
    done = post(program, address, {"promotion": made["id"]}, "b")
    twice = post(program, address, {"promotion": made["id"]}, "c")

    assert (unknown.status_code, codes(unknown)) == (422, ["unknown_promotion"])
    assert (done.status_code, done.json()["promotion"]) == (200, made["id"])
    assert (twice.status_code, codes(twice)) == (409, ["nothing_to_take"])
    assert signed(program, "GET", "/api/v1/clearance").json()["lots"] == []
    [shown] = signed(program, "GET", "/api/v1/promotions").json()["promotions"]
    assert [(line["sku"], line["left"]) for line in shown["lines"]] == [("MILK", 20), ("TEA", 4)]
    closed = post(program, f"promotions/{made['id']}/end", {"how": "close"}, "d")
    judged()
    assert (closed.json()["state"], given.free("TEA"), given.free("MILK")) == ("CLOSED", 10, 20)
    assert Promotion.objects.get().made_by == f"client:{program.key_id}"


def test_promotions_are_listed_page_by_page_and_only_those_with_goods_in_reach() -> None:
    given.stock("TEA", 10)
    given.unit("S1", "STORE", "HQ")
    client = signed_in(given.person())
    made = [send(client, "promotions", planned(), f"k{n}").json()["number"] for n in range(3)]
    elsewhere = given.api_client("stock.view", at="S1")

    first = client.get("/api/v1/promotions?limit=2").json()
    second = client.get(f"/api/v1/promotions?limit=2&cursor={first['cursor']}").json()

    assert [row["number"] for row in first["promotions"]] == made[:0:-1]
    assert [row["number"] for row in second["promotions"]] == made[:1]
    assert second["cursor"] is None
    assert codes(client.get("/api/v1/promotions?cursor=x")) == ["bad_cursor"]
    empty = signed(elsewhere, "GET", "/api/v1/promotions").json()
    assert empty == {"promotions": [], "cursor": None}
