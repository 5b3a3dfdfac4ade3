"""The hold list: many freezes let go at once, each answered; one claim with its history."""

from __future__ import annotations

import pytest
from django.test import Client

from org.models import AuditRecord, Batch, Person
from tests import given

pytestmark = pytest.mark.django_db


def signed_in(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def test_many_freezes_are_released_together_and_each_is_on_the_trail() -> None:
    given.stock("TEA", 10)
    holds = [given.held(f"FZ-{at}", "TEA", 2, reason="MANUAL") for at in range(3)]
    client = signed_in(given.person())

    client.post("/lists/holds/batch/", {"action": "release", "id": [str(pk) for pk in holds[:2]]})
    batch = Batch.objects.get()
    client.post(f"/batches/{batch.pk}/", {"why": "Inspection passed"})

    assert given.free("TEA") == 8
    batch = Batch.objects.get()
    assert (batch.done, batch.refused) == (2, 0)
    trail = AuditRecord.objects.filter(action="stock.unfrozen").order_by("subject")
    assert [row.subject for row in trail] == ["FZ-0", "FZ-1"]
    assert [row.after for row in trail] == [{"released": 2, "why": "Inspection passed"}] * 2


def test_a_claim_of_an_order_is_not_let_go_of_with_freezes() -> None:
    given.stock("TEA", 10)
    freeze = given.held("FZ-1", "TEA", 2, reason="MANUAL")
    claim = given.held("SO-9", "TEA", 3)
    client = signed_in(given.person())

    client.post(
        "/lists/holds/batch/",
        {"action": "release", "id": [str(freeze), str(claim)], "query": "role=ALL"},
    )
    batch = Batch.objects.get()
    client.post(f"/batches/{batch.pk}/", {"why": "All of it"})

    batch = Batch.objects.get()
    assert (batch.done, batch.refused) == (1, 1)
    assert batch.answers[0]["name"] == "SO-9"
    assert given.free("TEA") == 7


def test_somebody_without_the_right_to_release_is_offered_nothing() -> None:
    given.stock("TEA", 10)
    pk = given.held("FZ-1", "TEA", 2, reason="MANUAL")
    client = signed_in(given.person("CLERK"))

    page = client.get("/holds/")
    client.post("/lists/holds/batch/", {"action": "release", "id": str(pk)})

    assert page.context["list"].actions == []
    assert not Batch.objects.exists()
    assert given.free("TEA") == 8


def test_a_claims_page_tells_who_and_when_and_lets_go_of_it() -> None:
    given.stock("TEA", 10)
    pk = given.held("FZ-1", "TEA", 4, reason="MANUAL")
    client = signed_in(given.person())

    page = client.get(f"/holds/{pk}/").content.decode()
    client.post(f"/holds/{pk}/release/", {"qty": "", "why": "Fine again", "token": "t"})
    after = client.get(f"/holds/{pk}/").content.decode()

    assert "+4" in page
    assert "Fine again" in after
    assert given.free("TEA") == 10


def test_a_claim_of_another_store_is_not_found() -> None:
    given.unit("HQ")
    given.unit("EAST", kind="REGION", parent="HQ")
    given.stock("TEA", 10)
    pk = given.held("FZ-1", "TEA", 4, reason="MANUAL")

    assert signed_in(given.person("STORE_MANAGER", "EAST")).get(f"/holds/{pk}/").status_code == 404
