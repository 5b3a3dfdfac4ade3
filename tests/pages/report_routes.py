"""The routes on which people report: inspections, customs, suppliers, incidents, promotions."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from freeze_rules.models import Inspection
from freeze_rules.services.reports import incidents, inspections, promotions, suppliers
from freeze_rules.services.reports.naming import named
from org import roles
from org.callers import SignedIn
from org.scope import Scope
from org.services.approvals.talking import attach
from tests import given
from tests.pages.routes import MACHINE, Route


def _asked() -> Inspection:
    given.stock("TEA", 10)
    what = named(scope=Scope.everything(), warehouse="WH1", sku="TEA")
    with transaction.atomic():
        return inspections.ask(
            key="route", sample=inspections.Sample(goods=what, qty=10), by=SignedIn(given.person())
        )


def _inspection() -> list[Any]:
    return [_asked().pk]


def _file() -> list[Any]:
    row, paper = _asked(), b"%PDF-1.4 route"
    with transaction.atomic():
        made = attach(
            document=row.number, actor=given.person().actor, name="r.pdf", file=io.BytesIO(paper),
            size=len(paper),
        )  # fmt: skip
    return [row.pk, made]


def _hold() -> list[Any]:
    given.stock("TEA", 10)
    return [given.held("FZ-1", "TEA", 2, reason="MANUAL")]


def _leak() -> list[Any]:
    given.stock("TEA", 10)
    what = named(scope=Scope.everything(), warehouse="WH1", location="A-01")
    with transaction.atomic():
        return [
            incidents.report(
                key="route", kind="LEAK", what=what, note="pipe", by=SignedIn(given.person())
            ).pk
        ]


def _block() -> list[Any]:
    given.lot("TEA", "L-S1", supplier="S-1")
    with transaction.atomic():
        return [
            suppliers.block(
                supplier="S-1", why="glass", actor="system:test", scope=Scope.everything()
            ).pk
        ]


def _promotion() -> list[Any]:
    now = timezone.now()
    line = promotions.LineWish(
        warehouse_id=given.warehouse_id("WH1"), sku_id=given.sku("TEA"), qty=5
    )
    wish = promotions.PromotionWish(
        name="Route", opens_at=now, closes_at=now + timedelta(days=1), lines=[line]
    )
    with transaction.atomic():
        return [promotions.plan(key="route", wish=wish, by=SignedIn(given.person())).pk]


REPORT_ROUTES: dict[str, Route] = {
    # The service asks besides for the permission that the freeze itself names.
    "hold-approve": Route(roles.APPROVALS_DECIDE, _hold, is_page=False),
    "inspections": Route(roles.STOCK_VIEW),
    "inspection": Route(roles.STOCK_VIEW, _inspection),
    "inspection-attach": Route(roles.STOCK_INSPECT, _inspection, is_page=False),
    "inspection-file": Route(roles.STOCK_VIEW, _file, is_file=True),
    "customs": Route(roles.STOCK_VIEW),
    "supplier-blocks": Route(roles.STOCK_VIEW),
    "supplier-allow": Route(roles.STOCK_HOLD, _block, is_page=False),
    "supplier-quality": Route(roles.STOCK_VIEW),
    "supplier-quality-data": Route(MACHINE),
    "supplier-quality-file": Route(MACHINE),
    "supplier-limit": Route(roles.SUPPLIERS_EDIT, is_page=False),
    "api-supplier-quality": Route(roles.STOCK_VIEW, speaks_json="GET"),
    "api-supplier-limits": Route(roles.STOCK_VIEW, speaks_json="GET"),
    "incidents": Route(roles.STOCK_VIEW),
    "incident-mended": Route(roles.STOCK_INSPECT, _leak, is_page=False),
    "clearance": Route(roles.STOCK_VIEW),
    "clearance-data": Route(MACHINE),
    "clearance-file": Route(MACHINE),
    "api-clearance": Route(roles.STOCK_VIEW, speaks_json="GET"),
    "clearance-take-over": Route(roles.STOCK_CONVERT, _hold, is_page=False),
    "api-clearance-take-over": Route(roles.STOCK_CONVERT, _hold, speaks_json="POST"),
    "promotions": Route(roles.STOCK_VIEW),
    "promotion": Route(roles.STOCK_VIEW, _promotion),
    "promotion-end": Route(roles.STOCK_HOLD, _promotion, is_page=False),
    "api-customs": Route(roles.STOCK_VIEW, speaks_json="GET"),
    "api-suppliers-blocked": Route(roles.STOCK_VIEW, speaks_json="GET"),
    "api-suppliers-allowed": Route(roles.STOCK_HOLD, speaks_json="POST"),
    "api-inspections": Route(roles.STOCK_VIEW, speaks_json="GET"),
    "api-inspection-result": Route(roles.STOCK_INSPECT, _inspection, speaks_json="POST"),
    "api-inspection-files": Route(roles.STOCK_VIEW, _inspection, speaks_json="GET"),
    "api-incidents": Route(roles.STOCK_VIEW, speaks_json="GET"),
    "api-incident-mended": Route(roles.STOCK_INSPECT, _leak, speaks_json="POST"),
    "api-promotions": Route(roles.STOCK_VIEW, speaks_json="GET"),
    "api-promotion-end": Route(roles.STOCK_HOLD, _promotion, speaks_json="POST"),
    "api-freeze-presets": Route(roles.RULES_VIEW, speaks_json="GET"),
    "api-evidence": Route(roles.STOCK_VIEW, _hold, speaks_json="GET"),
}
