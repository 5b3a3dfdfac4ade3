"""Units are taken away from a document for a better use."""

from __future__ import annotations

from typing import Any

import pytest

from inventory import services as inventory
from outbox.models import News
from tests import given
from tests.inventory.claiming import (
    do,
    hold,
    key,
    line,
    pin,
    refused,
    start,
    state,
    units,
    where,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def tea() -> int:
    given.warehouse("WH1")
    tea = given.sku("TEA")
    given.stock("TEA", 10)
    return tea


def displace(document: str, qty: int, **more: Any) -> inventory.Outcome:
    return do(
        inventory.displace,
        inventory.DisplaceRequest(
            key=key(), document=document, warehouse_id=given.warehouse_id("WH1"),
            lines=(line("TEA", qty, **more),),
        ),
    )  # fmt: skip


def test_displaced_units_are_free_and_their_owner_is_told(tea: int) -> None:
    hold("SO-1", qty=6)
    assert displace("SO-1", 4).check().displaced == {"SO-1": {tea: 4}}
    assert (units("SO-1"), state("SO-1"), given.free("TEA")) == (2, "PARTIALLY_RELEASED", 8)
    assert News.objects.filter(key="SO-1").exists()
    displace("SO-1", 2).check()
    assert (state("SO-1"), given.free("TEA")) == ("RELEASED", 10)


def test_units_without_a_cell_go_first_and_started_ones_last(tea: int) -> None:
    hold("SO-1", qty=2)
    pin("SO-1")
    start("SO-1")
    hold("SO-1", qty=2)
    displace("SO-1", 2).check()
    assert where("SO-1") == {("A-01", ""): 2}


def test_more_than_the_document_has_is_refused_and_freezes_are_not_displaced(tea: int) -> None:
    hold("SO-1", qty=2)
    hold("FZ-1", qty=2, reason="QC")
    code, params = refused(displace("SO-1", 3))
    assert (code, params["line"], params["sku_id"], params["asked"], params["there"]) == (
        "not_held", 0, tea, 3, 2,
    )  # fmt: skip
    assert refused(displace("FZ-1", 1))[0] == "not_held"
    assert refused(displace("SO-1", 0))[0] == "bad_quantity"
    assert (units("SO-1"), units("FZ-1"), given.free("TEA")) == (2, 2, 6)
