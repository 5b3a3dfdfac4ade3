"""What actions are called. An action without a name here is shown by its code."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTIONS: dict[str, Promise] = {
    "approval.delegated": _("Approvals delegated"),
    "approval.delegation_ended": _("Delegation ended"),
    "approval.policy_made": _("Approval policy made"),
    "approval.policy_switched": _("Approval policy switched"),
    "exception.accepted": _("Exception accepted"),
    "job.cancelled": _("Job stopped"),
    "keys.rotated": _("Keys changed"),
    "list.batch": _("Acted on many rows"),
    "list.exported": _("List exported"),
    "listing.mapped": _("Listing matched"),
    "location.changed": _("Location changed"),
    "location.created": _("Location created"),
    "lot.created": _("Lot created"),
    "notice.bot_added": _("Notice channel changed"),
    "notice.bot_switched": _("Notice channel changed"),
    "notice.revived": _("Notices sent again"),
    "outbox.revived": _("Messages revived"),
    "person.assigned": _("Role given"),
    "person.changed": _("Person changed"),
    "person.created": _("Person added"),
    "person.password_set": _("Password set"),
    "imported.locations": _("Locations imported"),
    "imported.mappings": _("Listing mappings imported"),
    "imported.orders": _("Orders imported"),
    "imported.skus": _("SKUs imported"),
    "imported.stock": _("Stock imported"),
    "person.unassigned": _("Role taken away"),
    "reason.changed": _("Reason changed"),
    "receiver.exported": _("Receivers exported"),
    "receiver.reveal": _("Receiver shown"),
    "receivers.blanked": _("Old receivers removed"),
    "shop.changed": _("Shop changed"),
    "shop.created": _("Shop connected"),
    "shop.credentials_changed": _("Shop credentials changed"),
    "shop.orders_retried": _("Orders of a shop retried"),
    "shop.pull_asked": _("Shop looked at"),
    "shop.safety_changed": _("Safety quantity changed"),
    "shop.warehouses_bound": _("Warehouses bound to a shop"),
    "sign_in.done": _("Signed in"),
    "sign_out.done": _("Signed out"),
    "sku.changed": _("SKU changed"),
    "sku.created": _("SKU created"),
    "stock.frozen": _("Stock frozen"),
    "stock.unfrozen": _("Stock released"),
    "supplier.limit_set": _("Limit of a supplier set"),
    "unit.created": _("Unit created"),
    "unit.renamed": _("Unit renamed"),
    "version.restored": _("Version restored"),
    "warehouse.changed": _("Warehouse changed"),
    "zone.changed": _("Zone changed"),
}

# Tabs: which beginnings of actions belong together, and whether stock postings do.
FAMILIES: dict[str, tuple[Promise, tuple[str, ...]]] = {
    "people": (
        _("People and access"),
        ("person.", "role.", "unit.", "sign_in.", "sign_out.", "session.", "client.", "keys."),
    ),
    "receivers": (_("Receivers"), ("receiver.", "receivers.")),
    "setup": (
        _("Master data and settings"),
        ("sku.", "lot.", "location.", "warehouse.", "zone.", "reason.", "shop.", "listing.", "kit.",
         "version.", "notice.", "approval.policy_made", "approval.policy_switched"),
    ),
}  # fmt: skip


def action_name(code: str) -> str:
    """What an action is called in the reader's language."""
    return str(ACTIONS.get(code, code))
