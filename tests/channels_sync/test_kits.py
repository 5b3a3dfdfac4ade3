"""Shops that sell kits: the figure follows the scarcest part; unsafe goods go first."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import transaction

from channels_sync.models import Listing
from channels_sync.services import publishing
from channels_sync.tasks.catalogue import read_catalogue
from inventory import services as inventory
from outbox import services as outbox
from outbox.clock import database_now
from tests import given
from tests.channels_sync.test_publishing import publish_all, shown, told
from tests.channels_sync.world import World
from tests.inventory.test_figures import blanket, reason
from tests.inventory.test_kits import kit, post, recipe

pytestmark = pytest.mark.django_db


def hear(topic: str = "stock.changed") -> None:
    for handler in settings.NEWS[topic]:
        if handler.startswith("channels_sync."):
            assert outbox.deliver(handler=handler).failed == 0


def test_a_kits_figure_is_published_when_a_part_of_it_changes(world: World) -> None:
    given.stock("TEA", 9)
    given.stock("CUP", 3)
    given.stock("RICE", 5)
    made = kit(TEA=2, CUP=1)
    shop = world.shop(listings=("BOX", "RICE"))
    read_catalogue(shop_id=shop.pk)
    hear()
    publish_all()
    assert told(world, shop) == {"BOX": (3, 1), "RICE": (5, 1)}

    given.held("SO-1", "TEA", 4)
    hear()
    publish_all()
    assert told(world, shop) == {"BOX": (2, 2), "RICE": (5, 1)}

    recipe(made, TEA=1)
    hear()
    publish_all()
    assert told(world, shop) == {"BOX": (5, 3), "RICE": (5, 1)}

    # Tea is no bottleneck of the older recipe any more, and cups are no part of the newer one.
    given.held("SO-2", "CUP", 3)
    hear()
    publish_all()
    assert shown(world, shop) == {"BOX": 5, "RICE": 5}
    listing = Listing.objects.get(outer_code="BOX")
    assert (listing.sku_id, listing.acked_qty, listing.stale_since) == (made, 5, None)
    assert publishing.sweep() == 0
    assert not Listing.objects.filter(stale_since__isnull=False).exists()


def test_a_mark_that_hides_units_lowers_the_figure_even_when_nobody_told(world: World) -> None:
    reason("PHOTO", role="MARK", publish=True, reserve=False)
    given.stock("TEA", 6)
    shop = world.shop()
    read_catalogue(shop_id=shop.pk)
    hear()
    publish_all()
    assert shown(world, shop) == {"TEA": 6}
    blanket("MK-1", "PHOTO", location_id=given.location("A-01"))

    with transaction.atomic():
        publishing.sweep()
    publish_all()

    assert shown(world, shop) == {"TEA": 0}
    assert given.free("TEA") == 6


def test_figures_of_unsafe_goods_are_pushed_before_all_others(world: World) -> None:
    codes = ("TEA", "RICE", "CUP", "BOX")
    for code in codes[:3]:
        given.stock(code, 9)
    kit(CUP=2)
    shop = world.shop(listings=codes)
    read_catalogue(shop_id=shop.pk)
    hear()
    publish_all()
    given.held("SO-1", "TEA", 1)
    given.held("SO-2", "RICE", 1)
    hear()
    Listing.objects.filter(sku_id=given.sku("TEA")).update(
        stale_since=database_now() - timedelta(hours=1)
    )

    given.held("FZ-1", "CUP", 5, reason="RECALL")
    hear("stock.unsafe")

    def claimed() -> dict[str, int]:
        with transaction.atomic():
            (job,) = publishing.claim(limit=3)
            publishing.store_answers(job=job, answers={i.listing_id: None for i in job.items})
        names = {row.pk: row.outer_code for row in Listing.objects.all()}
        return {names[item.listing_id]: item.qty for item in job.items}

    # The kit with the recalled part is as unsafe as the part; nothing else stands before them.
    assert claimed() == {"CUP": 4, "BOX": 2}
    assert not Listing.objects.filter(is_urgent=True).exists()
    assert claimed() == {"TEA": 8, "RICE": 8}


def test_an_urgent_figure_stays_urgent_until_it_was_acknowledged(world: World) -> None:
    given.stock("TEA", 9)
    shop = world.shop()
    read_catalogue(shop_id=shop.pk)
    publish_all()
    given.held("FZ-1", "TEA", 2, reason="QC")
    hear("stock.unsafe")
    with transaction.atomic():
        (job,) = publishing.claim()
    # It moves again while it is on its way.
    given.held("FZ-2", "TEA", 2, reason="QC")
    hear("stock.unsafe")
    with transaction.atomic():
        publishing.store_answers(job=job, answers={item.listing_id: None for item in job.items})

    listing = Listing.objects.get()
    assert (listing.acked_qty, listing.is_urgent) == (7, True)
    publish_all()
    listing = Listing.objects.get()
    assert (listing.acked_qty, listing.is_urgent, listing.stale_since) == (5, False, None)


def test_safety_news_is_heard_at_once_and_other_figures_with_the_next_sweep() -> None:
    assert "stock.changed" in settings.NEWS_GATHERED
    assert "stock.unsafe" not in settings.NEWS_GATHERED


def test_the_shop_is_told_of_the_kit_it_sold_not_of_its_parts() -> None:
    from oms import selectors as orders_selectors
    from oms import services as orders
    from tests.oms import told as platform
    from tests.oms import walking

    walking.waybills()
    given.stock("TEA", 4)
    given.stock("CUP", 4)
    kit(TEA=2, CUP=1)
    platform.accept(platform.draft("T1", platform.line("BOX", 2)))
    orders.process()
    walking.send(platform.the().document)
    walking.hear("fulfilment.shipped")

    number = str(platform.the().number)
    sent = orders_selectors.shipments_for([number])[number]

    assert (sent.platform_number, sent.lines) == ("T1", (("L-BOX", 2),))


def test_units_of_a_kit_that_come_back_are_published(world: World) -> None:
    given.stock("TEA", 4)
    kit(TEA=2)
    shop = world.shop(listings=("BOX",))
    given.held("SO-1", "BOX", 2)
    read_catalogue(shop_id=shop.pk)
    hear()
    publish_all()
    assert shown(world, shop) == {"BOX": 0}
    line = inventory.Line(sku_id=given.sku("BOX"), qty=1)
    released = inventory.ReleaseRequest(key="r", document="SO-1", lines=(line,))
    post(inventory.release, released)[0].check()

    hear()
    publish_all()

    assert shown(world, shop) == {"BOX": 1}
