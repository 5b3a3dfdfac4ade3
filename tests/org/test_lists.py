"""Lists: sorting, paging, counts, saved views and columns, the same for every list."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.db import connection
from django.db.models import Model, QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given as drawn
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from oms.models import Order
from org.lists import counting
from org.lists.files import guarded, unguarded
from org.lists.keyset import By, Slice, slice_of
from org.lists.specs import Part
from org.models import ListSetup, Person, SavedView
from tests import given
from tests.oms import told

pytestmark = pytest.mark.django_db
DAY = datetime(2026, 1, 1, tzinfo=UTC)


def signed_in(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def orders_of(totals: list[str]) -> list[int]:
    """One order for each total, in this order."""
    told.accept(*(told.draft(f"T{at:03}") for at in range(len(totals))))
    for at, total in enumerate(totals):
        Order.objects.filter(platform_number=f"T{at:03}").update(total=Decimal(total))
    rows = Order.objects.order_by("id").values_list("id", flat=True)
    return list(rows)


def walked(rows: QuerySet[Any], by: By, limit: int, **more: Any) -> tuple[list[int], list[int]]:
    """All ids forwards page by page, and all ids again backwards from the last page."""
    forwards: list[int] = []
    cursor, last = "", ""
    while True:
        part = slice_of(rows, by=by, cursor=cursor, limit=limit, **more)
        forwards += part.ids
        last = part.before
        if not part.after:
            break
        cursor = part.after
    backwards = part.ids
    while last:
        part = slice_of(rows, by=by, cursor=last, limit=limit, **more)
        backwards = part.ids + backwards
        last = part.before
    return forwards, backwards


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_pages_in_any_order_lose_and_repeat_nothing_among_equals(
    descending: bool, limit: int
) -> None:
    ids = orders_of(["5", "1", "5", "5", "2", "1", "5"])
    by = By("total", descending=descending, kind="money")
    wanted = sorted(
        ids,
        key=lambda pk: (Order.objects.get(pk=pk).total, pk),
        reverse=descending,
    )

    forwards, backwards = walked(Order.objects.all(), by, limit)

    assert forwards == wanted
    assert backwards == wanted


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("limit", [1, 2, 5])
def test_rows_without_a_value_come_last_either_way(descending: bool, limit: int) -> None:
    ids = orders_of(["1"] * 6)
    for at, pk in enumerate(ids[:3]):
        Order.objects.filter(pk=pk).update(paid_at=DAY + timedelta(hours=at // 2))
    Order.objects.filter(pk__in=ids[3:]).update(paid_at=None)
    by = By("paid_at", descending=descending, nullable=True, kind="moment")
    filled = [ids[2], ids[1], ids[0]] if descending else ids[:3]
    empty = ids[3:][::-1] if descending else ids[3:]

    forwards, backwards = walked(Order.objects.all(), by, limit)

    assert forwards == [*filled, *empty]
    assert backwards == forwards


def test_reading_each_unit_from_its_own_end_gives_the_same_pages() -> None:
    given.unit("HQ")
    units = [given.unit(code, kind="REGION", parent="HQ").pk for code in ("A", "B", "C")]
    drafts = [told.draft(f"U{at:02}", unit_id=units[at % 3]) for at in range(17)]
    told.accept(*drafts)
    rows = Order.objects.filter(unit_id__in=units[:2])
    plain = walked(rows, By(), 4)

    merged = walked(rows, By(), 4, arms=("unit_id", units[:2]))

    assert merged == plain
    assert len(plain[0]) == 12


def test_a_page_keeps_its_order_and_leaves_out_what_went_away_since() -> None:
    page = Slice(ids=[3, 1, 2], after="<2", before="")

    assert page.of({1: "one", 3: "three", 4: "four"}) == Part(["three", "one"], "<2", "")


@drawn(st.text(max_size=40))
@hypothesis_settings(max_examples=60, deadline=None)
def test_a_cursor_that_makes_no_sense_starts_at_the_beginning(cursor: str) -> None:
    rows: QuerySet[Model] = Order.objects.none()
    for by in (By(), By("total", kind="money"), By("paid_at", nullable=True, kind="moment")):
        assert slice_of(rows, by=by, cursor=cursor, limit=5).ids == []


@pytest.mark.parametrize(
    "cursor", ["<1~NaN", "<1~Infinity", "<1~1e99", "<9999999999999999999~1", "<1~2026", "<1", "x"]
)
def test_a_typed_cursor_never_breaks_the_page(cursor: str) -> None:
    orders_of(["1"])
    client = signed_in(given.person())

    answer = client.get("/orders/", {"sort": "-total", "from": cursor})

    assert answer.status_code == 200
    assert "T000" in answer.content.decode()


def test_a_heading_sorts_and_turns_round() -> None:
    orders_of(["5", "9", "1"])
    client = signed_in(given.person())

    first = client.get("/orders/").context["list"]
    [total] = [each for each in first.headings if str(each["label"]) == "Total"]
    dearest = client.get(total["url"])
    [again] = [each for each in dearest.context["list"].headings if each["sorted"]]
    cheapest = client.get(again["url"])

    assert _numbers(dearest) == ["T001", "T000", "T002"]
    assert again["sorted"] == "descending"
    assert _numbers(cheapest) == ["T002", "T000", "T001"]


def test_a_column_that_cannot_be_sorted_leaves_the_list_as_it_was() -> None:
    orders_of(["5", "9"])

    page = signed_in(given.person()).get("/orders/?sort=-receiver")

    assert _numbers(page) == ["T001", "T000"]


def test_counts_stop_at_their_limit_and_say_so() -> None:
    orders_of(["1"] * 5)

    few = counting.counted_each({"": Order.objects.all()}, most=5)[""]
    many = counting.counted_each({"": Order.objects.all()}, most=4)[""]

    assert (few.count, few.more) == (5, False)
    assert (many.count, many.more) == (4, True)


def test_a_slow_count_is_kept_for_its_own_statement_only(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.COUNTS_KEPT_S = 20
    monkeypatch.setattr(counting, "SLOW_S", 0.0)
    orders_of(["1", "2"])
    rows, others = Order.objects.all(), Order.objects.filter(total=2)
    try:
        before = counting.counted(rows).count
        Order.objects.filter(total=2).update(total=3)
        told.accept(told.draft("LATER"))

        assert before == 2
        assert counting.counted(rows).count == 2
        assert counting.counted(others).count == 0
    finally:
        for each in (rows, others):
            cache.delete(counting._name(each))
    assert counting.counted(rows).count == 3


def test_a_view_keeps_filters_sorting_and_columns_under_a_name() -> None:
    orders_of(["5", "9"])
    client = signed_in(given.person())

    saved = client.post(
        "/lists/orders/views/",
        {"name": "Dear ones", "query": "state=PREPROCESS&junk=1", "sort": "-total",
         "column": ["number", "total"]},
    )  # fmt: skip
    page = client.get(saved["Location"])

    view = SavedView.objects.get()
    assert view.query == "state=PREPROCESS&sort=-total"
    assert saved["Location"] == f"/orders/?state=PREPROCESS&sort=-total&view={view.pk}"
    assert [str(each["label"]) for each in page.context["list"].headings] == ["Order", "Total"]
    assert [each["label"] for each in page.context["list"].views] == ["Standard", "Dear ones"]


def test_a_view_shown_to_a_role_is_seen_by_that_role_and_by_nobody_else() -> None:
    desk, colleague = given.person("ORDER_DESK"), given.person("ORDER_DESK")
    clerk = given.person("CLERK")
    signed_in(desk).post("/lists/orders/views/", {"name": "Ours", "role": "ORDER_DESK"})
    signed_in(desk).post("/lists/orders/views/", {"name": "Mine", "role": ""})

    def names(person: Person) -> list[str]:
        page = signed_in(person).get("/orders/")
        return [each["label"] for each in page.context["list"].views][1:]

    assert names(desk) == ["Ours", "Mine"]
    assert names(colleague) == ["Ours"]
    assert names(clerk) == []


def test_a_view_cannot_be_shown_to_a_role_that_is_not_ones_own() -> None:
    answer = signed_in(given.person("CLERK")).post(
        "/lists/orders/views/", {"name": "For the boss", "role": "HEAD_OFFICE"}, follow=True
    )

    assert "only to people who do the same job" in answer.content.decode()
    assert not SavedView.objects.exists()


def test_only_its_owner_deletes_a_view() -> None:
    owner, other = given.person("ORDER_DESK"), given.person("ORDER_DESK")
    signed_in(owner).post("/lists/orders/views/", {"name": "Ours", "role": "ORDER_DESK"})
    view = SavedView.objects.get()

    signed_in(other).post(f"/lists/orders/views/{view.pk}/delete/")
    assert SavedView.objects.filter(pk=view.pk).exists()

    signed_in(owner).post(f"/lists/orders/views/{view.pk}/delete/")
    assert not SavedView.objects.filter(pk=view.pk).exists()


def test_columns_and_rows_of_a_page_are_remembered_per_person() -> None:
    orders_of(["1"] * 60)
    one, other = given.person(), given.person()
    client = signed_in(one)

    client.post("/lists/orders/columns/", {"column": ["waybill", "state"], "rows": "100"})
    mine, theirs = client.get("/orders/"), signed_in(other).get("/orders/")

    labels = [str(each["label"]) for each in mine.context["list"].headings]
    assert labels == ["Order", "Waybill", "State"]
    assert len(mine.context["list"].rows) == 60
    assert len(theirs.context["list"].rows) == 50
    client.post("/lists/orders/columns/", {"reset": "1", "rows": "100"})
    assert ListSetup.objects.get(person=one).columns == []


def test_receivers_in_the_clear_are_never_a_column_of_a_page() -> None:
    told.accept(told.draft("T1"))
    client = signed_in(given.person())

    client.post("/lists/orders/columns/", {"column": ["receiver_name", "state"], "rows": "50"})
    page = client.get("/orders/")

    assert [str(each["label"]) for each in page.context["list"].headings] == ["Order", "State"]
    assert "李雷" not in page.content.decode()


def test_each_filter_has_a_chip_that_takes_it_away() -> None:
    orders_of(["1"])
    page = signed_in(given.person()).get("/orders/?state=PREPROCESS&q=T000&since=2026-01-01")

    chips = page.context["list"].chips
    assert [(str(each["label"]), each["value"]) for each in chips] == [
        ("Order, platform number, waybill or SKU code", "T000"),
        ("From", "2026-01-01"),
    ]
    assert chips[0]["url"] == "/orders/?state=PREPROCESS&since=2026-01-01"


def test_the_shops_of_the_filter_cost_one_statement_however_many_there_are() -> None:
    given.unit("HQ")
    unit = given.unit("EAST", kind="REGION", parent="HQ").pk
    told.accept(*(told.draft(f"S{at}", shop_id=at + 1, unit_id=unit) for at in range(7)))
    told.accept(told.draft("ELSE", shop_id=99))
    person = given.person("REGION_MANAGER", "EAST")
    from oms import selectors
    from org.selectors import scope_of

    scope = scope_of(person)
    with CaptureQueriesContext(connection) as seen:
        found = selectors.shops_seen(scope=scope)

    assert [shop for shop, _name in found] == list(range(1, 8))
    assert len(seen) == 1


def test_an_unknown_list_is_not_found() -> None:
    client = signed_in(given.person())

    for what in ("views", "columns", "export", "batch"):
        assert client.post(f"/lists/secrets/{what}/").status_code == 404


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "  =1", "\u3000@x", "\ufeff=1"]
)
def test_a_text_that_could_be_a_formula_is_guarded_and_comes_back(text: str) -> None:
    assert guarded(text) == f"'{text}"
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", ["", "TEA", "'quoted", "1-2", "a=b", "李雷"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert guarded(text) == text
    assert unguarded(text) == text


def _numbers(answer: Any) -> list[str]:
    return re.findall(r"T\d{3}(?=</span>)", answer.content.decode())
