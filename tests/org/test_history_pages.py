"""The history of a thing on its pages and over HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from inventory.histories import SKU
from inventory.models import Sku
from org.models import Person
from org.selectors.history import moments
from tests import given
from tests.org.test_histories import changed, commits, told


def as_(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


class TestPages:
    @commits
    def test_the_page_tells_the_changes_and_compares_two(self) -> None:
        sku, boss = given.sku("TEA"), given.person()
        changed(sku, by=boss, brand="B")
        changed(sku, by=boss, brand="C", category="Drinks")
        known = moments(SKU, sku)

        page = as_(boss).get(
            reverse("history", args=["sku", sku]), {"from": known[-1].id, "to": known[0].id}
        )

        assert told(page.context["moments"][0])[-1][1:] == ("B", "C")
        assert [(each.before, each.after) for each in page.context["differences"]] == [
            ("", "Drinks"), ("", "C"),
        ]  # fmt: skip
        assert boss.display_name in page.content.decode()

    @commits
    def test_a_version_is_confirmed_with_a_reason_and_brought_back(self) -> None:
        sku, boss = given.sku("TEA"), given.person()
        changed(sku, brand="B")
        known = moments(SKU, sku)
        client, args = as_(boss), ["sku", sku, known[0].id]

        page = client.get(reverse("history-version", args=args))
        nothing = client.post(
            reverse("history-restore", args=args), {"seen": known[-1].id, "why": ""}
        )
        done = client.post(
            reverse("history-restore", args=args), {"seen": known[-1].id, "why": "Typo"}
        )

        assert [(each.before, each.after) for each in page.context["changes"]] == [("B", "")]
        assert nothing.status_code == 422
        assert done.headers["Location"] == reverse("history", args=["sku", sku])
        assert Sku.objects.get(pk=sku).brand == ""

    @pytest.mark.django_db
    def test_history_of_another_warehouse_is_not_there(self) -> None:
        for code in ("S1", "S2"):
            given.unit(code, kind="STORE", parent="HQ")
            given.warehouse(f"WH-{code}", at=code)
        manager = as_(given.person("STORE_MANAGER", at="S1"))
        own, other = given.warehouse_id("WH-S1"), given.warehouse_id("WH-S2")
        boss = given.person()

        answers = [
            manager.get(reverse("history", args=args)).status_code
            for args in (["warehouse", own], ["warehouse", other], ["person", boss.pk], ["odd", 1])
        ]

        assert answers == [200, 404, 404, 404]

    @commits
    def test_a_long_history_costs_as_many_statements_as_a_short_one(
        self, django_assert_max_num_queries: Any
    ) -> None:
        sku = given.sku("TEA")
        for number in range(30):
            changed(sku, brand=f"B{number}")

        with django_assert_max_num_queries(6):
            assert len(moments(SKU, sku)) == 31


class TestOverHttp:
    @commits
    def test_programs_read_it_in_pages(self) -> None:
        sku, boss = given.sku("TEA"), given.person()
        for brand in "ABC":
            changed(sku, by=boss, brand=brand)
        address = reverse("api-history", args=["sku", sku])
        client = as_(boss)

        first = client.get(address, {"limit": 2}).json()
        second = client.get(address, {"limit": 2, "cursor": first["cursor"]}).json()

        values = [each["values"]["brand"] for each in first["moments"] + second["moments"]]
        assert values == ["C", "B", "A", ""]
        assert second["cursor"] is None
        assert first["moments"][0]["changes"][0]["field"] == "brand"
        assert first["moments"][0]["actor"] == boss.actor
        assert first["moments"][0]["at"] > (timezone.now() - timedelta(hours=1)).isoformat()

    @pytest.mark.django_db
    def test_what_is_elsewhere_is_not_found(self) -> None:
        given.unit("S1", kind="STORE", parent="HQ")
        client = as_(given.person("STORE_MANAGER", at="S1"))
        answer = client.get(reverse("api-history", args=["warehouse", given.warehouse_id("WH1")]))

        assert answer.status_code == 404
        assert answer.json()["errors"][0]["code"] == "not_found"
