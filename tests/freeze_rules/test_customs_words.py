"""What customs say of a lot stands on its page, on its cell, and on the scanner."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone, translation

from freeze_rules.models import CustomsStep
from freeze_rules.selectors.customs_words import said_of_lots
from freeze_rules.services.reports import customs
from inventory import selectors as stock
from org.models import Person
from org.scope import Scope
from tests import given
from wms import selectors as board

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """Whoever asked before leaves a language behind."""
    with translation.override("en"):
        yield


def signed_in(person: Person, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(person)
    return client


def imported(code: str = "L1") -> int:
    lot = given.lot("WINE", code)
    given.stock("WINE", 12, lot_id=lot)
    return lot


def says(lot: int, state: str) -> None:
    with transaction.atomic():
        customs.set_state(
            lot_id=lot, sku_id=given.sku("WINE"), state=state, declaration="5301-7",
            actor="system:test",
        )  # fmt: skip


def cleared_after(lot: int, hours: int) -> None:
    """Move the step so many hours behind the arrival."""
    CustomsStep.objects.filter(lot=lot, state="CLEARED").update(
        at=timezone.now() + timedelta(hours=hours, minutes=1)
    )


def test_state_declaration_and_hours_from_arrival_to_clearance() -> None:
    lot, other = imported(), imported("L2")
    says(lot, "INSPECTING")
    under_way = said_of_lots([lot, other])[lot]
    says(lot, "CLEARED")
    cleared_after(lot, 26)

    done = said_of_lots([lot, other])

    assert (under_way.text, under_way.tone) == ("Under inspection", "warn")
    assert under_way.note == "Declaration 5301-7 · 0 hours so far"
    assert list(done) == [lot]
    assert (done[lot].text, done[lot].tone) == ("Cleared", "ok")
    assert done[lot].note == "Declaration 5301-7 · cleared after 26 hours"


def test_the_words_of_the_trade_in_chinese() -> None:
    lot = imported()
    words = []
    for state in ("INSPECTING", "CLEARED", "REFUSED"):
        says(lot, state)
        with translation.override("zh-hans"):
            words.append(said_of_lots([lot])[lot].text)

    assert words == ["查验中", "已放行", "未通过"]


def test_the_pages_of_the_lot_and_of_the_cell_show_it() -> None:
    lot = imported()
    says(lot, "REFUSED")
    client = signed_in(given.person())
    [cell] = stock.cells(scope=Scope.everything(), sku_id=given.sku("WINE"))

    for page in (f"/stock/lots/{lot}/", f"/stock/cells/{cell.id}/"):
        text = client.get(page).content.decode()
        assert "Not passed" in text
        assert "Declaration 5301-7" in text
    assert (
        "未通过" in signed_in(given.person(), "zh-hans").get(f"/stock/lots/{lot}/").content.decode()
    )


def test_a_lot_that_was_never_imported_says_nothing() -> None:
    lot = given.lot("TEA", "T1")
    given.stock("TEA", 3, lot_id=lot)

    assert said_of_lots([lot]) == {}
    assert (
        "Declaration" not in signed_in(given.person()).get(f"/stock/lots/{lot}/").content.decode()
    )


def test_the_scanner_says_it_of_a_lot_and_of_what_lies_in_a_place() -> None:
    lot = imported()
    says(lot, "INSPECTING")
    house = given.warehouse_id("WH1")

    [found] = board.found_under("L1", scope=Scope.everything(), warehouse_id=house)
    [place] = board.found_under("A-01", scope=Scope.everything(), warehouse_id=house)

    facts = dict(found.facts)
    assert facts["Customs"] == "Under inspection · Declaration 5301-7 · 0 hours so far"
    assert place.rows[0].more.endswith("Lot L1 · Under inspection")
