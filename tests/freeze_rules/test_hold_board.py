"""The hold board: what a claim holds, who placed it and when, and how many there are."""

from __future__ import annotations

import re

import pytest
from django.db import transaction
from django.test import Client

from inventory import selectors as stock
from inventory import services as inventory
from org.models import Person
from org.scope import Scope
from tests import given

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead() -> Person:
    given.warehouse("WH1")
    # By code the first is BOX, by name the first is Apple: a claim shows one SKU, not half of two.
    given.sku("BOX", name="Zebra box")
    given.sku("TEA", name="Apple tea")
    given.stock("BOX", 10)
    given.stock("TEA", 10)
    return given.person("WAREHOUSE_LEAD")


def _held_together(document: str, *, actor: str = "system:pipeline", **qty: int) -> None:
    with transaction.atomic():
        inventory.hold(
            [
                inventory.HoldRequest(
                    key=f"together:{document}",
                    document=document,
                    warehouse_id=given.warehouse_id("WH1"),
                    lines=tuple(
                        inventory.Line(sku_id=given.sku(code), qty=each)
                        for code, each in qty.items()
                    ),
                )
            ],
            actor=actor,
        )[0].check()


def _tabs(page: str) -> list[str]:
    return re.findall(r'<span class="tab-count[^"]*">([^<]*)</span>', page)


def test_a_hold_of_several_skus_shows_the_first_whole_and_how_many_more(lead: Person) -> None:
    _held_together("SO-1", TEA=2, BOX=3)

    (hold,) = stock.holds(scope=Scope.everything(), documents=["SO-1"])

    assert (hold.sku_code, hold.sku_name, hold.more_skus) == ("BOX", "Zebra box", 1)
    assert hold.open == 5


def test_the_page_says_more_who_and_since_when(lead: Person, client: Client) -> None:
    _held_together("SO-1", TEA=2, BOX=3)
    client.force_login(lead)
    (hold,) = stock.holds(scope=Scope.everything(), documents=["SO-1"])

    page = client.get("/holds/?role=COMMITMENT", headers={"accept-language": "zh-hans"})
    text = page.content.decode()

    assert "另有 1 种" in text
    assert "系统·自动处理" in text
    assert "system:pipeline" not in text
    assert re.search(r">\d\d-\d\d \d\d:\d\d:\d\d</time>", text)
    assert "0 分钟" not in text.replace("\xa0", " ")
    assert f"H-{hold.id}" in text


def test_the_tabs_count_what_they_show(lead: Person, client: Client) -> None:
    given.held("SO-1", "TEA", 1)
    given.held("SO-2", "TEA", 1)
    given.held("FZ-1", "BOX", 1, reason="QC")
    client.force_login(lead)

    everything = client.get("/holds/").content.decode()
    of_one_order = client.get("/holds/?document=SO-2&role=").content.decode()

    # The receiving area is frozen as a whole, so there is one freeze more than ours; nothing lies
    # there, so the board leaves it out and counts without it.
    everywhere = Scope.everything()
    assert len(stock.holds(scope=everywhere, role="FREEZE")) == 2
    assert _tabs(everything) == ["1", "2", "0", "3"]
    assert _tabs(of_one_order) == ["0", "1", "0", "1"]
    assert 'href="/holds/?document=SO-2&amp;role=FREEZE"' in of_one_order


def test_counts_stop_at_the_scope(lead: Person) -> None:
    given.held("SO-1", "TEA", 1)

    assert stock.open_holds(scope=Scope.nothing()).count() == 0
    assert stock.holds(scope=Scope.nothing()) == []
