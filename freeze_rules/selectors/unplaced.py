"""Units that would get another grade when they are let go of, but lie in no cell: a person decides.

Rules that regrade take their cells when they freeze; a freeze of so many units of a SKU, laid by
hand or before its rule regraded, names none.
"""

from __future__ import annotations

from dataclasses import dataclass

from freeze_rules.models import Watch
from inventory.selectors import held_lines


@dataclass(frozen=True, kw_only=True)
class Unplaced:
    """So many base units of a freeze stay until somebody says where they lie.

    `grade` is the one that they are to get.
    """

    units: int
    grade: str


def unplaced_of(hold_id: int) -> Unplaced | None:
    """None when the freeze can end by itself, or nothing would give it another grade."""
    watch = Watch.objects.filter(hold_id=hold_id, closed_at=None).first()
    if watch is None:
        return None
    deeds = [deed.get("regrade") for deed in watch.dispositions if deed.get("do") == "release"]
    grade = next((each for each in (watch.regrade, *deeds) if each), "")
    if not grade:
        return None
    lines = held_lines.of_holds([hold_id]).get(hold_id, [])
    units = sum(line.open for line in lines if line.location_id is None)
    return Unplaced(units=units, grade=str(grade)) if units else None
