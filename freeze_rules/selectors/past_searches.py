"""A rule that searches, over days of the past: what each night's search would have found first.

The stock of each night is reckoned back from the ledger. As of then are quantities, days counted
from dates, sales speed and what customs said; whatever else of the goods is as it is today.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone

from freeze_rules.definition import Reach
from freeze_rules.selectors.past_facts import CUSTOMS, past_customs
from freeze_rules.selectors.replaying import THEN, ReplayFailed
from freeze_rules.selectors.rulebook import LiveRule
from freeze_rules.selectors.weighing import COST, Heard, Hit, Item, kept
from inventory.selectors import facts as stock_facts
from inventory.selectors.past_arrivals import NARROWING
from inventory.selectors.past_cells import PastGoods, cells_at

# At ten past three, as a rule without a plan of its own searches.
AT = time(3, 10)
# Nights, and cells on each: more is no question for a page.
MOST_DAYS = 31
MOST_CELLS = 20_000
# Quantities are known of each night.
QUANTITIES = frozenset({"cell.on_hand", "cell.value", "balance.on_hand"})
Key = tuple[int, int, int | None, int | None]


class TooMuch(Exception):
    """More cells than are searched for a page."""


def nights(since: datetime, until: datetime) -> list[datetime]:
    """The moments of the searches between these two."""
    day, found = timezone.localdate(since), []
    while (moment := timezone.make_aware(datetime.combine(day, AT))) <= until:
        if moment >= since:
            found.append(moment)
        day += timedelta(days=1)
    return found


def facts_by_time(live: LiveRule) -> tuple[list[str], list[str]]:
    """Facts that the rule reads: those as of each night, and those as of today."""
    read = live.compiled.reads
    then = {code for code in read if code in THEN | QUANTITIES}
    return sorted(then), sorted(read - then)


class Past:
    """The stock of all the nights, read once.

    Raises:
        TooMuch: more cells than `MOST_CELLS`.
    """

    def __init__(
        self, live: LiveRule, moments: Sequence[datetime], houses: Collection[int] | None
    ) -> None:
        having = {
            code: values for code, values in live.compiled.required.items()
            if code in NARROWING - {CUSTOMS}
        }  # fmt: skip
        self.live, self.moments = live, moments
        self.cells = cells_at(moments, houses=houses, having=having, limit=MOST_CELLS + 1)
        if len(self.cells) > MOST_CELLS:
            raise TooMuch
        self.customs = past_customs((each.lot_id for each in self.cells), reads=live.compiled.reads)
        self.met: set[Key] = set()

    def night(self, at: int) -> tuple[int, list[Hit]]:
        """Cells searched in this night, and what is found for the first time.

        Raises:
            ReplayFailed: the condition cannot be judged.
        """
        there = [each for each in self.cells if each.units[at] > 0]
        cases = self._cases(there, at)
        found: dict[Key, list[tuple[PastGoods, dict[str, Any]]]] = defaultdict(list)
        for each, case in zip(there, cases, strict=True):
            try:
                met = self.live.compiled.judge(case)
            except Exception as wrong:
                raise ReplayFailed(f"{type(wrong).__name__}: {wrong}") from wrong
            if met:
                found[self._key(each)].append((each, case))
        new = [key for key in found if key not in self.met]
        self.met |= set(found)
        return len(there), [self._hit(key, found[key], at) for key in new]

    def _key(self, each: PastGoods) -> Key:
        by_cell = self.live.definition.reach not in (Reach.LOT, Reach.SKU)
        place = each.location_id if by_cell else None
        return (each.warehouse_id, each.sku_id, each.lot_id, place)

    def _cases(self, there: Sequence[PastGoods], at: int) -> Iterator[dict[str, Any]]:
        codes = {
            COST,
            *(each for each in self.live.compiled.reads if not each.startswith("event.")),
        }
        goods = [
            stock_facts.Goods(
                sku_id=each.sku_id, warehouse_id=each.warehouse_id, lot_id=each.lot_id,
                location_id=each.location_id, grade=each.grade, owner=each.owner,
            )
            for each in there
        ]  # fmt: skip
        if not goods:
            return
        sums: dict[tuple[int, int, str, str], int] = defaultdict(int)
        for each in there:
            sums[each.warehouse_id, each.sku_id, each.grade, each.owner] += each.units[at]
        known = stock_facts.facts_of(goods, codes=codes, now=self.moments[at])
        for each, today in zip(there, known, strict=True):
            facts: Mapping[str, Any] = today
            if self.customs is not None:
                facts = self.customs.overlay(each.lot_id, self.moments[at], today)
            units = each.units[at]
            then = {
                "cell.on_hand": units,
                "cell.value": units * facts[COST],
                "balance.on_hand": sums[each.warehouse_id, each.sku_id, each.grade, each.owner],
            }
            yield {**facts, **{code: value for code, value in then.items() if code in facts}}

    def _hit(self, key: Key, cells: Sequence[tuple[PastGoods, dict[str, Any]]], at: int) -> Hit:
        house, sku, lot, place = key
        first, case = cells[0]
        name = f"L{lot}" if lot else f"K{sku}"
        item = Item(
            sku_id=sku, qty=sum(each.units[at] for each, _case in cells), lot_id=lot,
            location_id=place, warehouse_id=house, grade=first.grade,
        )  # fmt: skip
        event = Heard(
            id=None, kind=self.live.definition.trigger, key=f"past:{name}:w{house}:{at}",
            document=f"{name}w{house}", warehouse_id=house, occurred_at=self.moments[at], facts={},
            items=(item,),
        )  # fmt: skip
        read = {code: case.get(code) for code in self.live.compiled.reads}
        return Hit(self.live, event, (item,), kept(read), case[COST])
