"""The pages of settings and of histories."""

from __future__ import annotations

from typing import Any

from inventory.histories import SKU
from inventory.models import Reason, Zone
from org import roles
from org.selectors.history import moments
from tests import given
from tests.pages.routes import Route


def _house() -> list[Any]:
    return [given.warehouse_id("WH1")]


def _zone() -> list[Any]:
    given.location("Z-01", zone="COLD")
    return [Zone.objects.get(code="COLD").pk]


def _reason() -> list[Any]:
    return [Reason.objects.get(code="QC").pk]


def _sku() -> list[Any]:
    return ["sku", given.sku("TEA")]


def _version() -> list[Any]:
    kind, sku_id = _sku()
    return [kind, sku_id, moments(SKU, sku_id)[0].id]


MASTER_ROUTES: dict[str, Route] = {
    "masters-warehouse-facts": Route(roles.MASTERS_EDIT, _house),
    "masters-zone": Route(roles.MASTERS_EDIT, _zone),
    "masters-reasons": Route(roles.MASTERS_EDIT),
    "masters-reason": Route(roles.MASTERS_EDIT, _reason),
    # Each kind says who sees it; this one like every master, and whoever reads the trail.
    "history": Route(roles.MASTERS_EDIT, _sku, also=roles.AUDIT_VIEW),
    "history-version": Route(roles.MASTERS_EDIT, _version, also=roles.AUDIT_VIEW),
    "history-restore": Route(roles.MASTERS_EDIT, _version, is_page=False),
}
