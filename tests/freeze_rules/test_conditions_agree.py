"""A condition means the same in Python and in PostgreSQL, whatever it says, whatever lies there."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings

from freeze_rules.conditions import compile_closure, compile_sql
from freeze_rules.facts import FACTS
from inventory.models import Balance, Location, Lot, Stock, Zone
from inventory.selectors import facts
from inventory.selectors.fact_columns import COLUMNS
from org.scope import Scope
from tests import given as build
from tests.freeze_rules.random_conditions import conditions, values_in
from tests.inventory import goods
from tests.proving.sizes import conditions as how_many

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 10)
NAMES = ["绿茶 100%", "Café O'Neill", "普洱 \\ 熟", 'Tea "A"', "🍵 乌龙"]
WORDS = ["", "乳品", "café", "O'Neill", "100%"]


def built(seed: int) -> None:
    """Some more random stock through the ledger's services."""
    rng = random.Random(seed)
    build.unit("EAST", "REGION", "HQ")
    houses = {"WH1": "HQ", "SH": "EAST"}
    kinds = {"WH1": "CENTRAL", "SH": "STORE"}
    for code, unit in houses.items():
        if seed == 0:
            build.warehouse(code, unit, kind=kinds[code], city=rng.choice(["", "上海"]))
        build.location(f"Z-{seed}", warehouse=code, zone=rng.choice(["", "COLD", "暗库"]))
    Zone.objects.filter(code="COLD").update(temperature="CHILLED", dark=True)
    for number in range(4):
        build.sku(
            f"S{seed}-{number}", name=rng.choice(NAMES), category=rng.choice(WORDS),
            brand=rng.choice(WORDS), unit_cost=rng.choice(["0", "0.01", "9.99", "128.5"]),
            shelf_life_days=rng.choice([None, 30, 365]), light_sensitive=rng.random() < 0.5,
            temperature=rng.choice(["AMBIENT", "CHILLED"]), weight_g=rng.choice([0, 250]),
        )  # fmt: skip
        for _ in range(3):
            _stocked(rng, f"S{seed}-{number}", rng.choice(list(houses)), seed)


def _stocked(rng: random.Random, code: str, house: str, seed: int) -> None:
    lot = None
    if rng.random() < 0.7:
        expires = rng.choice([None, TODAY + timedelta(days=rng.choice([-1, 0, 29, 30, 31, 200]))])
        lot = build.lot(
            code, f"L{rng.randrange(10**9)}", expires_on=expires, supplier=rng.choice(WORDS),
            produced_on=rng.choice([None, TODAY - timedelta(days=rng.randrange(2, 400))]),
        )  # fmt: skip
        # No verb of the books writes these two: they come with customs papers.
        Lot.objects.filter(pk=lot).update(
            customs=rng.choice(["NONE", "INSPECTING", "CLEARED"]), origin=rng.choice(WORDS)
        )
    place = rng.choice(["A-01", "RCV", f"Z-{seed}"])
    qty = rng.randrange(1, 20)
    grade = rng.choice(["ZP", "ZP", "CC"])
    build.stock(code, qty, warehouse=house, location=place, lot_id=lot, grade=grade)
    # The receiving area freezes by itself what comes there.
    if grade == "ZP" and place != "RCV" and rng.random() < 0.5:
        location = Location.objects.get(warehouse__code=house, code=place)
        reason = rng.choice(["MANUAL", "QC"])
        build.held(
            f"FZ-{rng.randrange(10**9)}", code, rng.randrange(1, qty + 1), warehouse=house,
            reason=reason, location_id=location.pk,
        )  # fmt: skip


def test_closure_and_sql_find_the_same_cells_for_random_conditions_on_random_stock() -> None:
    worlds = 3
    seen: Counter[str] = Counter()
    for world in range(worlds):
        built(world)
        now = build_now()
        cases = facts.facts_of_cells(
            Stock.objects.filter(on_hand__gt=0).values_list("id", flat=True), now=now
        )
        agreed(cases, now, how_many() // worlds, seen)
    # The conditions are worth judging: many find some cells and not others.
    assert seen["some"] > how_many() / 5, seen
    assert seen["none"] > 0, seen
    assert seen["every"] > 0, seen


def build_now() -> Any:
    from datetime import UTC, datetime

    # 01:30 on TODAY in Shanghai and still the day before in UTC.
    return datetime(TODAY.year, TODAY.month, TODAY.day - 1, 17, 30, tzinfo=UTC)


def agreed(cases: dict[int, dict[str, Any]], now: Any, many: int, seen: Counter[str]) -> None:
    @settings(
        max_examples=many, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(conditions(values_in(cases.values())))
    def holds(drawn: tuple[dict[str, Any], dict[str, Any]]) -> None:
        tree, params = drawn
        judge = compile_closure(tree, params)
        where, args = compile_sql(tree, params)

        by_closure = sorted(pk for pk, case in cases.items() if judge(case))
        by_sql = facts.cells(where, args, scope=Scope.everything(), now=now)

        assert by_closure == by_sql, (tree, params, where, args)
        seen["none" if not by_sql else "every" if len(by_sql) == len(cases) else "some"] += 1

    holds()


def test_every_fact_of_stock_has_a_column_of_its_type_and_no_column_is_without_a_fact() -> None:
    built(0)
    stock_facts = {code for code, fact in FACTS.items() if not fact.is_of_event}
    assert stock_facts == COLUMNS.keys()
    types = {
        "text": "text character varying", "integer": "integer bigint", "date": "date",
        "money": "numeric", "percent": "numeric", "bool": "boolean",
        "choice": "character varying text", "choices": "character varying[] text[]",
    }  # fmt: skip
    for code in sorted(stock_facts):
        with connection.cursor() as cursor:
            cursor.execute(
                facts._source(f'f."{code}"', "id")
                + f' SELECT pg_typeof(f."{code}")::text FROM f LIMIT 1',
                [None, None, [], None],
            )
            [found] = cursor.fetchone()
        assert found in types[FACTS[code].type.value], (code, found)


def test_goods_of_an_event_have_the_facts_of_the_cell_they_lie_in() -> None:
    built(0)
    built(1)
    cells = list(Stock.objects.filter(on_hand__gt=0).select_related("balance").order_by("id"))
    now = build_now()
    by_cell = facts.facts_of_cells([cell.pk for cell in cells], now=now)
    asked = [
        facts.Goods(
            sku_id=cell.balance.sku_id, warehouse_id=cell.balance.warehouse_id,
            lot_id=cell.lot_id, location_id=cell.location_id, grade=cell.balance.grade,
            owner=cell.balance.owner,
        )
        for cell in cells
    ]  # fmt: skip
    assert facts.facts_of(asked, now=now) == [by_cell[cell.pk] for cell in cells]
    assert len(cells) >= 15


def test_goods_that_lie_nowhere_yet_have_the_facts_of_their_sku_and_nothing_else() -> None:
    build.warehouse("WH1")
    sku = build.sku("MILK", category="乳品")
    [known] = facts.facts_of([facts.Goods(sku_id=sku)])
    assert known["sku.category"] == "乳品"
    assert known["cell.grade"] == "ZP"
    assert known["sku.sold_30d"] == 0
    unknown = {code for code, value in known.items() if value is None}
    assert unknown > {"cell.on_hand", "warehouse.code", "lot.days_left", "balance.sold_30d"}


def test_units_shipped_in_thirty_days_make_the_speed() -> None:
    build.warehouse("WH1")
    build.stock("TEA", 50)
    goods.shipped("SO-1", build.sku("TEA"), 6)
    [cell] = Stock.objects.filter(on_hand__gt=0, balance__sku__code="TEA", location__code="A-01")
    known = facts.facts_of_cells(
        [cell.pk],
        codes=["sku.sold_30d", "balance.sold_30d", "balance.cover_days", "cell.idle_days"],
    )[cell.pk]
    assert known == {
        "sku.sold_30d": 6, "balance.sold_30d": 6, "balance.cover_days": 44 * 30 // 6,
        "cell.idle_days": 0,
    }  # fmt: skip


def test_a_reader_finds_only_cells_of_the_own_units() -> None:
    build.unit("EAST", "REGION", "HQ")
    build.warehouse("WH1")
    build.warehouse("SH", "EAST")
    build.stock("TEA", 5)
    build.stock("TEA", 7, warehouse="SH")
    east = Scope.of([build.unit("EAST").pk])

    assert facts.found("", [], scope=east) == facts.Found(
        cells=1, units=7, free=7, skus=1, warehouses=1, value=Decimal(0)
    )  # fmt: skip
    [mine] = facts.cells("TRUE", [], scope=east)
    assert Balance.objects.get(cells=mine).warehouse.code == "SH"
    assert [row.warehouse_code for row in facts.found_cells(cell_ids=[mine], scope=east)] == ["SH"]
    assert facts.cells("TRUE", [], scope=Scope.nothing()) == []


def test_a_column_that_stock_does_not_know_is_refused() -> None:
    with pytest.raises(facts.UnknownColumn, match=r"sku\.secret"):
        facts.cells('f."sku.secret" = %s', ["x"], scope=Scope.everything())
