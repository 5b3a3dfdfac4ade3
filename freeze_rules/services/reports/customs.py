"""What customs say of a lot, under which declaration; clearing it lets go of it."""

from __future__ import annotations

from django.db import connection

from freeze_rules.models import CustomsStep
from freeze_rules.services import events
from freeze_rules.services.reports.refusals import ReportRefused
from inventory import services as inventory
from inventory.services import Refused
from org import services as org
from org.models import Person

STATES = ("NOT_CLEARED", "INSPECTING", "CLEARED", "REFUSED")


def set_state(
    *,
    lot_id: int,
    sku_id: int,
    state: str,
    declaration: str,
    actor: str,
    person: Person | None = None,
    note: str = "",
) -> CustomsStep:
    """Customs said this of the lot, as a person or a broker's program tells.

    Joins the caller's transaction; the edge has checked that the teller may inspect.

    Raises:
        ReportRefused: unknown_state, declaration_missing, nothing_changed,
            unknown_lot.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    if state not in STATES:
        raise ReportRefused("unknown_state", field="state")
    if not declaration.strip():
        raise ReportRefused("declaration_missing", field="declaration")
    try:
        before = inventory.set_customs(lot_ids=[lot_id], state=state)[lot_id]
    except Refused as refused:
        raise ReportRefused("unknown_lot", field="lot") from refused
    last = CustomsStep.objects.filter(lot_id=lot_id).order_by("-id").first()
    if before == state and last is not None and last.declaration == declaration.strip():
        raise ReportRefused("nothing_changed", field="state")
    step = CustomsStep.objects.create(
        lot_id=lot_id, before=before, state=state, declaration=declaration.strip()[:64],
        note=note.strip()[:400], person=person, actor=actor,
    )  # fmt: skip
    facts = {"event.customs": state, "event.declaration": step.declaration,
             "event.report": step.declaration}  # fmt: skip
    kinds = ["customs.changed", *({"CLEARED": ["customs.cleared"]}.get(state, []))]
    events.note(
        [
            events.Happening(
                kind=kind,
                key=f"{kind}:CS-{step.pk}",
                facts=facts,
                goods=[events.Goods(sku_id=sku_id, lot_id=lot_id)],
            )
            for kind in kinds
        ],
        told_by=actor,
    )
    org.record(
        actor=actor, action="customs.changed", subject=f"lot:{lot_id}",
        before={"state": before}, after={"state": state, "declaration": step.declaration},
    )  # fmt: skip
    return step
