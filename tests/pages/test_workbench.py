"""The workbench: each role sees its own panels, and the numbers are true."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from insights.panels.freezes import frozen_stock
from org import roles
from org.scope import Scope
from tests import given

pytestmark = pytest.mark.django_db

DECIDERS = {"HEAD_OFFICE", "STORE_MANAGER", "WAREHOUSE_LEAD"}
PANELS = {"orders", "exceptions", "floor", "freezes", "shops"}


@pytest.mark.parametrize(
    ("role", "panels"),
    [
        ("HEAD_OFFICE", PANELS),
        ("STORE_MANAGER", PANELS),
        ("CLERK", PANELS - {"shops"}),
        ("WAREHOUSE_LEAD", PANELS - {"shops"}),
        ("WAREHOUSE_STAFF", {"floor", "freezes"}),
        ("ORDER_DESK", PANELS - {"floor"}),
        ("IT", {"freezes", "shops"}),
        ("AUDITOR", PANELS - {"floor"}),
    ],
)
def test_a_role_sees_the_panels_that_concern_it(
    client: Client, role: str, panels: set[str]
) -> None:
    client.force_login(given.person(role=role))

    answer = client.get(reverse("workbench"))

    decides = {"approvals"} if roles.APPROVALS_DECIDE in roles.GRANTS[roles.Role(role)] else set()
    assert set(answer.context["panels"]) == panels | decides
    assert decides == ({"approvals"} if role in DECIDERS else set())


def test_what_waits_for_me_stands_on_the_workbench_and_leads_there(client: Client) -> None:
    given.stock("TEA", 10)
    given.asks_for_approval()
    maker, boss = given.person(name="maker"), given.person(name="boss")
    made = given.correction(by=maker)
    client.cookies["django_language"] = "en"

    client.force_login(boss)
    page = client.get(reverse("workbench"))
    client.force_login(maker)
    own = client.get(reverse("workbench"))

    panel = page.context["panels"]["approvals"]
    assert [(figure.value, figure.url) for figure in panel.figures] == [
        (1, "/approvals/?box=waiting"), (0, "/approvals/?box=waiting"),
    ]  # fmt: skip
    assert [row.id for row in panel.rows] == [made.approval_id]
    assert f'href="/approvals/{made.approval_id}/"' in page.content.decode()
    # Nobody decides about their own request.
    assert own.context["panels"]["approvals"].figures[0].value == 0


def test_freezes_are_counted_by_reason_and_orders_are_not_freezes() -> None:
    given.stock("TEA", 10)
    given.held("SO-1", "TEA", 3)
    given.held("FZ-1", "TEA", 2, reason="MANUAL")
    given.held("FZ-2", "TEA", 1, reason="MANUAL")
    given.held("FZ-3", "TEA", 1, reason="QC")

    found = {
        frozen.url.rpartition("=")[2]: frozen for frozen in frozen_stock(scope=Scope.everything())
    }

    assert {code: (frozen.holds, frozen.units) for code, frozen in found.items()} == {
        "MANUAL": (2, 3),
        "QC": (1, 1),
    }


def test_a_store_counts_nothing_of_others() -> None:
    store = given.unit("S1", "STORE", "HQ")
    given.stock("TEA", 10)
    given.held("FZ-1", "TEA", 2, reason="MANUAL")

    assert frozen_stock(scope=Scope.of([store.pk])) == []


def test_the_workbench_asks_as_often_however_much_there_is(client: Client) -> None:
    given.stock("TEA", 100)
    client.force_login(given.person())
    client.get(reverse("workbench"))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("workbench"))
    for number in range(10):
        given.held(f"SO-{number}", "TEA", 1)
        given.held(f"FZ-{number}", "TEA", 1, reason="MANUAL" if number % 2 else "QC")
    with CaptureQueriesContext(connection) as many:
        client.get(reverse("workbench"))

    # The names of the reasons are one statement more than none at all.
    assert len(many) <= len(few) + 1
