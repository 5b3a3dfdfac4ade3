"""A count that comes over HTTP from a person: asked for when a policy wants it."""

from __future__ import annotations

from django.db import connection

from inventory.models import Warehouse
from inventory.requests import AdjustRequest
from inventory.services.correcting import kind
from inventory.services.correcting.lines import CorrectionLine, counted, measure
from inventory.services.correcting.refusals import CorrectionRefused
from org.models import Person
from org.services import approvals


def ask_for_count(request: AdjustRequest, *, person: Person) -> int | None:
    """Ask for consent to a count when a policy wants it; gives the request's id.

    None when nobody need be asked, and when the count makes no sense: then the ledger answers.
    Whoever calls has seen that nothing is booked under its key. Joins the caller's transaction.
    The same key asks once.

    Raises:
        approvals.ApprovalRefused: nobody_to_ask, key_reused.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    lines = [
        CorrectionLine(
            location_id=request.location_id, sku_id=line.sku_id, qty=line.qty, lot_id=line.lot_id,
            grade=line.grade, owner=line.owner, serials=line.serials,
        )
        for line in request.counted
    ]  # fmt: skip
    payload = {
        "warehouse_id": request.warehouse_id,
        "lines": [line.as_json() for line in lines],
        "why": request.why,
        "document": request.document,
    }
    warehouse = Warehouse.objects.get(pk=request.warehouse_id)
    known = approvals.request_under(request.key)
    if known is None:
        try:
            measured = measure(lines, warehouse_id=warehouse.pk)
        except CorrectionRefused:
            return None
        facts = kind.facts_of(measured, warehouse=warehouse)
        found = approvals.needed(
            kind=kind.CODE, facts=facts, unit_id=warehouse.unit_id, warehouse_id=warehouse.pk,
            person=person,
        )  # fmt: skip
        if found is None or not counted(measured):
            return None
    return approvals.ask(
        kind=kind.CODE,
        payload=payload,
        unit_id=warehouse.unit_id,
        warehouse_id=warehouse.pk,
        person=person,
        key=request.key,
        why=request.why,
        document=request.document,
    ).pk
