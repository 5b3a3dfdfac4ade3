"""Units of one claim become units of another, where they lie."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from inventory import services as inventory
from inventory.models import Entry, Hold
from tests import given
from tests.inventory.claiming import (
    ACTOR,
    blanket,
    cell,
    do,
    hold,
    key,
    line,
    pin,
    refused,
    release,
    ship,
    state,
    units,
    where,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def tea() -> int:
    given.warehouse("WH1")
    given.location("B-01", sequence=5)
    tea = given.sku("TEA")
    given.stock("TEA", 10)
    return tea


def convert(hold_id: int | None, document: str, reason: str, **more: Any) -> inventory.Outcome:
    assert hold_id is not None
    request = inventory.ConvertRequest(
        key=key(), document=document, hold_id=hold_id, reason=reason, **more
    )
    return do(inventory.convert, request)


def test_inspected_units_become_defect_where_they_lie_and_are_never_free_in_between() -> None:
    qc = hold("QC-1", qty=4, reason="QC", location="A-01").check()
    outcome = convert(qc.hold_id, "DF-1", "DEFECT").check()
    assert (where("DF-1"), state("QC-1"), given.free("TEA")) == ({("A-01", ""): 4}, "RELEASED", 6)
    made = Hold.objects.get(document="DF-1")
    assert made.pk == outcome.hold_id
    assert (made.reason.code, made.asked, made.rank) == ("DEFECT", 4, 65)
    entries = Entry.objects.filter(posting__kind="CONVERT").values_list("on_hand", "held")
    assert sorted(entries) == [(0, -4), (0, 4)]


def test_a_part_is_converted_and_the_rest_stays(tea: int) -> None:
    qc = hold("QC-1", qty=4, reason="QC", location="A-01").check()
    convert(qc.hold_id, "DF-1", "DEFECT", lines=(line("TEA", 1),)).check()
    assert (units("QC-1"), units("DF-1"), state("QC-1")) == (3, 1, "PARTIALLY_RELEASED")
    code, params = refused(convert(qc.hold_id, "DF-2", "DEFECT", lines=(line("TEA", 4),)))
    assert (code, params["line"], params["sku_id"], params["asked"], params["there"]) == (
        "not_held", 0, tea, 4, 3,
    )  # fmt: skip


def test_two_lines_of_one_request_never_take_the_same_units() -> None:
    qc = hold("QC-1", qty=4, reason="QC", location="A-01").check()
    lines = (line("TEA", 3), line("TEA", 2))
    code, params = refused(convert(qc.hold_id, "DF-1", "DEFECT", lines=lines))
    assert (code, params["line"], params["there"], units("QC-1")) == ("not_held", 1, 1, 4)
    convert(qc.hold_id, "DF-1", "DEFECT", lines=(line("TEA", 3), line("TEA", 1))).check()
    assert (units("QC-1"), units("DF-1"), state("QC-1")) == (0, 4, "RELEASED")


def test_a_reserve_becomes_an_order_without_cells_and_is_shipped() -> None:
    promo = hold("PROMO", qty=6, reason="PROMOTION").check()
    convert(promo.hold_id, "SO-1", "ORDER", lines=(line("TEA", 2),), priority=7).check()
    assert (where("SO-1"), units("PROMO"), given.free("TEA")) == ({("", ""): 2}, 4, 4)
    pin("SO-1").check()
    assert not ship("SO-1").refused


def test_a_blanket_is_converted_whole_and_covers_nothing_afterwards() -> None:
    leak = blanket("LK-1", "", reason="LEAK", location="A-01").check()
    code, params = refused(convert(leak.hold_id, "DF-1", "DAMAGE", lines=(line("TEA", 1),)))
    assert (code, params["reason"]) == ("bad_request", "blanket")

    convert(leak.hold_id, "DF-1", "DAMAGE").check()

    assert (where("DF-1"), state("LK-1"), cell("A-01")) == (
        {("A-01", ""): 10},
        "RELEASED",
        (10, 10),
    )
    given.stock("TEA", 5)
    assert given.free("TEA") == 5


def test_frozen_units_are_not_promised_while_another_freeze_covers_them(tea: int) -> None:
    qc = hold("QC-1", qty=4, reason="QC", location="A-01").check()
    recall = blanket("RC-1", reason="RECALL").check()
    code, params = refused(convert(qc.hold_id, "SO-1", "ORDER"))
    assert (code, params["hold_id"], params["act"], params["sku_id"]) == (
        "blocked", recall.hold_id, "reserve", tea,
    )  # fmt: skip
    convert(qc.hold_id, "DF-1", "DEFECT").check()
    assert (units("DF-1"), units("RC-1")) == (4, 6)


def test_what_is_closed_unknown_or_a_mark_is_refused() -> None:
    qc = hold("QC-1", qty=4, reason="QC", location="A-01").check()
    assert refused(convert(qc.hold_id, "X", "NO_SUCH"))[0] == "unknown_reason"
    assert refused(convert(qc.hold_id, "X", "COUNT"))[0] == "bad_request"
    assert refused(convert(999_999, "X", "DEFECT"))[0] == "already_released"
    release("QC-1", freezes=True).check()
    assert refused(convert(qc.hold_id, "X", "DEFECT")) == (
        "already_released",
        {"hold_id": qc.hold_id},
    )
    assert given.free("TEA") == 10


def test_a_converted_drawn_order_is_spent_from_its_reserve() -> None:
    hold("PROMO", qty=4, reason="PROMOTION").check()
    order = hold("SO-1", qty=4, draw_from="PROMO").check()
    convert(order.hold_id, "SO-2", "ORDER").check()
    assert (state("PROMO"), state("SO-1")) == ("CONSUMED", "RELEASED")
    release("SO-2").check()
    assert given.free("TEA") == 10


def test_a_batch_of_conversions_costs_the_same_statements_as_one() -> None:
    given.stock("TEA", 100)
    costs = []
    for batch in (1, 30):
        made = [
            hold(f"QC-{batch}-{number}", qty=1, reason="QC", location="A-01").hold_id
            for number in range(batch)
        ]
        requests = [
            inventory.ConvertRequest(
                key=key(), document=f"DF-{hold_id}", hold_id=hold_id or 0, reason="DEFECT"
            )
            for hold_id in made
        ]
        with CaptureQueriesContext(connection) as seen, transaction.atomic():
            assert not any(one.refused for one in inventory.convert(requests, actor=ACTOR))
        costs.append(len(seen))
    assert costs[0] == costs[1]
