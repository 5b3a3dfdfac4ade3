"""What holds for each list of the house: it opens, sorts every way, exports and keeps its words."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse

from channels_sync.models import Listing
from channels_sync.services import shops
from org import services as org
from org.lists.registry import list_of
from org.models import Job
from outbox import services as outbox
from tests import given
from tests.oms import told
from tests.wms import world

pytestmark = pytest.mark.django_db
LISTS = sorted(settings.LISTS)


def signed_in() -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(given.person())
    return client


def something() -> None:
    """A row for every list."""
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


@pytest.mark.parametrize("key", LISTS)
def test_a_list_shows_its_rows_sorted_by_any_of_its_columns(key: str) -> None:
    something()
    spec = list_of(key)
    client = signed_in()
    path = reverse(spec.route)
    for sort in ["", *(each.key for each in spec.columns if each.sortable)]:
        for mark in ("", "-"):
            answer = client.get(path, {"sort": mark + sort})

            assert answer.status_code == 200
            assert len(answer.context["list"].rows) >= 1, (key, mark + sort)


@pytest.mark.parametrize("key", LISTS)
def test_each_row_names_a_page_that_opens(key: str) -> None:
    something()
    spec = list_of(key)
    client = signed_in()
    rows = client.get(reverse(spec.route)).context["list"].rows

    assert client.get(rows[0]["url"]).status_code == 200


@pytest.mark.parametrize("key", LISTS)
def test_each_list_can_be_exported_with_every_column(key: str) -> None:
    something()
    spec = list_of(key)
    client = signed_in()
    columns = [each.key for each in spec.columns]

    client.post(f"/lists/{key}/export/", {"format": "csv", "column": columns, "why": "Test"})
    while org.work_on_jobs(seconds=0):
        pass

    job = Job.objects.latest("id")
    assert (job.state, job.failure) == ("DONE", "")
    assert job.done >= 1


@pytest.mark.parametrize("key", LISTS)
def test_rubbish_in_the_address_narrows_nothing(key: str) -> None:
    something()
    spec = list_of(key)
    client = signed_in()
    for asked in rubbish(spec.params):
        assert client.get(reverse(spec.route), asked).status_code == 200, asked


def rubbish(params: Any) -> list[dict[str, str]]:
    """Addresses that somebody typed, cut or pasted."""
    odd = ["\x00", "²", "99999999999999999999", "<1~x", "%", "'\"><script>", "9999-12-31"]
    return [{name: text} for name in (*params, "from", "sort", "view") for text in odd]
