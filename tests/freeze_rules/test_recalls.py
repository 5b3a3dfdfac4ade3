"""A recall reaches everything that came from a lot, a delivery or an order, as one unit."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import transaction

from freeze_rules import services as freezing
from freeze_rules.models import Lease, Recall
from freeze_rules.services import recall_consent, recalls
from inventory import selectors as stock
from inventory import services as inventory
from inventory.selectors.genealogy import Cone
from org.models import AuditRecord, Person
from org.scope import Scope
from org.services import approvals
from tests import given

pytestmark = pytest.mark.django_db
_turn = iter(range(1, 10_000))


def verb(name: str, kind: str, document: str, **more: Any) -> Any:
    request = getattr(inventory, kind)(key=f"t:{next(_turn)}", document=document, **more)
    with transaction.atomic():
        return getattr(inventory, name)([request], actor="system:test")[0].check()


def line(qty: int, lot: int | None = None, sku: str = "MILK") -> inventory.Line:
    return inventory.Line(sku_id=given.sku(sku), qty=qty, lot_id=lot)


def lot(code: str = "L1") -> int:
    given.sku("MILK", lot_tracked=True) if code == "L1" else None
    return given.lot("MILK", code, expires_on=date(2090, 1, 1))


def received(
    document: str, qty: int, lot_id: int | None, at: str = "A-01", sku: str = "MILK"
) -> None:
    house = given.warehouse_id("WH1")
    verb(
        "receive", "ReceiveRequest", document, warehouse_id=house,
        location_id=given.location(at), lines=(line(qty, lot_id, sku),),
    )  # fmt: skip


def moved(qty: int, lot_id: int | None, start: str, end: str, sku: str = "MILK") -> None:
    verb(
        "move", "MoveRequest", "MV-1", warehouse_id=given.warehouse_id("WH1"),
        lines=(
            inventory.MoveLine(
                sku_id=given.sku(sku), qty=qty, lot_id=lot_id,
                from_location_id=given.location(start), to_location_id=given.location(end),
            ),
        ),
    )  # fmt: skip


def shipped(document: str, qty: int, lot_id: int | None, sku: str = "MILK") -> None:
    given.held(document, sku, qty) if lot_id is None else verb(
        "hold", "HoldRequest", document, warehouse_id=given.warehouse_id("WH1"),
        lines=(line(qty, lot_id, sku),),
    )  # fmt: skip
    verb("pin", "PinRequest", document, warehouse_id=given.warehouse_id("WH1"))
    verb("ship", "ShipRequest", document)


def came_back(document: str, qty: int, lot_id: int | None, sku: str = "MILK") -> None:
    verb(
        "take_return", "ReturnRequest", "RT-1", warehouse_id=given.warehouse_id("WH1"),
        location_id=given.location("B-01"), lines=(line(qty, lot_id, sku),),
        shipped_document=document,
    )  # fmt: skip


def of_lot(lot_id: int, **more: Any) -> recalls.RecallOrder:
    return recalls.RecallOrder(root="LOT", lot_id=lot_id, why="Glass found", **more)


def laid(order: recalls.RecallOrder, person: Person, key: str = "k") -> recalls.Recalled:
    with transaction.atomic():
        return recalls.recall(key=key, order=order, person=person)


def cells_of(cone: Cone) -> list[tuple[str, str, int]]:
    return [(cell.location_code, cell.lot_code, cell.on_hand) for cell in cone.cells]


def test_the_cone_of_a_lot_is_where_it_lies_and_who_got_it() -> None:
    bad, good = lot(), lot("L2")
    received("PO-1", 20, bad)
    received("PO-1", 30, good)
    moved(8, bad, "A-01", "B-01")
    shipped("SO-1", 5, bad)
    shipped("SO-2", 5, good)
    came_back("SO-1", 2, bad)
    given.held("SO-3", "MILK", 4)

    cone = recalls.trace(of_lot(bad))

    assert cells_of(cone) == [("A-01", "L1", 7), ("B-01", "L1", 10)]
    assert [(row.document, row.units, row.returned) for row in cone.shipped] == [("SO-1", 5, 2)]
    assert (cone.units, cone.at_customers) == (17, 3)
    assert [(row.document, row.pinned, row.loose) for row in cone.promised] == [("SO-3", 0, 4)]
    assert {step.kind for step in cone.steps} == {"RECEIVE", "MOVE", "SHIP", "RETURN"}


def test_a_delivery_and_an_order_lead_to_the_lots_they_brought_and_got() -> None:
    bad, good = lot(), lot("L2")
    received("PO-1", 20, bad)
    received("PO-2", 30, good)
    shipped("SO-1", 5, bad)

    by_delivery = recalls.trace(recalls.RecallOrder(root="RECEIPT", document="PO-1"))
    by_order = recalls.trace(recalls.RecallOrder(root="ORDER", document="SO-1"))

    assert [each.code for each in by_delivery.lots] == ["L1"]
    assert [each.code for each in by_order.lots] == ["L1"]


def test_goods_without_a_lot_are_followed_from_cell_to_cell_and_never_backwards() -> None:
    received("PO-1", 10, None, "A-01", "BOX")
    moved(4, None, "A-01", "C-01", "BOX")
    received("PO-2", 6, None, "A-01", "BOX")
    moved(3, None, "A-01", "B-01", "BOX")
    shipped("SO-1", 2, None, "BOX")

    cone = recalls.trace(recalls.RecallOrder(root="RECEIPT", document="PO-2"))

    # What was carried to C-01 left before the delivery came.
    assert {place for place, _lot, _units in cells_of(cone)} == {"A-01", "B-01"}
    assert all(cell.mixed for cell in cone.cells)


def test_a_lot_counted_as_another_was_relabelled_and_is_followed() -> None:
    bad, other = lot(), lot("L2")
    received("PO-1", 10, bad)
    verb(
        "adjust", "AdjustRequest", "CT-1", warehouse_id=given.warehouse_id("WH1"),
        location_id=given.location("A-01"), counted=(line(4, bad), line(6, other)), why="label",
    )  # fmt: skip
    moved(6, other, "A-01", "B-01")

    cone = recalls.trace(of_lot(bad))

    assert cells_of(cone) == [("A-01", "L1", 4), ("B-01", "L2", 6)]
    assert [cell.mixed for cell in cone.cells] == [False, True]


def test_all_of_it_is_frozen_as_one_and_what_comes_back_is_frozen_too() -> None:
    boss, bad = given.person(), lot()
    received("PO-1", 20, bad)
    shipped("SO-1", 5, bad)
    given.held("SO-2", "MILK", 4)

    done = laid(of_lot(bad), boss)

    assert given.free("MILK") == 0
    holds = stock.holds(scope=Scope.everything(), documents=[done.number])
    assert [(hold.reason_code, hold.is_safety, hold.open) for hold in holds] == [
        ("RECALL", True, 15)
    ]
    assert stock.holds(scope=Scope.everything(), documents=["SO-2"], closed=True)[0].open == 0
    came_back("SO-1", 3, bad)
    assert given.free("MILK") == 0
    assert stock.holds(scope=Scope.everything(), documents=[done.number])[0].open == 18
    assert Lease.objects.filter(hold_id__in=done.hold_ids, owner=boss).count() == 1
    assert AuditRecord.objects.get(action="recall.laid").subject == done.number
    assert laid(of_lot(bad), boss).repeated is True
    assert Recall.objects.count() == 1


def test_what_was_shown_is_what_is_frozen_or_nothing() -> None:
    boss, bad = given.person(), lot()
    received("PO-1", 20, bad)
    shown = recalls.preview(order=of_lot(bad), person=boss)
    moved(8, bad, "A-01", "B-01")

    with pytest.raises(recalls.RecallRefused) as refused, transaction.atomic():
        recalls.recall(key="k", order=of_lot(bad), person=boss, seen=shown.seen)

    assert refused.value.code == "world_moved"
    assert (given.free("MILK"), Recall.objects.count()) == (20, 0)


def test_a_part_of_a_recall_is_not_released_by_itself() -> None:
    boss, bad = given.person(), lot()
    received("PO-1", 20, bad)
    done = laid(of_lot(bad), boss)

    with pytest.raises(freezing.FreezeRefused) as refused, transaction.atomic():
        freezing.unfreeze(key="u", hold_id=done.hold_ids[0], why="fine", person=boss)

    assert refused.value.code == "part_of_recall"
    assert given.free("MILK") == 0


def test_somebody_else_lifts_it_whole() -> None:
    boss, other = given.person(), given.person()
    bad, also = lot(), lot("L2")
    received("PO-1", 20, bad)
    received("PO-1", 5, also)
    done = laid(recalls.RecallOrder(root="RECEIPT", document="PO-1", why="Glass"), boss)
    assert (len(done.hold_ids), given.free("MILK")) == (2, 0)

    with pytest.raises(recalls.RecallRefused) as refused, transaction.atomic():
        recall_consent.lift(key="l", recall_id=done.recall_id, why="false alarm", person=boss)
    assert refused.value.code == "own_recall"
    with transaction.atomic():
        lifted = recall_consent.lift(
            key="l", recall_id=done.recall_id, why="false alarm", person=other
        )

    assert (lifted.freezes, given.free("MILK")) == (2, 25)
    row = Recall.objects.get()
    assert (row.lifted_by_id, row.lift_why) == (other.pk, "false alarm")


def test_with_a_policy_lifting_waits_for_consent_and_is_done_once() -> None:
    boss, asker, checker = given.person(), given.person(), given.person()
    bad = lot()
    received("PO-1", 20, bad)
    done = laid(of_lot(bad), boss)
    with transaction.atomic():
        approvals.save_policy(
            draft=approvals.PolicyDraft(
                kind=recall_consent.CODE, name="Recalls", min_qty=1,
                steps=(
                    approvals.StepDraft(asked="PERMISSION", permission="stock.release_safety"),
                ),
            ),
            person=boss,
        )  # fmt: skip
        lifted = recall_consent.lift(
            key="l", recall_id=done.recall_id, why="false alarm", person=asker
        )
    assert lifted.approval_id is not None
    assert given.free("MILK") == 0

    with transaction.atomic():
        approvals.decide(request_id=lifted.approval_id, person=checker, verdict="APPROVE", key="d")

    assert given.free("MILK") == 20
    assert Recall.objects.get().lifted_at is not None


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"root": "LOT", "lot_id": 999_999}, "unknown_lot"),
        ({"root": "LOT"}, "root_missing"),
        ({"root": "RECEIPT", "document": "PO-404"}, "nothing_found"),
        ({"root": "ORDER", "document": ""}, "root_missing"),
        ({"root": "RECEIPT", "document": "PO-1", "why": " "}, "why_missing"),
    ],
)
def test_a_recall_of_nothing_is_refused(asked: dict[str, Any], code: str) -> None:
    received("PO-1", 20, lot())

    with pytest.raises(recalls.RecallRefused) as refused:
        laid(recalls.RecallOrder(**{"why": "Glass", **asked}), given.person())

    assert refused.value.code == code


def test_whoever_works_in_one_store_recalls_nothing_of_the_whole_house() -> None:
    given.unit("ST1", "STORE", "HQ")
    manager = given.person("STORE_MANAGER", at="ST1")

    with pytest.raises(recalls.RecallRefused) as refused:
        recalls.preview(order=of_lot(lot()), person=manager)

    assert refused.value.code == "everywhere_only"
