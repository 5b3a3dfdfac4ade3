"""What one warehouse is about is told in its own time, and the page names the zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from freeze_rules.services import journal, leases
from freeze_rules.services.reports import promotions
from inventory import selectors as stock
from oms.models import Order
from org import clocks
from org import services as org
from org.callers import SignedIn
from org.models import Job, Person
from org.scope import Scope
from tests import given
from tests.approvals.sample import Box, asked, policy
from tests.approvals.sample import box as box
from tests.oms import told
from tests.org.test_exports import downloaded

pytestmark = pytest.mark.django_db

URUMQI = ZoneInfo("Asia/Urumqi")
NAMED = "Times are those of Asia/Urumqi, UTC+06:00."


@pytest.fixture
def boss() -> Person:
    given.warehouse("URC", time_zone="Asia/Urumqi")
    given.stock("TEA", 10, warehouse="URC")
    return given.person(name="boss")


def signed_in(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def frozen() -> stock.HoldView:
    hold = given.held("FZ-1", "TEA", 4, reason="MANUAL", warehouse="URC")
    with transaction.atomic():
        leases.sweep()
        journal.catch_up()
    return stock.holds(scope=Scope.everything(), ids=[hold])[0]


def test_a_page_of_one_thing_is_in_the_zone_of_its_warehouse_and_says_so(boss: Person) -> None:
    one = frozen()
    client = signed_in(boss)

    page = client.get(f"/holds/{one.id}/").content.decode()
    elsewhere = client.get("/holds/").content.decode()

    there, here = one.created_at.astimezone(URUMQI), timezone.localtime(one.created_at)
    assert here - there == timedelta(0)
    assert here.hour != there.hour
    assert NAMED in page
    assert f"{there:%Y-%m-%d %H:%M:%S}" in page
    assert f"{here:%Y-%m-%d %H:%M:%S}" not in page
    # The next page of the same process is in the house's own again, which nobody needs to name.
    assert "Times are those of" not in elsewhere
    assert f"{here:%m-%d %H:%M:%S}" in elsewhere


def test_a_day_that_is_typed_ends_when_it_ends_there(boss: Person) -> None:
    one = frozen()
    day: date = timezone.localdate() + timedelta(days=20)

    signed_in(boss).post(
        f"/holds/{one.id}/lease/",
        {"review_on": day.isoformat(), "owner": boss.pk, "lease_why": "laboratory"},
    )

    [after] = stock.holds(scope=Scope.everything(), ids=[one.id])
    assert after.review_at == datetime(day.year, day.month, day.day, 17, 59, 59, tzinfo=UTC)


def test_a_list_of_one_warehouse_and_its_file_are_in_its_zone(boss: Person) -> None:
    one = frozen()
    client = signed_in(boss)
    house = given.warehouse_id("URC")
    there = one.created_at.astimezone(URUMQI)

    narrowed = client.get(f"/freezes/journal/?warehouse={house}").content.decode()
    paper = client.get(f"/freezes/journal/print/?warehouse={house}").content.decode()
    client.post("/lists/freeze-journal/export/", {"format": "csv", "query": f"warehouse={house}"})
    while org.work_on_jobs(seconds=0):
        pass
    file = downloaded(Job.objects.latest("id"), boss)

    for page in (narrowed, paper):
        assert NAMED in page
        assert f"{there:%H:%M:%S}" in page
    assert "(Asia/Urumqi)" in file.decode("utf-8-sig").splitlines()[0]
    assert f"{there:%Y-%m-%d %H:%M:%S}" in file.decode("utf-8-sig")


def test_the_floor_is_in_the_zone_of_the_warehouse_that_was_chosen(boss: Person) -> None:
    given.warehouse("WH1")
    client = signed_in(boss)

    assert NAMED in client.get("/floor/?warehouse=URC").content.decode()
    # It stays with them until they choose another one.
    assert NAMED in client.get("/floor/").content.decode()
    assert "Asia/Urumqi, UTC+06:00" in client.get("/pda/").content.decode()
    assert NAMED not in client.get("/floor/?warehouse=WH1").content.decode()


def test_a_code_of_digits_is_no_number(boss: Person) -> None:
    house = given.warehouse_id("URC")
    given.warehouse(str(house))

    everything = Scope.everything()
    assert clocks.zone_at(house, scope=everything) == "Asia/Urumqi"
    assert clocks.zone_at(str(house), scope=everything) == "Asia/Shanghai"


def test_the_warehouse_of_others_tells_nothing_of_its_zone(boss: Person) -> None:
    given.unit("ST1", "STORE", "HQ")
    given.warehouse("OWN", at="ST1")
    client = signed_in(given.person("STORE_MANAGER", at="ST1"))

    for named in (str(given.warehouse_id("URC")), "URC", "\x00", "9" * 30, "x" * 99):
        page = client.get("/stock/", {"warehouse": named}).content.decode()
        assert "Urumqi" not in page


def test_what_lies_in_one_warehouse_alone_is_told_in_its_zone(boss: Person, box: Box) -> None:
    house = given.warehouse_id("URC")
    lot = given.lot("TEA", "L1")
    given.stock("TEA", 5, warehouse="URC", lot_id=lot)
    cells = stock.cells(scope=Scope.everything(), sku_id=given.sku("TEA"))
    cell = next(each.id for each in cells if each.lot_id == lot)
    told.accept(told.draft("T1", told.line("TEA", 1)))
    order = told.the("T1")
    Order.objects.filter(pk=order.pk).update(warehouse_id=house)
    policy()
    request = asked(boss, at="HQ", warehouse_id=house)
    now = timezone.now()
    wish = promotions.PromotionWish(
        name="There", opens_at=now, closes_at=now + timedelta(days=1),
        lines=[promotions.LineWish(warehouse_id=house, sku_id=given.sku("TEA"), qty=2)],
    )  # fmt: skip
    with transaction.atomic():
        promotion = promotions.plan(key="there", wish=wish, by=SignedIn(boss)).pk
    client = signed_in(boss)
    pages = (
        f"/stock/lots/{lot}/", f"/stock/journal/?lot={lot}", f"/stock/journal/?cell={cell}",
        f"/stock/past/?warehouse={house}", f"/orders/{order.number}/",
        f"/approvals/{request.pk}/", f"/promotions/{promotion}/",
    )  # fmt: skip
    assert [page for page in pages if NAMED not in client.get(page).content.decode()] == []

    # A moment that is typed is one of that zone.
    moment = client.get(f"/stock/past/?warehouse={house}&at=2026-01-02T03:04")
    assert moment.context["asked"].at == datetime(2026, 1, 1, 21, 4, tzinfo=UTC)
    # What lies in two warehouses is told in the house's own.
    given.stock("TEA", 5, warehouse="WH1", lot_id=lot)
    both = [client.get(page).content.decode() for page in pages[:2]]
    assert [NAMED in page for page in both] == [False, False]
