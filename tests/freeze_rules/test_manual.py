"""Freezing n units of a cell by hand, and letting them go."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client

from freeze_rules import services as freezing
from freeze_rules.models import ManualFreeze
from inventory import selectors as stock
from inventory import services as inventory
from inventory.models import Reason
from org import roles
from org.models import AuditRecord, Person
from org.scope import Scope
from tests import given

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead() -> Person:
    given.warehouse("WH1")
    given.stock("TEA", 10)
    return given.person("WAREHOUSE_LEAD")


def freeze(person: Person, qty: int, *, key: str = "k1", reason: str = "QC") -> freezing.Frozen:
    house = given.warehouse_id("WH1")
    place = stock.location_by_code(warehouse_id=house, code="A-01")
    assert place is not None
    with transaction.atomic():
        order = freezing.FreezeOrder(
            warehouse_id=house, location_id=place.id, sku_id=given.sku("TEA"), qty=qty,
            reason=reason, note="wet",
        )  # fmt: skip
        return freezing.freeze(key=key, order=order, person=person)


def unfreeze(
    person: Person, hold_id: int, qty: int | None = None, *, key: str = "r1", why: str = "dry"
) -> freezing.Released:
    with transaction.atomic():
        return freezing.unfreeze(key=key, hold_id=hold_id, qty=qty, why=why, person=person)


def the_hold(hold_id: int) -> stock.HoldView:
    return stock.holds(scope=Scope.everything(), ids=[hold_id], closed=True)[0]


def test_frozen_units_are_not_for_sale_and_stand_under_their_number(lead: Person) -> None:
    done = freeze(lead, 4)

    assert given.free("TEA") == 6
    hold = the_hold(done.hold_id)
    assert (hold.document, hold.open, hold.reason_code) == (done.number, 4, "QC")
    assert hold.location_code == "A-01"
    assert hold.placed_by == lead.actor
    assert hold.review_at == ManualFreeze.objects.get().at + timedelta(days=3)
    record = AuditRecord.objects.get(action="stock.frozen")
    assert (record.actor, record.subject) == (lead.actor, done.number)


def test_part_of_a_freeze_is_released_then_the_rest(lead: Person) -> None:
    done = freeze(lead, 4)

    unfreeze(lead, done.hold_id, 1)
    assert given.free("TEA") == 7
    assert the_hold(done.hold_id).open == 3

    unfreeze(lead, done.hold_id, key="r2")
    assert given.free("TEA") == 10
    assert the_hold(done.hold_id).state == "RELEASED"
    assert AuditRecord.objects.filter(action="stock.unfrozen").count() == 2


def test_a_resent_freeze_freezes_once(lead: Person) -> None:
    first = freeze(lead, 4)
    again = freeze(lead, 4)

    assert (again.number, again.repeated) == (first.number, True)
    assert given.free("TEA") == 6
    assert AuditRecord.objects.filter(action="stock.frozen").count() == 1


def test_the_same_key_with_another_quantity_is_refused(lead: Person) -> None:
    freeze(lead, 4)

    with pytest.raises(inventory.Refused) as refused:
        freeze(lead, 5)

    assert refused.value.code == "key_reused"
    assert given.free("TEA") == 6


def test_more_than_lies_free_in_the_cell_is_refused_and_leaves_nothing(lead: Person) -> None:
    given.held("SO-1", "TEA", 3)

    with pytest.raises(inventory.Refused) as refused:
        freeze(lead, 8)

    assert refused.value.code == "insufficient_stock"
    assert given.free("TEA") == 7
    assert not ManualFreeze.objects.exists()
    assert not AuditRecord.objects.filter(action="stock.frozen").exists()


@pytest.mark.parametrize("reason", ["ORDER", "EXPIRED", "NONSENSE"])
def test_reasons_of_orders_and_rules_are_not_for_people(lead: Person, reason: str) -> None:
    with pytest.raises(freezing.FreezeRefused) as refused:
        freeze(lead, 1, reason=reason)

    assert refused.value.code == "reason_not_by_hand"
    assert given.free("TEA") == 10


def test_staff_without_the_right_neither_freeze_nor_release(lead: Person) -> None:
    done = freeze(lead, 4)
    staff = given.person("WAREHOUSE_STAFF")

    for act in (lambda: freeze(staff, 1, key="k2"), lambda: unfreeze(staff, done.hold_id)):
        with pytest.raises(freezing.FreezeRefused) as refused:
            act()
        assert refused.value.code == "not_allowed"
    assert given.free("TEA") == 6


def test_a_lead_elsewhere_neither_freezes_nor_releases_here(lead: Person) -> None:
    done = freeze(lead, 4)
    given.unit("EAST", "REGION", "HQ")
    stranger = given.person("WAREHOUSE_LEAD", at="EAST")

    with pytest.raises(freezing.FreezeRefused) as refused:
        freeze(stranger, 1, key="k2")
    assert refused.value.code == "unknown_warehouse"
    with pytest.raises(freezing.FreezeRefused) as refused:
        unfreeze(stranger, done.hold_id)
    assert refused.value.code == "unknown_hold"
    assert given.free("TEA") == 6


def test_an_order_s_claim_is_not_released_by_hand(lead: Person) -> None:
    hold_id = given.held("SO-1", "TEA", 3)

    with pytest.raises(freezing.FreezeRefused) as refused:
        unfreeze(lead, hold_id)

    assert refused.value.code == "not_a_freeze"
    assert given.free("TEA") == 7


def test_releasing_twice_or_too_much_is_refused(lead: Person) -> None:
    done = freeze(lead, 4)

    with pytest.raises(inventory.Refused) as refused:
        unfreeze(lead, done.hold_id, 5)
    assert refused.value.code == "not_held"
    unfreeze(lead, done.hold_id, key="r2")
    with pytest.raises(inventory.Refused) as refused:
        unfreeze(lead, done.hold_id, key="r3")
    assert refused.value.code == "already_released"
    assert given.free("TEA") == 10


def test_a_release_says_why(lead: Person) -> None:
    done = freeze(lead, 4)

    with pytest.raises(freezing.FreezeRefused) as refused:
        unfreeze(lead, done.hold_id, why="  ")

    assert refused.value.code == "reason_missing"
    assert given.free("TEA") == 6


def test_a_release_on_the_page_leads_back_to_what_was_shown(lead: Person, client: Client) -> None:
    hold = freeze(lead, 4).hold_id
    client.force_login(lead)

    released = client.post(
        f"/holds/{hold}/release/?reason=QC", {"token": "t2", "qty": "1", "why": "dry again"}
    )

    assert (released.status_code, released["Location"]) == (302, "/holds/?reason=QC")
    assert given.free("TEA") == 7


def test_part_of_a_freeze_of_defective_goods_is_released(lead: Person) -> None:
    given.stock("TEA", 5, grade="CC")
    order = freezing.FreezeOrder(
        warehouse_id=given.warehouse_id("WH1"), sku_id=given.sku("TEA"), qty=3, grade="CC",
        reason="MANUAL",
    )  # fmt: skip
    with transaction.atomic():
        done = freezing.freeze(key="k1", order=order, person=lead)

    unfreeze(lead, done.hold_id, 1)

    assert the_hold(done.hold_id).open == 2
    assert given.free("TEA") == 10


def test_the_reason_says_who_may_release(lead: Person) -> None:
    done = freeze(lead, 4, reason="RECALL")
    # A merchant's own rule: only the head office's auditors let go of a recall.
    Reason.objects.filter(code="RECALL").update(release_permission=roles.AUDIT_VIEW)

    with pytest.raises(freezing.FreezeRefused) as refused:
        unfreeze(lead, done.hold_id)

    assert refused.value.code == "not_allowed"
    assert given.free("TEA") == 6


def test_strangers_sign_in_first(client: Client) -> None:
    page = client.get("/holds/")
    assert page.status_code == 302
    assert page["Location"].startswith("/sign-in/")


@pytest.mark.parametrize(
    "query",
    [
        "document=%00",
        "reason=%00",
        "after=9e9",
        "role=%00",
        "after=" + "9" * 30,
        "after=1 no-day&sort=review",
        "sort=%00",
    ],
)
def test_nonsense_in_the_address_never_breaks_the_board(
    lead: Person, client: Client, query: str
) -> None:
    freeze(lead, 4)
    client.force_login(lead)

    assert client.get(f"/holds/?{query}").status_code == 200
