"""What is known now of what holds wait for: their proofs, and the facts their formulas read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from freeze_rules import conditions, formula
from freeze_rules.models import Proof, Watch
from inventory.selectors import facts as stock_facts
from org.selectors.workdays import Workdays


def moments_of(watches: Sequence[Watch], *, now: datetime) -> dict[int, formula.Moment]:
    """What is known of each watch now: its proofs and the facts its formula reads."""
    proved: dict[int, set[str]] = defaultdict(set)
    for watch_id, leaf in Proof.objects.filter(watch__in=watches).values_list("watch_id", "leaf"):
        proved[watch_id].add(leaf)
    facts, works = _facts_of(watches, now), Workdays()
    return {
        watch.pk: formula.Moment(
            proved=proved[watch.pk],
            frozen_at=watch.made_at,
            now=now,
            holds_true=partial(_true_of, facts.get(watch.pk, {})),
            works=works,
        )
        for watch in watches
    }


def _true_of(case: Mapping[str, Any], leaf: formula.Tree) -> bool:
    return conditions.compile_closure(leaf)(case)


def _facts_of(watches: Iterable[Watch], now: datetime) -> dict[int, dict[str, Any]]:
    """Stock facts of watches whose formula reads any; one statement."""
    asked: dict[int, set[str]] = {}
    for watch in watches:
        codes = {leaf["fact"] for leaf in formula.leaves(watch.formula) if "fact" in leaf}
        if codes and watch.sku_id is not None:
            asked[watch.pk] = codes
    if not asked:
        return {}
    chosen = [watch for watch in watches if watch.pk in asked]
    goods = [
        stock_facts.Goods(
            sku_id=watch.sku_id or 0,
            warehouse_id=watch.warehouse_id,
            lot_id=watch.lot_id,
            location_id=watch.location_id,
        )
        for watch in chosen
    ]
    codes = {code for each in asked.values() for code in each}
    found = stock_facts.facts_of(goods, codes=codes, now=now)
    return {watch.pk: facts for watch, facts in zip(chosen, found, strict=True)}
