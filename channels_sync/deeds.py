"""What actions on shops and their listings are called."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DEEDS: dict[str, Promise] = {
    "listing.mapped": _("Listing matched"),
    "listings.mapped": _("Listings matched"),
    "shop.changed": _("Shop changed"),
    "shop.created": _("Shop connected"),
    "shop.credentials_changed": _("Shop credentials changed"),
    "shop.figures_retried": _("Figures of a shop retried"),
    "shop.orders_retried": _("Orders of a shop retried"),
    "shop.pull_asked": _("Shop looked at"),
    "shop.safety_changed": _("Safety quantity changed"),
    "shop.uploads_retried": _("Waybills of a shop retried"),
    "shop.warehouses_bound": _("Warehouses bound to a shop"),
}
