"""Which warehouse sends: one that has everything, the nearest, then the preferred."""

from __future__ import annotations

import pytest

from oms.geography import CAPITALS, Point, distance_km, point_of_province
from oms.routing import Choice, Place, Wanted, choose

HANGZHOU, SHANGHAI, BEIJING = CAPITALS["浙江"], CAPITALS["上海"], CAPITALS["北京"]
EAST, NORTH = Place(1, SHANGHAI, 100), Place(2, BEIJING, 1)
TEA, RICE = 7, 8


def one(wanted: Wanted, free: dict[tuple[int, int], int], *places: Place) -> Choice:
    return choose(wanted=[wanted], places=places or (EAST, NORTH), free=free)[0]


def test_the_nearest_that_has_everything_sends() -> None:
    free = {(1, TEA): 5, (2, TEA): 5}

    assert one(Wanted(1, {TEA: 2}, to=HANGZHOU), free).warehouse_id == 1
    assert one(Wanted(1, {TEA: 2}, to=CAPITALS["河北"]), free).warehouse_id == 2


def test_the_nearest_without_everything_is_passed_over() -> None:
    free = {(1, TEA): 5, (2, TEA): 5, (2, RICE): 1}

    assert one(Wanted(1, {TEA: 2, RICE: 1}, to=HANGZHOU), free).warehouse_id == 2


def test_an_unknown_destination_goes_by_priority() -> None:
    assert one(Wanted(1, {TEA: 1}), {(1, TEA): 5, (2, TEA): 5}).warehouse_id == 2


def test_within_one_city_priority_decides_not_the_kilometre() -> None:
    near = Place(1, Point(31.23, 121.47), 100)
    also_near = Place(2, Point(31.25, 121.50), 1)

    choice = one(Wanted(1, {TEA: 1}, to=SHANGHAI), {(1, TEA): 5, (2, TEA): 5}, near, also_near)

    assert choice.warehouse_id == 2


def test_a_warehouse_of_unknown_place_comes_last() -> None:
    nowhere = Place(3, None, 0)

    choice = one(Wanted(1, {TEA: 1}, to=HANGZHOU), {(2, TEA): 5, (3, TEA): 5}, nowhere, NORTH)

    assert choice.warehouse_id == 2


def test_when_nobody_has_everything_the_smallest_gap_is_named() -> None:
    choice = one(
        Wanted(1, {TEA: 5, RICE: 2}, to=HANGZHOU), {(1, TEA): 1, (2, TEA): 4, (2, RICE): 2}
    )

    assert choice == Choice(1, None, {TEA: 1})


def test_bindings_and_refusals_close_warehouses() -> None:
    free = {(1, TEA): 5, (2, TEA): 5}

    assert one(Wanted(1, {TEA: 1}, to=HANGZHOU, allowed=frozenset({2})), free).warehouse_id == 2
    assert one(Wanted(1, {TEA: 1}, to=HANGZHOU, avoid=frozenset({1})), free).warehouse_id == 2
    closed = one(Wanted(1, {TEA: 3}, allowed=frozenset({9})), free)
    assert closed == Choice(1, None, {TEA: 3})


def test_what_one_order_takes_is_gone_for_the_next() -> None:
    orders = [Wanted(n, {TEA: 2}, to=HANGZHOU) for n in (1, 2, 3)]

    choices = choose(wanted=orders, places=(EAST, NORTH), free={(1, TEA): 3, (2, TEA): 2})

    assert [choice.warehouse_id for choice in choices] == [1, 2, None]
    assert choices[2].short == {TEA: 1}


def test_a_negative_figure_counts_as_nothing() -> None:
    assert one(Wanted(1, {TEA: 2}), {(1, TEA): -4}).short == {TEA: 2}


@pytest.mark.parametrize(
    "name", ["浙江", "浙江省", " 浙江省 ", "Zhejiang", "zhejiang province", "Zhe Jiang"]
)
def test_provinces_are_known_by_their_usual_spellings(name: str) -> None:
    assert point_of_province(name) == HANGZHOU


@pytest.mark.parametrize("name", ["", "Ontario", "省", "东京都"])
def test_other_places_are_not_guessed(name: str) -> None:
    assert point_of_province(name) is None


def test_inner_mongolia_and_the_regions_are_known() -> None:
    assert point_of_province("内蒙古自治区") == CAPITALS["内蒙古"]
    assert point_of_province("新疆维吾尔自治区") == CAPITALS["新疆"]
    assert point_of_province("香港特别行政区") == CAPITALS["香港"]
    assert len(CAPITALS) == 34


def test_distance_is_the_great_circle() -> None:
    # Beijing to Shanghai is about 1,068 km by any atlas.
    assert 1_060 < distance_km(BEIJING, SHANGHAI) < 1_075
    assert distance_km(BEIJING, BEIJING) == 0
