"""Labels of what somebody chose on a list: SKUs, lots, locations."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from inventory import selectors as stock
from org.models import Batch
from tests import given
from tests.inventory.test_kits import kit

pytestmark = pytest.mark.django_db


def _chosen(client: Client, key: str, *ids: int, **more: str) -> Any:
    form = {"action": "labels", "id": [str(pk) for pk in ids], **more}
    return client.post(f"/lists/{key}/batch/", form, follow=True)


def _codes(answer: Any) -> list[tuple[str, str]]:
    return [(sheet.label.heading, sheet.label.code) for sheet in answer.context["sheets"]]


def test_chosen_rows_of_the_board_are_labelled_once_a_sku_kits_too(client: Client) -> None:
    client.force_login(given.person())
    given.stock("TEA", 5)
    given.stock("TEA", 5, warehouse="WH2")
    given.stock("CUP", 5)
    kit(TEA=2)
    ids = {row["label"]: row["id"] for row in client.get("/stock/").context["list"].rows}

    answer = _chosen(client, "stock", ids["TEA WH1"], ids["TEA WH2"], ids["BOX WH1"])

    assert _codes(answer) == [("BOX", "69BOX"), ("TEA", "69TEA")]
    batch = Batch.objects.get()
    assert answer.redirect_chain == [(f"/stock/labels/?batch={batch.pk}", 302)]
    # Nothing was done, so nothing was confirmed.
    assert batch.confirmed_at is None
    # Another size of the same labels.
    again = client.get(f"/stock/labels/?batch={batch.pk}&size=a4&copies=2")
    assert len(_codes(again)) == 4


def test_chosen_lots_and_locations_are_labelled(client: Client) -> None:
    client.force_login(given.person())
    lot = given.lot("TEA", "L1")
    given.stock("TEA", 5, lot_id=lot)
    place = stock.location_by_code(warehouse_id=given.warehouse_id("WH1"), code="A-01")
    assert place is not None

    assert _codes(_chosen(client, "lots", lot)) == [("L1", "L1")]
    assert _codes(_chosen(client, "locations", place.id)) == [("A-01", "A-01")]
    every = _codes(_chosen(client, "locations", all="1"))
    assert ("A-01", "A-01") in every


def test_nobody_labels_what_others_chose_or_what_lies_elsewhere(client: Client) -> None:
    given.stock("TEA", 5)
    client.force_login(given.person())
    row = client.get("/stock/").context["list"].rows[0]["id"]
    _chosen(client, "stock", row)
    batch = Batch.objects.get()
    given.unit("S1", "STORE", "HQ")
    client.force_login(given.person("STORE_MANAGER", at="S1"))

    assert client.get(f"/stock/labels/?batch={batch.pk}").status_code == 404
    assert client.get("/stock/labels/?batch=999999").status_code == 404
    assert _chosen(client, "stock", row).redirect_chain == [("/stock/", 302)]
    assert Batch.objects.count() == 1


def test_a_page_of_labels_cannot_be_confirmed_like_an_action(client: Client) -> None:
    given.stock("TEA", 5)
    client.force_login(given.person())
    row = client.get("/stock/").context["list"].rows[0]["id"]
    _chosen(client, "stock", row)

    client.post(f"/batches/{Batch.objects.get().pk}/", {"why": "x"})

    assert Batch.objects.get().confirmed_at is None


def test_who_may_bring_in_anything_finds_the_imports_in_the_navigation(client: Client) -> None:
    for role, seen in {"ORDER_DESK": True, "IT": True, "AUDITOR": False}.items():
        client.force_login(given.person(role))

        assert (b'href="/imports/"' in client.get("/").content) is seen, role
