"""The steps of the first hour; each looks at real data to know whether it is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from channels_sync.models import Shop
from inventory import selectors as stock
from inventory.selectors import beginning
from oms.models import Order
from org import roles
from org.scope import Scope
from wms import selectors as floor
from wms.models import Parcel


@dataclass(frozen=True)
class Step:
    """One step: what, why, where it is done (a route with what it takes), and who may do it."""

    code: str
    title: Promise
    why: Promise
    route: str
    button: Promise
    permission: str
    is_done: Callable[[Scope], bool]
    takes: tuple[str, ...] = ()


def _has_places(scope: Scope) -> bool:
    houses = stock.warehouses(scope=scope)
    return beginning.has_bin(warehouse_ids=[house.id for house in houses])


STEPS = (
    Step(
        "warehouse",
        _("Make a warehouse"),
        _("Stock lies in places. A warehouse comes with bins, a receiving place and a bench."),
        "masters-warehouse-new",
        _("New warehouse"),
        roles.MASTERS_EDIT,
        _has_places,
    ),
    Step(
        "skus",
        _("Add what you sell"),
        _("Each size and flavour is a SKU with its own code and barcodes."),
        "masters-sku-new",
        _("New SKU"),
        roles.MASTERS_EDIT,
        lambda scope: beginning.has_sku(),
    ),
    Step(
        "stock",
        _("Bring in the opening stock"),
        _("From a spreadsheet; you see what is wrong with which row before it is booked."),
        "import-send",
        _("Import stock"),
        roles.STOCK_IMPORT,
        lambda scope: beginning.has_stock(scope=scope),
        ("stock",),
    ),
    Step(
        "carrier",
        _("Name a carrier"),
        _("A parcel is closed with a waybill number of a carrier."),
        "masters-carriers",
        _("Carriers"),
        roles.MASTERS_EDIT,
        lambda scope: any(each.waybills_left for each in floor.carriers()),
    ),
    Step(
        "shop",
        _("Connect a shop"),
        _("The training shop behaves like a real one: its orders come in, it is told your stock."),
        "start-shop",
        _("Connect the training shop"),
        roles.SHOPS_EDIT,
        lambda scope: scope.limit(Shop.objects.filter(is_active=True), "unit").exists(),
    ),
    Step(
        "order",
        _("Receive the first order"),
        _("A buyer orders one piece; within seconds it stands in the list, its stock held."),
        "start-order",
        _("Let a buyer order"),
        roles.SHOPS_EDIT,
        lambda scope: scope.limit(Order.objects.filter(held_at__isnull=False), "unit").exists(),
    ),
    Step(
        "ship",
        _("Ship it"),
        _("Pick it by scan, check it at the bench, close the parcel, hand it over."),
        "pick",
        _("To picking"),
        roles.FLOOR_SHIP,
        lambda scope: scope.limit(
            Parcel.objects.filter(shipped_at__isnull=False), "fulfilment__warehouse__unit"
        ).exists(),
    ),
)
