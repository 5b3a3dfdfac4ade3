"""What people may do: permission codes, roles, and which role carries which codes.

Pure and imports nothing: models, services and pages all read it. A role works inside the units
it is assigned at (see `org.scope`); the codes only say what may be done there.
"""

from collections.abc import Iterable

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

ORDERS_VIEW = "orders.view"
ORDERS_EDIT = "orders.edit"
ORDERS_REVEAL = "orders.reveal"
STOCK_VIEW = "stock.view"
STOCK_HOLD = "stock.hold"
STOCK_RELEASE = "stock.release"
STOCK_RELEASE_SAFETY = "stock.release_safety"
STOCK_ADJUST = "stock.adjust"
FLOOR_PICK = "floor.pick"
FLOOR_PACK = "floor.pack"
FLOOR_SHIP = "floor.ship"
SHOPS_VIEW = "shops.view"
SHOPS_EDIT = "shops.edit"
EXCEPTIONS_HANDLE = "exceptions.handle"
AUDIT_VIEW = "audit.view"

PERMISSIONS = {
    ORDERS_VIEW: _("See orders"),
    ORDERS_EDIT: _("Work on orders"),
    ORDERS_REVEAL: _("Reveal receivers"),
    STOCK_VIEW: _("See stock"),
    STOCK_HOLD: _("Freeze stock"),
    STOCK_RELEASE: _("Release frozen stock"),
    STOCK_RELEASE_SAFETY: _("Release safety freezes"),
    STOCK_ADJUST: _("Correct stock"),
    FLOOR_PICK: _("Pick"),
    FLOOR_PACK: _("Pack"),
    FLOOR_SHIP: _("Ship"),
    SHOPS_VIEW: _("See shops"),
    SHOPS_EDIT: _("Set up shops"),
    EXCEPTIONS_HANDLE: _("Handle exceptions"),
    AUDIT_VIEW: _("Read the audit trail"),
}


class Role(TextChoices):
    """A job somebody does at a unit."""

    HEAD_OFFICE = "HEAD_OFFICE", _("Head office")
    REGION_MANAGER = "REGION_MANAGER", _("Region manager")
    STORE_MANAGER = "STORE_MANAGER", _("Store manager")
    CLERK = "CLERK", _("Store clerk")
    WAREHOUSE_LEAD = "WAREHOUSE_LEAD", _("Warehouse lead")
    WAREHOUSE_STAFF = "WAREHOUSE_STAFF", _("Warehouse staff")
    ORDER_DESK = "ORDER_DESK", _("Order desk")
    FINANCE = "FINANCE", _("Finance")
    IT = "IT", _("IT")
    AUDITOR = "AUDITOR", _("Auditor")


_FLOOR = frozenset({STOCK_VIEW, FLOOR_PICK, FLOOR_PACK, FLOOR_SHIP})
_STORE_MANAGER = _FLOOR | {
    ORDERS_VIEW, ORDERS_EDIT, ORDERS_REVEAL, STOCK_HOLD, STOCK_RELEASE, STOCK_ADJUST,
    SHOPS_VIEW, EXCEPTIONS_HANDLE,
}  # fmt: skip

GRANTS: dict[Role, frozenset[str]] = {
    Role.HEAD_OFFICE: frozenset(PERMISSIONS),
    Role.REGION_MANAGER: _STORE_MANAGER | {STOCK_RELEASE_SAFETY, AUDIT_VIEW},
    Role.STORE_MANAGER: _STORE_MANAGER,
    Role.CLERK: frozenset({ORDERS_VIEW, STOCK_VIEW, FLOOR_PICK, FLOOR_PACK}),
    Role.WAREHOUSE_LEAD: _FLOOR
    | {
        ORDERS_VIEW,
        STOCK_HOLD,
        STOCK_RELEASE,
        STOCK_RELEASE_SAFETY,
        STOCK_ADJUST,
        EXCEPTIONS_HANDLE,
    },
    Role.WAREHOUSE_STAFF: _FLOOR,
    Role.ORDER_DESK: frozenset(
        {ORDERS_VIEW, ORDERS_EDIT, ORDERS_REVEAL, STOCK_VIEW, SHOPS_VIEW, EXCEPTIONS_HANDLE}
    ),
    Role.FINANCE: frozenset({ORDERS_VIEW, STOCK_VIEW, SHOPS_VIEW, AUDIT_VIEW}),
    # IT connects shops but neither works on orders nor sees receivers.
    Role.IT: frozenset({SHOPS_VIEW, SHOPS_EDIT, STOCK_VIEW, AUDIT_VIEW}),
    Role.AUDITOR: frozenset({ORDERS_VIEW, STOCK_VIEW, SHOPS_VIEW, AUDIT_VIEW}),
}


def permissions_of(roles: Iterable[str]) -> frozenset[str]:
    """Every permission code that at least one of the roles carries; unknown roles carry none."""
    return frozenset().union(*(GRANTS[Role(role)] for role in roles if role in Role.values))


def roles_with(permission: str) -> frozenset[Role]:
    """The roles that carry a permission.

    Raises:
        UnknownPermission: no such code; a misspelt code must never look like "not allowed".
    """
    if permission not in PERMISSIONS:
        raise UnknownPermission(permission)
    return frozenset(role for role, codes in GRANTS.items() if permission in codes)


class UnknownPermission(LookupError):
    """The code is not in `PERMISSIONS`."""

    code = "unknown_permission"
