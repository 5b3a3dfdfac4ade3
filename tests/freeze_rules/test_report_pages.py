"""The pages on which people report, driven as a form."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from freeze_rules.models import Incident, Inspection, Promotion
from org.models import Person
from tests import given
from tests.freeze_rules import writing
from tests.freeze_rules.taking import taken
from tests.pages.table import TABLE

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


def test_the_lists_find_what_was_reported_and_a_leak_is_mended_where_it_was_found() -> None:
    given.stock("TEA", 10, lot_id=given.lot("TEA", "L1"))
    lead = signed_in(given.person("WAREHOUSE_LEAD"))
    where = {"warehouse": "WH1", "location": "A-01", "sku": "", "lot": "", "qty": ""}
    lead.post("/incidents/", {**where, "kind": "LEAK", "note": "pipe", "token": "a"})
    crushed = {"kind": "DAMAGE", "sku": "TEA", "qty": "2", "note": "crushed", "token": "b"}
    lead.post("/incidents/", {**where, **crushed})
    leak, damage = Incident.objects.order_by("pk")

    def found(**asked: str) -> list[int]:
        return [row["id"] for row in lead.get("/incidents/", asked).context["list"].rows]

    assert found() == [damage.pk, leak.pk]
    assert found(sort="incident") == [leak.pk, damage.pk]
    assert [found(q=words) for words in ("tea", "pipe", leak.number, "IN-0")] == [
        [damage.pk], [leak.pk], [leak.pk], []
    ]  # fmt: skip
    assert (found(kind="DAMAGE"), found(state="leaking")) == ([damage.pk], [leak.pk])
    here = "/incidents/?state=leaking"
    assert lead.get(here).content.decode().count('value="/incidents/?state=leaking"') >= 1

    done = lead.post(f"/incidents/{leak.pk}/mended/", {"next": here})

    assert done["Location"] == here
    assert (found(state="leaking"), found(state="mended")) == ([], [leak.pk])


def test_lists_show_promotions_and_inspections_of_ones_own_warehouses_only() -> None:
    given.unit("NORTH", "STORE", parent="HQ")
    given.warehouse("WH9", at="NORTH")
    TABLE["promotion"].args()
    TABLE["inspection"].args()
    boss = signed_in(given.person())
    stranger = signed_in(given.person("STORE_MANAGER", at="NORTH"))

    for path in ("/promotions/", "/inspections/"):
        assert [len(who.get(path).context["list"].rows) for who in (boss, stranger)] == [1, 0]
        assert stranger.get(path).context["list"].tabs[0]["count"] == 0
