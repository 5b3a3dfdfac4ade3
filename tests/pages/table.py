"""The table of routes: a new route is a new line here, or a test fails."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from channels_sync.models import Listing
from inventory import selectors as stock
from org import roles
from org import services as org
from org.models import ApiClient, AuditRecord
from org.scope import Scope
from org.services import approvals
from tests import given
from tests.channels_sync.test_pushes import connected
from tests.inventory.test_kits import kit
from tests.oms import told
from tests.pages.api_routes import API_ROUTES
from tests.pages.freeze_routes import FREEZE_ROUTES
from tests.pages.master_routes import MASTER_ROUTES
from tests.pages.report_routes import REPORT_ROUTES
from tests.pages.routes import EVERYBODY, MACHINE, SIGNED_IN, Route
from tests.pages.rule_routes import RULE_ROUTES
from tests.pages.sensor_routes import SENSOR_ROUTES
from tests.wms import world
from webhooks import services as webhooks
from wms import selectors as board


def _stock() -> list[Any]:
    given.stock("TEA", 10)
    return [given.sku("TEA"), given.warehouse_id("WH1")]


def _kit() -> list[Any]:
    given.stock("TEA", 10)
    return [kit(TEA=2), given.warehouse_id("WH1")]


def _webhook() -> list[Any]:
    client = ApiClient.objects.get(key_id=given.api_client().key_id)
    wish = webhooks.Wish(name="ERP", url="https://erp.example.com/", topics=("stock.changed",))
    with transaction.atomic():
        made = webhooks.add_webhook(
            wish, client_id=client.pk, actor="system:test", scope=Scope.everything()
        )
    return [made.webhook_id]


def _hold() -> list[Any]:
    given.stock("TEA", 10)
    return [given.held("FZ-1", "TEA", 2, reason="MANUAL")]


def _lot_cell() -> list[Any]:
    lot = given.lot("TEA", "L1", expires_on=date(2090, 1, 1))
    given.stock("TEA", 10, lot_id=lot)
    cells = stock.cells(scope=Scope.everything(), sku_id=given.sku("TEA"))
    return [next(cell for cell in cells if cell.lot_id == lot)]


def _cell() -> list[Any]:
    return [_lot_cell()[0].id]


def _balance() -> list[Any]:
    _lot_cell()
    page = stock.as_of(at=timezone.now(), sku_ids=[given.sku("TEA")], scope=Scope.everything())
    return [page.rows[0].balance_id]


def _place() -> list[Any]:
    return [_lot_cell()[0].location_id]


def _lot() -> list[Any]:
    return [_lot_cell()[0].lot_id]


def _house() -> list[Any]:
    return [given.warehouse_id("WH1")]


def _sku() -> list[Any]:
    return [given.sku("TEA")]


def _order() -> list[Any]:
    told.accept(told.draft("T1", told.line("TEA", 1)))
    return [told.the("T1").number]


def _fulfilment() -> list[Any]:
    known = board.fulfilments(scope=Scope.everything(), limit=1)
    if known:
        return [known[0].number]
    house = world.build()
    world.stocked(house, "A-01", TEA=10)
    return [world.ordered(house, "SO-1", TEA=2)]


def _parcel() -> list[Any]:
    house = world.build()
    world.stocked(house, "A-01", TEA=10)
    return [world.packed(house, "SO-1", TEA=2)]


def _pick_list() -> list[Any]:
    # An order of its own: what another page needed may have left the floor already.
    [number] = _fulfilment()
    [known] = board.fulfilments(scope=Scope.everything(), names=[number])
    house = world.House(warehouse=known.warehouse_id, skus={"TEA": given.sku("TEA")})
    world.ordered(house, "SO-9002", TEA=2)
    return [world.listed(house)]


def _shop() -> list[Any]:
    return [connected("shopify").pk]


def _shop_failures() -> list[Any]:
    return [*_shop(), "orders"]


def _listing() -> list[Any]:
    return [Listing.objects.create(shop=connected("shopify"), outer_code="ODD").pk]


def _person() -> list[Any]:
    return [given.person(role="CLERK").pk]


def _unit() -> list[Any]:
    return [given.unit().pk]


def _job() -> list[Any]:
    return [given.job().pk]


def _record() -> list[Any]:
    """What was done at the head office: its record is nobody's at a store."""
    with transaction.atomic():
        org.record(
            actor=given.ACTOR, action="role.changed", subject="role:CLERK",
            unit_id=given.unit("HQ").pk,
        )  # fmt: skip
    return [AuditRecord.objects.latest("id").pk]


def _import() -> list[Any]:
    given.sku("TEA")
    return [given.imported("WH1,NEW,TEA,5\nWH9,A-01,TEA,5\n")]


def _import_kind() -> list[Any]:
    return ["skus"]


def _list() -> list[Any]:
    return ["orders"]


def _list_view() -> list[Any]:
    return ["orders", 1]


def _correction() -> list[Any]:
    given.stock("TEA", 10)
    return [given.correction().correction_id]


def _approval() -> list[Any]:
    given.stock("TEA", 10)
    given.asks_for_approval()
    return [given.correction().approval_id]


def _approval_number() -> list[Any]:
    return [f"AP-{_approval()[0]}"]


def _delegation() -> list[Any]:
    now = timezone.now()
    with transaction.atomic():
        made = approvals.delegate(
            person=given.person(), to=given.person(), starts_at=now,
            ends_at=now + timedelta(days=1),
        )  # fmt: skip
    return [made]


def _policy() -> list[Any]:
    return [given.asks_for_approval().pk]


def _client() -> list[Any]:
    return [given.api_client(roles.STOCK_VIEW).client_id]


TABLE: dict[str, Route] = {
    "healthz": Route(MACHINE),
    "metrics": Route(MACHINE),
    "operations": Route(roles.OPERATIONS_VIEW),
    "operations-revive": Route(roles.OPERATIONS_REPAIR, is_page=False),
    "operations-judge-again": Route(roles.OPERATIONS_REPAIR, is_page=False),
    "readyz": Route(MACHINE),
    "sign-in": Route(EVERYBODY),
    # Without a password given before it leads back; without a link of ours it says so.
    "sign-in-code": Route(MACHINE),
    "invitation": Route(MACHINE),
    "profile": Route(SIGNED_IN),
    "password": Route(SIGNED_IN, is_page=False),
    "session-end": Route(SIGNED_IN, is_page=False),
    "second-factor": Route(SIGNED_IN),
    "people": Route(roles.PEOPLE_VIEW),
    "person": Route(roles.PEOPLE_VIEW, _person),
    "person-new": Route(roles.PEOPLE_EDIT),
    "person-assign": Route(roles.PEOPLE_EDIT, _person, is_page=False),
    "person-unassign": Route(roles.PEOPLE_EDIT, _person, is_page=False),
    "person-act": Route(roles.PEOPLE_EDIT, _person, is_page=False),
    "roles": Route(roles.PEOPLE_VIEW),
    "role": Route(roles.PEOPLE_VIEW, lambda: ["CLERK"]),
    "role-new": Route(roles.ROLES_EDIT),
    "role-act": Route(roles.ROLES_EDIT, lambda: ["CLERK"], is_page=False),
    "units": Route(roles.PEOPLE_VIEW),
    "unit": Route(roles.UNITS_EDIT, _unit),
    "unit-new": Route(roles.UNITS_EDIT),
    "sign-out": Route(EVERYBODY, is_page=False),
    "set-language": Route(EVERYBODY, is_page=False),
    # The admin's sign-in leads to ours.
    "admin/login/": Route(MACHINE),
    "set-look": Route(EVERYBODY, is_page=False),
    "workbench": Route(SIGNED_IN),
    "design": Route(SIGNED_IN),
    "glossary": Route(SIGNED_IN),
    "start": Route(SIGNED_IN),
    "start-shop": Route(roles.SHOPS_EDIT, is_page=False),
    "start-order": Route(roles.SHOPS_EDIT, is_page=False),
    # Leads to the sign-in page once anybody can sign in; its own tests show both.
    "found": Route(MACHINE),
    "masters-warehouses": Route(roles.MASTERS_EDIT),
    "masters-warehouse-new": Route(roles.MASTERS_EDIT),
    "masters-warehouse": Route(roles.MASTERS_EDIT, _house),
    "masters-switch": Route(roles.MASTERS_EDIT, _place, is_page=False),
    "masters-skus": Route(roles.MASTERS_EDIT),
    "masters-sku-new": Route(roles.MASTERS_EDIT),
    "masters-sku": Route(roles.MASTERS_EDIT, _sku),
    "masters-carriers": Route(roles.MASTERS_EDIT),
    "api-docs": Route(SIGNED_IN),
    "api-reference": Route(SIGNED_IN),
    # Whoever is let in, also a program: tests/api shows who is not.
    "api-description": Route(MACHINE),
    "clients": Route(roles.CLIENTS_EDIT),
    "client-new": Route(roles.CLIENTS_EDIT),
    "client": Route(roles.CLIENTS_EDIT, _client),
    "client-secret-add": Route(roles.CLIENTS_EDIT, _client, is_page=False),
    "client-secret-retire": Route(roles.CLIENTS_EDIT, _client, is_page=False),
    "client-revoke": Route(roles.CLIENTS_EDIT, _client, is_page=False),
    "search": Route(SIGNED_IN),
    # Parts of the shell; their own tests show whom they turn away.
    "search-hits": Route(MACHINE),
    "shell-state": Route(MACHINE),
    "shell-places": Route(MACHINE),
    "set-place": Route(SIGNED_IN, is_page=False),
    "jobs": Route(SIGNED_IN),
    # Somebody else's: only whoever reads the audit trail of the whole house sees it.
    "job": Route(roles.AUDIT_VIEW, _job),
    # Their own tests show that both answer for one's own jobs only.
    "job-cancel": Route(MACHINE),
    "job-retry": Route(MACHINE),
    "job-file": Route(MACHINE),
    "trail": Route(roles.AUDIT_VIEW),
    "trail-record": Route(roles.AUDIT_VIEW, _record),
    "seals": Route(roles.AUDIT_VIEW),
    "seals-read": Route(roles.AUDIT_VIEW, is_page=False),
    "notices": Route(SIGNED_IN),
    "notice-settings": Route(SIGNED_IN),
    "notice-channels": Route(roles.CLIENTS_EDIT),
    "notices-revive": Route(roles.CLIENTS_EDIT, is_page=False),
    "notice-bot": Route(roles.CLIENTS_EDIT, lambda: [1], is_page=False),
    "notices-read": Route(SIGNED_IN, is_page=False),
    # A part of the shell, and a way onwards: their own tests show that they are one's own only.
    "notice-bell": Route(MACHINE),
    "notice": Route(MACHINE),
    # Whatever may be done to a list, whoever may read it may do; actions ask for more of their own
    # (tests/org/test_lists.py, tests/org/test_batches.py).
    "list-view-save": Route(roles.ORDERS_VIEW, _list, is_page=False),
    "list-view-delete": Route(roles.ORDERS_VIEW, _list_view, is_page=False),
    "list-setup": Route(roles.ORDERS_VIEW, _list, is_page=False),
    "list-export": Route(roles.ORDERS_VIEW, _list, is_page=False),
    "list-batch": Route(roles.ORDERS_VIEW, _list, is_page=False),
    "imports": Route(SIGNED_IN),
    "import-send": Route(roles.MASTERS_EDIT, _import_kind),
    # One's own only, and workbooks: tests/org/test_imports.py shows whom they turn away.
    "import": Route(MACHINE),
    "import-map": Route(MACHINE),
    "import-book": Route(MACHINE),
    "import-faults": Route(MACHINE),
    "import-template": Route(MACHINE),
    # One's own only: nobody else's batch is there.
    "batch": Route(MACHINE),
    "approvals": Route(SIGNED_IN),
    "approval": Route(roles.APPROVALS_VIEW, _approval),
    "approval-batch": Route(roles.APPROVALS_DECIDE, is_page=False),
    "approval-decide": Route(roles.APPROVALS_DECIDE, _approval, is_page=False),
    "approval-hand-over": Route(roles.APPROVALS_DECIDE, _approval, is_page=False),
    "approval-comment": Route(roles.APPROVALS_VIEW, _approval, is_page=False),
    "approval-attach": Route(roles.APPROVALS_VIEW, _approval, is_page=False),
    "approval-withdraw": Route(roles.APPROVALS_VIEW, _approval, is_page=False),
    "approval-retry": Route(roles.APPROVALS_VIEW, _approval, is_page=False),
    "approval-again": Route(roles.APPROVALS_VIEW, _approval, is_page=False),
    # Photos and papers; their own tests show whom they turn away.
    "approval-file": Route(MACHINE),
    "correction-photo": Route(MACHINE),
    "api-approvals": Route(roles.APPROVALS_VIEW, speaks_json="GET"),
    "api-approval": Route(roles.APPROVALS_VIEW, _approval_number, speaks_json="GET"),
    "api-approval-decide": Route(
        roles.APPROVALS_DECIDE, _approval_number, speaks_json="POST"
    ),
    "delegations": Route(roles.APPROVALS_DECIDE),
    "delegation-end": Route(roles.APPROVALS_DECIDE, _delegation, is_page=False),
    "approval-policies": Route(roles.APPROVALS_POLICIES),
    "approval-policy-new": Route(roles.APPROVALS_POLICIES),
    "approval-policy": Route(roles.APPROVALS_POLICIES, _policy),
    "approval-policy-switch": Route(roles.APPROVALS_POLICIES, _policy, is_page=False),
    "stock-correct": Route(roles.STOCK_ADJUST),
    "correction": Route(roles.STOCK_VIEW, _correction),
    "webhooks": Route(roles.WEBHOOKS_EDIT),
    "webhook-messages": Route(roles.WEBHOOKS_EDIT),
    "webhook-new": Route(roles.WEBHOOKS_EDIT),
    "webhook": Route(roles.WEBHOOKS_EDIT, _webhook),
    "webhook-secret": Route(roles.WEBHOOKS_EDIT, _webhook, is_page=False),
    "webhook-test": Route(roles.WEBHOOKS_EDIT, _webhook, is_page=False),
    "webhook-replay": Route(roles.WEBHOOKS_EDIT, _webhook, is_page=False),
    "webhook-end": Route(roles.WEBHOOKS_EDIT, _webhook, is_page=False),
    "api-webhooks": Route(roles.WEBHOOKS_EDIT, speaks_json="GET"),
    "api-webhook": Route(roles.WEBHOOKS_EDIT, _webhook, speaks_json="GET"),
    "api-webhook-messages": Route(roles.WEBHOOKS_EDIT, _webhook, speaks_json="GET"),
    "api-webhook-secret": Route(roles.WEBHOOKS_EDIT, _webhook, speaks_json="POST"),
    "api-webhook-test": Route(roles.WEBHOOKS_EDIT, _webhook, speaks_json="POST"),
    "api-webhook-replay": Route(roles.WEBHOOKS_EDIT, _webhook, speaks_json="POST"),
    "orders": Route(roles.ORDERS_VIEW),
    "order": Route(roles.ORDERS_VIEW, _order),
    "packing-slip": Route(roles.ORDERS_VIEW, _order),
    "order-reveal": Route(roles.ORDERS_REVEAL, _order, is_page=False),
    "order-cancel": Route(roles.ORDERS_EDIT, _order, is_page=False),
    "exceptions": Route(roles.ORDERS_VIEW),
    "exceptions-handle": Route(roles.EXCEPTIONS_HANDLE, is_page=False),
    "stock": Route(roles.STOCK_VIEW),
    "stock-explained": Route(roles.STOCK_VIEW, _stock),
    "stock-kit": Route(roles.STOCK_VIEW, _kit),
    "stock-cell": Route(roles.STOCK_VIEW, _cell),
    "stock-location": Route(roles.STOCK_VIEW, _place),
    "stock-locations": Route(roles.STOCK_VIEW),
    "stock-lots": Route(roles.STOCK_VIEW),
    "stock-lot": Route(roles.STOCK_VIEW, _lot),
    "stock-pieces": Route(roles.STOCK_VIEW),
    "stock-labels": Route(roles.STOCK_VIEW),
    "stock-journal": Route(roles.STOCK_VIEW),
    "stock-past": Route(roles.STOCK_VIEW),
    "stock-past-balance": Route(roles.STOCK_VIEW, _balance),
    "stock-audit": Route(roles.AUDIT_VIEW),
    "stock-audit-check": Route(roles.AUDIT_VIEW, is_page=False),
    **SENSOR_ROUTES,
    "holds": Route(roles.STOCK_VIEW),
    "freeze": Route(roles.STOCK_HOLD),
    "condition-try": Route(roles.RULES_VIEW),
    "condition-check": Route(roles.RULES_VIEW, is_page=False),
    "condition-words": Route(MACHINE),
    "hold": Route(roles.STOCK_VIEW, _hold),
    "release-hold": Route(roles.STOCK_RELEASE, _hold),
    "scrap-cell": Route(roles.STOCK_SCRAP, _cell),
    "pda": Route(roles.STOCK_VIEW),
    "look-up": Route(roles.STOCK_VIEW),
    "move": Route(roles.STOCK_MOVE),
    "count": Route(roles.FLOOR_PICK),
    "counts": Route(roles.STOCK_ADJUST),
    "receive": Route(roles.STOCK_RECEIVE),
    "command-sheet": Route(roles.STOCK_VIEW),
    "shipments": Route(roles.STOCK_VIEW),
    "shipment": Route(roles.STOCK_VIEW, _parcel),
    "measures": Route(roles.STOCK_VIEW),
    "measure": Route(roles.ORDERS_VIEW, lambda: ["orders"]),
    # Figures and files, no pages; their own tests show whom they turn away.
    "measure-data": Route(MACHINE),
    "measure-file": Route(MACHINE),
    "floor": Route(roles.FLOOR_PICK),
    "pick": Route(roles.FLOOR_PICK),
    "walk": Route(roles.FLOOR_PICK, _pick_list),
    "pack": Route(roles.FLOOR_PACK),
    "bench": Route(roles.FLOOR_PACK, _fulfilment),
    "ship": Route(roles.FLOOR_SHIP),
    "put-back": Route(roles.FLOOR_PICK),
    "push": Route(MACHINE),
    "shops": Route(roles.SHOPS_VIEW),
    "shop": Route(roles.SHOPS_VIEW, _shop),
    "shop-settings": Route(roles.SHOPS_EDIT, _shop),
    "shop-look": Route(roles.SHOPS_EDIT, _shop, is_page=False),
    "shop-retry": Route(roles.EXCEPTIONS_HANDLE, _shop_failures, is_page=False),
    "unmatched": Route(roles.SHOPS_VIEW),
    "listing-map": Route(roles.SHOPS_EDIT, _listing, is_page=False),
    **{
        f"floor-api-{name}": Route(MACHINE)
        for name in (
            "board", "fulfilments", "pick-lists", "pick-list", "picks", "shorts", "put-backs",
            "checks", "parcels", "shipments",
        )
    },
    **{
        f"stock-api-{name}": Route(permission, speaks_json="POST")
        for permission, names in {
            roles.STOCK_RECEIVE: ("receive", "return", "incoming", "incoming-close"),
            roles.STOCK_ADJUST: ("adjust",),
            roles.STOCK_REGRADE: ("regrade",),
            roles.STOCK_SCRAP: ("scrap",),
            roles.STOCK_REVERSE: ("reverse",),
            roles.STOCK_TRANSFER: ("transfer-out", "transfer-in"),
            roles.STOCK_IMPORT: ("imports",),
            roles.STOCK_MOVE: ("move",),
            roles.STOCK_CONVERT: ("convert", "narrow"),
            roles.MASTERS_EDIT: ("recipes",),
            roles.FLOOR_PICK: ("pin", "unpin", "swap"),
            roles.STOCK_HOLD: ("hold", "displace", "plan"),
            roles.STOCK_RELEASE: ("release",),
            roles.FLOOR_SHIP: ("ship",),
        }.items()
        for name in names
    },
    **{
        f"stock-api-{name}": Route(roles.STOCK_VIEW, speaks_json="GET")
        for name in (
            "availability", "future", "board", "cells", "explanation", "holds", "reasons",
            "pieces", "kits", "as-of", "difference", "journal", "changes",
        )
    },
    "stock-api-audit": Route(roles.AUDIT_VIEW, speaks_json="GET"),
    "stock-api-imports-one": Route(roles.STOCK_IMPORT, _import, speaks_json="GET"),
    "stock-api-imports-one-book": Route(roles.STOCK_IMPORT, _import, speaks_json="POST"),
    **MASTER_ROUTES,
    **API_ROUTES,
    **FREEZE_ROUTES,
    **RULE_ROUTES,
    **REPORT_ROUTES,
}  # fmt: skip
