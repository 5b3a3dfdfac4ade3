"""Facts of goods as they were: what customs said of a lot at a moment of the past.

Every change of a lot's customs state is a `CustomsStep` with the state before it, so the state of
any moment is what the first step after it found.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from freeze_rules.models import CustomsStep

CUSTOMS = "lot.customs"


class PastCustoms:
    """What customs said of these lots, at any moment. One statement."""

    def __init__(self, lot_ids: Iterable[int | None]) -> None:
        self._steps: dict[int, list[tuple[datetime, str]]] = {}
        lots = {each for each in lot_ids if each}
        rows = CustomsStep.objects.filter(lot_id__in=lots).order_by("id") if lots else []
        for step in rows:
            self._steps.setdefault(step.lot_id, []).append((step.at, step.before))

    def then(self, lot_id: int | None, at: datetime, *, today: str) -> str:
        """The state at that moment; today's where nothing was said since."""
        for said_at, before in self._steps.get(lot_id or 0, ()):
            if said_at > at:
                return before
        return today

    def overlay(
        self, lot_id: int | None, at: datetime, facts: Mapping[str, Any], *, told: str = ""
    ) -> Mapping[str, Any]:
        """These facts of goods as they stand today, with the state of then.

        Args:
            told: the state that the event itself tells: it and its step have the same moment.
        """
        if CUSTOMS not in facts or (lot_id or 0) not in self._steps:
            return facts
        then = told or self.then(lot_id, at, today=facts[CUSTOMS] or "")
        return {**facts, CUSTOMS: then or None}


def past_customs(lot_ids: Iterable[int | None], *, reads: Collection[str]) -> PastCustoms | None:
    """None where nobody asks for it."""
    return PastCustoms(lot_ids) if CUSTOMS in reads else None
