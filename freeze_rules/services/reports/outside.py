"""What no program told: a notice that came by letter, a carrier's logger that was read out."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from freeze_rules.models import Event
from freeze_rules.selectors.told_events import EXCURSION, EXTERNAL, PREFIX
from freeze_rules.services import events
from freeze_rules.services.reports.naming import Named
from freeze_rules.services.reports.refusals import ReportRefused
from inventory import selectors as stock
from org import roles
from org import services as org
from org.callers import Caller
from org.selectors import head_office_id


@dataclass(frozen=True, kw_only=True)
class Outside:
    """What happened to which goods, or where.

    `name` is the word that rules wait for, of an event from outside; `minutes` and `dose` (degree-
    minutes, lux-hours) are of an excursion. `reference` is the number of the notice or logger.
    """

    kind: str
    what: Named
    name: str = ""
    qty: int = 0
    minutes: int | None = None
    dose: Decimal | None = None
    reference: str = ""
    note: str = ""


def tell(*, key: str, told: Outside, by: Caller) -> str:
    """Tell the rules, which judge it within a second; gives the event's number, such as "E-7".

    Joins the caller's transaction; the same key tells once. Without a warehouse it is about all of
    them, which is for whoever may tell for the whole company.

    Raises:
        ReportRefused: not_allowed, unknown_event, place_missing, unknown_goods, event_missing,
            dose_missing, why_missing, event_wrong.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    if not by.may(roles.RULES_TELL):
        raise ReportRefused("not_allowed")
    what = told.what
    if what.warehouse_id is None and not by.scope(roles.RULES_TELL).is_everything:
        raise ReportRefused("place_missing", field="warehouse")
    facts = _facts(told)
    if not told.note.strip():
        raise ReportRefused("why_missing", field="note")
    name = f"{PREFIX}{by.actor}:{key}"[:120]
    known = Event.objects.filter(key=name).first()
    if known is not None:
        return str(known)
    try:
        events.note(
            [
                events.Happening(
                    kind=told.kind, key=name, warehouse_id=what.warehouse_id, facts=facts,
                    goods=_goods(told),
                )
            ],
            told_by=by.actor,
        )  # fmt: skip
    except events.EventRefused as refused:
        raise ReportRefused("event_wrong") from refused
    row = Event.objects.get(key=name)
    org.record(
        actor=by.actor, action="event.told", subject=str(row),
        after={"kind": told.kind, "name": told.name, "reference": told.reference.strip(),
               "note": told.note.strip()[:400]},
        unit_id=stock.unit_of_warehouse(what.warehouse_id) or head_office_id(),
    )  # fmt: skip
    return str(row)


def _facts(told: Outside) -> dict[str, Any]:
    """What the event brings; a place without goods is named as a leak's is.

    Raises:
        ReportRefused: unknown_event, event_missing, dose_missing, unknown_goods.
    """
    facts: dict[str, Any] = {}
    if told.kind == EXTERNAL:
        if not told.name.strip():
            raise ReportRefused("event_missing", field="name")
        facts["event.external"] = told.name.strip()[:64]
    elif told.kind == EXCURSION:
        if told.minutes is None and told.dose is None:
            raise ReportRefused("dose_missing", field="minutes")
        _sku = told.what.goods
        facts |= {} if told.minutes is None else {"event.minutes": told.minutes}
        facts |= {} if told.dose is None else {"event.dose": float(told.dose)}
    else:
        raise ReportRefused("unknown_event", field="kind")
    if told.reference.strip():
        facts["event.report"] = told.reference.strip()[:64]
    if told.what.sku_id is None and told.what.location_id is not None:
        facts["location_id"] = told.what.location_id
        facts |= {"zone_id": told.what.zone_id} if told.what.zone_id else {}
    return facts


def _goods(told: Outside) -> list[events.Goods]:
    what = told.what
    if what.sku_id is None:
        return []
    return [
        events.Goods(
            sku_id=what.sku_id, qty=told.qty, lot_id=what.lot_id, location_id=what.location_id
        )
    ]  # fmt: skip
