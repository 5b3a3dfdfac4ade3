"""The pages on which people report, driven as a form."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from freeze_rules.models import Inspection, Promotion
from org.models import Person
from tests import given
from tests.freeze_rules import writing
from tests.freeze_rules.taking import taken

pytestmark = pytest.mark.django_db


def signed_in(person: Person) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(person)
    return client


def judged() -> None:
    while writing.judge().more:
        pass


def test_a_result_is_written_on_its_page_with_the_report_and_a_wrong_one_changes_nothing() -> None:
    given.stock("BOWL", 3)
    lead = signed_in(given.person("WAREHOUSE_LEAD"))
    where = {"warehouse": "WH1", "sku": "BOWL", "lot": ""}
    asked = lead.post("/inspections/", {**where, "qty": "3", "sample": "1", "token": "t1"})
    assert asked.status_code == 302
    row = Inspection.objects.get()

    wrong = lead.post(f"/inspections/{row.pk}/", {"result": "PARTIAL", "reference": "R-1"})
    assert wrong.status_code == 422
    assert "Passed and failed units together" in wrong.content.decode()
    assert Inspection.objects.get().result == "ASKED"

    paper = SimpleUploadedFile("report.pdf", b"%PDF-1.4 fine", content_type="application/pdf")
    done = lead.post(
        f"/inspections/{row.pk}/", {"result": "PASSED", "reference": "R-1", "file": paper}
    )
    assert done.status_code == 302
    page = lead.get(f"/inspections/{row.pk}/").content.decode()
    assert "report.pdf" in page
    assert "R-1" in page


def test_a_promotion_is_typed_line_by_line_and_a_wrong_line_is_named() -> None:
    given.stock("TEA", 10)
    boss = signed_in(given.person())
    form = {
        "name": "Double Twelve", "opens_at": "2090-12-12T00:00", "closes_at": "2090-12-13T00:00",
        "shops": "1, 2", "lines": "TEA, WH1, 5\nNOBODY, WH1, 5", "token": "p1",
    }  # fmt: skip

    wrong = boss.post("/promotions/", form)

    assert wrong.status_code == 422
    assert "Line 2: Nobody knows this SKU or barcode." in wrong.content.decode()
    assert "NOBODY, WH1, 5" in wrong.content.decode()
    assert Promotion.objects.count() == 0
    assert boss.post("/promotions/", {**form, "lines": "TEA, WH1, 5"}).status_code == 302
    row = Promotion.objects.get()
    assert (row.shops, row.lines.get().qty) == ([1, 2], 5)
    boss.post(f"/promotions/{row.pk}/end/", {"call_off": "1"})
    assert Promotion.objects.get().state == "CANCELLED"


def test_whoever_only_looks_gets_no_form_and_may_not_post() -> None:
    given.stock("TEA", 10)
    clerk = signed_in(given.person("WAREHOUSE_STAFF"))
    assert "report-form" not in clerk.get("/incidents/").content.decode()
    sent = {"kind": "LEAK", "warehouse": "WH1", "location": "A-01", "note": "x"}
    assert clerk.post("/incidents/", sent).status_code == 403


def test_the_page_of_a_freeze_names_what_lets_go_of_it_and_takes_the_approval() -> None:
    lot = given.lot("MILK", "L1")
    given.stock("MILK", 10, lot_id=lot)
    taken("recall-notice")
    writing.tell("external", goods=[("MILK", 0, lot)], facts={"event.external": "recall"})
    [hold] = writing.open_holds("RECALL")
    lead = signed_in(given.person("WAREHOUSE_LEAD"))
    form = {"permission": "stock.release_safety", "reference": "R-9"}

    lead.post(f"/holds/{hold.id}/approve/", form)
    assert given.free("MILK") == 0
    writing.tell("inspection.passed", goods=[("MILK", 1, lot)])
    page = lead.get(f"/holds/{hold.id}/").content.decode()
    assert "Approve the release" in page
    lead.post(f"/holds/{hold.id}/approve/", form)

    judged()
    assert given.free("MILK") == 10
