"""Inspections: asked for, and decided once; the result lets go of goods, or condemns them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from freeze_rules.models import Inspection
from freeze_rules.services import events
from freeze_rules.services.reports.naming import Named
from freeze_rules.services.reports.refusals import ReportRefused
from org import roles
from org import services as org
from org.callers import Caller

R = Inspection.Result


@dataclass(frozen=True, kw_only=True)
class Sample:
    """What is inspected: so many base units, of which `sample` are looked at."""

    goods: Named
    qty: int
    sample: int = 0
    document: str = ""
    note: str = ""


def ask(*, key: str, sample: Sample, by: Caller) -> Inspection:
    """An inspection begins; a person asks, or a program of the laboratory.

    Joins the caller's transaction; the same key asks once.

    Raises:
        ReportRefused: not_allowed, place_missing, unknown_goods, qty_missing, sample_too_large.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    known = Inspection.objects.filter(key=key).first()
    if known is not None:
        return known
    goods = sample.goods
    house, sku = goods.house, goods.goods
    if not by.may(roles.STOCK_INSPECT):
        raise ReportRefused("not_allowed")
    if sample.qty < 1:
        raise ReportRefused("qty_missing", field="qty")
    if sample.sample > sample.qty:
        raise ReportRefused("sample_too_large", field="sample")
    row = Inspection.objects.create(
        key=key, warehouse_id=house, sku_id=sku, lot_id=goods.lot_id, qty=sample.qty,
        sample=sample.sample, document=sample.document.strip()[:64],
        note=sample.note.strip()[:400], asked_by=by.actor,
    )  # fmt: skip
    _tell(row, "inspection.asked", by.actor)
    org.record(
        actor=by.actor, action="inspection.asked", subject=row.number,
        after={"sku": row.sku.code, "lot": row.lot and row.lot.code, "qty": row.qty,
               "sample": row.sample},
        unit_id=row.warehouse.unit_id,
    )  # fmt: skip
    return row


def decide(
    *,
    inspection_id: int,
    result: str,
    reference: str,
    by: Caller,
    passed: int | None = None,
    note: str = "",
) -> Inspection:
    """Write the result, once. Joins the caller's transaction.

    Args:
        passed: sound units of a result in part; the others failed.

    Raises:
        ReportRefused: not_allowed, unknown_inspection, decided_already, parts_wrong,
            reference_missing.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    if not by.may(roles.STOCK_INSPECT):
        raise ReportRefused("not_allowed")
    row = _reachable(by).select_for_update(of=("self",)).filter(pk=inspection_id).first()
    if row is None:
        raise ReportRefused("unknown_inspection")
    if row.result != R.ASKED:
        raise ReportRefused("decided_already")
    if not reference.strip():
        raise ReportRefused("reference_missing", field="reference")
    good = {R.PASSED: row.qty, R.FAILED: 0}.get(R(result), passed)
    if good is None or not 0 <= good <= row.qty or (result == R.PARTIAL and good in (0, row.qty)):
        raise ReportRefused("parts_wrong", field="passed")
    row.result, row.passed, row.failed = result, good, row.qty - good
    row.reference, row.note = reference.strip()[:120], (note.strip() or row.note)[:400]
    row.decided_by, row.decided_at = by.actor, timezone.now()
    row.save()
    _tell(row, f"inspection.{result.lower()}", by.actor)
    org.record(
        actor=by.actor, action="inspection.decided", subject=row.number,
        after={"result": result, "passed": row.passed, "failed": row.failed,
               "reference": row.reference},
        unit_id=row.warehouse.unit_id,
    )  # fmt: skip
    return row


def _reachable(by: Caller) -> QuerySet[Inspection]:
    scope = by.scope(roles.STOCK_INSPECT)
    return scope.limit(Inspection.objects.all(), "warehouse__unit")


def _tell(row: Inspection, kind: str, actor: str) -> None:
    decided = row.result != R.ASKED
    facts: dict[str, Any] = {"inspection": row.number, "event.report": row.reference}
    if decided:
        facts |= {
            "event.result": row.result, "event.passed": row.passed, "event.failed": row.failed
        }  # fmt: skip
    events.note(
        [
            events.Happening(
                kind=kind,
                key=f"{kind}:{row.number}",
                document=row.document,
                warehouse_id=row.warehouse_id,
                facts=facts,
                goods=[events.Goods(sku_id=row.sku_id, qty=row.qty, lot_id=row.lot_id)],
            )
        ],
        told_by=actor,
    )
