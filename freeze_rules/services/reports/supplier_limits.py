"""Limits of what suppliers may have frozen, and telling purchasing when one is passed."""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.utils import timezone

from freeze_rules.models import SupplierAlarm, SupplierLimit
from freeze_rules.selectors.supplier_quality import QUALITY, limit_of, limits_set
from freeze_rules.services.reports.refusals import ReportRefused
from inventory.selectors import reach, supplier_figures
from org import roles
from org import services as org
from org.scope import Scope
from org.selectors.notices import people_with

MOST_UNITS = 1_000_000_000


def set_limit(*, supplier: str, units: int | None, actor: str, scope: Scope) -> None:
    """Purchasing is told when more of the supplier is frozen. Joins the caller's transaction.

    Args:
        supplier: empty for all suppliers without a limit of their own.
        units: None takes the limit away.
        scope: where whoever sets it governs; a limit is the company's.

    Raises:
        ReportRefused: not_allowed, unknown_supplier, limit_wrong, no_limit.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    name = supplier.strip()[:80]
    if not scope.is_everything:
        raise ReportRefused("not_allowed")
    if name and not reach.has_supplier(name):
        raise ReportRefused("unknown_supplier", field="supplier")
    if units is not None and not 0 <= units <= MOST_UNITS:
        raise ReportRefused("limit_wrong", field="units")
    row = SupplierLimit.objects.select_for_update().filter(supplier=name).first()
    before = row.units if row else None
    if units is None:
        if row is None:
            raise ReportRefused("no_limit", field="supplier")
        row.delete()
    else:
        SupplierLimit.objects.update_or_create(
            supplier=name,
            defaults={"units": units, "changed_by": actor, "changed_at": timezone.now()},
        )
    org.record(
        actor=actor, action="supplier.limit_set", subject=f"supplier:{name or '*'}",
        before={"units": before}, after={"units": units},
    )  # fmt: skip


def watch(*, now: datetime) -> int:
    """Tell of suppliers beyond their limit, once until they were within it; how many are told of.

    Joins the caller's transaction, one at a time.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    limits = limits_set()
    open_alarms = {row.supplier: row for row in SupplierAlarm.objects.filter(over_at=None)}
    if not limits and not open_alarms:
        return 0
    frozen = supplier_figures.frozen_of_suppliers(scope=Scope.everything(), reasons=QUALITY)
    beyond = {}
    for name, units in frozen.items():
        limit = limit_of(name, limits)
        if limit is not None and units > limit:
            beyond[name] = (units, limit)
    fallen = [row.pk for name, row in open_alarms.items() if name not in beyond]
    SupplierAlarm.objects.filter(pk__in=fallen).update(over_at=now)
    fresh = sorted(beyond.keys() - open_alarms.keys())
    SupplierAlarm.objects.bulk_create(
        SupplierAlarm(supplier=name, units=beyond[name][0], limit=beyond[name][1]) for name in fresh
    )
    to = people_with(roles.SUPPLIERS_EDIT) if fresh else []
    for name in fresh:
        units, limit = beyond[name]
        org.notify(
            kind="supplier.limit", to=to, params={"supplier": name, "units": units, "limit": limit},
            document=name, link="/suppliers/quality/",
        )  # fmt: skip
    return len(fresh)
