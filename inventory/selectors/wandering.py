"""What goods have collected on their way through places, such as heat or light.

The ledger is played forward from the first moment. Units of one cell cannot be told apart: where
some that have collected more meet others, all of the cell count as those that have most.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from inventory.models import Stock
from inventory.selectors.exposure import Concern, roots_of
from inventory.selectors.exposure_walk import BACK, Step, Walk, read_steps

# (location id, from, until): what goods there collect in that time.
Collects = Callable[[int, datetime, datetime], int]
# (document, SKU, lot)
Parcel = tuple[str, int, int | None]


@dataclass
class Collected:
    """By cell of goods that lie there now, and by what has left; at least what they may have."""

    cells: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    shipped: dict[Parcel, int] = field(default_factory=lambda: defaultdict(int))


def collected(
    *,
    zone_ids: Collection[int],
    location_ids: Collection[int],
    since: datetime,
    now: datetime,
    concern: Concern,
    collects: Collects,
) -> Collected:
    """What goods that were at any of these places since then have collected until now."""
    roots: set[int] = set()
    for zone in zone_ids:
        roots |= roots_of(zone, None, concern)
    for location in location_ids:
        roots |= roots_of(None, location, concern)
    if not roots:
        return Collected()
    walk = Walk(roots=roots, since=since, until=None, cleared={})
    groups: dict[tuple[datetime, int], list[Step]] = defaultdict(list)
    for step in read_steps(walk):
        groups[step.at, step.posting].append(step)
    places = dict(Stock.objects.filter(id__in=walk.on_hand).values_list("id", "location_id"))
    play = _Play(walk=walk, places=places, collects=collects, at=dict.fromkeys(places, since))
    for (at, _posting), group in sorted(groups.items()):
        play.book(group, at)
    for cell in places:
        play.stay(cell, now)
    return play.found


@dataclass
class _Play:
    walk: Walk
    places: dict[int, int]
    collects: Collects
    # Until when each cell's goods are reckoned.
    at: dict[int, datetime]
    found: Collected = field(default_factory=Collected)

    def stay(self, cell: int, until: datetime) -> None:
        """The goods of the cell lay there until then."""
        if self.walk.on_hand[cell] > 0:
            self.found.cells[cell] += self.collects(self.places[cell], self.at[cell], until)
        else:
            self.found.cells[cell] = 0
        self.at[cell] = until

    def book(self, group: Sequence[Step], at: datetime) -> None:
        """One posting: what leaves cells carries along what it has collected."""
        inside = [step for step in group if step.cell in self.places]
        for cell in {step.cell for step in inside if step.cell is not None}:
            self.stay(cell, at)
        carried: dict[tuple[int, int | None], int] = defaultdict(int)
        for step in inside:
            if step.cell is not None and step.qty < 0:
                thing = (step.sku, self.walk.lots[step.cell])
                carried[thing] = max(carried[thing], self.found.cells[step.cell])
                self.walk.on_hand[step.cell] += step.qty
        self._border(group, carried)
        for step in inside:
            if step.cell is not None and step.qty > 0:
                self._arrive(step, carried)

    def _arrive(self, step: Step, carried: dict[tuple[int, int | None], int]) -> None:
        cell = step.cell
        assert cell is not None, "Only what arrives in cells is asked."
        came = carried.get((step.sku, self.walk.lots[cell]), 0)
        there = self.found.cells[cell] if self.walk.on_hand[cell] > 0 else 0
        self.found.cells[cell] = max(there, came)
        self.walk.on_hand[cell] += step.qty

    def _border(self, group: Sequence[Step], carried: dict[tuple[int, int | None], int]) -> None:
        """What is shipped takes it along; what comes back has kept it."""
        here = [step.cell for step in group if step.cell is not None]
        lots = {self.walk.lots[cell] for cell in here if cell in self.places}
        for step in group:
            if step.outside != "CUSTOMER":
                continue
            for lot in lots:
                thing = (step.sku, lot)
                if step.qty > 0 and thing in carried:
                    parcel = (step.document, *thing)
                    self.found.shipped[parcel] = max(self.found.shipped[parcel], carried[thing])
                elif step.qty < 0 and step.kind in BACK:
                    kept = self.found.shipped.get((step.shipped_as, *thing), 0)
                    carried[thing] = max(carried[thing], kept)
