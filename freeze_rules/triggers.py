"""Which events rules listen to, what each tells, and whose goods it speaks of. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class About(StrEnum):
    """What ties an event to the holds it may let go of."""

    # The document it names: an order, a promotion, a count.
    DOCUMENT = "DOCUMENT"
    # The goods it names: SKU, lot, warehouse, place; a document narrows them to one receipt.
    GOODS = "GOODS"
    SUPPLIER = "SUPPLIER"
    # The place it names: location or zone.
    PLACE = "PLACE"


@dataclass(frozen=True)
class Trigger:
    """One kind of event: its name, what ties it to holds and the facts of its own it brings.

    `starts`: a rule may begin with it. `scanned`: nobody tells it, a search over stock finds it.
    """

    kind: str
    label: Promise
    about: About
    facts: tuple[str, ...] = ()
    starts: bool = True
    scanned: bool = False


_ORDER = ("event.order_no", "event.channel", "event.shop", "event.qty", "event.promotion")
_ALL: tuple[Trigger, ...] = (
    Trigger("order.placed", _("Order placed"), About.DOCUMENT, _ORDER),
    Trigger("order.paid", _("Order paid"), About.DOCUMENT, _ORDER),
    Trigger("order.changed", _("Order changed"), About.DOCUMENT, _ORDER),
    Trigger("order.cancelled", _("Order cancelled"), About.DOCUMENT, _ORDER),
    Trigger("order.shipped", _("Order shipped"), About.DOCUMENT, _ORDER),
    Trigger(
        "receipt.late", _("Announced receipt late"), About.GOODS, ("event.supplier", "event.days")
    ),
    Trigger(
        "goods.received", _("Goods received"), About.GOODS, ("event.supplier", "event.qty")
    ),
    Trigger(
        "inspection.asked", _("Inspection asked"), About.GOODS, ("event.result", "event.qty")
    ),
    Trigger(
        "inspection.passed", _("Inspection passed"), About.GOODS, ("event.result", "event.qty")
    ),
    Trigger(
        "inspection.failed", _("Inspection failed"), About.GOODS, ("event.result", "event.qty")
    ),
    Trigger(
        "inspection.partial", _("Inspection passed in part"), About.GOODS,
        ("event.result", "event.qty"),
    ),
    Trigger("lot.expiring", _("Lot near expiry"), About.GOODS, (), scanned=True),
    Trigger(
        "sensor.excursion", _("Sensor out of bounds"), About.DOCUMENT,
        ("event.device", "event.dose", "event.peak", "event.minutes", "event.qty"),
    ),
    Trigger(
        "sensor.recovered", _("Sensor within bounds again"), About.DOCUMENT,
        ("event.device", "event.minutes"),
    ),
    Trigger(
        "customs.changed", _("Customs status changed"), About.GOODS,
        ("event.customs", "event.declaration"),
    ),
    Trigger("customs.cleared", _("Customs cleared"), About.GOODS, ("event.declaration",)),
    Trigger(
        "shipment.arrived", _("Shipment arrived"), About.GOODS,
        ("event.customs", "event.declaration"),
    ),
    Trigger(
        "promotion.opened", _("Promotion opened"), About.DOCUMENT,
        ("event.promotion", "event.ends_at", "event.channel", "event.shop", "event.qty"),
    ),
    Trigger("promotion.closed", _("Promotion closed"), About.DOCUMENT, ("event.promotion",)),
    Trigger(
        "damage.reported", _("Damage reported"), About.GOODS, ("event.severity", "event.qty")
    ),
    Trigger("leak.reported", _("Leak reported"), About.PLACE, ("event.severity",)),
    Trigger("leak.mended", _("Leak mended"), About.PLACE, ()),
    Trigger(
        "return.received", _("Return received"), About.GOODS,
        ("event.order_no", "event.qty", "event.result"),
    ),
    Trigger("supplier.blocked", _("Supplier blocked"), About.SUPPLIER, ("event.supplier",)),
    Trigger(
        "supplier.cleared", _("Supplier allowed again"), About.SUPPLIER, ("event.supplier",)
    ),
    Trigger("count.started", _("Count started"), About.DOCUMENT, ()),
    Trigger("count.finished", _("Count finished"), About.DOCUMENT, ()),
    Trigger("repair.done", _("Repair done"), About.GOODS, ("event.qty",)),
    Trigger(
        "external", _("Event from outside"), About.GOODS,
        ("event.external", "event.ends_at", "event.qty"),
    ),
    Trigger("person.asked", _("Asked for by a person"), About.GOODS, ("event.qty",)),
    Trigger("schedule", _("On a schedule"), About.GOODS, (), scanned=True),
)  # fmt: skip

TRIGGERS: Mapping[str, Trigger] = {each.kind: each for each in _ALL}
# Events that only ever prove something for a hold are told as well; all kinds may be heard.
KINDS = frozenset(TRIGGERS)


def label_of(kind: str) -> str:
    """The name of a kind of event in the reader's language; the kind itself if it is unknown."""
    found = TRIGGERS.get(kind)
    return str(found.label) if found else kind
