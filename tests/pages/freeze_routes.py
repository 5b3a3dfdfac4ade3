"""The routes of what follows a freeze: recalls, the journal, leases and boards."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from freeze_rules.services import recalls
from org import roles
from tests import given
from tests.pages.routes import MACHINE, Route


def _recall() -> list[Any]:
    boss = given.person()
    lot = given.lot("TEA", "L1")
    given.stock("TEA", 10, lot_id=lot)
    order = recalls.RecallOrder(root="LOT", lot_id=lot, why="Glass found")
    with transaction.atomic():
        return [recalls.recall(key="recall", order=order, person=boss).recall_id]


def _hold() -> list[Any]:
    given.stock("TEA", 10)
    return [given.held("FZ-1", "TEA", 2, reason="MANUAL")]


FREEZE_ROUTES: dict[str, Route] = {
    "recalls": Route(roles.STOCK_VIEW),
    "recall-new": Route(roles.STOCK_HOLD),
    "recall": Route(roles.STOCK_VIEW, _recall),
    "recall-lift": Route(roles.STOCK_RELEASE, _recall, is_page=False),
    "recall-shipped": Route(MACHINE),
    "change-lease": Route(roles.STOCK_HOLD, _hold, is_page=False),
    "ageing": Route(roles.STOCK_VIEW),
    "ageing-data": Route(MACHINE),
    "ageing-file": Route(MACHINE),
    "freeze-journal": Route(roles.STOCK_VIEW),
    "freeze-journal-print": Route(roles.STOCK_VIEW),
    "calendar": Route(roles.RULES_VIEW),
    "calendar-change": Route(roles.UNITS_EDIT, is_page=False),
    "api-working-days": Route(roles.RULES_VIEW, speaks_json="GET"),
    "api-working-days-set": Route(roles.UNITS_EDIT, speaks_json="POST"),
    "freeze-laws": Route(roles.AUDIT_VIEW),
    "api-freeze-laws": Route(roles.AUDIT_VIEW, speaks_json="GET"),
    "api-recalls": Route(roles.STOCK_VIEW, speaks_json="GET"),
    "api-recall-preview": Route(roles.STOCK_HOLD, speaks_json="POST"),
    "api-recall": Route(roles.STOCK_VIEW, _recall, speaks_json="GET"),
    "api-recall-lift": Route(roles.STOCK_RELEASE, _recall, speaks_json="POST"),
    "api-ageing": Route(roles.STOCK_VIEW, speaks_json="GET"),
    "api-freeze-journal": Route(roles.STOCK_VIEW, speaks_json="GET"),
    "api-lease": Route(roles.STOCK_HOLD, _hold, speaks_json="POST"),
    "api-disposal": Route(roles.STOCK_RELEASE, _hold, speaks_json="POST"),
    "api-disposal-preview": Route(roles.STOCK_RELEASE, _hold, speaks_json="POST"),
}
