"""Events that people told on the page, what came of them, and which names rules wait for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from freeze_rules.models import LIVE, Event, Outcome, Rule, Verdict
from freeze_rules.triggers import label_of
from inventory import selectors as stock
from org.scope import Scope

EXTERNAL, EXCURSION = "external", "sensor.excursion"
KINDS = (EXTERNAL, EXCURSION)
# How the keys of such events begin.
PREFIX = "told:"
FOR_DAYS = 30
NAME = "event.external"


@dataclass(frozen=True, kw_only=True)
class ToldEvent:
    """One event; `holds` are the freezes it led to, `units` what they froze.

    `judged` is False while it waits.
    """

    number: str
    at: datetime
    what: str
    reference: str
    goods: str
    place: str
    told_by: str
    judged: bool
    units: int
    holds: Sequence[int]


def told_events(*, scope: Scope, limit: int = 20) -> list[ToldEvent]:
    """Those of the last thirty days about these warehouses, newest first; six statements."""
    since = timezone.now() - timedelta(days=FOR_DAYS)
    rows = Event.objects.filter(kind__in=KINDS, occurred_at__gte=since, key__startswith=PREFIX)
    found = list(
        scope.limit(rows, "warehouse__unit")
        .select_related("warehouse")
        .order_by("-occurred_at", "-id")[:limit]
    )
    goods = [each for row in found for each in row.goods]
    skus = stock.skus({each["sku"] for each in goods})
    lots = stock.lots({each["lot"] for each in goods if each.get("lot")})
    places = stock.locations({each["location"] for each in goods if each.get("location")})
    frozen: dict[int, list[Verdict]] = defaultdict(list)
    for verdict in Verdict.objects.filter(event__in=found, outcome=Outcome.FROZEN).order_by("id"):
        frozen[verdict.event_id or 0].append(verdict)
    said = []
    for row in found:
        each = row.goods[0] if row.goods else {}
        sku, lot = skus.get(each.get("sku", 0)), lots.get(each.get("lot", 0))
        parts = [*([sku.code, sku.name] if sku else []), lot.code if lot else ""]
        place = places.get(each.get("location") or row.facts.get("location_id") or 0)
        house = row.warehouse.code if row.warehouse else ""
        said.append(
            ToldEvent(
                number=str(row), at=row.occurred_at, what=_what(row),
                reference=row.facts.get("event.report", ""),
                goods=" ".join(part for part in parts if part),
                place=" · ".join(part for part in (house, place.code if place else "") if part),
                told_by=row.told_by, judged=row.judged_at is not None,
                units=sum(verdict.qty for verdict in frozen[row.pk]),
                holds=[verdict.hold_id for verdict in frozen[row.pk] if verdict.hold_id],
            )
        )  # fmt: skip
    return said


def _what(row: Event) -> str:
    return str(row.facts.get(NAME, "")) or label_of(row.kind)


def awaited() -> list[str]:
    """The names of outside events that rules which run wait for. One statement."""
    rules = Rule.objects.filter(trigger=EXTERNAL, state__in=LIVE, version__isnull=False)
    trees = rules.values_list("version__definition", flat=True)
    return sorted({name for tree in trees for name in _names(tree.get("condition", {}))})


def _names(tree: Mapping[str, Any]) -> Iterator[str]:
    """What the condition compares the name with; what it must not be is waited for by nobody."""
    if tree.get("fact") == NAME:
        value = tree.get("value")
        yield from (each for each in [value] if isinstance(each, str))
        yield from (each for each in value or [] if isinstance(value, list))
    for group in ("all", "any"):
        for part in tree.get(group, ()):
            yield from _names(part)
