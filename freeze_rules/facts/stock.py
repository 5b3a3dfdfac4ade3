"""The facts that stock itself knows: each has a column in `inventory.selectors.facts`. Pure."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from freeze_rules.facts.kinds import Choice, Fact, Type, Unit

TEMPERATURES = (
    Choice("AMBIENT", _("Ambient")),
    Choice("COOL", _("Cool (8-15 °C)")),
    Choice("CHILLED", _("Chilled (0-8 °C)")),
    Choice("FROZEN", _("Frozen (below -18 °C)")),
)
CUSTOMS = (
    Choice("NONE", _("Not imported")),
    Choice("NOT_CLEARED", _("Arrived, not cleared")),
    Choice("INSPECTING", _("Under inspection")),
    Choice("CLEARED", _("Cleared")),
    Choice("REFUSED", _("Refused")),
)
WAREHOUSE_KINDS = (
    Choice("CENTRAL", _("Central")),
    Choice("REGIONAL", _("Regional")),
    Choice("FORWARD", _("Forward")),
    Choice("STORE", _("Store")),
    Choice("VIRTUAL", _("Virtual")),
    Choice("BONDED", _("Bonded")),
    Choice("THIRD_PARTY", _("Third party")),
    Choice("TRANSIT", _("In transit")),
)
LOCATION_KINDS = (
    Choice("STORAGE", _("Storage")),
    Choice("RECEIVING", _("Receiving")),
    Choice("PICKING", _("Picking")),
    Choice("PACKING", _("Packing")),
    Choice("STAGING", _("Staging")),
    Choice("DEFECT", _("Defect")),
    Choice("QUARANTINE", _("Quarantine")),
    Choice("TOTE", _("Tote")),
    Choice("PALLET", _("Pallet")),
    Choice("TRUCK", _("On the way")),
)
GRADES = (
    Choice("ZP", _("Good")),
    Choice("CC", _("Defective")),
    Choice("JS", _("Machine damaged")),
    Choice("XS", _("Box damaged")),
)

SKU_FACTS = (
    Fact(code="sku.code", label=_("SKU code"), type=Type.TEXT, source="sku"),
    Fact(code="sku.name", label=_("Product name"), type=Type.TEXT),
    Fact(code="sku.category", label=_("Category"), type=Type.TEXT, source="category"),
    Fact(code="sku.brand", label=_("Brand"), type=Type.TEXT, source="brand"),
    Fact(
        code="sku.cost", label=_("Unit cost"), type=Type.MONEY, unit=Unit.YUAN, least=0,
        about=_("What one unit costs us."),
    ),
    Fact(code="sku.price", label=_("List price"), type=Type.MONEY, unit=Unit.YUAN, least=0),
    Fact(
        code="sku.temperature", label=_("Storage temperature"), type=Type.CHOICE,
        choices=TEMPERATURES, about=_("The climate the product must be kept in."),
    ),
    Fact(code="sku.light_sensitive", label=_("Sensitive to light"), type=Type.FLAG),
    Fact(
        code="sku.shelf_life_days", label=_("Shelf life"), type=Type.INTEGER, unit=Unit.DAYS,
        least=0, about=_("From production to expiry, as the product's master data says."),
    ),
    Fact(code="sku.lot_tracked", label=_("Kept by lot"), type=Type.FLAG),
    Fact(code="sku.serial_tracked", label=_("Every unit has a serial number"), type=Type.FLAG),
    Fact(
        code="sku.weight", label=_("Weight of a unit"), type=Type.INTEGER, unit=Unit.GRAMS, least=0
    ),
    Fact(
        code="sku.volume", label=_("Volume of a unit"), type=Type.INTEGER, unit=Unit.MILLILITRES,
        least=0,
    ),
    Fact(
        code="sku.sold_30d", label=_("Sold in 30 days"), type=Type.INTEGER, unit=Unit.PIECES,
        least=0, about=_("Units of the SKU shipped in the last 30 days, from all warehouses."),
    ),
)  # fmt: skip

LOT_FACTS = (
    Fact(code="lot.code", label=_("Lot number"), type=Type.TEXT, source="lot"),
    Fact(code="lot.produced_on", label=_("Produced on"), type=Type.DATE),
    Fact(code="lot.expires_on", label=_("Expires on"), type=Type.DATE),
    Fact(
        code="lot.days_left", label=_("Days to expiry"), type=Type.INTEGER, unit=Unit.DAYS,
        about=_("Counted on the warehouse's calendar: 0 on the last day, below 0 afterwards."),
    ),
    Fact(
        code="lot.life_left_pct", label=_("Shelf life left"), type=Type.PERCENT, unit=Unit.PERCENT,
        about=_("Days to expiry as a share of the shelf life."),
    ),
    Fact(
        code="lot.age_days", label=_("Days since production"), type=Type.INTEGER, unit=Unit.DAYS
    ),
    Fact(
        code="lot.stored_days", label=_("Days in stock"), type=Type.INTEGER, unit=Unit.DAYS,
        about=_("Since the lot was first booked in."),
    ),
    Fact(code="lot.supplier", label=_("Supplier"), type=Type.TEXT, source="supplier"),
    Fact(code="lot.origin", label=_("Country or place of origin"), type=Type.TEXT, source="origin"),
    Fact(code="lot.customs", label=_("Customs state"), type=Type.CHOICE, choices=CUSTOMS),
)  # fmt: skip

PLACE_FACTS = (
    Fact(
        code="warehouse.code", label=_("Warehouse code"), type=Type.TEXT, source="warehouse"
    ),
    Fact(
        code="warehouse.kind", label=_("Kind of warehouse"), type=Type.CHOICE,
        choices=WAREHOUSE_KINDS,
    ),
    Fact(
        code="warehouse.region", label=_("Region or store"), type=Type.CHOICES, source="unit",
        about=_("The unit the warehouse belongs to, and all units above it."),
    ),
    Fact(code="warehouse.province", label=_("Province"), type=Type.TEXT, source="province"),
    Fact(code="warehouse.city", label=_("City"), type=Type.TEXT, source="city"),
    Fact(code="zone.code", label=_("Zone code"), type=Type.TEXT, source="zone"),
    Fact(
        code="zone.temperature", label=_("Temperature of the zone"), type=Type.CHOICE,
        choices=TEMPERATURES,
    ),
    Fact(code="zone.dark", label=_("Zone kept away from light"), type=Type.FLAG),
    Fact(code="location.code", label=_("Location code"), type=Type.TEXT, source="location"),
    Fact(
        code="location.kind", label=_("Kind of location"), type=Type.CHOICE, choices=LOCATION_KINDS
    ),
)  # fmt: skip

CELL_FACTS = (
    Fact(code="cell.grade", label=_("Grade"), type=Type.CHOICE, choices=GRADES),
    Fact(
        code="cell.owner", label=_("Owner of the goods"), type=Type.TEXT, source="owner",
        about=_("SELF for our own goods."),
    ),
    Fact(
        code="cell.on_hand", label=pgettext_lazy("fact", "Units in the cell"), type=Type.INTEGER,
        unit=Unit.PIECES, least=0,
    ),
    Fact(
        code="cell.pinned", label=pgettext_lazy("fact", "Units in the cell with a claim"),
        type=Type.INTEGER, unit=Unit.PIECES, least=0,
    ),
    Fact(
        code="cell.free", label=pgettext_lazy("fact", "Units in the cell without a claim"),
        type=Type.INTEGER, unit=Unit.PIECES, least=0,
    ),
    Fact(
        code="cell.value", label=pgettext_lazy("fact", "Value of the cell"), type=Type.MONEY,
        unit=Unit.YUAN, least=0,
        about=pgettext_lazy("fact", "Units in the cell times unit cost."),
    ),
    Fact(
        code="cell.idle_days", label=_("Days without movement"), type=Type.INTEGER, unit=Unit.DAYS,
        least=0, about=pgettext_lazy("fact", "Since anything was last booked in this cell."),
    ),
    Fact(
        code="cell.freezes", label=_("Frozen for"), type=Type.CHOICES, source="reason",
        about=pgettext_lazy("fact", "The reasons for which units of the cell are frozen now."),
    ),
)  # fmt: skip

BALANCE_FACTS = (
    Fact(
        code="balance.on_hand", label=_("On hand in the warehouse"), type=Type.INTEGER,
        unit=Unit.PIECES, least=0,
    ),
    Fact(
        code="balance.available", label=_("Available in the warehouse"), type=Type.INTEGER,
        unit=Unit.PIECES, least=0,
    ),
    Fact(
        code="balance.sold_30d", label=_("Sold from the warehouse in 30 days"), type=Type.INTEGER,
        unit=Unit.PIECES, least=0,
        about=pgettext_lazy("fact", "Units shipped from this warehouse in the last 30 days."),
    ),
    Fact(
        code="balance.cover_days", label=_("Days the stock lasts"), type=Type.INTEGER,
        unit=Unit.DAYS, least=0,
        about=_("Available units at the speed of the last 30 days; unknown when nothing sold."),
    ),
)  # fmt: skip

STOCK_FACTS = (*SKU_FACTS, *LOT_FACTS, *CELL_FACTS, *BALANCE_FACTS, *PLACE_FACTS)
