"""Correct stock: at once, or with somebody's consent when a policy says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from inventory.models import Correction, CorrectionReason, Warehouse
from inventory.services.correcting import kind
from inventory.services.correcting.lines import CorrectionLine, Measured, counted, measure
from inventory.services.correcting.refusals import CorrectionRefused
from org import roles
from org.approving import Facts
from org.models import Person
from org.selectors import scope_of
from org.services import approvals, record

LONGEST_NOTE = 300


@dataclass(frozen=True, kw_only=True)
class CorrectionOrder:
    """What somebody found in a warehouse, and why it differs."""

    warehouse_id: int
    lines: tuple[CorrectionLine, ...]
    reason: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class CheckedCorrection:
    """What an order would do, and whose consent it needs (None: nobody's)."""

    measured: tuple[Measured, ...]
    facts: Facts
    needed: approvals.Needed | None


@dataclass(frozen=True, kw_only=True)
class Corrected:
    """What became of it: booked, or asked for under the request `approval_id`."""

    number: str
    correction_id: int
    approval_id: int | None


def check_correction(order: CorrectionOrder, *, person: Person) -> CheckedCorrection:
    """What the order would do now; nothing is written.

    Raises:
        CorrectionRefused: not_allowed, unknown_warehouse, unknown_reason, note_missing,
            nothing_changes, and as `measure`.
    """
    warehouse = _warehouse(order.warehouse_id, person)
    if order.reason not in CorrectionReason.values:
        raise CorrectionRefused("unknown_reason")
    if order.reason == CorrectionReason.OTHER and not order.note.strip():
        raise CorrectionRefused("note_missing")
    measured = measure(order.lines, warehouse_id=warehouse.pk)
    if not counted(measured):
        raise CorrectionRefused("nothing_changes")
    facts = kind.facts_of(measured, warehouse=warehouse)
    return CheckedCorrection(
        measured=tuple(measured),
        facts=facts,
        needed=approvals.needed(
            kind=kind.CODE,
            facts=facts,
            unit_id=warehouse.unit_id,
            warehouse_id=warehouse.pk,
            person=person,
        ),
    )


def _warehouse(warehouse_id: int, person: Person) -> Warehouse:
    if not person.may(roles.STOCK_ADJUST):
        raise CorrectionRefused("not_allowed")
    scope = scope_of(person, permission=roles.STOCK_ADJUST)
    rows = scope.limit(Warehouse.objects.filter(is_active=True), "unit")
    found = rows.filter(pk=warehouse_id).first()
    if found is None:
        raise CorrectionRefused("unknown_warehouse")
    return found


def correct(*, key: str, order: CorrectionOrder, person: Person) -> Corrected:
    """Book the correction, or ask for consent when a policy wants it.

    Joins the caller's transaction and leaves an audit record. The same key corrects once.

    Raises:
        CorrectionRefused: as `check_correction`, and key_reused.
        approvals.ApprovalRefused: nobody_to_ask.
        Refused: the ledger says no. The caller's transaction must not be committed then.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    lines: list[dict[str, Any]] = [line.as_json() for line in order.lines]
    known = Correction.objects.filter(key=key).first()
    if known is not None:
        if (known.person_id, known.lines) != (person.pk, lines):
            raise CorrectionRefused("key_reused")
        return _as_it_was(known)
    checked = check_correction(order, person=person)
    row = Correction.objects.create(
        key=key, warehouse_id=order.warehouse_id, reason=order.reason,
        note=order.note.strip()[:LONGEST_NOTE], lines=lines, person=person,
    )  # fmt: skip
    why = str(CorrectionReason(order.reason).label)
    if row.note:
        why = f"{why}: {row.note}"
    if checked.needed is None:
        _book_at_once(row, order, why, person)
        return Corrected(number=row.number, correction_id=row.pk, approval_id=None)
    asked = approvals.ask(
        kind=kind.CODE,
        payload={
            "warehouse_id": order.warehouse_id, "lines": lines, "why": why,
            "document": row.number,
        },
        unit_id=row.warehouse.unit_id,
        warehouse_id=order.warehouse_id,
        person=person,
        key=f"correction:{row.pk}",
        why=why,
        document=row.number,
        policy=checked.needed.policy,
    )  # fmt: skip
    return Corrected(number=row.number, correction_id=row.pk, approval_id=asked.pk)


def _book_at_once(row: Correction, order: CorrectionOrder, why: str, person: Person) -> None:
    # Counted again under the lock: between the look and the booking somebody may have sold one.
    measured = measure(order.lines, warehouse_id=order.warehouse_id, lock=True)
    kind.book(
        counted(measured), warehouse_id=order.warehouse_id, key=f"correction:{row.pk}",
        document=row.number, why=why, actor=person.actor,
    )  # fmt: skip
    record(
        actor=person.actor, action="stock.corrected", subject=row.number,
        after={"units": sum(abs(each.change) for each in measured), "why": why},
        unit_id=row.warehouse.unit_id,
    )  # fmt: skip


def _as_it_was(row: Correction) -> Corrected:
    asked = approvals.request_of(row.number)
    return Corrected(number=row.number, correction_id=row.pk, approval_id=asked)
