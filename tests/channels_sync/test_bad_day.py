"""A bad day: lost, late, doubled and disordered pushes, errors, cut answers, expired tokens.

The sandbox really pushes over HTTP to a server of ours; afterwards its records are compared with
ours: nothing lost, nothing doubled, every figure true.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.core.wsgi import get_wsgi_application
from django.db import connections, transaction

from channels_sync import selectors
from channels_sync.models import Listing, PullCursor, Shop
from channels_sync.services import publishing
from channels_sync.tasks import inbox
from channels_sync.tasks.catalogue import read_catalogue
from channels_sync.tasks.publishing import publish_batch, sweep_figures
from channels_sync.tasks.pulling import pull_one
from oms.models import Order
from outbox.clock import database_now
from tests import given
from tests.channels_sync.world import World

FAULTS: list[dict[str, Any]] = [
    {"kind": "lost_push", "share": 0.1},
    {"kind": "duplicate_push", "share": 0.2},
    {"kind": "out_of_order_push", "share": 0.2, "seconds": 0.5},
    {"kind": "late_push", "share": 0.1, "seconds": 1},
    {"kind": "http_500", "share": 0.05},
    {"kind": "http_429", "share": 0.03},
    {"kind": "truncated_body", "share": 0.03},
    {"kind": "timeout_after", "share": 0.02, "seconds": 0.1},
    {"kind": "expired_token", "share": 0.03},
]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


@pytest.fixture
def our_address(real_commits: str) -> Iterator[str]:
    """A web server of ours on the database of this test."""
    application = get_wsgi_application()

    def serve(environ: Any, start: Any) -> Any:
        try:
            return application(environ, start)
        finally:
            connections.close_all()

    server = make_server("127.0.0.1", 0, serve, _Server, _Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def _work() -> None:
    """What the workers do, once around."""
    Shop.objects.update(not_before=None)
    PullCursor.objects.update(due_at=database_now())
    while pull_one():
        if Shop.objects.filter(not_before__isnull=False).exists():
            break
    while inbox.round_of_inbox():
        pass
    sku_ids = [str(given.sku(code)) for code in ("TEA", "RICE")]
    with transaction.atomic():
        publishing.note_stock_changed(keys=sku_ids)
    publish_batch()


@pytest.mark.races
def test_nothing_is_lost_doubled_or_stale(world: World, our_address: str) -> None:
    given.stock("TEA", 2000)
    given.stock("RICE", 2000)
    made = [world.shop(platform, listings=("TEA", "RICE")) for platform in ("shopify", "taobao")]
    for shop in made:
        world.post("/sandbox/shops", {
            "platform": shop.platform, "code": shop.code,
            "push_url": f"{our_address}/push/{shop.platform}/{shop.code}/",
        })  # fmt: skip
        read_catalogue(shop_id=shop.pk)
        publish_batch()
    for fault in FAULTS:
        world.fault(**fault)
    world.post("/sandbox/trade", {
        "rate": 0, "orders": 120, "seed": 7, "cancel_share": 0.15, "cancel_after": [0.2, 2],
    })  # fmt: skip

    until = time.monotonic() + 60
    while time.monotonic() < until:
        _work()
        run = world.get("/sandbox/trade")
        if run["state"] != "trading" and not run["cancels_pending"] + run["pushes_pending"]:
            break
    world.delete("/sandbox/faults")
    until, quiet = time.monotonic() + 60, 0
    while quiet < 3 and time.monotonic() < until:
        Listing.objects.update(due_at=database_now())
        _work()
        sweep_figures()
        owed = selectors.owed()
        # Lost pushes come with a pull, and the first one may only finish an older window.
        quiet = quiet + 1 if owed.inbox + owed.figures == 0 else 0
        time.sleep(0.2)  # what was put off is due in a few seconds

    theirs = {row["number"]: row["state"] for row in world.get("/sandbox/records/orders")["orders"]}
    ours = dict(Order.objects.values_list("platform_number", "state"))
    assert len(theirs) == 120
    assert set(ours) == set(theirs)
    assert {n for n, state in ours.items() if state == "CANCELLED"} == {
        number for number, state in theirs.items() if state == "cancelled"
    }
    assert set(ours.values()) == {"SUBMITTED", "CANCELLED"}
    assert selectors.owed().dead == 0
    for row in world.get("/sandbox/records/stock")["stock"]:
        assert row["figure"] == given.free(row["sku"]), row
