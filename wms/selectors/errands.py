"""How far people are with what they do at the scan pages."""

from __future__ import annotations

from typing import Any

from wms.models import Errand


def stage_of(*, person_id: int, scenario: str, warehouse_id: int | None = None) -> dict[str, Any]:
    """What the person scanned so far in this scenario; empty when nothing is under way.

    With a warehouse only what was scanned there.
    """
    row = Errand.objects.filter(person_id=person_id, scenario=scenario).first()
    if row is None or (warehouse_id and row.warehouse_id not in (None, warehouse_id)):
        return {}
    return dict(row.stage)


def under_way(*, person_id: int) -> dict[str, dict[str, Any]]:
    """Scenario -> stage of everything the person is in the middle of; one statement."""
    rows = Errand.objects.filter(person_id=person_id).exclude(stage={})
    return {row.scenario: dict(row.stage) for row in rows}
