"""Whatever people report on pages can be reported over HTTP, by people and by programs."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from freeze_rules.models import Incident, Inspection, Promotion
from freeze_rules.services.reports import promotions
from org.models import Person
from tests import given
from tests.api.calling import codes
from tests.freeze_rules import writing
from tests.freeze_rules.taking import taken

pytestmark = pytest.mark.django_db


def signed_in(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def send(client: Client, address: str, body: dict[str, Any], key: str = "k") -> Any:
    return client.post(
        f"/api/v1/{address}", body, content_type="application/json",
        headers={"idempotency-key": key},
    )  # fmt: skip


def judged() -> None:
    while writing.judge().more:
        pass


def milk_waits() -> int:
    """A lot of 100 that is frozen until its inspection; the lot's id."""
    given.sku("MILK", lot_tracked=True, shelf_life_days=45)
    lot = given.lot("MILK", "L1")
    given.stock("MILK", 100, lot_id=lot)
    taken("receive-qc")
    writing.tell("goods.received", goods=[("MILK", 100, lot)])
    assert given.free("MILK") == 0
    return lot


INSPECTED = {"warehouse": "WH1", "sku": "MILK", "lot": "L1", "qty": 100, "sample": 5}


def test_an_inspection_with_its_verdict_is_one_report_and_lets_go_of_the_sound_part() -> None:
    milk_waits()
    client = signed_in(given.person("WAREHOUSE_LEAD"))
    body = {**INSPECTED, "result": "PARTIAL", "passed": 90, "report": "QC-1"}

    first = send(client, "inspections", body)
    again = send(client, "inspections", body)
    judged()

    said = first.json()
    assert first.status_code == 201
    assert (said["result"], said["passed"], said["failed"], said["report"]) == (
        "PARTIAL", 90, 10, "QC-1",
    )  # fmt: skip
    assert again.json() == said
    assert again["Idempotency-Replayed"] == "true"
    assert Inspection.objects.count() == 1
    assert given.free("MILK") == 90
    assert client.get("/api/v1/inspections").json()["inspections"] == [said]


def test_an_inspection_is_asked_for_and_decided_once() -> None:
    milk_waits()
    client = signed_in(given.person("WAREHOUSE_LEAD"))
    asked = send(client, "inspections", INSPECTED).json()
    address = f"inspections/{asked['id']}/result"
    judged()
    assert (asked["result"], given.free("MILK")) == ("ASKED", 0)

    decided = send(client, address, {"result": "PASSED", "report": "QC-1"}, "a")
    twice = send(client, address, {"result": "FAILED", "report": "QC-2"}, "b")
    judged()

    assert (decided.status_code, decided.json()["passed"]) == (200, 100)
    assert (twice.status_code, codes(twice)) == (409, ["decided_already"])
    assert given.free("MILK") == 100


@pytest.mark.parametrize(
    ("more", "code", "field"),
    [
        ({"sku": "NONE"}, "unknown_goods", "sku"),
        ({"warehouse": "WH9"}, "unknown_warehouse", "warehouse"),
        ({"lot": "L9"}, "unknown_lot", "lot"),
        ({"qty": 0}, "bad_number", "qty"),
        ({"sample": 101}, "sample_too_large", "sample"),
        ({"result": "GOOD"}, "bad_choice", "result"),
        ({"result": "PASSED"}, "reference_missing", "report"),
        ({"result": "PARTIAL", "report": "R", "passed": 100}, "parts_wrong", "passed"),
        ({"result": "PARTIAL", "report": "R"}, "parts_wrong", "passed"),
        ({"result": "PASSED", "report": "R", "passed": 7}, "parts_wrong", "passed"),
        ({"colour": "red"}, "unknown_field", "colour"),
    ],
)
def test_an_inspection_that_makes_no_sense_names_its_field_and_leaves_nothing(
    more: dict[str, Any], code: str, field: str
) -> None:
    lot = given.lot("MILK", "L1")
    given.stock("MILK", 100, lot_id=lot)

    answer = send(signed_in(given.person()), "inspections", {**INSPECTED, **more})

    assert answer.status_code == 422
    assert [(each["code"], each["field"]) for each in answer.json()["errors"]] == [(code, field)]
    assert Inspection.objects.count() == 0


def test_whoever_inspects_elsewhere_or_may_only_look_reports_nothing() -> None:
    given.lot("MILK", "L1")
    given.warehouse("WH1")
    given.unit("S1", "STORE", "HQ")
    row = send(signed_in(given.person()), "inspections", INSPECTED).json()
    elsewhere = signed_in(given.person("WAREHOUSE_LEAD", at="S1"))
    auditor = signed_in(given.person("AUDITOR"))
    result = {"result": "PASSED", "report": "R"}

    told = send(elsewhere, "inspections", INSPECTED)
    assert (told.status_code, codes(told)) == (422, ["unknown_warehouse"])
    told = send(elsewhere, f"inspections/{row['id']}/result", result)
    assert (told.status_code, codes(told)) == (404, ["unknown_inspection"])
    assert elsewhere.get("/api/v1/inspections").json() == {"inspections": []}
    assert send(auditor, "inspections", INSPECTED).status_code == 403
    assert send(auditor, f"inspections/{row['id']}/result", result).status_code == 403
    assert list(Inspection.objects.values_list("result", flat=True)) == ["ASKED"]


def test_the_report_of_an_inspection_is_attached_and_anything_else_is_refused() -> None:
    given.lot("MILK", "L1")
    given.warehouse("WH1")
    given.unit("S1", "STORE", "HQ")
    client = signed_in(given.person("WAREHOUSE_LEAD"))
    row = send(client, "inspections", INSPECTED).json()
    address = f"inspections/{row['id']}/files"

    def paper(content: bytes) -> dict[str, str]:
        return {"name": "r.pdf", "base64": base64.b64encode(content).decode()}

    kept = send(client, address, paper(b"%PDF-1.4 fine"), "a")
    again = send(client, address, paper(b"%PDF-1.4 fine"), "b")
    assert (kept.status_code, again.json()) == (201, kept.json())
    [file] = kept.json()["files"]
    assert (file["name"], file["size"], file["image"]) == ("r.pdf", 13, False)
    refused = [send(client, address, paper(b"MZ program"), "c")]
    refused.append(send(client, address, {"name": "r.pdf", "base64": "%%%"}, "d"))
    assert [[(f["code"], f["field"]) for f in each.json()["errors"]] for each in refused] == [
        [("file_kind", "base64")], [("bad_base64", "base64")],
    ]  # fmt: skip
    elsewhere = signed_in(given.person("WAREHOUSE_LEAD", at="S1"))
    assert send(elsewhere, address, paper(b"%PDF-1.4 x")).status_code == 404
    assert client.get(f"/api/v1/{address}").json() == kept.json()


def test_two_people_with_the_same_key_report_two_inspections() -> None:
    given.lot("MILK", "L1")
    given.warehouse("WH1")

    numbers = {
        send(signed_in(given.person("WAREHOUSE_LEAD")), "inspections", INSPECTED).json()["number"]
        for _each in range(2)
    }

    assert len(numbers) == Inspection.objects.count() == 2


def test_a_leak_freezes_its_place_until_it_is_mended() -> None:
    given.location("C-01", zone="COLD")
    given.stock("TEA", 10, location="C-01")
    taken("leak")
    client = signed_in(given.person("WAREHOUSE_LEAD"))
    body = {"kind": "LEAK", "warehouse": "WH1", "location": "C-01", "note": "pipe"}

    told = send(client, "incidents", body)
    again = send(client, "incidents", body)
    judged()
    assert (told.status_code, again.json()) == (201, told.json())
    assert (Incident.objects.count(), given.free("TEA")) == (1, 0)

    address = f"incidents/{told.json()['id']}/mended"
    mended = send(client, address, {}, "b")
    judged()
    assert mended.json()["mended_at"] is not None
    assert given.free("TEA") == 10
    twice = send(client, address, {}, "c")
    assert (twice.status_code, codes(twice)) == (409, ["mended_already"])
    listed = client.get("/api/v1/incidents").json()["incidents"]
    assert [(row["number"], row["location"]) for row in listed] == [(told.json()["number"], "C-01")]


def test_so_many_damaged_units_are_frozen_and_the_rest_stays_for_sale() -> None:
    given.stock("TEA", 10)
    taken("damaged-part")
    body = {
        "kind": "DAMAGE", "warehouse": "WH1", "location": "A-01", "sku": "TEA", "qty": 3,
        "note": "wet",
    }  # fmt: skip

    told = send(signed_in(given.person("WAREHOUSE_LEAD")), "incidents", body)
    judged()

    assert (told.json()["qty"], given.free("TEA")) == (3, 7)


@pytest.mark.parametrize(
    ("more", "code", "field"),
    [
        ({"location": ""}, "place_missing", "location"),
        ({"location": "Z-99"}, "unknown_location", "location"),
        ({"sku": "NONE"}, "unknown_goods", "sku"),
        ({"sku": ""}, "unknown_goods", "sku"),
        ({"qty": None}, "qty_missing", "qty"),
        ({"note": " "}, "bad_text", "note"),
        ({"kind": "FIRE"}, "bad_choice", "kind"),
    ],
)
def test_an_incident_that_makes_no_sense_names_its_field(
    more: dict[str, Any], code: str, field: str
) -> None:
    given.stock("TEA", 10)
    body = {
        "kind": "DAMAGE", "warehouse": "WH1", "location": "A-01", "sku": "TEA", "qty": 3,
        "note": "wet", **more,
    }  # fmt: skip

    answer = send(signed_in(given.person()), "incidents", body)

    assert [(each["code"], each["field"]) for each in answer.json()["errors"]] == [(code, field)]
    assert Incident.objects.count() == 0


def test_a_leak_elsewhere_is_not_mended_from_here() -> None:
    given.stock("TEA", 10)
    given.unit("S1", "STORE", "HQ")
    body = {"kind": "LEAK", "warehouse": "WH1", "location": "A-01", "note": "pipe"}
    leak = send(signed_in(given.person()), "incidents", body).json()
    elsewhere = signed_in(given.person("WAREHOUSE_LEAD", at="S1"))

    told = send(elsewhere, f"incidents/{leak['id']}/mended", {})

    assert (told.status_code, codes(told)) == (404, ["unknown_incident"])
    assert Incident.objects.get().mended_at is None


def planned(**more: Any) -> dict[str, Any]:
    now = timezone.now()
    return {
        "name": "Eleven", "opens_at": now.isoformat(),
        "closes_at": (now + timedelta(days=1)).isoformat(),
        "lines": [{"sku": "TEA", "warehouse": "WH1", "qty": 4}], **more,
    }  # fmt: skip


def test_a_promotion_is_planned_reserves_its_units_and_is_closed() -> None:
    given.stock("TEA", 10)
    taken("promotion-reserve")
    client = signed_in(given.person())
    body = planned(shops=[7])

    made = send(client, "promotions", body)
    again = send(client, "promotions", body)
    assert (made.status_code, again.json()) == (201, made.json())
    assert (made.json()["state"], made.json()["shops"]) == ("PLANNED", [7])
    with_lines = made.json()["lines"]
    assert with_lines == [{"sku": "TEA", "warehouse": "WH1", "qty": 4, "reserved": 0, "left": 0}]
    promotions_opened()
    assert given.free("TEA") == 6

    address = f"promotions/{made.json()['id']}/end"
    begun = send(client, address, {"how": "call_off"}, "b")
    assert (begun.status_code, codes(begun)) == (409, ["started_already"])
    closed = send(client, address, {"how": "close"}, "c")
    judged()

    assert closed.json()["state"] == "CLOSED"
    assert given.free("TEA") == 10
    over = send(client, address, {"how": "close"}, "d")
    assert (over.status_code, codes(over)) == (409, ["over_already"])


def promotions_opened() -> None:
    with transaction.atomic():
        promotions.open_due(now=timezone.now())
    judged()


def test_a_planned_promotion_is_called_off() -> None:
    given.stock("TEA", 10)
    client = signed_in(given.person())
    made = send(client, "promotions", planned()).json()

    ended = send(client, f"promotions/{made['id']}/end", {"how": "call_off"}, "b")

    assert ended.json()["state"] == "CANCELLED"


def test_a_wrong_line_of_a_promotion_is_named_and_nothing_is_planned() -> None:
    given.stock("TEA", 10)
    client = signed_in(given.person())
    good = {"sku": "TEA", "warehouse": "WH1", "qty": 4}

    def faults(**more: Any) -> list[tuple[str, str, int | None]]:
        answer = send(client, "promotions", planned(**more))
        assert answer.status_code == 422
        return [(each["code"], each["field"], each["line"]) for each in answer.json()["errors"]]

    assert faults(lines=[good, {**good, "sku": "NONE"}]) == [("unknown_goods", "lines", 1)]
    assert faults(lines=[{**good, "warehouse": "X"}]) == [("unknown_warehouse", "lines", 0)]
    assert faults(lines=[good, good]) == [("line_twice", "lines", 1)]
    assert faults(lines=[good, {**good, "qty": 0}]) == [("bad_number", "qty", 1)]
    assert faults(lines=[]) == [("no_lines", "lines", None)]
    assert faults(closes_at="2020-01-01T00:00:00+08:00") == [("bad_times", "closes_at", None)]
    assert faults(closes_at="tomorrow") == [("bad_time", "closes_at", None)]
    assert Promotion.objects.count() == 0


def test_a_promotion_of_goods_elsewhere_is_neither_planned_nor_ended() -> None:
    given.stock("TEA", 10)
    given.unit("S1", "STORE", "HQ")
    made = send(signed_in(given.person()), "promotions", planned()).json()
    elsewhere = signed_in(given.person("STORE_MANAGER", at="S1"))

    told = send(elsewhere, "promotions", planned())
    assert codes(told) == ["unknown_warehouse"]
    told = send(elsewhere, f"promotions/{made['id']}/end", {"how": "call_off"}, "b")
    assert (told.status_code, codes(told)) == (404, ["unknown_promotion"])
    assert list(Promotion.objects.values_list("state", flat=True)) == ["PLANNED"]
