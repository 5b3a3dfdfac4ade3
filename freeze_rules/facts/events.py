"""The facts that something which happened brings with it; stock alone does not know them. Pure."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from freeze_rules.facts.kinds import Choice, Fact, Type, Unit
from freeze_rules.facts.stock import CUSTOMS

# As `triggers` names them; a test compares.
KINDS = (
    Choice("order.placed", _("Order placed")),
    Choice("order.paid", _("Order paid")),
    Choice("order.changed", _("Order changed")),
    Choice("order.cancelled", _("Order cancelled")),
    Choice("order.shipped", _("Order shipped")),
    Choice("receipt.late", _("Announced receipt late")),
    Choice("goods.received", _("Goods received")),
    Choice("inspection.asked", _("Inspection asked")),
    Choice("inspection.passed", _("Inspection passed")),
    Choice("inspection.failed", _("Inspection failed")),
    Choice("inspection.partial", _("Inspection passed in part")),
    Choice("lot.expiring", _("Lot near expiry")),
    Choice("sensor.excursion", _("Sensor out of bounds")),
    Choice("sensor.recovered", _("Sensor within bounds again")),
    Choice("customs.changed", _("Customs status changed")),
    Choice("customs.cleared", _("Customs cleared")),
    Choice("shipment.arrived", _("Shipment arrived")),
    Choice("promotion.opened", _("Promotion opened")),
    Choice("promotion.closed", _("Promotion closed")),
    Choice("damage.reported", _("Damage reported")),
    Choice("leak.reported", _("Leak reported")),
    Choice("leak.mended", _("Leak mended")),
    Choice("return.received", _("Return received")),
    Choice("supplier.blocked", _("Supplier blocked")),
    Choice("supplier.cleared", _("Supplier allowed again")),
    Choice("count.started", _("Count started")),
    Choice("count.finished", _("Count finished")),
    Choice("repair.done", _("Repair done")),
    Choice("external", _("Event from outside")),
    Choice("person.asked", _("Asked for by a person")),
    Choice("schedule", _("On a schedule")),
)
RESULTS = (
    Choice("PASSED", pgettext_lazy("inspection", "Passed")),
    Choice("FAILED", pgettext_lazy("inspection", "Failed")),
    Choice("PARTIAL", pgettext_lazy("inspection", "Passed in part")),
)

EVENT_FACTS = (
    Fact(code="event.kind", label=_("Kind of event"), type=Type.CHOICE, choices=KINDS),
    Fact(code="event.at", label=_("Time of the event"), type=Type.MOMENT),
    Fact(code="event.document", label=_("Document of the event"), type=Type.TEXT),
    Fact(
        code="event.qty", label=_("Units in the event"), type=Type.INTEGER, unit=Unit.PIECES,
        least=0, about=_("Of the goods that are judged, not of the whole document."),
    ),
    Fact(
        code="event.passed", label=_("Units that passed"), type=Type.INTEGER, unit=Unit.PIECES,
        least=0,
    ),
    Fact(
        code="event.failed", label=_("Units that failed"), type=Type.INTEGER, unit=Unit.PIECES,
        least=0,
    ),
    Fact(
        code="event.value", label=_("Value in the event"), type=Type.MONEY, unit=Unit.YUAN, least=0
    ),
    Fact(code="event.channel", label=_("Channel"), type=Type.TEXT, source="told"),
    Fact(code="event.shop", label=_("Shop"), type=Type.TEXT, source="told"),
    Fact(code="event.order_no", label=_("Order number"), type=Type.TEXT),
    Fact(code="event.paid", label=_("Order is paid"), type=Type.FLAG),
    Fact(code="event.promotion", label=_("Promotion"), type=Type.TEXT, source="told"),
    Fact(code="event.ends_at", label=_("End of the promotion"), type=Type.MOMENT),
    Fact(code="event.declaration", label=_("Customs declaration number"), type=Type.TEXT),
    Fact(
        code="event.customs", label=_("Customs state in the event"), type=Type.CHOICE,
        choices=CUSTOMS,
    ),
    Fact(
        code="event.dose", label=_("Dose"), type=Type.NUMBER, least=0,
        about=_("Degree-minutes out of range, or lux-hours."),
    ),
    Fact(
        code="event.peak", label=_("Extreme reading"), type=Type.NUMBER,
        about=_("The reading furthest out of range: °C, lux or % of humidity."),
    ),
    Fact(
        code="event.minutes", label=_("Minutes it lasted"), type=Type.INTEGER, unit=Unit.MINUTES,
        least=0,
    ),
    Fact(
        code="event.days", label=_("Days late"), type=Type.INTEGER, unit=Unit.DAYS, least=0,
        about=_("Since the day for which the goods were announced."),
    ),
    Fact(code="event.device", label=_("Sensor"), type=Type.TEXT, source="told"),
    Fact(code="event.severity", label=_("Severity"), type=Type.TEXT, source="told"),
    Fact(code="event.supplier", label=_("Supplier in the event"), type=Type.TEXT,
         source="supplier"),
    Fact(code="event.result", label=_("Result"), type=Type.CHOICE, choices=RESULTS),
    Fact(code="event.reason", label=_("Reason in the event"), type=Type.TEXT, source="told"),
    Fact(code="event.person", label=_("Person"), type=Type.TEXT),
    Fact(
        code="event.external", label=_("Name of the outside event"), type=Type.TEXT, source="told",
        about=_("As the program that sent it called it."),
    ),
)  # fmt: skip
