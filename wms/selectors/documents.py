"""What the floors above ask about their documents."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from wms.models import (
    FloorAnswer,
    Fulfilment,
    FulfilmentEvent,
    FulfilmentState,
    Parcel,
)

S = FulfilmentState


@dataclass(frozen=True)
class FloorEvent:
    """One transition of a fulfilment."""

    at: datetime
    from_state: str
    to_state: str
    label: str
    who: str
    why: str


def states(documents: Iterable[str]) -> dict[str, str]:
    """Where each document stands on the floor; unknown ones are missing."""
    rows = Fulfilment.objects.filter(document__in=set(documents))
    return dict(rows.values_list("document", "state"))


def fulfilment_numbers(documents: Iterable[str]) -> dict[str, str]:
    """The fulfilment of each document; unknown ones are missing."""
    rows = Fulfilment.objects.filter(document__in=set(documents))
    return {row.document: row.number for row in rows}


def timeline(document: str) -> list[FloorEvent]:
    """What happened on the floor for a document, oldest first."""
    rows = FulfilmentEvent.objects.filter(fulfilment__document=document).order_by("id")
    return [
        FloorEvent(
            at=row.at,
            from_state=row.from_state,
            to_state=row.to_state,
            label=str(S(row.to_state).label),
            who=row.who,
            why=row.why,
        )
        for row in rows
    ]


def documents_of_waybill(waybill: str) -> list[str]:
    """The documents whose parcels carry this waybill number."""
    rows = Parcel.objects.filter(waybill=waybill, voided_at__isnull=True)
    return sorted(rows.values_list("fulfilment__document", flat=True).distinct())


def was_answered(key: str) -> bool:
    """True when a command with this key had its effect already."""
    return FloorAnswer.objects.filter(key=key).exists()
