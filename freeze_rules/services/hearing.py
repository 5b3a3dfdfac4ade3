"""What inventory tells of goods that came in becomes events for the rules."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils import timezone

from freeze_rules.models import LIVE, Rule
from freeze_rules.services import events
from inventory import selectors as stock
from inventory.selectors.arrivals import Arrival, ArrivedLine, arrivals
from org.scope import Scope

RECEIVED, RETURNED = "goods.received", "return.received"
ARRIVED, LATE = "shipment.arrived", "receipt.late"
EXPIRING = "lot.expiring"
UNCLEARED = ("NOT_CLEARED", "INSPECTING", "REFUSED")
ACTOR = "system:arrivals"
# Overdue announcements looked at in one go.
MOST = 2_000


def note_arrived(*, keys: list[str]) -> None:
    """Goods were received or came back: ids of their postings. A handler of news.

    Two statements while no rule listens, otherwise a constant number.
    """
    kinds = events.listened({RECEIVED, RETURNED, ARRIVED, LATE})
    now = timezone.now()
    later = Rule.objects.filter(trigger=EXPIRING, state__in=LIVE, due_at__gt=now)
    searches = later.exists()
    if not kinds and not searches:
        return
    came = arrivals([int(key) for key in keys])
    found = [each for arrival in came for each in told_of(arrival) if each.kind in kinds]
    events.note(found, told_by=ACTOR)
    if searches and any(line.lot_id for arrival in came for line in arrival.lines):
        # A lot may come in with few days left: it does not stay free until the nightly search.
        later.update(due_at=now)


def told_of(arrival: Arrival) -> Iterator[events.Happening]:
    """The events that an arrival is: what came in, what is not cleared, whether it is late."""
    if arrival.kind == "RETURN":
        yield _told(RETURNED, arrival, arrival.lines, {})
        return
    yield _told(RECEIVED, arrival, arrival.lines, {})
    for state in UNCLEARED:
        lines = tuple(line for line in arrival.lines if line.customs == state)
        if lines:
            yield _told(ARRIVED, arrival, lines, {"event.customs": state}, f":{state}")
    if arrival.due_at is not None and (days := days_late(arrival.due_at, arrival.at)) > 0:
        yield _told(LATE, arrival, arrival.lines, {"event.days": days})


def days_late(due_at: datetime, at: datetime) -> int:
    """Calendar days after the day on which it was due."""
    return (timezone.localdate(at) - timezone.localdate(due_at)).days


def _told(
    kind: str,
    arrival: Arrival,
    lines: tuple[ArrivedLine, ...],
    facts: dict[str, Any],
    part: str = "",
) -> events.Happening:
    suppliers = {line.supplier for line in lines}
    one = suppliers.pop() if len(suppliers) == 1 else ""
    return events.Happening(
        kind=kind,
        key=f"{kind}:P{arrival.posting_id}{part}",
        document=arrival.document,
        warehouse_id=lines[0].warehouse_id,
        facts={**facts, "event.supplier": one} if one else facts,
        goods=[
            events.Goods(
                sku_id=line.sku_id,
                qty=line.qty,
                lot_id=line.lot_id,
                # Inspected as a lot, wherever it is carried; a return is judged where it lies.
                location_id=line.location_id if kind == RETURNED else None,
                grade=line.grade,
            )
            for line in lines
        ],
    )


def note_overdue(*, now: datetime) -> int:
    """Announced receipts that should be here by now and are not, once a day each; how many.

    Nothing lies here yet, so the events name no goods; those come with `note_arrived`.
    """
    if not events.listened({LATE}):
        return 0
    due = stock.incoming(scope=Scope.everything(), due_before=now, limit=MOST)
    oldest: dict[tuple[str, int], datetime] = {}
    for row in due:
        if row.kind == "RECEIPT" and row.expected:
            spot = (row.document, row.warehouse_id)
            oldest[spot] = min(oldest.get(spot, row.due_at), row.due_at)
    return events.note(
        [
            events.Happening(
                kind=LATE,
                key=f"{LATE}:{document}:w{house}:{timezone.localdate(now):%Y%m%d}",
                document=document,
                warehouse_id=house,
                facts={"event.days": days_late(at, now)},
            )
            for (document, house), at in oldest.items()
            if days_late(at, now) > 0
        ],
        told_by=ACTOR,
    )
