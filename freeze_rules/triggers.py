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


class Names(StrEnum):
    """What an event names, by which facts of stock are looked up."""

    SKU = "SKU"
    LOT = "LOT"
    WAREHOUSE = "WAREHOUSE"
    PLACE = "PLACE"


@dataclass(frozen=True)
class Trigger:
    """One kind of event: its name, what ties it to holds, and what may be known when it happens.

    `facts` are those of its own that it brings, `names` what else is looked up by
    (`freeze_rules.knowing`). `starts`: a rule may begin with it. `scanned`: nobody tells it, a
    search over stock finds it. `free`: whoever tells it brings any facts of an event.
    """

    kind: str
    label: Promise
    about: About
    facts: tuple[str, ...] = ()
    names: frozenset[Names] = frozenset()
    starts: bool = True
    scanned: bool = False
    free: bool = False


_LINES = frozenset({Names.SKU, Names.WAREHOUSE})
_LOTS = _LINES | {Names.LOT}
_CELLS = _LOTS | {Names.PLACE}
_ORDER = (
    "event.order_no", "event.channel", "event.shop", "event.paid", "event.value", "event.promotion",
)  # fmt: skip
# An order that ended names no goods any more, so nobody asks which promotion has them.
_ENDED = _ORDER[:-1]
_DECIDED = ("event.result", "event.passed", "event.failed")
_ALL: tuple[Trigger, ...] = (
    Trigger("order.placed", _("Order placed"), About.DOCUMENT, _ORDER, _LINES),
    Trigger("order.paid", _("Order paid"), About.DOCUMENT, _ORDER, _LINES),
    Trigger("order.changed", _("Order changed"), About.DOCUMENT, _ORDER, _LINES),
    Trigger("order.cancelled", _("Order cancelled"), About.DOCUMENT, _ENDED),
    Trigger("order.shipped", _("Order shipped"), About.DOCUMENT, _ENDED),
    Trigger(
        "receipt.late", _("Announced receipt late"), About.GOODS, ("event.supplier", "event.days"),
        _LOTS,
    ),
    Trigger("goods.received", _("Goods received"), About.GOODS, ("event.supplier",), _LOTS),
    Trigger("inspection.asked", _("Inspection asked"), About.GOODS, (), _LOTS),
    Trigger("inspection.passed", _("Inspection passed"), About.GOODS, _DECIDED, _LOTS),
    Trigger("inspection.failed", _("Inspection failed"), About.GOODS, _DECIDED, _LOTS),
    Trigger("inspection.partial", _("Inspection passed in part"), About.GOODS, _DECIDED, _LOTS),
    Trigger("lot.expiring", _("Lot near expiry"), About.GOODS, (), _CELLS, scanned=True),
    Trigger(
        "sensor.excursion", _("Sensor out of bounds"), About.DOCUMENT,
        ("event.device", "event.dose", "event.peak", "event.minutes", "event.qty"), _CELLS,
    ),
    Trigger(
        "sensor.recovered", _("Sensor within bounds again"), About.DOCUMENT,
        ("event.device", "event.minutes"),
    ),
    Trigger(
        "customs.changed", _("Customs status changed"), About.GOODS,
        ("event.customs", "event.declaration"), frozenset({Names.SKU, Names.LOT}),
    ),
    Trigger(
        "customs.cleared", _("Customs cleared"), About.GOODS,
        ("event.customs", "event.declaration"), frozenset({Names.SKU, Names.LOT}),
    ),
    Trigger(
        "shipment.arrived", _("Shipment arrived"), About.GOODS,
        ("event.customs", "event.declaration", "event.supplier"), _LOTS,
    ),
    Trigger(
        "promotion.opened", _("Promotion opened"), About.DOCUMENT,
        ("event.promotion", "event.ends_at"), _LINES,
    ),
    Trigger("promotion.closed", _("Promotion closed"), About.DOCUMENT, ("event.promotion",)),
    Trigger("damage.reported", _("Damage reported"), About.GOODS, ("event.severity",), _CELLS),
    Trigger(
        "leak.reported", _("Leak reported"), About.PLACE, ("event.severity",),
        frozenset({Names.WAREHOUSE, Names.PLACE}),
    ),
    Trigger(
        "leak.mended", _("Leak mended"), About.PLACE, (),
        frozenset({Names.WAREHOUSE, Names.PLACE}),
    ),
    Trigger(
        "return.received", _("Return received"), About.GOODS,
        ("event.order_no", "event.supplier", "event.result"), _CELLS,
    ),
    Trigger("supplier.blocked", _("Supplier blocked"), About.SUPPLIER, ("event.supplier",)),
    Trigger(
        "supplier.cleared", _("Supplier allowed again"), About.SUPPLIER, ("event.supplier",)
    ),
    Trigger("count.started", _("Count started"), About.DOCUMENT, (), _CELLS),
    Trigger("count.finished", _("Count finished"), About.DOCUMENT, (), _CELLS),
    Trigger("repair.done", _("Repair done"), About.GOODS, (), _LOTS),
    Trigger(
        "external", _("Event from outside"), About.GOODS,
        ("event.external", "event.ends_at", "event.qty"), _CELLS, free=True,
    ),
    Trigger(
        "person.asked", _("Asked for by a person"), About.GOODS,
        ("event.person", "event.reason", "event.qty"), _CELLS,
    ),
    Trigger("schedule", _("On a schedule"), About.GOODS, (), _CELLS, scanned=True),
)  # fmt: skip

TRIGGERS: Mapping[str, Trigger] = {each.kind: each for each in _ALL}
# Events that only ever prove something for a hold are told as well; all kinds may be heard.
KINDS = frozenset(TRIGGERS)


def label_of(kind: str) -> str:
    """The name of a kind of event in the reader's language; the kind itself if it is unknown."""
    found = TRIGGERS.get(kind)
    return str(found.label) if found else kind
