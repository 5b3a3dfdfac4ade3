"""Measures: what they count, how days are figured, and what a page makes of them."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from insights.measures import MEASURES, Cut, Grain, Joins, join
from insights.measures.measure import bucket_of, percentile, seconds_of
from insights.models import Figure, FiguredDay
from insights.selectors import Asked, series, written
from insights.selectors.baselines import baseline_of
from insights.services import figure_day, figure_now
from inventory import services as inventory
from oms import services as orders
from org.scope import Scope
from tests import given
from tests.oms import told, walking
from tests.wms import world

pytestmark = pytest.mark.django_db

EVERYTHING = Scope.everything()


def _day(days_ago: int) -> date:
    return timezone.localdate() - timedelta(days=days_ago)


def _figure(code: str, day: date, value: float, count: int = 1, **more: Any) -> None:
    Figure.objects.create(measure=code, day=day, value=value, count=count, **more)
    FiguredDay.objects.get_or_create(measure=code, day=day)


def _series(code: str, *, scope: Scope = EVERYTHING, **asked: Any) -> Any:
    question = Asked(**{"since": _day(9), "until": _day(0), **asked})
    return series(MEASURES[code], question, scope=scope, now=timezone.now())


@pytest.mark.parametrize("code", sorted(MEASURES))
def test_every_measure_says_what_it_is_and_answers_on_an_empty_house(code: str) -> None:
    measure = MEASURES[code]

    assert measure.code == code
    assert str(measure.name)
    assert str(measure.formula)[-1] in ".。"
    assert str(measure.source)
    assert Cut.DAY in measure.cuts
    assert (Cut.PART in measure.cuts) == (measure.parts is not None)
    now = timezone.now()
    assert join(measure.compute(EVERYTHING, now - timedelta(days=1), now)).value == 0


@pytest.mark.parametrize("code", sorted(MEASURES))
def test_no_measure_lets_somebody_without_a_unit_see_anything(code: str) -> None:
    given.stock("TEA", 10)
    given.held("FZ-1", "TEA", 2, reason="MANUAL")
    now = timezone.now()

    grains = MEASURES[code].compute(Scope.nothing(), now - timedelta(days=1), now)

    assert join(grains).count == 0


def test_a_percentile_of_buckets_is_right_within_a_twentieth() -> None:
    spread: dict[int, int] = {}
    for seconds in range(1, 10_001):
        spread[bucket_of(seconds)] = spread.get(bucket_of(seconds), 0) + 1

    assert percentile(spread, 0.5) == pytest.approx(5000, rel=0.05)
    assert percentile(spread, 0.95) == pytest.approx(9500, rel=0.06)
    assert percentile({}, 0.5) is None
    assert seconds_of(bucket_of(0.2)) < 1.1


def test_the_database_puts_durations_into_the_same_buckets() -> None:
    with connection.cursor() as cursor:
        for seconds in (0.3, 1.0, 7.0, 61.0, 3599.0, 86400.0):
            cursor.execute("SELECT floor(ln(greatest(%s::float8, 1.0)) / ln(1.1))::int", [seconds])
            assert cursor.fetchone() == (bucket_of(seconds),)


def test_frozen_units_are_counted_by_reason_and_claims_of_orders_are_not() -> None:
    given.stock("TEA", 10)
    given.held("SO-1", "TEA", 3)
    given.held("FZ-1", "TEA", 2, reason="MANUAL")
    given.held("FZ-2", "TEA", 1, reason="QC")

    grains = MEASURES["held"].compute(EVERYTHING, timezone.now(), timezone.now())

    assert {grain.part: grain.value for grain in grains} == {"MANUAL": 2, "QC": 1}
    assert MEASURES["sellable"].compute(EVERYTHING, timezone.now(), timezone.now()) == [
        Grain(4, 10, "", grains[0].unit_id, grains[0].warehouse_id)
    ]


def test_a_count_that_found_a_difference_lowers_the_accuracy() -> None:
    house = world.build()
    world.stocked(house, "A-01", TEA=5, RICE=5)
    with transaction.atomic():
        inventory.adjust(
            [
                inventory.AdjustRequest(
                    key="count", document="CN-1", warehouse_id=house.warehouse, why="count",
                    location_id=house.places["A-01"],
                    counted=(
                        inventory.Line(sku_id=house.skus["TEA"], qty=5),
                        inventory.Line(sku_id=house.skus["RICE"], qty=4),
                    ),
                )
            ],
            actor=world.WHO,
        )[0].check()  # fmt: skip
    now = timezone.now()

    grains = MEASURES["accuracy"].compute(EVERYTHING, now - timedelta(hours=1), now)

    assert [(grain.value, grain.count) for grain in grains] == [(1, 2)]


def test_lines_picked_an_hour_count_a_pause_as_five_minutes() -> None:
    house = world.build()
    world.stocked(house, "A-01", TEA=9)
    world.ordered(house, "SO-1", TEA=1)
    world.ordered(house, "SO-2", TEA=1)
    world.pick_all(world.listed(house, limit=1))
    world.pick_all(world.listed(house, limit=1))
    now = timezone.now() + timedelta(seconds=1)

    joined = join(MEASURES["pick-rate"].compute(EVERYTHING, now - timedelta(hours=1), now))

    # The first pick counts as a pause, the second one followed at once.
    assert joined.value == 2
    assert joined.count == pytest.approx(300, abs=5)
    assert joined.figure(MEASURES["pick-rate"]) == pytest.approx(24, abs=0.5)


def test_figuring_a_day_again_replaces_it() -> None:
    day = _day(3)
    _figure("accuracy", day, 99, 100)

    with transaction.atomic():
        figure_day(measure=MEASURES["accuracy"], day=day)
        figure_day(measure=MEASURES["accuracy"], day=day)

    assert list(Figure.objects.filter(measure="accuracy")) == []
    assert FiguredDay.objects.get(measure="accuracy", day=day).rows == 0


def test_the_past_of_a_level_is_never_made_up() -> None:
    with transaction.atomic(), pytest.raises(ValueError, match="level"):
        figure_day(measure=MEASURES["held"], day=_day(1))


def test_the_last_look_of_a_day_is_the_days_level() -> None:
    given.stock("TEA", 10)
    given.held("FZ-1", "TEA", 2, reason="MANUAL")
    with transaction.atomic():
        figure_now(measure=MEASURES["held"], now=timezone.now())
    given.held("FZ-2", "TEA", 3, reason="MANUAL")
    with transaction.atomic():
        figure_now(measure=MEASURES["held"], now=timezone.now())

    assert [(row.part, int(row.value)) for row in Figure.objects.all()] == [("MANUAL", 5)]


def test_the_mean_of_seven_days_leaves_unknown_days_out() -> None:
    for days_ago, placed in ((9, 10), (8, 20), (6, 60)):
        _figure("orders", _day(days_ago), placed, placed, part="09")

    found = _series("orders")

    assert found.lines[0].values == (10, 20, None, 60, None, None, None, None, None, 0)
    assert found.mean[:4] == (10, 15, 15, 30)
    assert found.unknown == 6
    assert found.is_open


def test_before_and_after_a_day_are_compared_without_the_day_that_is_not_over() -> None:
    for days_ago in range(1, 10):
        _figure("orders", _day(days_ago), 10 if days_ago > 4 else 30, 1, part="09")

    found = _series("orders", split=_day(4))

    assert (found.before, found.after) == (10, 30)


def test_a_baseline_is_the_mean_of_the_first_weeks_and_says_so(client: Client) -> None:
    for ago in range(40, 0, -1):
        # 28 days of 6, then better ones.
        _figure("oversold", _day(ago), 6 if ago > 12 else 1)
    for ago in range(6, 0, -1):
        _figure("pick-rate", _day(ago), 1)
    asked = Asked(since=_day(5), until=_day(0))
    at_start = baseline_of(MEASURES["oversold"], asked, scope=EVERYTHING)

    assert at_start is not None
    assert at_start.value == 6
    with override("en"):
        said = baseline_of(MEASURES["oversold"], asked, scope=EVERYTHING)
    assert said is not None
    assert said.source == (
        f"Computed: mean of the first 28 days measured here, {_day(40)} to {_day(13)}."
    )
    # Six days are too few, and a figure that is neither good nor bad starts nowhere.
    assert baseline_of(MEASURES["pick-rate"], asked, scope=EVERYTHING) is None
    assert baseline_of(MEASURES["held"], asked, scope=EVERYTHING) is None

    client.force_login(given.person())
    told = client.get("/insights/measures/oversold/data/").json()
    page = client.get("/insights/measures/oversold/").content.decode()
    declared = client.get("/insights/measures/accuracy/data/").json()
    assert (told["baseline"], told["target"], declared["baseline"]) == (6, 0, 0.35)
    assert re.search(r'id="baseline">6<', page)


def test_a_share_of_several_warehouses_is_joined_from_its_parts_not_from_shares() -> None:
    first, second = given.warehouse("WH1"), given.warehouse("WH2")
    _figure("accuracy", _day(1), 90, 100, warehouse_id=first)
    _figure("accuracy", _day(1), 0, 900, warehouse_id=second)

    whole = _series("accuracy", until=_day(1))
    cut = _series("accuracy", until=_day(1), by=Cut.WAREHOUSE)
    one = _series("accuracy", until=_day(1), warehouse_id=first)

    assert whole.lines[0].values[-1] == pytest.approx(0.09)
    assert {line.label: line.total for line in cut.lines} == {"WH1": 0.9, "WH2": 0.0}
    assert one.lines[0].total == 0.9


def test_durations_by_day_show_the_middle_and_the_slow_end() -> None:
    spread = {str(bucket_of(10)): 90, str(bucket_of(1000)): 10}
    _figure("order-to-held", _day(1), 10_900, 100, spread=spread)

    found = _series("order-to-held", until=_day(1))

    assert [line.total for line in found.lines] == [
        pytest.approx(10, rel=0.05), pytest.approx(1000, rel=0.05),
    ]  # fmt: skip


def test_hours_stand_on_the_axis_and_today_is_held_against_the_mean() -> None:
    for days_ago in (1, 2):
        _figure("orders", _day(days_ago), 4 * days_ago, 1, part="09")

    found = _series("orders", by=Cut.PART, since=_day(2))

    assert len(found.axis) == 24
    assert [line.values[9] for line in found.lines] == [0, 6]


def test_a_store_sees_its_own_figures_only() -> None:
    mine, other = given.unit("S1", "STORE", "HQ"), given.unit("S2", "STORE", "HQ")
    _figure("orders", _day(1), 3, 3, unit=mine, part="09")
    _figure("orders", _day(1), 5, 5, unit=other, part="09")

    assert _series("orders", until=_day(1)).lines[0].total == 8
    assert _series("orders", until=_day(1), scope=Scope.of([mine.pk])).lines[0].total == 3
    assert _series("orders", until=_day(1), unit_id=other.pk).lines[0].total == 5


def test_a_series_costs_as_many_statements_however_long_it_is() -> None:
    for days_ago in range(1, 300):
        _figure("accuracy", _day(days_ago), 1, 1)

    with CaptureQueriesContext(connection) as few:
        _series("accuracy", since=_day(2))
    with CaptureQueriesContext(connection) as many:
        _series("accuracy", since=_day(299))

    assert len(few) == len(many) <= 5


@pytest.mark.parametrize(
    ("shown", "value", "text"),
    [
        ("COUNT", 1234.0, "1,234"), ("PERCENT", 0.973, "97.3 %"), ("SECONDS", 0.8, "0.8 秒"),
        ("SECONDS", 90.0, "1.5 分钟"), ("SECONDS", 7200.0, "2.0 小时"),
        ("SECONDS", 200_000.0, "2.3 天"), ("DAYS", 12.0, "12.0 天"), ("MONEY", 5.5, "¥ 5.50"),
        ("RATE", 61.25, "61.2"), ("COUNT", None, "–"),
    ],
)  # fmt: skip
def test_figures_are_written_with_their_unit(shown: Any, value: Any, text: str) -> None:
    with override("zh-hans"):
        assert written(shown, value) == text


def _page(client: Client, address: str) -> Any:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer


@pytest.mark.parametrize("code", sorted(MEASURES))
def test_one_page_draws_any_measure_by_any_of_its_cuts(client: Client, code: str) -> None:
    given.stock("TEA", 10)
    given.held("FZ-1", "TEA", 2, reason="MANUAL")
    client.force_login(given.person())

    for cut in MEASURES[code].cuts:
        address = f"/insights/measures/{code}/"
        query = f"?by={cut.value}&since={_day(5)}&split={_day(2)}"
        page = _page(client, address + query)
        data = _page(client, f"{address}data/{query}").json()
        assert [row[0] for row in data["rows"]] == [row[0] for row in page.context["rows"]]
        assert all(len(line["values"]) == len(data["axis"]) for line in data["lines"])
        assert str(MEASURES[code].formula) in page.content.decode()


def test_files_hold_bare_numbers_and_no_formulas(client: Client) -> None:
    house = given.warehouse("WH1")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE inventory_warehouse SET name = '=1+1' WHERE id = %s", [house])
    _figure("accuracy", _day(1), 9, 10, warehouse_id=house, unit=given.unit())
    client.force_login(given.person())
    address = "/insights/measures/accuracy/file/"
    query = f"?by=warehouse&since={_day(1)}&until={_day(1)}"

    text = _page(client, f"{address}csv/{query}").content.decode("utf-8-sig")
    book = _page(client, f"{address}xlsx/{query}")

    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0][1] == "'=1+1"
    assert rows[1][:2] == [str(_day(1)), "0.9"]
    assert book.content[:2] == b"PK"
    assert re.search(r'filename="accuracy_\d{4}', book["Content-Disposition"])
    assert client.get(f"{address}pdf/").status_code == 404


@pytest.mark.parametrize(
    "query",
    ["by=nonsense", "since=x&until=y", "since=2090-01-01", "split=1900-01-01", "shop=%00",
     "warehouse=99999999999999999999", "until=0001-01-01"],
)  # fmt: skip
def test_an_address_that_makes_no_sense_narrows_nothing(client: Client, query: str) -> None:
    client.force_login(given.person())

    _page(client, f"/insights/measures/orders/?{query}")


def test_a_measure_needs_its_own_permission(client: Client) -> None:
    for part in ("data/", "file/csv/"):
        stranger = client.get(f"/insights/measures/orders/{part}")
        assert stranger["Location"].startswith("/sign-in/")
    client.force_login(given.person("WAREHOUSE_STAFF"))

    assert client.get("/insights/measures/orders/").status_code == 403
    assert client.get("/insights/measures/orders/file/csv/").status_code == 403
    assert client.get("/insights/measures/orders/data/").status_code == 403
    assert client.get("/insights/measures/held/").status_code == 200
    assert client.get("/insights/measures/no-such/").status_code == 404
    codes = {row.measure.code for row in _page(client, "/insights/measures/").context["rows"]}
    assert codes == {
        "held", "sellable", "stock-age", "near-expiry", "accuracy", "pick-rate",
        "freezes-by-cause", "time-to-release",
        "freezes-by-origin", "preset-share", "defective-shipped", "shipped-uninspected",
    }  # fmt: skip


def _placed() -> None:
    """The pipeline looks at what is due."""
    orders.process()


def _told(number: str, *, placed: datetime) -> None:
    """An order of shop 1 that was paid when it was placed."""
    order = told.draft(number)
    told.accept(replace(order, placed_at=placed, paid_at=placed, modified_at=placed))


def test_orders_are_counted_at_the_hour_they_were_placed() -> None:
    begins = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    _told("T1", placed=begins + timedelta(hours=9, minutes=59))
    _told("T2", placed=begins + timedelta(hours=10))
    _told("T3", placed=begins - timedelta(seconds=1))

    day = begins + timedelta(days=1)
    grains = MEASURES["orders"].compute(EVERYTHING, begins, day)

    assert sorted((grain.part, grain.value, grain.shop_id) for grain in grains) == [
        ("09", 1, 1), ("10", 1, 1),
    ]  # fmt: skip
    assert MEASURES["orders"].joins is Joins.SUM


def test_an_order_shipped_after_its_day_did_not_keep_the_promise() -> None:
    given.stock("TEA", 10)
    walking.waybills()
    begins = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    _told("T1", placed=begins + timedelta(hours=1))
    _told("T2", placed=begins + timedelta(hours=2))
    _told("T3", placed=begins + timedelta(hours=17))

    joined = join(MEASURES["same-day"].compute(EVERYTHING, begins, begins + timedelta(days=1)))

    assert (joined.value, joined.count) == (0, 2)


def test_times_run_from_knowing_to_holding_and_from_paying_to_leaving() -> None:
    given.stock("TEA", 10)
    walking.waybills()
    begins = timezone.now() - timedelta(hours=2)
    _told("T1", placed=begins)
    _placed()
    walking.send(told.the("T1").document)
    walking.hear("fulfilment.shipped")
    until = timezone.now() + timedelta(seconds=1)

    held = join(MEASURES["order-to-held"].compute(EVERYTHING, begins, until))
    shipped = join(MEASURES["order-to-shipped"].compute(EVERYTHING, begins, until))

    assert (held.count, shipped.count) == (1, 1)
    assert held.value < 60
    assert shipped.figure(MEASURES["order-to-shipped"]) == pytest.approx(7200, rel=0.06)


def test_a_share_of_nothing_is_no_data_and_a_count_of_nothing_is_zero(client: Client) -> None:
    client.force_login(given.person())

    rows = {row.measure.code: row for row in client.get("/insights/measures/").context["rows"]}

    assert (rows["accuracy"].now, rows["accuracy"].is_known) == ("无数据", False)
    assert (rows["accuracy"].mean, rows["accuracy"].tone) == ("", "")
    assert (rows["oversold"].now, rows["oversold"].is_known) == ("0", True)
    board = client.get("/").content.decode()
    assert "无数据" in board
    assert "0.0 %" not in board


def test_an_order_that_finds_no_stock_is_oversold() -> None:
    _told("T1", placed=timezone.now())
    given.stock("TEA", 10)
    given.held("SO-X", "TEA", 10)
    _placed()
    now = timezone.now() + timedelta(seconds=1)

    assert join(MEASURES["oversold"].compute(EVERYTHING, now - timedelta(hours=1), now)).value == 1
    ages = MEASURES["exceptions"].compute(EVERYTHING, now, now)
    assert [(grain.part, grain.value) for grain in ages] == [("1h", 1)]
