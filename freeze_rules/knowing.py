"""Which facts may be known when a kind of event happens, and which never are. Pure.

A fact of the event is known to the kinds that bring it; a fact of stock to those whose events name
what it hangs on. An event from outside keeps facts of its own: whoever tells it knows them.
"""

from __future__ import annotations

from functools import lru_cache

from freeze_rules.facts import FACTS
from freeze_rules.triggers import TRIGGERS, Names

# Of every event: what it is, when it happened, under which document.
_ALWAYS = frozenset({"event.kind", "event.at", "event.document"})
# What a fact of stock hangs on, by its subject; single facts that need more or less behind.
_SUBJECTS: dict[str, frozenset[Names]] = {
    "sku": frozenset({Names.SKU}),
    "lot": frozenset({Names.LOT}),
    "warehouse": frozenset({Names.WAREHOUSE}),
    "zone": frozenset({Names.PLACE}),
    "location": frozenset({Names.PLACE}),
    "cell": frozenset({Names.SKU, Names.PLACE}),
    "balance": frozenset({Names.SKU, Names.WAREHOUSE}),
}
_DATED = frozenset({Names.LOT, Names.WAREHOUSE})
_SINGLE: dict[str, frozenset[Names]] = {
    # Days are those of the calendar where the goods are.
    "lot.days_left": _DATED,
    "lot.life_left_pct": _DATED,
    "lot.age_days": _DATED,
    "lot.stored_days": _DATED,
    # Goods are told with their grade and owner, wherever they are.
    "cell.grade": frozenset({Names.SKU}),
    "cell.owner": frozenset({Names.SKU}),
    "event.qty": frozenset({Names.SKU}),
}
# Facts of a place alone, which are looked up also for an event that names no goods.
OF_PLACES = frozenset({"warehouse", "zone", "location"})


@lru_cache(maxsize=64)
def facts_known(kind: str) -> frozenset[str]:
    """Codes of the facts that a condition of a rule with this trigger may ask for."""
    return frozenset(code for code in FACTS if _knows(kind, code))


def kinds_knowing(fact: str) -> list[str]:
    """The kinds of events with which a rule may begin that ever know this fact, in their order."""
    return [kind for kind, each in TRIGGERS.items() if each.starts and _knows(kind, fact)]


def _knows(kind: str, code: str) -> bool:
    trigger = TRIGGERS[kind]
    subject = code.partition(".")[0]
    if trigger.scanned and subject == "event":
        # A search looks at stock alone.
        return False
    if code in _ALWAYS or code in trigger.facts:
        return True
    if subject == "event" and trigger.free:
        return True
    needed = _SINGLE.get(code) or _SUBJECTS.get(subject)
    return needed is not None and needed <= trigger.names
