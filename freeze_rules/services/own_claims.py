"""A document that holds units itself is not given a second claim for the same units."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from freeze_rules.definition import Reach
from freeze_rules.selectors.weighing import Heard, Hit, Item
from inventory.selectors import held_lines


def name_of(event: Heard) -> str:
    """Under which document whoever the event speaks of holds units; an order's may change."""
    return str(event.facts.get("claimed_as") or event.document)


def claimed_by(documents: Collection[str]) -> Mapping[tuple[str, int], int]:
    """Units that these documents hold themselves, by document and SKU; no statement for none."""
    named = {each for each in documents if each}
    return held_lines.committed_to(named) if named else {}


def beyond(hits: Sequence[Hit]) -> list[Hit]:
    """The hits, those over whole documents less what the document holds already.

    An order that was placed at once needs no order lock; one that is placed in part needs the rest.
    """
    own = claimed_by({name_of(hit.event) for hit in hits if _is_whole(hit)})
    if not own:
        return list(hits)
    found = []
    for hit in hits:
        left = _left(hit, own) if _is_whole(hit) else hit.items
        if left or not hit.items:
            found.append(replace(hit, items=left))
    return found


def _is_whole(hit: Hit) -> bool:
    return hit.rule.definition.reach is Reach.ORDER


def _left(hit: Hit, own: Mapping[tuple[str, int], int]) -> tuple[Item, ...]:
    spent: dict[int, int] = {}
    left = []
    for item in hit.items:
        there = own.get((name_of(hit.event), item.sku_id), 0) - spent.get(item.sku_id, 0)
        taken = min(item.qty, max(there, 0))
        spent[item.sku_id] = spent.get(item.sku_id, 0) + taken
        if item.qty > taken:
            left.append(replace(item, qty=item.qty - taken))
    return tuple(left)
