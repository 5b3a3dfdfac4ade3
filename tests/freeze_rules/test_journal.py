"""The journal says who froze and released what, why and on what knowledge; nobody changes it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from freeze_rules import services as freezing
from freeze_rules.models import JournalLine
from freeze_rules.services import journal
from insights.measures import MEASURES
from inventory import services as inventory
from org.models import ApiClient, Person
from org.scope import Scope
from outbox import services as outbox
from tests import given
from webhooks import services as webhooks
from webhooks.models import Message

pytestmark = pytest.mark.django_db


def heard() -> None:
    """Deliver the news that wait."""
    outbox.deliver(handler="freeze_rules.services.journal:note_booked")


def frozen(person: Person, qty: int = 4, reason: str = "MANUAL") -> int:
    order = freezing.FreezeOrder(
        warehouse_id=given.warehouse_id("WH1"), sku_id=given.sku("TEA"), qty=qty, reason=reason,
        note="carton wet",
    )  # fmt: skip
    with transaction.atomic():
        return freezing.freeze(key=f"k{qty}{reason}", order=order, person=person).hold_id


def told() -> list[tuple[str, int, str, str, str]]:
    return [
        (line.kind, line.units, line.document[:3], line.actor, line.why)
        for line in JournalLine.objects.order_by("id")
    ]


def test_a_freeze_and_its_release_are_two_lines_with_their_reasons() -> None:
    boss = given.person()
    given.sku("TEA", unit_cost=Decimal("2.50"))
    given.stock("TEA", 10)
    hold = frozen(boss)
    with transaction.atomic():
        freezing.unfreeze(key="u", hold_id=hold, qty=3, why="dry again", person=boss)
    heard()
    heard()

    assert told() == [
        ("HOLD", 4, "FZ-", boss.actor, "carton wet"),
        ("RELEASE", -3, "FZ-", boss.actor, "dry again"),
    ]
    first = JournalLine.objects.earliest("id")
    assert (first.value, first.cause, first.reason) == (Decimal("10.00"), "HAND", "MANUAL")
    assert first.facts["goods"] == [{"sku": "TEA", "lot": "", "location": "", "units": 4}]


def test_orders_leave_no_line_and_a_blanket_that_takes_what_comes_does() -> None:
    house = given.warehouse_id("WH1")
    given.stock("TEA", 10)
    given.held("SO-1", "TEA", 2)
    with transaction.atomic():
        inventory.hold(
            [
                inventory.HoldRequest(
                    key="b", document="FZ-9", warehouse_id=house, reason="LEAK", blanket=True,
                    location_id=given.location("B-01"),
                )
            ],
            actor="system:test",
        )[0].check()  # fmt: skip
    given.stock("TEA", 5, location="B-01")
    heard()

    assert [(line[0], line[1]) for line in told()] == [("HOLD", 0), ("RECEIVE", 5)]
    assert JournalLine.objects.filter(cause="SYSTEM").count() == 2


def test_nobody_changes_or_removes_a_line() -> None:
    given.stock("TEA", 10)
    frozen(given.person())
    heard()

    for change in ("UPDATE freeze_rules_journalline SET units = 1",
                   "DELETE FROM freeze_rules_journalline"):  # fmt: skip
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            connection.cursor().execute(change)
    assert JournalLine.objects.get().units == 4


def test_what_is_older_than_the_journal_is_written_afterwards_once() -> None:
    given.stock("TEA", 10)
    given.held("FZ-1", "TEA", 2, reason="MANUAL")
    given.held("FZ-2", "TEA", 3, reason="MANUAL")
    given.held("SO-1", "TEA", 1)

    with transaction.atomic():
        while journal.catch_up(limit=1):
            pass
    heard()

    assert [line.document for line in JournalLine.objects.order_by("id")] == ["FZ-1", "FZ-2"]


def test_other_systems_are_told_of_names_and_not_of_amounts() -> None:
    client = given.api_client("stock.view")
    pk = ApiClient.objects.get(key_id=client.key_id).pk
    wish = webhooks.Wish(
        name="ERP", url="https://erp.example.com/", topics=("stock.frozen", "stock.released")
    )
    with transaction.atomic():
        webhooks.add_webhook(wish, client_id=pk, actor="system:test", scope=Scope.everything())
    boss = given.person()
    given.stock("TEA", 10)
    hold = frozen(boss)
    heard()
    with transaction.atomic():
        freezing.unfreeze(key="u", hold_id=hold, why="dry", person=boss)
    heard()

    sent = [(row.topic, row.body) for row in Message.objects.order_by("id")]
    assert [topic for topic, _body in sent] == ["stock.frozen", "stock.released"]
    assert "TEA" in str(sent[0][1])


def test_the_page_filters_and_prints_and_shows_each_only_their_warehouses() -> None:
    boss = given.person()
    given.stock("TEA", 10)
    frozen(boss, 4)
    frozen(boss, 2, "QC")
    heard()
    client = Client(headers={"accept-language": "en"})
    client.force_login(boss)

    page = client.get("/freezes/journal/?reason=QC").content.decode()
    assert page.count("data-row-link") == 1
    paper = client.get("/freezes/journal/print/").content.decode()
    assert paper.count("carton wet") == 2
    given.unit("ST1", "STORE", "HQ")
    client.force_login(given.person("STORE_MANAGER", at="ST1"))
    assert "FZ-" not in client.get("/freezes/journal/").content.decode()
    assert "carton wet" not in client.get("/freezes/journal/print/").content.decode()


def test_days_narrow_it() -> None:
    given.stock("TEA", 10)
    frozen(given.person())
    heard()
    day = JournalLine.objects.get().at.date()
    client = Client(headers={"accept-language": "en"})
    client.force_login(given.person())

    later = day + timedelta(days=3)
    assert "FZ-" not in client.get(f"/freezes/journal/?since={later}").content.decode()
    assert "FZ-" in client.get(f"/freezes/journal/?until={later}").content.decode()


def test_measures_count_what_was_laid_and_how_long_it_held() -> None:
    boss = given.person()
    given.stock("TEA", 10)
    hold = frozen(boss, 4)
    given.held("FZ-X", "TEA", 2, reason="MANUAL")
    with transaction.atomic():
        freezing.unfreeze(key="u", hold_id=hold, why="dry", person=boss)
    heard()
    until = timezone.now() + timedelta(seconds=5)
    asked = {"scope": Scope.everything(), "since": until - timedelta(hours=1), "until": until}

    by_cause = MEASURES["freezes-by-cause"].compute(*asked.values())  # type: ignore[arg-type]
    times = MEASURES["time-to-release"].compute(*asked.values())  # type: ignore[arg-type]

    assert sorted((grain.part, grain.value) for grain in by_cause) == [("HAND", 1), ("SYSTEM", 1)]
    assert [(grain.part, grain.value < 60) for grain in times] == [("MANUAL", True)]
