"""Kits: sold as one, kept as their parts; a claim keeps the recipe it was made by."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from inventory import selectors
from inventory import services as inventory
from inventory.models import Hold, HoldKit, Posting, Recipe, RecipeLine, Sku
from tests import given

pytestmark = pytest.mark.django_db


def kit(code: str = "BOX", **parts: int) -> int:
    """A kit of parts by SKU code (TEA=2), with its recipe written."""
    made = given.sku(code, is_kit=True)
    recipe(made, **parts)
    return made


def recipe(kit_sku: int, **parts: int) -> int:
    rows = [(given.sku(code), qty) for code, qty in parts.items()]
    with transaction.atomic():
        return inventory.write_recipe(kit_sku_id=kit_sku, parts=rows, actor=given.ACTOR)


def line(sku_id: int, qty: Any, **more: Any) -> inventory.Line:
    return inventory.Line(sku_id=sku_id, qty=qty, **more)


def request(*lines: inventory.Line, key: str = "k1", document: str = "SO-1", **more: Any):  # type: ignore[no-untyped-def]
    return inventory.HoldRequest(
        key=key, document=document, warehouse_id=given.warehouse_id("WH1"), lines=lines, **more
    )


def post(verb: Any, *requests: Any) -> list[inventory.Outcome]:
    with transaction.atomic():
        answers: list[inventory.Outcome] = verb(list(requests), actor=given.ACTOR)
    return answers


def held(document: str = "SO-1") -> dict[str, int]:
    rows = selectors.held_units(documents=[document])
    names = selectors.skus([row.sku_id for row in rows])
    return {names[row.sku_id].code: row.qty for row in rows}


def refusal(code: str, *parts: tuple[int, Any], kit_sku: int) -> dict[str, Any]:
    with pytest.raises(inventory.Refused) as caught, transaction.atomic():
        inventory.write_recipe(kit_sku_id=kit_sku, parts=parts, actor=given.ACTOR)
    assert caught.value.code == code
    assert str(caught.value) != code
    return caught.value.params


# --- recipes ---


def test_a_recipe_is_written_once_and_changed_by_a_new_version() -> None:
    box = kit(TEA=2, CUP=1)

    same = recipe(box, CUP=1, TEA=2)
    other = recipe(box, TEA=3)

    rows = list(Recipe.objects.order_by("version").values_list("version", "written_by"))
    assert rows == [(1, given.ACTOR), (2, given.ACTOR)]
    assert Recipe.objects.get(version=1).pk == same
    lines = RecipeLine.objects.filter(recipe_id=other).values_list("part_id", "qty")
    assert list(lines) == [(given.sku("TEA"), 3)]


def test_a_part_named_twice_is_added_up() -> None:
    box, tea = given.sku("BOX", is_kit=True), given.sku("TEA")
    with transaction.atomic():
        made = inventory.write_recipe(kit_sku_id=box, parts=[(tea, 1), (tea, 2)], actor=given.ACTOR)

    assert list(RecipeLine.objects.values_list("recipe_id", "part_id", "qty")) == [(made, tea, 3)]


def test_recipes_that_cannot_be_packed_are_refused() -> None:
    box, tea = kit(TEA=1), given.sku("TEA")
    other = given.sku("SET", is_kit=True)

    assert refusal("not_a_kit", (tea, 1), kit_sku=tea) == {"sku_id": tea}
    assert refusal("not_a_kit", (tea, 1), kit_sku=987654)["sku_id"] == 987654
    assert refusal("empty_recipe", kit_sku=box) == {"sku_id": box}
    assert refusal("kit_in_kit", (tea, 1), (other, 1), kit_sku=box) == {"sku_id": other, "line": 1}
    assert refusal("kit_in_kit", (box, 1), kit_sku=box) == {"sku_id": box, "line": 0}
    assert refusal("unknown_part", (987654, 1), kit_sku=box) == {"sku_id": 987654, "line": 0}
    for qty in (0, -1, 2**31, 1.5, "2", "２", True, None):
        assert refusal("bad_quantity", (tea, qty), kit_sku=box)["qty"] == qty
    assert Recipe.objects.count() == 1


def test_what_has_had_stock_never_becomes_a_kit_and_a_kit_never_goods() -> None:
    given.warehouse()
    given.stock("TEA", 1)
    kit(CUP=1)
    for code, is_kit in (("TEA", True), ("CUP", True), ("BOX", False)):
        with pytest.raises(inventory.Refused) as caught, transaction.atomic():
            inventory.add_skus([{"code": code, "name": code, "is_kit": is_kit}])
        assert (caught.value.code, caught.value.params["asked"]) == ("stays_as_it_is", code)
        with pytest.raises(IntegrityError), transaction.atomic():
            Sku.objects.filter(code=code).update(is_kit=is_kit)
    # Told what it is already, nothing is refused.
    with transaction.atomic():
        inventory.add_skus([{"code": "BOX", "name": "Gift box", "is_kit": True}])
        inventory.add_skus([{"code": "TEA", "name": "Tea", "is_kit": False}])


def test_the_database_refuses_recipes_of_goods_kits_in_kits_and_used_recipes_that_grow() -> None:
    given.stock("TEA", 5)
    box, tea = kit(TEA=1), given.sku("TEA")
    post(inventory.hold, request(line(box, 1)))
    used = Recipe.objects.get()
    for row in (
        Recipe(kit_id=tea, version=1, written_by="x"),
        RecipeLine(recipe=used, part_id=box, qty=1),
        RecipeLine(recipe=used, part_id=given.sku("CUP"), qty=1),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()


# --- claims ---


def test_holding_kits_holds_their_parts_and_keeps_the_recipe() -> None:
    given.stock("TEA", 10)
    given.stock("CUP", 4)
    box = kit(TEA=2, CUP=1)

    outcome = post(inventory.hold, request(line(box, 3), line(given.sku("TEA"), 1)))[0].check()

    assert held() == {"TEA": 7, "CUP": 3}
    hold = Hold.objects.get(id=outcome.hold_id or 0)
    assert hold.asked == 10
    assert list(HoldKit.objects.values_list("hold_id", "recipe__version", "qty")) == [
        (hold.pk, 1, 3)
    ]
    assert (given.free("TEA"), given.free("CUP")) == (3, 1)


def test_a_part_that_is_short_refuses_the_whole_kit() -> None:
    given.stock("TEA", 10)
    given.stock("CUP", 2)
    box = kit(TEA=2, CUP=1)

    outcome = post(inventory.hold, request(line(box, 3)))[0]

    assert outcome.refusal is not None
    assert outcome.refusal.code == "insufficient_stock"
    assert outcome.refusal.params["short"] == {given.sku("CUP"): 1}
    assert HoldKit.objects.count() == 0
    assert (given.free("TEA"), given.free("CUP")) == (10, 2)


def test_a_kit_without_a_recipe_has_no_units() -> None:
    given.warehouse()
    box = given.sku("BOX", is_kit=True)

    outcome = post(inventory.hold, request(line(box, 1)))[0]

    assert outcome.refusal is not None
    assert outcome.refusal.code == "insufficient_stock"
    assert outcome.refusal.params["short"] == {box: 1}


def test_impossible_quantities_and_lots_of_kits_are_refused() -> None:
    given.stock("TEA", 10)
    box = kit(TEA=1)
    lot = given.lot("TEA", "L1")

    wrong = [
        request(line(box, qty), key=f"q{n}") for n, qty in enumerate((0, -1, 10**13, "2", 1.5))
    ]
    answers = post(inventory.hold, *wrong, request(line(box, 1, lot_id=lot), key="lot"))

    assert [answer.refusal.code for answer in answers if answer.refusal] == (
        ["bad_quantity"] * 5 + ["bad_request"]
    )
    assert given.free("TEA") == 10


def test_a_repeated_key_answers_by_the_first_recipe() -> None:
    given.stock("TEA", 10)
    box = kit(TEA=2)
    asked = request(line(box, 2))
    first = post(inventory.hold, asked)[0].check()
    recipe(box, TEA=3)

    again = post(inventory.hold, asked)[0].check()
    other = post(inventory.hold, request(line(box, 3)))[0]

    assert (again.repeated, again.hold_id, again.posting_id) == (
        True, first.hold_id, first.posting_id,
    )  # fmt: skip
    assert other.refusal is not None
    assert other.refusal.code == "key_reused"
    assert held() == {"TEA": 4}
    assert Posting.objects.filter(kind="HOLD", document="SO-1").count() == 1


def test_part_of_a_kit_claim_is_released_by_its_own_recipe() -> None:
    given.stock("TEA", 20)
    given.stock("CUP", 20)
    box = kit(TEA=2, CUP=1)
    post(inventory.hold, request(line(box, 3), line(given.sku("TEA"), 1)))
    recipe(box, TEA=5)

    post(
        inventory.release,
        inventory.ReleaseRequest(key="r1", document="SO-1", lines=(line(box, 2),)),
    )[0].check()

    assert held() == {"TEA": 3, "CUP": 1}
    too_much = inventory.ReleaseRequest(key="r2", document="SO-1", lines=(line(box, 2),))
    refused = post(inventory.release, too_much)[0].refusal
    assert refused is not None
    assert (refused.code, refused.params["sku_id"]) == ("not_held", given.sku("TEA"))
    foreign = inventory.ReleaseRequest(
        key="r3", document="SO-1", lines=(line(given.sku("SET", is_kit=True), 1),)
    )
    refused = post(inventory.release, foreign)[0].refusal
    assert refused is not None
    assert refused.code == "not_held"


def test_kits_are_released_whole_and_their_pinned_parts_ship() -> None:
    given.stock("TEA", 10)
    given.stock("CUP", 10)
    box = kit(TEA=2, CUP=1)
    post(inventory.hold, request(line(box, 2)), request(line(box, 1), key="k2", document="SO-2"))
    house = given.warehouse_id("WH1")

    post(inventory.release, inventory.ReleaseRequest(key="r", document="SO-2"))[0].check()
    post(inventory.pin, inventory.PinRequest(key="p", document="SO-1", warehouse_id=house))[
        0
    ].check()
    post(
        inventory.ship,
        inventory.ShipRequest(key="s", document="SO-1", lines=(line(box, 2),)),
    )[0].check()

    assert (held("SO-1"), held("SO-2")) == ({}, {})
    assert (given.free("TEA"), given.free("CUP")) == (6, 8)


def test_an_order_of_kits_draws_from_a_reserve_of_kits_and_gives_back_to_it() -> None:
    given.stock("TEA", 6)
    given.stock("CUP", 3)
    box = kit(TEA=2, CUP=1)
    post(inventory.hold, request(line(box, 3), key="pr", document="PR-1", reason="PROMOTION"))

    drawn = request(line(box, 2), document="SO-1", draw_from="PR-1")
    post(inventory.hold, drawn)[0].check()

    assert (held("PR-1"), held("SO-1")) == ({"TEA": 2, "CUP": 1}, {"TEA": 4, "CUP": 2})
    some = inventory.ReleaseRequest(key="r", document="SO-1", lines=(line(box, 1),))
    post(inventory.release, some)[0].check()
    assert (held("PR-1"), held("SO-1")) == ({"TEA": 4, "CUP": 2}, {"TEA": 2, "CUP": 1})
    assert (given.free("TEA"), given.free("CUP")) == (0, 0)


def test_a_plan_for_kits_names_their_parts_and_is_applied_exactly() -> None:
    given.stock("TEA", 6)
    given.stock("CUP", 3)
    box = kit(TEA=2, CUP=1)
    asked = request(line(box, 2))

    plan = inventory.plan(asked, actor=given.ACTOR)

    names = selectors.skus([step.sku_id for step in plan.steps])
    assert {names[step.sku_id].code: step.change for step in plan.steps} == {"TEA": 4, "CUP": 2}
    assert held() == {}
    post(inventory.hold, replace(asked, plan=plan.digest))[0].check()
    assert held() == {"TEA": 4, "CUP": 2}
    later = request(line(box, 1), key="k2", document="SO-2")
    digest = inventory.plan(later, actor=given.ACTOR).digest
    recipe(box, TEA=1)
    refused = post(inventory.hold, replace(later, plan=digest))[0].refusal
    assert refused is not None
    assert refused.code == "world_moved"


def test_a_kit_is_held_in_one_warehouse() -> None:
    given.stock("TEA", 6)
    box = kit(TEA=2)

    answer = post(inventory.hold, replace(request(line(box, 1)), warehouse_id=None))[0]

    assert answer.refusal is not None
    assert (answer.refusal.code, answer.refusal.params) == (
        "bad_request", {"field": "warehouse_id"},
    )  # fmt: skip


def test_a_kit_has_no_stock_of_its_own() -> None:
    given.warehouse()
    box, house = kit(TEA=1), given.warehouse_id("WH1")
    place = given.location("A-01")

    answers = [
        post(inventory.receive, inventory.ReceiveRequest(
            key="in", document="PO-1", warehouse_id=house, location_id=place,
            lines=(line(box, 1),),
        ))[0],
        post(inventory.adjust, inventory.AdjustRequest(
            key="count", document="CT-1", warehouse_id=house, location_id=place,
            counted=(line(box, 1),), why="count",
        ))[0],
        post(inventory.move, inventory.MoveRequest(
            key="move", document="MV-1", warehouse_id=house,
            lines=(inventory.MoveLine(
                sku_id=box, qty=1, from_location_id=place, to_location_id=place,
            ),),
        ))[0],
        post(inventory.hold, inventory.HoldRequest(
            key="all", document="FZ-1", warehouse_id=None, lines=(line(box, 0),),
            reason="MANUAL", blanket=True,
        ))[0],
    ]  # fmt: skip

    assert [
        (answer.refusal.code, answer.refusal.params) for answer in answers if answer.refusal
    ] == [("kit_has_no_stock", {"sku_id": box})] * 4


def test_plain_goods_cost_no_statement_more_and_many_kits_as_many_as_one() -> None:
    codes = [f"T{n}" for n in range(6)]
    for code in codes:
        given.stock(code, 50)
    boxes = [kit(f"BOX{n}", T0=1, **{f"T{n}": 1}) for n in range(1, 6)]

    def statements(*requests: inventory.HoldRequest) -> int:
        with CaptureQueriesContext(connection) as seen:
            for answer in post(inventory.hold, *requests):
                answer.check()
        assert not any("is_kit" in query["sql"] for query in seen) or requests[0].key[0] != "p"
        return len(seen)

    plain = statements(request(line(given.sku("T0"), 1), key="p1", document="P-1"))
    one = statements(request(line(boxes[0], 1), key="a", document="A"))
    many = statements(*(request(line(box, 1), key=f"b{box}", document=f"B-{box}") for box in boxes))

    assert one == many
    # Is it a kit and of what; its parts' balances; its recipe under the claim.
    assert one == plain + 3
