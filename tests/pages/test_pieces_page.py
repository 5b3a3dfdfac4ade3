"""Numbered pieces on pages: found by their number, shown in their cell."""

from __future__ import annotations

import pytest
from django.test import Client

from inventory import selectors as stock
from org.scope import Scope
from tests import given

pytestmark = pytest.mark.django_db


@pytest.fixture
def kettles(client: Client) -> stock.CellView:
    given.sku("KETTLE", serial_tracked=True)
    given.stock("KETTLE", 2, serials=("S1", "S2"))
    client.force_login(given.person("WAREHOUSE_LEAD"))
    [cell] = stock.cells(scope=Scope.everything(), sku_id=given.sku("KETTLE"))
    return cell


def test_a_piece_is_where_it_lies_with_its_past(kettles: stock.CellView, client: Client) -> None:
    page = client.get("/stock/pieces/?serial=S2")

    [found] = page.context["found"]
    assert (found.piece.location_code, found.warehouse, found.name) == ("A-01", "WH1", "Kettle")
    [went] = found.steps
    assert went.went_to == "WH1 A-01"
    text = page.content.decode()
    assert f"/stock/cells/{kettles.id}/" in text
    assert "/stock/journal/?document=GIVEN" in text


def test_a_number_that_nobody_knows_is_said(kettles: stock.CellView, client: Client) -> None:
    for number in ("S9", "%00", "S" * 90):
        page = client.get(f"/stock/pieces/?serial={number}")
        assert (page.status_code, page.context["found"]) == (200, [])


def test_the_board_and_the_cell_lead_to_the_piece(kettles: stock.CellView, client: Client) -> None:
    board = client.get("/stock/?q=S1").content.decode()
    part = client.get("/stock/?q=S").content.decode()
    cell = client.get(f"/stock/cells/{kettles.id}/").content.decode()

    assert "/stock/pieces/?serial=S1" in board
    assert "/stock/pieces/" not in part
    assert cell.count("/stock/pieces/?serial=") == 2


def test_pieces_of_a_foreign_warehouse_are_not_found(
    kettles: stock.CellView, client: Client
) -> None:
    given.unit("EAST", "REGION", "HQ")
    given.warehouse("WH9", at="EAST")
    client.force_login(given.person("WAREHOUSE_LEAD", at="EAST"))

    assert client.get("/stock/pieces/?serial=S1").context["found"] == []
