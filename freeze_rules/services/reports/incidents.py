"""Damage and leaks that somebody saw, repairs that are done."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.utils import timezone

from freeze_rules.models import Incident
from freeze_rules.services import events
from freeze_rules.services.reports.naming import Named
from freeze_rules.services.reports.refusals import ReportRefused
from org import roles
from org import services as org
from org.callers import Caller

K = Incident.Kind
_TOLD = {K.DAMAGE: "damage.reported", K.LEAK: "leak.reported", K.REPAIR: "repair.done"}


def report(*, key: str, kind: str, what: Named, note: str, by: Caller, qty: int = 0) -> Incident:
    """Somebody saw it, or did it. Joins the caller's transaction; the same key reports once.

    Raises:
        ReportRefused: not_allowed, place_missing, unknown_goods, qty_missing, why_missing.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    known = Incident.objects.filter(key=key).first()
    if known is not None:
        return known
    if not by.may(roles.STOCK_INSPECT):
        raise ReportRefused("not_allowed")
    house = what.house
    if kind != K.REPAIR and what.location_id is None:
        raise ReportRefused("place_missing", field="location")
    if kind != K.LEAK:
        if qty < 1:
            raise ReportRefused("qty_missing", field="qty")
        _goods = what.goods
    if not note.strip():
        raise ReportRefused("why_missing", field="note")
    row = Incident.objects.create(
        key=key, kind=kind, warehouse_id=house, location_id=what.location_id,
        zone_id=what.zone_id, sku_id=what.sku_id, lot_id=what.lot_id, qty=qty,
        note=note.strip()[:400], reported_by=by.actor,
    )  # fmt: skip
    _tell(_TOLD[K(kind)], row, by.actor)
    org.record(
        actor=by.actor, action="incident.reported", subject=row.number,
        after={"kind": kind, "qty": qty, "note": row.note}, unit_id=row.warehouse.unit_id,
    )  # fmt: skip
    return row


def mend(*, incident_id: int, by: Caller) -> Incident:
    """The leak is mended. Joins the caller's transaction.

    Raises:
        ReportRefused: not_allowed, unknown_incident, mended_already.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    if not by.may(roles.STOCK_INSPECT):
        raise ReportRefused("not_allowed")
    scope = by.scope(roles.STOCK_INSPECT)
    rows = scope.limit(Incident.objects.filter(kind=K.LEAK, pk=incident_id), "warehouse__unit")
    row = rows.select_for_update(of=("self",)).first()
    if row is None:
        raise ReportRefused("unknown_incident")
    if row.mended_at is not None:
        raise ReportRefused("mended_already")
    row.mended_by, row.mended_at = by.actor, timezone.now()
    row.save(update_fields=["mended_by", "mended_at"])
    _tell("leak.mended", row, by.actor)
    org.record(
        actor=by.actor, action="incident.mended", subject=row.number, after={"note": row.note},
        unit_id=row.warehouse.unit_id,
    )  # fmt: skip
    return row


def _tell(kind: str, row: Incident, actor: str) -> None:
    facts: dict[str, Any] = {"event.report": row.number}
    if row.kind == K.LEAK:
        # Without a zone the leak is about the location alone.
        facts |= {"zone_id": row.zone_id} if row.zone_id else {}
        facts["location_id"] = row.location_id
    goods = []
    if row.kind != K.LEAK and row.sku_id is not None:
        place = row.location_id if row.kind == K.DAMAGE else None
        goods = [
            events.Goods(
                sku_id=row.sku_id, qty=row.qty, lot_id=row.lot_id, location_id=place
            )
        ]  # fmt: skip
    events.note(
        [
            events.Happening(
                kind=kind, key=f"{kind}:{row.number}", warehouse_id=row.warehouse_id,
                facts=facts, goods=goods,
            )
        ],
        told_by=actor,
    )  # fmt: skip
