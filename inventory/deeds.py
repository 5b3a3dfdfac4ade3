"""What actions on master data and on stock by correction are called."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DEEDS: dict[str, Promise] = {
    "location.changed": _("Location changed"),
    "location.created": _("Location created"),
    "locations.created": _("Locations created"),
    "lot.created": _("Lot created"),
    "reason.changed": _("Reason changed"),
    "sku.changed": _("SKU changed"),
    "sku.created": _("SKU created"),
    "stock.corrected": _("Stock corrected"),
    "warehouse.changed": _("Warehouse changed"),
    "warehouse.created": _("Warehouse created"),
    "zone.changed": _("Zone changed"),
    # Recorded by earlier versions.
    "stock.imported": _("Stock imported"),
}
