"""A rule looked at again: what it did in a time, what it did not see, where people agreed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, Q, Subquery, Sum

from freeze_rules.models import ManualFreeze, Outcome, Verdict
from org.scope import Scope

WEEK = timedelta(days=7)
TWO_DAYS = timedelta(days=2)


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What a rule did in a time: verdicts by outcome, units and their cost, what people said."""

    frozen: int
    would: int
    stopped: int
    units: int
    value: Decimal
    right: int
    false: int


@dataclass(frozen=True, kw_only=True)
class Miss:
    """Goods that a person froze for the rule's reason although it had not fired for them."""

    number: str
    at: datetime
    sku: str
    lot: str
    warehouse: str
    note: str


def figures(*, rule_id: int, scope: Scope, since: datetime) -> Figures:
    """What the rule did since then. One statement."""
    rows = scope.limit(
        Verdict.objects.filter(version__rule_id=rule_id, at__gte=since), "warehouse__unit"
    )
    frozen = Q(outcome=Outcome.FROZEN)
    found = rows.aggregate(
        frozen=Count("id", filter=frozen),
        would=Count("id", filter=Q(outcome=Outcome.WOULD_FREEZE)),
        stopped=Count("id", filter=Q(outcome=Outcome.STOPPED)),
        units=Sum("qty", filter=frozen),
        value=Sum("value", filter=frozen),
        right=Count("id", filter=Q(false_alarm=False)),
        false=Count("id", filter=Q(false_alarm=True)),
    )
    return Figures(**{**found, "units": found["units"] or 0, "value": found["value"] or Decimal(0)})


def misses(*, rule_id: int, reason: str, scope: Scope, since: datetime) -> list[Miss]:
    """Freezes by hand for this reason of SKUs that the rule had not met in the week before."""
    fired = Verdict.objects.filter(
        version__rule_id=rule_id,
        sku=OuterRef("sku"),
        at__lte=OuterRef("at"),
        at__gte=OuterRef("at") - WEEK,
    )
    rows = ManualFreeze.objects.filter(reason_code=reason, at__gte=since, sku__isnull=False)
    rows = scope.limit(rows.exclude(Exists(fired)), "warehouse__unit")
    return [
        Miss(
            number=row.number,
            at=row.at,
            sku=row.sku.code if row.sku else "",
            lot=row.lot.code if row.lot else "",
            warehouse=row.warehouse.code if row.warehouse else "",
            note=row.note,
        )
        for row in rows.select_related("sku", "lot", "warehouse").order_by("-at")[:100]
    ]


def agreed_by_hand(verdict_ids: Collection[int]) -> dict[int, str]:
    """Freezes by hand of the same SKU within two days after, by verdict. One statement."""
    by_hand = ManualFreeze.objects.filter(
        sku=OuterRef("sku"), at__gte=OuterRef("at"), at__lte=OuterRef("at") + TWO_DAYS
    ).order_by("at")
    rows = Verdict.objects.filter(pk__in=verdict_ids, sku__isnull=False)
    found = rows.annotate(freeze=Subquery(by_hand.values("pk")[:1])).exclude(freeze=None)
    return {pk: f"FZ-{freeze}" for pk, freeze in found.values_list("pk", "freeze")}
