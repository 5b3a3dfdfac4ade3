"""Where freezes come from: a ready rule, a rule of one's own, or somebody's hand."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from freeze_rules.models import JournalLine, Rule
from org.scope import Scope

PRESET, OWN, HAND = "PRESET", "OWN", "HAND"
ORIGINS = {
    PRESET: pgettext_lazy("origin of a freeze", "Ready rule"),
    OWN: pgettext_lazy("origin of a freeze", "Own rule"),
    HAND: _("By hand"),
}


@dataclass(frozen=True, slots=True)
class OriginCount:
    """Freezes of one origin in a warehouse."""

    origin: str
    unit_id: int | None
    warehouse_id: int | None
    count: int


def freezes_by_origin(*, scope: Scope, since: datetime, until: datetime) -> list[OriginCount]:
    """Freezes that rules and people laid between the moments. Two statements.

    What sensors and the house itself lay is nobody's choice and left out.
    """
    causes = (JournalLine.Cause.RULE, JournalLine.Cause.HAND)
    rows = (
        scope.limit(JournalLine.objects.all(), "warehouse__unit")
        .filter(at__gte=since, at__lt=until, kind="HOLD", units__gte=0, cause__in=causes)
        .values_list("rule_version", "warehouse__unit_id", "warehouse_id")
        .annotate(count=Count("hold_id", distinct=True))
        .order_by()
    )
    found = list(rows)
    ids = {pk for version, *_rest in found if (pk := _rule_id(version)) is not None}
    ready = set(Rule.objects.filter(pk__in=ids).exclude(preset="").values_list("pk", flat=True))
    counts: Counter[tuple[str, int | None, int | None]] = Counter()
    for version, unit, house, count in found:
        pk = _rule_id(version)
        origin = HAND if pk is None else PRESET if pk in ready else OWN
        counts[origin, unit, house] += count
    return [OriginCount(*place, count) for place, count in counts.items()]


def origin_names() -> dict[str, str]:
    """What each origin is called."""
    return {code: str(label) for code, label in ORIGINS.items()}


def _rule_id(version: str) -> int | None:
    """The rule in "FR-12/3"; None where no rule laid the freeze."""
    digits = version.removeprefix("FR-").partition("/")[0]
    return int(digits) if version.startswith("FR-") and digits.isdecimal() else None
