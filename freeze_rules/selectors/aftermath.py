"""What was told after a hit: what would have let go of it, and what an inspection found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from freeze_rules import formula
from freeze_rules.models import Event
from freeze_rules.selectors.weighing import Hit
from freeze_rules.triggers import TRIGGERS, About
from org.selectors.workdays import Workdays

PASSED = "inspection.passed"
FAULTS = ("inspection.failed", "inspection.partial")
INSPECTED = frozenset({PASSED, *FAULTS})
Tree = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Answer:
    at: datetime
    lots: frozenset[tuple[int, int | None]]
    warehouse_id: int | None


@dataclass
class Answers:
    """Events of some kinds in the order of time, found by what ties them to a freeze."""

    kept: dict[tuple[str, object], list[_Answer]] = field(default_factory=lambda: defaultdict(list))
    works: Workdays = field(default_factory=Workdays)

    def first(self, kind: str, hit: Hit) -> datetime | None:
        """When it was first told after the hit about its document, goods, supplier or place."""
        return next(
            (
                answer.at
                for tie in _ties(kind, hit)
                for answer in self.kept.get((kind, tie), ())
                if answer.at >= hit.event.occurred_at and _about(kind, answer, hit)
            ),
            None,
        )

    def released(self, hit: Hit) -> datetime | None:
        """When the rule's ways out would first have been open; None: they would be shut still.

        Consents and facts of that moment are not known of the past: such a leaf counts as not met.
        """
        release = hit.rule.definition.release
        return self._met(release, hit) if release else None

    def _met(self, tree: Tree, hit: Hit) -> datetime | None:
        if "all" in tree:
            parts = [self._met(part, hit) for part in tree["all"]]
            known = [part for part in parts if part is not None]
            return max(known) if len(known) == len(parts) else None
        if "any" in tree:
            met = [at for part in tree["any"] if (at := self._met(part, hit)) is not None]
            return min(met, default=None)
        if "proof" in tree:
            return self.first(str(tree["proof"]), hit)
        return formula.due_at(tree, since=hit.event.occurred_at, works=self.works)


def answers(kinds: Collection[str], *, since: datetime) -> Answers:
    """Events of these kinds since then. One statement."""
    found = Answers()
    rows = Event.objects.filter(kind__in=kinds, occurred_at__gte=since).order_by("occurred_at")
    columns = ("kind", "document", "warehouse_id", "occurred_at", "facts", "goods")
    for kind, document, house, at, facts, goods in rows.values_list(*columns).iterator():
        lots = frozenset((each["sku"], each.get("lot")) for each in goods)
        answer = _Answer(at, lots, house)
        for tie in _ties_of(kind, document, facts, {sku for sku, _lot in lots}):
            found.kept[kind, tie].append(answer)
    return found


def _ties(kind: str, hit: Hit) -> list[object]:
    skus = {item.sku_id for item in hit.items}
    return _ties_of(kind, hit.event.document, hit.event.facts, skus)


def _ties_of(
    kind: str, document: str, facts: Mapping[str, Any], skus: Collection[int]
) -> list[object]:
    about = TRIGGERS[kind].about
    if about is About.DOCUMENT:
        return [document] if document else []
    if about is About.SUPPLIER:
        return [facts["event.supplier"]] if facts.get("event.supplier") else []
    if about is About.PLACE:
        places = (facts.get("zone_id"), facts.get("location_id"))
        return [("place", place) for place in places if place]
    return [*sorted(skus)]


def _about(kind: str, answer: _Answer, hit: Hit) -> bool:
    """Goods are the same where no lot says otherwise and no other warehouse is named."""
    if TRIGGERS[kind].about is not About.GOODS:
        return True
    house = hit.event.warehouse_id
    if house is not None and answer.warehouse_id is not None and house != answer.warehouse_id:
        return False
    return any(
        sku == item.sku_id and (lot is None or item.lot_id is None or lot == item.lot_id)
        for sku, lot in answer.lots
        for item in hit.items
    )
