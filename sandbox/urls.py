"""All addresses of the sandbox: control API, page, and every platform's own."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path

from sandbox.control import orders, records, shops, trade
from sandbox.control.wire import methods, reply
from sandbox.page import views as page
from sandbox.platforms import ALL
from sandbox.sensors import api as sensors
from sandbox.wecom import api as wecom


def healthz(request: HttpRequest) -> HttpResponse:
    """Whether it answers at all."""
    del request
    return reply({"ok": True})


_TABLES = "shipments|pushes|calls|stock-updates"

urlpatterns = [
    path("healthz", healthz),
    path("", methods(GET=page.show)),
    path("page/<str:act>", methods(POST=page.act)),
    path("sandbox.css", methods(GET=page.style)),
    path("sandbox/shops", methods(GET=shops.every, POST=shops.create)),
    path("sandbox/shops/<str:code>", methods(GET=shops.one, DELETE=shops.remove)),
    path(
        "sandbox/shops/<str:code>/listings",
        methods(GET=shops.show_listings, PUT=shops.add_listings),
    ),
    path("sandbox/shops/<str:code>/stock", methods(POST=shops.set_stock)),
    path("sandbox/trade", methods(GET=trade.progress, POST=trade.start)),
    path("sandbox/trade/stop", methods(POST=trade.stop)),
    path("sandbox/retail", methods(GET=trade.retail)),
    path("sandbox/feed", methods(POST=trade.feed_folder)),
    path("sandbox/pushes", methods(POST=trade.raw_push)),
    path("sandbox/orders", methods(POST=orders.place)),
    path("sandbox/orders/<str:number>", methods(GET=orders.show)),
    path("sandbox/orders/<str:number>/pay", methods(POST=orders.pay)),
    path("sandbox/orders/<str:number>/cancel", methods(POST=orders.cancel)),
    path("sandbox/orders/<str:number>/change", methods(POST=orders.change)),
    path(
        "sandbox/faults",
        methods(GET=records.show_faults, POST=records.add_faults, DELETE=records.clear_faults),
    ),
    path("sandbox/faults/<int:fault>", methods(DELETE=records.clear_faults)),
    path("sandbox/records/summary", methods(GET=records.summary)),
    path("sandbox/records/orders", methods(GET=records.orders)),
    path("sandbox/records/stock", methods(GET=records.stock)),
    re_path(f"^sandbox/records/(?P<name>{_TABLES})$", methods(GET=records.table)),
    path("sandbox/reset", methods(POST=records.reset)),
    *wecom.urls,
    *sensors.urls,
    *(url for platform in ALL for url in platform.urls),
]
