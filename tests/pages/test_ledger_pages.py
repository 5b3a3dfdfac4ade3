"""The ledger, the past and the explanation say things in words and lead to each other."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from inventory import selectors as stock
from inventory import services as inventory
from inventory.lists.journal import read
from org.lists.specs import Question
from org.scope import Scope
from tests import given

pytestmark = pytest.mark.django_db
EVERYWHERE = Scope.everything()


@pytest.fixture
def regraded(client: Client) -> int:
    """Six of ten became defective under RG-1; gives the balance of the good ones."""
    given.stock("TEA", 10)
    house = given.warehouse_id("WH1")
    place = stock.location_by_code(warehouse_id=house, code="A-01")
    assert place is not None
    line = inventory.RegradeLine(
        sku_id=given.sku("TEA"), qty=6, location_id=place.id, from_grade="ZP", to_grade="CC"
    )
    request = inventory.RegradeRequest(
        key="rg", document="RG-1", warehouse_id=house, lines=(line,), why="chipped"
    )
    with transaction.atomic():
        inventory.regrade([request], actor="system:test")[0].check()
    client.force_login(given.person())
    client.cookies["django_language"] = "en"
    rows = stock.as_of(at=timezone.now(), sku_ids=[given.sku("TEA")], scope=EVERYWHERE).rows
    return next(row.balance_id for row in rows if row.grade == "ZP")


def test_a_document_s_ledger_names_goods_and_grades(regraded: int, client: Client) -> None:
    page = client.get("/stock/journal/?document=RG-1")

    lines = read(Question(EVERYWHERE, {"document": "RG-1"}), "", 50).rows
    assert [(line.name, line.warehouse, line.grade, line.row.on_hand) for line in lines] == [
        ("Tea", "WH1", "Defective", 6), ("Tea", "WH1", "", -6),
    ]  # fmt: skip
    text = page.content.decode()
    assert "−6" in text or "-6" in text
    assert f"/stock/{given.sku('TEA')}/{given.warehouse_id('WH1')}/CC/" in text


def test_a_balance_s_ledger_leads_to_its_explanation_its_documents_and_its_past(
    regraded: int, client: Client
) -> None:
    text = client.get(f"/stock/journal/?balance={regraded}").content.decode()

    assert f"/stock/{given.sku('TEA')}/{given.warehouse_id('WH1')}/ZP/" in text
    assert f"/stock/past/{regraded}/" in text
    assert "/stock/journal/?document=RG-1" in text
    assert "Supplier" in text


def test_the_past_speaks_of_grades_and_warehouses_by_name(regraded: int, client: Client) -> None:
    rows = client.get("/stock/past/").context["rows"]
    text = client.get(f"/stock/past/{regraded}/").content.decode()

    assert sorted((line.warehouse, line.grade) for line in rows) == [
        ("WH1", ""), ("WH1", "Defective"),
    ]  # fmt: skip
    [cell] = [each for each in stock.cells(scope=EVERYWHERE) if each.grade == "ZP"]
    assert f"/stock/cells/{cell.id}/" in text
    assert f"/stock/journal/?balance={regraded}" in text


def test_the_explanation_looks_ahead_only_when_something_comes(
    regraded: int, client: Client
) -> None:
    address = f"/stock/{given.sku('TEA')}/{given.warehouse_id('WH1')}/"
    assert client.get(address).context["ahead"] == []
    announced = inventory.Announcement(
        document="PO-1", warehouse_id=given.warehouse_id("WH1"), sku_id=given.sku("TEA"), qty=12,
        due_at=timezone.now() + timedelta(days=3),
    )  # fmt: skip
    with transaction.atomic():
        inventory.announce([announced], actor="system:test")

    page = client.get(address)

    now, then = page.context["ahead"]
    assert (now.step.available, now.start, now.width, now.height) == (4, 0, 3, 25)
    assert (then.step.available, then.start, then.width, then.height) == (16, 3, 28, 100)
    assert b"ahead-svg" in page.content


def test_places_and_lots_lead_to_freezing_them(regraded: int, client: Client) -> None:
    lot = given.lot("TEA", "L1")
    given.stock("TEA", 1, lot_id=lot)
    [cell] = [each for each in stock.cells(scope=EVERYWHERE) if each.lot_id == lot]
    house = given.warehouse_id("WH1")

    for address, wanted in {
        f"/stock/lots/{lot}/": "?sku=TEA&amp;lot=L1&amp;amount=all",
        f"/stock/locations/{cell.location_id}/": f"?house={house}&amp;location=A-01",
        f"/stock/cells/{cell.id}/": f"?house={house}&amp;location=A-01&amp;sku=TEA&amp;lot=L1",
    }.items():
        assert wanted in client.get(address).content.decode(), address
    form = client.get(f"/holds/freeze/?house={house}&location=A-01").context["form"]
    assert form["warehouse"].value() == "WH1"
