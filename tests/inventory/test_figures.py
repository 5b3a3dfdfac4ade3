"""What may be sold: by warehouse, by pool, for somebody, for a shop; exact values."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from inventory import selectors
from inventory import services as inventory
from inventory.models import Reason
from outbox.models import News
from tests import given
from tests.inventory.test_kits import kit, post, recipe

pytestmark = pytest.mark.django_db


def two_houses() -> tuple[int, int]:
    given.warehouse("WH1")
    given.warehouse("WH2")
    return given.warehouse_id("WH1"), given.warehouse_id("WH2")


def reason(code: str, *, role: str = "FREEZE", publish: bool, reserve: bool = True) -> None:
    Reason.objects.create(
        code=code, name=code, name_en=code, role=role, rank=5, blocks_reserve=reserve,
        blocks_pick=False, blocks_ship=False, blocks_publish=publish, binds_to="PLACE",
    )  # fmt: skip


def blanket(document: str, code: str, **scope: Any) -> int:
    request = inventory.HoldRequest(
        key=document, document=document, warehouse_id=given.warehouse_id("WH1"), reason=code,
        blanket=True, **scope,
    )  # fmt: skip
    hold_id = post(inventory.hold, request)[0].check().hold_id
    assert hold_id is not None
    return hold_id


def figure(code: str = "TEA", warehouse: str = "WH1") -> tuple[int, int, int, int]:
    sku, house = given.sku(code), given.warehouse_id(warehouse)
    found = selectors.publishable(sku_ids=[sku])[house, sku]
    return found.available, found.shown, found.hidden, found.qty


def told(topic_handler: str) -> set[str]:
    return set(News.objects.filter(handler__endswith=topic_handler).values_list("key", flat=True))


# --- free units ---


def test_available_is_good_stock_of_our_own_unless_asked_otherwise() -> None:
    given.stock("TEA", 10)
    tea, house = given.sku("TEA"), given.warehouse_id("WH1")
    with transaction.atomic():
        inventory.receive(
            [
                inventory.ReceiveRequest(
                    key=f"in:{grade}:{owner}", document="PO", warehouse_id=house,
                    location_id=given.location("A-01"),
                    lines=(inventory.Line(sku_id=tea, qty=qty, grade=grade, owner=owner),),
                )
                for grade, owner, qty in (("CC", "SELF", 4), ("ZP", "ACME", 3))
            ],
            actor=given.ACTOR,
        )  # fmt: skip

    assert selectors.available(sku_ids=[tea]) == {(house, tea): 10}
    assert selectors.available(sku_ids=[tea], grade="CC") == {(house, tea): 4}
    assert selectors.available(sku_ids=[tea], owner="ACME") == {(house, tea): 3}
    assert selectors.available(sku_ids=[tea], warehouse_ids=[house + 999]) == {}
    assert selectors.available(sku_ids=[]) == {}


def test_a_pool_is_any_set_of_warehouses() -> None:
    one, two = two_houses()
    given.stock("TEA", 10, warehouse="WH1")
    given.stock("TEA", 4, warehouse="WH2")
    given.held("SO-1", "TEA", 3)
    tea, odd = given.sku("TEA"), given.sku("ODD")

    pools = {"east": [one], "all": [one, two, one], "none": []}

    assert selectors.available_in_pools(sku_ids=[tea, odd], pools=pools) == {
        ("east", tea): 7, ("all", tea): 11, ("none", tea): 0,
        ("east", odd): 0, ("all", odd): 0, ("none", odd): 0,
    }  # fmt: skip


def test_a_kit_is_packed_in_one_warehouse_as_often_as_its_scarcest_part_allows() -> None:
    one, two = two_houses()
    given.stock("TEA", 9, warehouse="WH1")
    given.stock("CUP", 3, warehouse="WH1")
    given.stock("TEA", 100, warehouse="WH2")
    box = kit(TEA=2, CUP=1)

    assert selectors.available(sku_ids=[box]) == {(one, box): 3, (two, box): 0}
    assert selectors.available_in_pools(sku_ids=[box], pools={"all": [one, two]}) == {
        ("all", box): 3
    }
    given.held("SO-1", "TEA", 4)
    assert selectors.available(sku_ids=[box], warehouse_ids=[one]) == {(one, box): 2}
    given.held("FZ-1", "CUP", 3, reason="QC")
    assert selectors.available(sku_ids=[box], warehouse_ids=[one]) == {(one, box): 0}


def test_figures_of_many_skus_and_kits_cost_as_much_as_of_one() -> None:
    for n in range(5):
        given.stock(f"T{n}", 5)
    boxes = [kit(f"BOX{n}", T0=1, **{f"T{n + 1}": 1}) for n in range(4)]
    pools = {"a": [given.warehouse_id("WH1")]}

    def statements(skus: list[int]) -> list[int]:
        counts = []
        for ask in (
            lambda: selectors.available(sku_ids=skus),
            lambda: selectors.available_in_pools(sku_ids=skus, pools=pools),
            lambda: selectors.available_for(document="SO-1", draw_from="PR-1", sku_ids=skus),
            lambda: selectors.versions(sku_ids=skus),
            lambda: selectors.publishable(sku_ids=skus),
        ):
            with CaptureQueriesContext(connection) as seen:
                assert ask()
            counts.append(len(seen))
        return counts

    assert statements(boxes[:1]) == statements([*boxes, given.sku("T0")]) == [2, 2, 3, 2, 2]


# --- for somebody ---


def test_an_orders_own_claims_and_its_promotions_reserve_count_as_available_to_it() -> None:
    given.stock("TEA", 20)
    given.held("PR-1", "TEA", 6, reason="PROMOTION")
    given.held("SO-1", "TEA", 5)
    given.held("SO-2", "TEA", 2)
    given.held("FZ-1", "TEA", 3, reason="QC")
    tea, house = given.sku("TEA"), given.warehouse_id("WH1")

    def could_have(document: str, draw_from: str = "") -> int:
        found = selectors.available_for(document=document, draw_from=draw_from, sku_ids=[tea])
        return found[house, tea]

    assert could_have("SO-9") == 4
    assert could_have("SO-1") == 9
    assert could_have("SO-1", "PR-1") == 15
    assert could_have("SO-9", "PR-1") == 10
    # A freeze gives nothing, whoever asks in its name.
    assert could_have("FZ-1") == 4
    found = selectors.available_for(document="SO-1", sku_ids=[tea], warehouse_ids=[house + 999])
    assert found == {}


def test_a_kit_for_somebody_counts_the_parts_he_holds() -> None:
    given.stock("TEA", 4)
    given.stock("CUP", 9)
    box, house = kit(TEA=2, CUP=1), given.warehouse_id("WH1")
    given.held("SO-1", "BOX", 2)

    assert selectors.available(sku_ids=[box]) == {(house, box): 0}
    assert selectors.available_for(document="SO-1", sku_ids=[box]) == {(house, box): 2}
    assert selectors.available_for(document="SO-2", sku_ids=[box]) == {(house, box): 0}


# --- for a shop ---


def test_claims_that_do_not_block_publishing_stay_in_the_figure() -> None:
    reason("DISPLAY", publish=False)
    given.stock("TEA", 10)
    given.held("SO-1", "TEA", 2)
    given.held("FZ-1", "TEA", 3, reason="QC")
    assert figure() == (5, 0, 0, 5)

    hold_id = given.held("FZ-2", "TEA", 4, reason="DISPLAY")

    assert figure() == (1, 4, 0, 5)
    with transaction.atomic():
        inventory.release(
            [inventory.ReleaseRequest(key="r", document="FZ-2", hold_id=hold_id)], actor="x"
        )[0].check()
    assert figure() == (5, 0, 0, 5)


def test_a_mark_that_blocks_publishing_hides_what_lies_under_it() -> None:
    reason("PHOTO", role="MARK", publish=True, reserve=False)
    given.warehouse("WH1")
    spare = given.location("B-01")
    given.stock("TEA", 6)
    given.stock("TEA", 4, location="B-01")
    given.stock("CUP", 1)
    News.objects.all().delete()

    mark = blanket("MK-1", "PHOTO", location_id=spare)

    assert given.free("TEA") == 10
    assert figure() == (10, 0, 4, 6)
    # Shops hear of the hidden units although no balance changed; of other SKUs they do not.
    assert told("publishing:note_stock_changed") == {str(given.sku("TEA"))}
    given.held("SO-1", "TEA", 8)
    assert figure() == (2, 0, 2, 0)
    News.objects.all().delete()
    with transaction.atomic():
        inventory.release(
            [inventory.ReleaseRequest(key="r", document="MK-1", hold_id=mark)], actor="x"
        )[0].check()
    assert figure() == (2, 0, 0, 2)
    assert told("publishing:note_stock_changed") == {str(given.sku("TEA"))}


def test_a_count_that_lets_sales_go_on_hides_nothing() -> None:
    given.stock("TEA", 6)
    News.objects.all().delete()

    blanket("CT-1", "COUNT", location_id=given.location("A-01"))

    assert figure() == (6, 0, 0, 6)
    assert not News.objects.exists()


def test_units_shown_although_held_are_hidden_where_a_blanket_forbids_it() -> None:
    reason("DISPLAY", publish=False)
    given.stock("TEA", 5)
    blanket("FZ-1", "DISPLAY", location_id=given.location("A-01"))
    assert figure() == (0, 5, 0, 5)

    blanket("FZ-2", "RECALL", lines=(inventory.Line(sku_id=given.sku("TEA"), qty=0),))

    assert figure() == (0, 0, 0, 0)


def test_a_kit_shows_what_its_parts_may_show() -> None:
    reason("DISPLAY", publish=False)
    reason("PHOTO", role="MARK", publish=True, reserve=False)
    given.warehouse("WH1")
    spare = given.location("B-01")
    given.stock("TEA", 8)
    given.stock("CUP", 5)
    given.stock("CUP", 3, location="B-01")
    kit(TEA=2, CUP=1)
    given.held("FZ-1", "TEA", 4, reason="DISPLAY")

    assert figure("BOX") == (2, 2, 0, 4)
    blanket("MK-1", "PHOTO", location_id=spare)
    assert figure("BOX") == (2, 2, 0, 4)
    given.held("SO-1", "CUP", 4)
    assert figure("CUP") == (4, 0, 3, 1)
    assert figure("BOX") == (2, 2, 3, 1)


def test_a_kits_version_rises_with_every_part_and_every_recipe() -> None:
    given.stock("TEA", 8)
    given.stock("CUP", 5)
    box, house = kit(TEA=2, CUP=1), given.warehouse_id("WH1")

    def version() -> int:
        found = selectors.publishable(sku_ids=[box])[house, box].version
        assert selectors.versions(sku_ids=[box])[house, box] == found
        return found

    seen = [version()]
    given.held("SO-1", "TEA", 1)
    seen.append(version())
    given.held("SO-2", "CUP", 1)
    seen.append(version())
    recipe(box, TEA=1)
    seen.append(version())
    recipe(box, CUP=1)
    seen.append(version())
    assert seen == sorted(set(seen))


# --- who hears of it ---


def test_units_that_become_unsafe_are_told_apart_and_at_once() -> None:
    given.stock("TEA", 9)
    given.stock("CUP", 9)
    News.objects.all().delete()

    given.held("FZ-1", "TEA", 2, reason="QC")
    given.held("FZ-2", "CUP", 2, reason="MANUAL")
    given.held("SO-1", "CUP", 2)

    assert told("publishing:note_stock_unsafe") == {str(given.sku("TEA"))}
    assert told("publishing:note_stock_changed") == {str(given.sku(c)) for c in ("TEA", "CUP")}


def test_pinning_and_shipping_claimed_goods_is_no_news_about_figures() -> None:
    given.stock("TEA", 9)
    given.held("SO-1", "TEA", 2)
    News.objects.all().delete()
    house = given.warehouse_id("WH1")

    post(inventory.pin, inventory.PinRequest(key="p", document="SO-1", warehouse_id=house))
    post(inventory.ship, inventory.ShipRequest(key="s", document="SO-1"))

    assert not News.objects.filter(handler__contains="publishing").exists()


# --- why not more kits ---


def test_a_kit_explains_which_part_is_the_bottleneck() -> None:
    one, two = two_houses()
    given.stock("TEA", 9, warehouse="WH1")
    given.stock("CUP", 3, warehouse="WH1")
    box = kit(TEA=2, CUP=1)

    here, there = selectors.explain_kit(kit_sku_id=box, warehouse_ids=[one, two])

    assert (here.kit_code, here.warehouse_id, here.version, here.available) == ("BOX", one, 1, 3)
    assert [(p.sku_code, p.per_kit, p.available, p.kits) for p in here.parts] == [
        ("CUP", 1, 3, 3), ("TEA", 2, 9, 4),
    ]  # fmt: skip
    assert [(p.sku_code, p.missing_for_one_more) for p in here.bottlenecks] == [("CUP", 1)]
    assert [p.missing_for_one_more for p in here.parts] == [1, 1]
    assert there.available == 0
    assert {p.sku_code for p in there.bottlenecks} == {"CUP", "TEA"}
    assert selectors.explain_kit(kit_sku_id=given.sku("TEA"), warehouse_ids=[one]) == []
    bare = given.sku("SET", is_kit=True)
    assert selectors.explain_kit(kit_sku_id=bare, warehouse_ids=[one]) == []


def test_parts_are_put_together_again_only_as_far_as_they_make_whole_kits() -> None:
    given.stock("TEA", 20)
    given.stock("CUP", 20)
    box = kit(TEA=2, CUP=1)
    given.held("SO-1", "BOX", 3)
    tea, cup = given.sku("TEA"), given.sku("CUP")
    kits = selectors.held_kits(documents=["SO-1", "SO-2"])["SO-1"]

    assert selectors.as_sold({tea: 7, cup: 3}, kits) == {box: 3, tea: 1}
    assert selectors.as_sold({tea: 5, cup: 3}, kits) == {box: 2, tea: 1, cup: 1}
    assert selectors.as_sold({tea: 20, cup: 20}, kits) == {box: 3, tea: 14, cup: 17}
    assert selectors.as_sold({}, kits) == {}
    assert selectors.with_kits([tea]) == {tea, box}
