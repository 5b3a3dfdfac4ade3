"""A supplier is blocked, or allowed again."""

from __future__ import annotations

from django.db import connection
from django.utils import timezone

from freeze_rules.models import SupplierBlock
from freeze_rules.services import events
from freeze_rules.services.reports.refusals import ReportRefused
from inventory.selectors import reach
from org import services as org
from org.scope import Scope


def block(*, supplier: str, why: str, actor: str, scope: Scope) -> SupplierBlock:
    """Nothing of this supplier is sold from now on. Joins the caller's transaction.

    Args:
        scope: where the teller may freeze; a block is for those who may everywhere.

    Raises:
        ReportRefused: not_allowed, supplier_missing, unknown_supplier, why_missing,
            blocked_already.
    """
    name = _checked(supplier, why, scope)
    if SupplierBlock.objects.filter(supplier=name, cleared_at__isnull=True).exists():
        raise ReportRefused("blocked_already", field="supplier")
    if not reach.has_supplier(name):
        raise ReportRefused("unknown_supplier", field="supplier")
    row = SupplierBlock.objects.create(supplier=name, why=why.strip()[:400], blocked_by=actor)
    _tell("supplier.blocked", row, actor)
    org.record(
        actor=actor, action="supplier.blocked", subject=f"supplier:{name}",
        after={"why": row.why},
    )  # fmt: skip
    return row


def allow(*, supplier: str, why: str, actor: str, scope: Scope) -> SupplierBlock:
    """The supplier is trusted again. Joins the caller's transaction.

    Raises:
        ReportRefused: not_allowed, supplier_missing, why_missing, not_blocked.
    """
    name = _checked(supplier, why, scope)
    row = (
        SupplierBlock.objects.select_for_update()
        .filter(supplier=name, cleared_at__isnull=True)
        .first()
    )
    if row is None:
        raise ReportRefused("not_blocked", field="supplier")
    row.cleared_by, row.cleared_why, row.cleared_at = (
        actor, why.strip()[:400], timezone.now()
    )  # fmt: skip
    row.save()
    _tell("supplier.cleared", row, actor)
    org.record(
        actor=actor, action="supplier.cleared", subject=f"supplier:{name}",
        after={"why": row.cleared_why},
    )  # fmt: skip
    return row


def _checked(supplier: str, why: str, scope: Scope) -> str:
    assert connection.in_atomic_block, "The edge opens the transaction."
    # A block reaches into every warehouse: it is for those who see them all.
    if not scope.is_everything:
        raise ReportRefused("not_allowed")
    if not supplier.strip():
        raise ReportRefused("supplier_missing", field="supplier")
    if not why.strip():
        raise ReportRefused("why_missing", field="why")
    return supplier.strip()[:80]


def _tell(kind: str, row: SupplierBlock, actor: str) -> None:
    events.note(
        [
            events.Happening(
                kind=kind, key=f"{kind}:SB-{row.pk}",
                facts={"event.supplier": row.supplier},
            )
        ],
        told_by=actor,
    )  # fmt: skip
