"""The audit page: when it looked, what holds, what does not, for whose eyes."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from inventory.models import Balance, Finding, Sweep
from inventory.selectors.everything import look_at_everything
from inventory.selectors.laws import LAWS, Kept
from inventory.services import sweeps
from tests import given

pytestmark = pytest.mark.django_db


def _sweep() -> None:
    with transaction.atomic():
        sweeps.sweep_changed()
        sweeps.sweep_slice()


def _difference(where: str = "balance 1", warehouse: str = "WH1") -> Finding:
    given.stock("TEA", 1, warehouse=warehouse)
    balance = Balance.objects.get(warehouse__code=warehouse)
    return Finding.objects.create(
        law="A1.balances", where=where, found="11/4", expected="10/4", balance=balance
    )


def test_before_the_first_sweep_the_page_says_so(client: Client) -> None:
    client.force_login(given.person())
    shown = client.get(reverse("stock-audit"))
    assert shown.context["proof"].latest == []
    assert len(shown.context["proof"].laws) == len(LAWS)


def test_every_law_is_shown_with_its_count_and_when_it_was_checked(client: Client) -> None:
    given.stock("TEA", 10)
    _sweep()
    _difference()
    client.force_login(given.person())

    proof = client.get(reverse("stock-audit")).context["proof"]

    assert [sweep.kind for sweep in proof.latest] == ["CHANGED", "ROLLING"]
    assert {law.code for law in proof.laws if law.open} == {"A1.balances"}
    # The second checker reads everything or nothing: no part of its laws is ever looked at.
    unseen = {law.code for law in proof.laws if law.glanced_at is None}
    assert unseen == {law.code for law in LAWS if law.kept is Kept.REPLAY}
    assert proof.open == 1


def test_a_difference_leads_to_the_page_that_shows_it(client: Client) -> None:
    finding = _difference()
    client.force_login(given.person())
    assert finding.balance is not None

    shown = client.get(reverse("stock-audit"))

    place = [finding.balance.sku_id, finding.balance.warehouse_id, "ZP"]
    assert reverse("stock-explained", args=place) in shown.content.decode()


def test_differences_in_other_peoples_warehouses_are_not_shown(client: Client) -> None:
    given.unit("R1", "REGION", "HQ")
    given.unit("R2", "REGION", "HQ")
    given.warehouse("OURS", at="R1")
    given.warehouse("THEIRS", at="R2")
    _difference("balance of ours", warehouse="OURS")
    _difference("balance of theirs", warehouse="THEIRS")
    client.force_login(given.person("REGION_MANAGER", at="R1"))

    proof = client.get(reverse("stock-audit")).context["proof"]

    assert [finding.where for finding in proof.findings] == ["balance of ours"]
    assert proof.open == 1


def test_asking_leaves_one_request_however_often_it_is_pressed(client: Client) -> None:
    person = given.person("AUDITOR")
    client.force_login(person)

    for _ in range(2):
        answer = client.post(reverse("stock-audit-check"))
        assert answer.status_code == 302
        assert answer["Location"] == reverse("stock-audit")

    asked = Sweep.objects.get()
    assert (asked.kind, asked.asked_by, asked.finished_at) == ("COMPLETE", person.actor, None)
    assert client.get(reverse("stock-audit")).context["proof"].waiting


def test_the_page_costs_the_same_for_one_difference_and_for_fifty(client: Client) -> None:
    _difference("one")
    client.force_login(given.person())
    client.get(reverse("stock-audit"))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("stock-audit"))
    balance = Balance.objects.get()
    Finding.objects.bulk_create(
        Finding(law="A1.cells", where=f"cell {n}", found="1", expected="2", balance=balance)
        for n in range(50)
    )
    with CaptureQueriesContext(connection) as fifty:
        client.get(reverse("stock-audit"))
    assert len(fifty) == len(one)


def test_the_workbench_is_silent_until_the_books_are_in_doubt(client: Client) -> None:
    client.force_login(given.person("AUDITOR"))
    assert "audit" not in client.get(reverse("workbench")).context["panels"]

    _difference()

    [figure] = client.get(reverse("workbench")).context["panels"]["audit"]
    assert (figure.value, figure.loudness) == (1, "bad")
    assert figure.url == reverse("stock-audit")


def test_both_checkers_agree_on_a_sound_world() -> None:
    given.stock("TEA", 10)
    given.held("SO-1", "TEA", 4)
    with transaction.atomic():
        found = look_at_everything()
    assert found.audit.differences == []
    assert found.replayed.entries == 3
