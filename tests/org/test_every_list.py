"""What holds for each list of the house: it opens, sorts every way, exports and keeps its words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse

from channels_sync.models import Listing
from channels_sync.services import shops
from freeze_rules.services.reports import customs
from insights.shell.places import BY_ID
from org import services as org
from org.lists.registry import list_of
from org.models import Job, Person
from org.scope import Scope
from outbox import services as outbox
from tests import given
from tests.oms import told
from tests.pages.table import TABLE
from tests.wms import world
from webhooks import services as webhooks
from wms import services as floor

pytestmark = pytest.mark.django_db
LISTS = sorted(settings.LISTS)


def signed_in() -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(given.person())
    return client


# Lists whose row is what the page of this route shows.
SHOWN_ON = {
    "recalls": "recall", "promotions": "promotion", "inspections": "inspection",
    "incidents": "incident-mended", "sensors": "sensor", "excursions": "excursion",
    "freeze-rules": "freeze-rule", "pick-lists": "walk", "suppliers": "supplier-allow",
    "clients": "client", "webhooks": "webhook",
}  # fmt: skip


def something(key: str) -> None:
    """A row for this list."""
    if key in SHOWN_ON:
        TABLE[SHOWN_ON[key]].args()
    else:
        MADE.get(key, a_day)()


def a_word_of_customs() -> None:
    """A lot at customs."""
    lot = given.lot("TEA", "L1")
    with transaction.atomic():
        customs.set_state(
            lot_id=lot, sku_id=given.sku("TEA"), state="INSPECTING", declaration="5301",
            actor="system:test",
        )  # fmt: skip


def a_count() -> None:
    """A count of which a lead is to judge."""
    given.stock("TEA", 10)
    person = given.person("WAREHOUSE_STAFF")
    with transaction.atomic():
        sheet = floor.open_count(
            person_id=person.pk, warehouse_id=given.warehouse_id("WH1"),
            location_id=given.location("A-01"), code="A-01", actor=person.actor,
        )  # fmt: skip
        floor.note_found(sheet, found=floor.Found(given.sku("TEA"), 3))
        floor.hand_in(sheet, actor=person.actor, may_book=False)


def a_day() -> None:
    """A row for each of the other lists."""
    house = world.build()
    world.stocked(house, "A-01", TEA=10)
    world.packed(house, "SO-1", TEA=2)
    given.stock("TEA", 5, lot_id=given.lot("TEA", "L1"))
    given.held("FZ-1", "TEA", 2, reason="MANUAL")
    with transaction.atomic():
        shop = shops.create(
            platform="api", code="POS", name="门店收银", unit_id=given.unit().pk, base_url="",
            credentials={}, warehouse_ids=[], actor="system:test",
        )  # fmt: skip
    given.job(of=given.person())
    Listing.objects.create(shop=shop, outer_code="NOBODY", title="What is it")
    told.accept(told.draft("T1"), told.draft("T2", told.line("")))
    from oms import services as orders

    orders.process()
    # The journal is written from news.
    outbox.deliver(handler="freeze_rules.services.journal:note_booked")


def a_message() -> None:
    """A message that a program is to be sent."""
    [webhook_id] = TABLE["webhook"].args()
    with transaction.atomic():
        webhooks.send_test(webhook_id=webhook_id, actor="system:test", scope=Scope.everything())


def a_notice() -> None:
    """A notice to whoever has signed in by now."""
    everybody = Person.objects.values_list("pk", flat=True)
    with transaction.atomic():
        org.notify(kind="job.done", to=everybody, params={"title": "Export"}, link="/jobs/")


# Lists with a row of their own making; the others have theirs from a day's work.
MADE: dict[str, Callable[[], object]] = {
    "counts": a_count, "customs": a_word_of_customs, "webhook-messages": a_message,
    "notices": a_notice, "units": given.unit,
}  # fmt: skip


@pytest.mark.parametrize("key", LISTS)
def test_a_list_shows_its_rows_by_any_of_its_columns_and_a_row_leads_on(key: str) -> None:
    client = signed_in()
    something(key)
    spec = list_of(key)
    path = reverse(spec.route)
    for sort in ["", *(each.key for each in spec.columns if each.sortable)]:
        for mark in ("", "-"):
            answer = client.get(path, {"sort": mark + sort})

            assert answer.status_code == 200
            assert len(answer.context["list"].rows) >= 1, (key, mark + sort)

    followed = client.get(answer.context["list"].rows[0]["url"], follow=True)
    assert followed.status_code == 200


@pytest.mark.parametrize("key", LISTS)
def test_each_list_can_be_exported_with_every_column(key: str) -> None:
    client = signed_in()
    something(key)
    spec = list_of(key)
    columns = [each.key for each in spec.columns]

    client.post(f"/lists/{key}/export/", {"format": "csv", "column": columns, "why": "Test"})
    while org.work_on_jobs(seconds=0):
        pass

    job = Job.objects.latest("id")
    assert (job.state, job.failure) == ("DONE", "")
    assert job.done >= 1


@pytest.mark.parametrize("key", LISTS)
def test_rubbish_in_the_address_narrows_nothing(key: str) -> None:
    client = signed_in()
    something(key)
    spec = list_of(key)
    for asked in rubbish(spec.params):
        assert client.get(reverse(spec.route), asked).status_code == 200, asked


def test_the_warehouse_in_the_address_narrows_every_list_whose_link_names_it() -> None:
    other = given.warehouse_id("WH9")
    something("holds")
    client = signed_in()
    for key in LISTS:
        spec = list_of(key)
        if spec.route not in BY_ID:
            continue
        if key in (*SHOWN_ON, *MADE):
            something(key)
        path = reverse(spec.route)
        here = client.get(path, {"warehouse": given.warehouse_id("WH1")}).context["list"]
        there = client.get(path, {"warehouse": other}).context["list"]

        # No warehouse was chosen for the orders that were told.
        assert len(here.rows) >= 1 or key in ("orders", "exceptions"), key
        assert {row["id"] for row in here.rows} & {row["id"] for row in there.rows} == set(), key
        assert there.counted is None or there.counted.count == len(there.rows), key


def rubbish(params: Any) -> list[dict[str, str]]:
    """Addresses that somebody typed, cut or pasted."""
    odd = ["\x00", "²", "99999999999999999999", "<1~x", "%", "'\"><script>", "9999-12-31"]
    return [{name: text} for name in (*params, "from", "sort", "view") for text in odd]
