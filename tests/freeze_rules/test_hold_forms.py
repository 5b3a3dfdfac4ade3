"""What was typed about a freeze or a supplier stays, and the wrong field is marked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from freeze_rules.models import SupplierBlock, SupplierLimit
from freeze_rules.services import leases
from freeze_rules.services.reports import suppliers
from org.models import Batch, Person
from org.scope import Scope
from tests import given
from tests.org.refused import errors_of, typed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss() -> Person:
    given.stock("TEA", 10)
    return given.person()


def signed_in(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def test_a_release_that_is_refused_keeps_the_quantity_and_the_reason(boss: Person) -> None:
    hold = given.held("FZ-1", "TEA", 4, reason="MANUAL")
    client = signed_in(boss)
    said = {"token": "t", "qty": "9", "why": "Dry again"}

    too_many = client.post(f"/holds/{hold}/release/", said)
    without_why = client.post(f"/holds/{hold}/release/", {**said, "qty": "2", "why": " "})

    assert (too_many.status_code, without_why.status_code) == (422, 422)
    assert typed_in(too_many, "id_qty", "id_why") == ["9", "Dry again"]
    assert list(errors_of(too_many)) == ["id_qty"]
    assert errors_of(without_why) == {"id_why": ["Say why."]}
    assert given.free("TEA") == 6


def test_a_lease_that_is_refused_keeps_what_was_chosen(boss: Person) -> None:
    hold = given.held("FZ-1", "TEA", 4, reason="MANUAL")
    with transaction.atomic():
        leases.sweep()
    client = signed_in(boss)
    far = (timezone.localdate() + timedelta(days=200)).isoformat()
    said = {"review_on": far, "owner": str(boss.pk), "next_step": "INSPECT", "lease_why": "lab"}

    too_far = client.post(f"/holds/{hold}/lease/", said)
    no_day = client.post(f"/holds/{hold}/lease/", {**said, "review_on": "soon"})
    nobody = client.post(f"/holds/{hold}/lease/", {**said, "owner": "999999"})

    assert [each.status_code for each in (too_far, no_day, nobody)] == [422, 422, 422]
    assert typed_in(too_far, "lease-review_on", "lease-lease_why") == [far, "lab"]
    assert '<option value="INSPECT" selected>' in too_far.content.decode()
    assert errors_of(too_far) == {
        "lease-review_on": ["A review is put off by at most 90 days at once."]
    }
    assert errors_of(no_day) == {"lease-review_on": ["Type a day, such as 2026-01-31."]}
    assert list(errors_of(nobody)) == ["lease-owner"]


def test_a_limit_that_is_refused_stands_in_its_form(boss: Person) -> None:
    given.lot("TEA", "L1", supplier="North")
    client = signed_in(boss)

    nobody = client.post("/suppliers/limits/", {"supplier": "Nobody", "units": "5"})
    wrong = client.post("/suppliers/limits/", {"supplier": "North", "units": "-1"})

    assert (nobody.status_code, wrong.status_code) == (422, 422)
    assert typed_in(nobody, "limit-supplier", "limit-units") == ["Nobody", "5"]
    assert errors_of(nobody) == {"limit-supplier": ["No lot has this supplier."]}
    assert typed_in(wrong, "limit-supplier", "limit-units") == ["North", "-1"]
    assert list(errors_of(wrong)) == ["limit-units"]
    assert not SupplierLimit.objects.exists()


def test_blocking_and_allowing_a_supplier_keep_what_was_typed(boss: Person) -> None:
    given.lot("TEA", "L1", supplier="North")
    client = signed_in(boss)

    nobody = client.post("/suppliers/blocked/", {"supplier": "Nobody", "why": "Glass"})
    assert (nobody.status_code, errors_of(nobody)) == (
        422, {"id_supplier": ["No lot has this supplier."]},
    )  # fmt: skip
    assert typed_in(nobody, "id_supplier", "id_why") == ["Nobody", "Glass"]

    with transaction.atomic():
        row = suppliers.block(
            supplier="North", why="Glass", actor=boss.actor, scope=Scope.everything()
        )
    without_why = client.post(f"/suppliers/blocked/{row.pk}/allow/", {"why": " "})
    too_long = client.post(f"/suppliers/blocked/{row.pk}/allow/", {"why": "x" * 201})
    assert (without_why.status_code, too_long.status_code) == (422, 422)
    assert errors_of(without_why) == {f"allow-{row.pk}-why": ["Please give a reason."]}
    assert typed_in(too_long, f"allow-{row.pk}-why") == ["x" * 201]
    assert SupplierBlock.objects.get().cleared_at is None

    client.post(f"/suppliers/blocked/{row.pk}/allow/", {"why": "New line"})
    assert SupplierBlock.objects.get().cleared_why == "New line"


def test_many_suppliers_are_allowed_again_at_once_and_one_that_is_already_is_told(
    boss: Person,
) -> None:
    rows = []
    for name in ("North", "South", "West"):
        given.lot("TEA", f"L-{name}", supplier=name)
        with transaction.atomic():
            rows.append(
                suppliers.block(
                    supplier=name, why="Glass", actor=boss.actor, scope=Scope.everything()
                )
            )
    north, south, _west = rows
    client = signed_in(boss)
    page = client.get("/suppliers/blocked/", {"state": "blocked"})
    assert {row["label"] for row in page.context["list"].rows} == {"North", "South", "West"}

    chosen = client.post(
        "/lists/suppliers/batch/",
        {"action": "allow", "id": [north.pk, south.pk], "query": "", "back": "/"},
    )
    with transaction.atomic():
        suppliers.allow(supplier="South", why="Sorted", actor="a", scope=Scope.everything())
    client.post(chosen["Location"], {"why": "New line"})

    batch = Batch.objects.get()
    assert (batch.done, batch.refused) == (1, 1)
    assert [(each["name"], each["said"]) for each in batch.answers] == [
        ("South", "This supplier is not blocked."),
    ]  # fmt: skip
    blocks = {row.supplier: row.cleared_why for row in SupplierBlock.objects.all()}
    assert blocks == {"North": "New line", "South": "Sorted", "West": ""}


def test_who_does_not_govern_every_warehouse_reads_why_not() -> None:
    given.lot("TEA", "L1", supplier="North")
    with transaction.atomic():
        row = suppliers.block(
            supplier="North", why="Glass", actor="system:test", scope=Scope.everything()
        )
    given.unit("ST1", "STORE", "HQ")
    client = signed_in(given.person("STORE_MANAGER", at="ST1"))

    refused = client.post(f"/suppliers/blocked/{row.pk}/allow/", {"why": "New line"})

    assert refused.status_code == 422
    assert "You may not do this here." in refused.content.decode()
    assert typed_in(refused, f"allow-{row.pk}-why") == ["New line"]
