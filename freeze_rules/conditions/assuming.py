"""A condition with what only an event can tell taken as met: what is left speaks of goods. Pure."""

from __future__ import annotations

from freeze_rules.conditions.tree import All, Leaf, Node, Not, Some, leaves

ALWAYS = All()


def without_events(node: Node) -> Node:
    """True wherever the condition is for any event; `ALWAYS` when goods do not matter."""
    if isinstance(node, Leaf):
        return ALWAYS if node.fact.is_of_event else node
    if isinstance(node, Not):
        # Whatever it denies, some event does not say it.
        return ALWAYS if any(leaf.fact.is_of_event for leaf in leaves(node)) else node
    parts = [without_events(part) for part in node.parts]
    if isinstance(node, Some):
        return ALWAYS if ALWAYS in parts else Some(tuple(parts))
    kept = tuple(part for part in parts if part != ALWAYS)
    return kept[0] if len(kept) == 1 else All(kept)
