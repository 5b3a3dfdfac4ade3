"""What is known now of what holds wait for: their proofs, and the facts their formulas read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from freeze_rules import formula
from freeze_rules.conditions import ConditionRefused
from freeze_rules.facts.stock import STOCK_FACTS
from freeze_rules.leaf_facts import leaf_true
from freeze_rules.models import Proof, Watch
from inventory.selectors import facts as stock_facts
from inventory.selectors import held_lines
from inventory.selectors.held_lines import HeldLine
from org.selectors.workdays import Workdays

Case = Mapping[str, Any]
COST = "sku.cost"
STOCK = frozenset(fact.code for fact in STOCK_FACTS)


def moments_of(watches: Sequence[Watch], *, now: datetime) -> dict[int, formula.Moment]:
    """What is known of each watch now: its proofs and the facts its formula reads."""
    proved: dict[int, set[str]] = defaultdict(set)
    for watch_id, leaf in Proof.objects.filter(watch__in=watches).values_list("watch_id", "leaf"):
        proved[watch_id].add(leaf)
    cases, works = _cases_of(watches, now), Workdays()
    return {
        watch.pk: formula.Moment(
            proved=proved[watch.pk],
            frozen_at=watch.made_at,
            now=now,
            holds_true=partial(_true_of, cases.get(watch.pk, ())),
            works=works,
        )
        for watch in watches
    }


def _true_of(cases: Sequence[Case], leaf: formula.Tree) -> bool:
    try:
        return leaf_true(leaf, cases)
    except ConditionRefused:
        # What cannot be read is not met: these goods stay frozen, all others are judged.
        return False


def _cases_of(watches: Iterable[Watch], now: datetime) -> dict[int, list[Case]]:
    """Facts of the freeze and of all goods it holds, for watches whose formula reads any.

    Three statements. A watch that names a SKU is judged as goods of that SKU even while it holds
    nothing.
    """
    asked: dict[int, set[str]] = {}
    for watch in watches:
        codes = {str(leaf["fact"]) for leaf in formula.leaves(watch.formula) if "fact" in leaf}
        if codes:
            asked[watch.pk] = codes
    if not asked:
        return {}
    chosen = [watch for watch in watches if watch.pk in asked]
    held = held_lines.of_holds({watch.hold_id for watch in chosen})
    goods = {watch.pk: _goods_of(watch, held.get(watch.hold_id, [])) for watch in chosen}
    codes = {code for each in asked.values() for code in each if code in STOCK} | {COST}
    flat = [each for watch in chosen for each in goods[watch.pk]]
    facts = iter(stock_facts.facts_of(flat, codes=codes, now=now) if flat else ())
    known = {watch.pk: [next(facts) for _each in goods[watch.pk]] for watch in chosen}
    costs = _costs({line.sku_id for lines in held.values() for line in lines})
    return {
        watch.pk: _of_the_whole(watch, known[watch.pk], held.get(watch.hold_id, []), costs)
        for watch in chosen
    }


def _goods_of(watch: Watch, lines: Sequence[HeldLine]) -> list[stock_facts.Goods]:
    """What a freeze is about: the SKU, lot and place that it names, or all goods that it holds."""
    if watch.sku_id is not None:
        return [
            stock_facts.Goods(
                sku_id=watch.sku_id,
                warehouse_id=watch.warehouse_id,
                lot_id=watch.lot_id,
                location_id=watch.location_id,
            )
        ]
    found = {
        (line.sku_id, line.warehouse_id, line.lot_id, line.location_id, line.grade): line
        for line in lines
    }
    return [
        stock_facts.Goods(
            sku_id=line.sku_id,
            warehouse_id=line.warehouse_id,
            lot_id=line.lot_id,
            location_id=line.location_id or watch.location_id,
            grade=line.grade,
        )
        for line in found.values()
    ]


def _costs(sku_ids: Collection[int]) -> Mapping[int, Decimal]:
    """Unit cost by SKU. One statement, none for none."""
    ids = sorted(sku_ids)
    found = (
        stock_facts.facts_of([stock_facts.Goods(sku_id=each) for each in ids], codes={COST})
        if ids
        else []
    )
    return {sku: facts[COST] or Decimal(0) for sku, facts in zip(ids, found, strict=True)}


def _of_the_whole(
    watch: Watch, known: Sequence[Case], lines: Sequence[HeldLine], costs: Mapping[int, Decimal]
) -> list[Case]:
    """Each goods' facts with those of the freeze; of a freeze that names no cell, units and worth
    of "the cell" are those that it holds."""
    units = sum(line.open for line in lines)
    worth = sum((costs[line.sku_id] * line.open for line in lines), Decimal(0))
    own: dict[str, Any] = {"hold.units": units, "hold.value": worth}
    if watch.location_id is None or watch.sku_id is None:
        own |= {"cell.on_hand": units, "cell.value": worth}
    return [{**facts, **own} for facts in known] or [own]
