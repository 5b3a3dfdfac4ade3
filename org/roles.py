"""What people may do: permission codes in groups, and the roles the house is shipped with.

Pure and imports nothing: models, services and pages all read it. A role works at the places
it is assigned to (see `org.scope`); the codes only say what may be done there. What a role of
this company carries is data (`org.models.RoleSet`): the shipped grants below and what people
changed about them.
"""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ORDERS_VIEW = "orders.view"
ORDERS_EDIT = "orders.edit"
ORDERS_CREATE = "orders.create"
ORDERS_REVEAL = "orders.reveal"
EXCEPTIONS_HANDLE = "exceptions.handle"
STORE_SELL = "store.sell"
STOCK_VIEW = "stock.view"
STOCK_RECEIVE = "stock.receive"
STOCK_MOVE = "stock.move"
STOCK_ADJUST = "stock.adjust"
STOCK_IMPORT = "stock.import"
STOCK_SCRAP = "stock.scrap"
STOCK_REGRADE = "stock.regrade"
STOCK_TRANSFER = "stock.transfer"
STOCK_REVERSE = "stock.reverse"
STOCK_HOLD = "stock.hold"
STOCK_RELEASE = "stock.release"
STOCK_RELEASE_SAFETY = "stock.release_safety"
STOCK_CONVERT = "stock.convert"
STOCK_INSPECT = "stock.inspect"
RULES_VIEW = "rules.view"
RULES_EDIT = "rules.edit"
RULES_ENABLE = "rules.enable"
RULES_TELL = "rules.tell"
SUPPLIERS_EDIT = "suppliers.edit"
SENSORS_SEND = "sensors.send"
SENSORS_EDIT = "sensors.edit"
MASTERS_EDIT = "masters.edit"
FLOOR_PICK = "floor.pick"
FLOOR_PACK = "floor.pack"
FLOOR_SHIP = "floor.ship"
SHOPS_VIEW = "shops.view"
SHOPS_EDIT = "shops.edit"
PEOPLE_VIEW = "people.view"
PEOPLE_EDIT = "people.edit"
ROLES_EDIT = "roles.edit"
UNITS_EDIT = "units.edit"
CLIENTS_EDIT = "clients.edit"
WEBHOOKS_EDIT = "webhooks.edit"
AUDIT_VIEW = "audit.view"
AUDIT_EXPORT = "audit.export"
OPERATIONS_VIEW = "operations.view"
OPERATIONS_REPAIR = "operations.repair"
APPROVALS_VIEW = "approvals.view"
APPROVALS_DECIDE = "approvals.decide"
APPROVALS_POLICIES = "approvals.policies"


@dataclass(frozen=True)
class Permission:
    """One verb that a role can carry.

    `lets` says in one line what it lets somebody do. `sensitive`: whoever has it signs in with a
    second factor, because it releases stock, decides for others, or shows receivers.
    """

    code: str
    label: Promise
    lets: Promise
    sensitive: bool = False


@dataclass(frozen=True)
class Group:
    """Permissions that stand together on the page of roles."""

    title: Promise
    permissions: tuple[Permission, ...]


GROUPS: tuple[Group, ...] = (
    Group(
        _("Orders"),
        (
            Permission(ORDERS_VIEW, _("See orders"), _("Open the lists and pages of orders.")),
            Permission(
                ORDERS_EDIT, _("Work on orders"), _("Cancel orders and change how they are served.")
            ),
            Permission(
                ORDERS_CREATE, _("Hand in orders"), _("Bring orders in for one's own units.")
            ),
            Permission(
                STORE_SELL,
                _("Sell in the store"),
                _("Sell goods from the store's own stock and take them back."),
            ),
            Permission(
                ORDERS_REVEAL,
                _("Reveal receivers"),
                _("Read name, telephone and address of a receiver, with a reason that is kept."),
                sensitive=True,
            ),
            Permission(
                EXCEPTIONS_HANDLE,
                _("Handle exceptions"),
                _("Take up and settle what stops an order or a shop."),
            ),
        ),
    ),
    Group(
        _("Stock"),
        (
            Permission(
                STOCK_VIEW, _("See stock"), _("Open boards, lots, places, holds and the ledger.")
            ),
            Permission(STOCK_RECEIVE, _("Receive goods"), _("Book arrivals and returned goods.")),
            Permission(STOCK_MOVE, _("Move goods"), _("Move, pin and swap units between places.")),
            Permission(
                STOCK_ADJUST, _("Correct stock"), _("Book what a count found, more or less.")
            ),
            Permission(
                STOCK_IMPORT, _("Import stock"), _("Load opening stock and counts from a file.")
            ),
            Permission(STOCK_SCRAP, _("Scrap goods"), _("Take units out of the books for good.")),
            Permission(
                STOCK_REGRADE, _("Regrade goods"), _("Turn good units into defective, or back.")
            ),
            Permission(
                STOCK_TRANSFER,
                _("Transfer goods"),
                _("Send goods to another warehouse and take them in there."),
            ),
            Permission(
                STOCK_REVERSE, _("Reverse bookings"), _("Undo a booking by its exact opposite.")
            ),
        ),
    ),
    Group(
        _("Freezes"),
        (
            Permission(STOCK_HOLD, _("Freeze stock"), _("Place freezes and displace orders.")),
            Permission(
                STOCK_RELEASE,
                _("Release frozen stock"),
                _("Let go of commercial freezes so that the units sell again."),
                sensitive=True,
            ),
            Permission(
                STOCK_RELEASE_SAFETY,
                _("Release safety freezes"),
                _("Let go of freezes for quality, customs or safety."),
                sensitive=True,
            ),
            Permission(
                STOCK_CONVERT,
                _("Change freezes"),
                _("Turn a freeze into another, narrow it or fix its quantity."),
                sensitive=True,
            ),
        ),
    ),
    Group(
        _("Freeze rules"),
        (
            Permission(
                RULES_VIEW,
                _("See freeze rules"),
                _("Open rules, what they froze, sensors and the journal of freezes."),
            ),
            Permission(
                RULES_EDIT,
                _("Write freeze rules"),
                _("Make and change rules, try them on stock, pause and retire them."),
            ),
            Permission(
                RULES_ENABLE,
                _("Enable freeze rules"),
                _("Let a rule freeze that somebody else wrote, and go on beyond its limit."),
                sensitive=True,
            ),
            Permission(
                RULES_TELL,
                _("Tell events"),
                _("Report events that rules listen to: customs, promotions, leaks, suppliers."),
            ),
            Permission(
                STOCK_INSPECT,
                _("Record inspections"),
                _("Say what an inspection found: passed, failed, or in part."),
            ),
            Permission(
                SUPPLIERS_EDIT,
                _("Look after suppliers"),
                _("Set how much of a supplier may be frozen, and be told when it is more."),
            ),
        ),
    ),
    Group(
        _("Sensors"),
        (
            Permission(
                SENSORS_SEND,
                _("Send sensor readings"),
                _("Hand in what temperature, light, humidity and shock sensors say."),
            ),
            Permission(
                SENSORS_EDIT,
                _("Set up sensors"),
                _("Register and hang devices, calibrate them, set bounds, settle quarantine."),
            ),
        ),
    ),
    Group(
        _("Master data"),
        (
            Permission(
                MASTERS_EDIT,
                _("Edit SKUs and locations"),
                _("Make and change SKUs, barcodes, lots and locations."),
            ),
        ),
    ),
    Group(
        _("Floor"),
        (
            Permission(FLOOR_PICK, _("Pick"), _("Walk pick lists and put goods back.")),
            Permission(FLOOR_PACK, _("Pack"), _("Check and pack parcels.")),
            Permission(FLOOR_SHIP, _("Ship"), _("Hand parcels to the carrier.")),
        ),
    ),
    Group(
        _("Channels"),
        (
            Permission(SHOPS_VIEW, _("See shops"), _("Open shops and what they told us.")),
            Permission(
                SHOPS_EDIT, _("Set up shops"), _("Connect shops, match items, set sharing.")
            ),
        ),
    ),
    Group(
        _("People"),
        (
            Permission(
                PEOPLE_VIEW, _("See people"), _("Open the lists of people, roles and units.")
            ),
            Permission(
                PEOPLE_EDIT,
                _("Manage people"),
                _("Invite people, give them jobs, reset passwords, send them away."),
                sensitive=True,
            ),
            Permission(
                ROLES_EDIT,
                _("Manage roles"),
                _("Make roles and change what a role may do."),
                sensitive=True,
            ),
            Permission(
                UNITS_EDIT, _("Manage units"), _("Open regions and stores, rename and move them.")
            ),
            Permission(
                CLIENTS_EDIT,
                _("Manage API clients"),
                _("Give programs keys, say what they may do, change and revoke them."),
                sensitive=True,
            ),
            Permission(
                WEBHOOKS_EDIT,
                _("Manage webhooks"),
                _("Have programs told what happens, try it out, send messages again."),
            ),
        ),
    ),
    Group(
        _("Approvals"),
        (
            Permission(
                APPROVALS_VIEW,
                _("See all requests"),
                _("Read every request for approval of the units, also those of others."),
            ),
            Permission(
                APPROVALS_DECIDE,
                _("Approve and reject"),
                _("Decide about requests that a policy puts before them, and stand in."),
                sensitive=True,
            ),
            Permission(
                APPROVALS_POLICIES,
                _("Manage approval policies"),
                _("Say what needs approval from which size on, and whose."),
                sensitive=True,
            ),
        ),
    ),
    Group(
        _("Audit"),
        (
            Permission(
                AUDIT_VIEW, _("Read the audit trail"), _("See who did what, when and why.")
            ),
            Permission(
                AUDIT_EXPORT, _("Export the audit trail"), _("Take the audit trail away as a file.")
            ),
        ),
    ),
    Group(
        _("Operations"),
        (
            Permission(
                OPERATIONS_VIEW,
                _("See operations"),
                _("See how processes, queues, messages and the database are."),
            ),
            Permission(
                OPERATIONS_REPAIR,
                _("Revive messages"),
                _("Have internal messages delivered again that were given up."),
            ),
        ),
    ),
)  # fmt: skip

CATALOGUE: dict[str, Permission] = {
    each.code: each for group in GROUPS for each in group.permissions
}
PERMISSIONS: dict[str, Promise] = {code: each.label for code, each in CATALOGUE.items()}
# What a program may be given: all but governing the people and programs of the house.
API_PERMISSIONS: frozenset[str] = frozenset(PERMISSIONS) - {
    PEOPLE_EDIT, ROLES_EDIT, UNITS_EDIT, CLIENTS_EDIT, APPROVALS_POLICIES,
}  # fmt: skip
SENSITIVE: frozenset[str] = frozenset(code for code, each in CATALOGUE.items() if each.sensitive)


class Role(TextChoices):
    """A job somebody does, as shipped; a company adds its own (`org.models.RoleSet`)."""

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


_FLOOR = frozenset({STOCK_VIEW, STOCK_MOVE, FLOOR_PICK, FLOOR_PACK, FLOOR_SHIP})
_KEEPING = frozenset({
    STOCK_RECEIVE, STOCK_ADJUST, STOCK_IMPORT, STOCK_SCRAP, STOCK_REGRADE, STOCK_TRANSFER,
    STOCK_REVERSE, STOCK_HOLD, STOCK_RELEASE, STOCK_CONVERT, STOCK_INSPECT, RULES_VIEW, RULES_TELL,
    MASTERS_EDIT,
})  # fmt: skip
_STORE_MANAGER = _FLOOR | _KEEPING | {
    ORDERS_VIEW, ORDERS_EDIT, ORDERS_CREATE, ORDERS_REVEAL, SHOPS_VIEW, EXCEPTIONS_HANDLE,
    PEOPLE_VIEW, STORE_SELL, APPROVALS_VIEW, APPROVALS_DECIDE,
}  # fmt: skip

# What each role carries as shipped. New codes reach existing companies by standing here.
GRANTS: dict[Role, frozenset[str]] = {
    Role.HEAD_OFFICE: frozenset(PERMISSIONS),
    Role.REGION_MANAGER: _STORE_MANAGER
    | {STOCK_RELEASE_SAFETY, AUDIT_VIEW, PEOPLE_EDIT, RULES_EDIT},
    Role.STORE_MANAGER: _STORE_MANAGER,
    Role.CLERK: frozenset(
        {ORDERS_VIEW, STOCK_VIEW, STOCK_MOVE, STORE_SELL, FLOOR_PICK, FLOOR_PACK}
    ),
    Role.WAREHOUSE_LEAD: _FLOOR
    | _KEEPING
    | {
        ORDERS_VIEW,
        STOCK_RELEASE_SAFETY,
        SENSORS_EDIT,
        EXCEPTIONS_HANDLE,
        APPROVALS_VIEW,
        APPROVALS_DECIDE,
    },
    Role.WAREHOUSE_STAFF: _FLOOR,
    Role.ORDER_DESK: frozenset(
        {
            ORDERS_VIEW,
            ORDERS_EDIT,
            ORDERS_CREATE,
            ORDERS_REVEAL,
            STOCK_VIEW,
            SHOPS_VIEW,
            EXCEPTIONS_HANDLE,
        }
    ),
    Role.FINANCE: frozenset(
        {ORDERS_VIEW, STOCK_VIEW, SHOPS_VIEW, AUDIT_VIEW, APPROVALS_VIEW, APPROVALS_DECIDE}
    ),
    # IT connects shops and keeps accounts but neither works on orders nor sees receivers.
    Role.IT: frozenset({
        SHOPS_VIEW, SHOPS_EDIT, STOCK_VIEW, RULES_VIEW, SENSORS_EDIT, AUDIT_VIEW, PEOPLE_VIEW,
        APPROVALS_POLICIES, CLIENTS_EDIT, WEBHOOKS_EDIT, OPERATIONS_VIEW, OPERATIONS_REPAIR,
    }),
    Role.AUDITOR: frozenset({
        ORDERS_VIEW, STOCK_VIEW, RULES_VIEW, SHOPS_VIEW, PEOPLE_VIEW, AUDIT_VIEW, AUDIT_EXPORT,
        APPROVALS_VIEW,
    }),
}  # fmt: skip


def known(permission: str) -> str:
    """The code itself, when there is such a code.

    Raises:
        UnknownPermission: no such code; a misspelt code must never look like "not allowed".
    """
    if permission not in PERMISSIONS:
        raise UnknownPermission(permission)
    return permission


def shipped(code: str) -> frozenset[str]:
    """What a role carries as shipped; a role of the company's own is shipped with nothing."""
    return GRANTS[Role(code)] if code in Role.values else frozenset()


def carried(code: str, added: Collection[str], removed: Collection[str]) -> frozenset[str]:
    """What a role carries: as shipped, with what was added and without what was removed.

    Codes that the house no longer knows carry nothing.
    """
    return ((shipped(code) - frozenset(removed)) | frozenset(added)) & frozenset(PERMISSIONS)


class UnknownPermission(LookupError):
    """The code is not in `PERMISSIONS`."""

    code = "unknown_permission"
