"""Families of actions, the tabs of the trail: which beginnings of codes belong together."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

FAMILIES: dict[str, tuple[Promise, tuple[str, ...]]] = {
    "people": (
        _("People and access"),
        ("person.", "role.", "unit.", "sign_in.", "sign_out.", "session.", "client.", "keys.",
         "second_factor.", "webhook."),
    ),
    "quality": (
        _("Freezes and quality"),
        ("rule.", "rules.", "freeze.", "recall.", "promotion.", "clearance.", "incident.",
         "inspection.", "customs.", "sensor.", "supplier."),
    ),
    "receivers": (_("Receivers"), ("receiver.", "receivers.")),
    "setup": (
        _("Master data and settings"),
        ("sku.", "lot.", "location.", "warehouse.", "zone.", "reason.", "shop.", "listing.",
         "listings.", "locations.", "carrier.", "kit.", "version.", "notice.",
         "approval.policy_made", "approval.policy_changed", "approval.policy_switched"),
    ),
}  # fmt: skip
