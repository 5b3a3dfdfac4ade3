"""A rule looked at again: what it did in a time, what it did not see, where people agreed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db.models import Count, OuterRef, Q, Subquery, Sum
from django.utils import timezone

from freeze_rules.models import ManualFreeze, Outcome, Verdict
from inventory.selectors.ageing import SPEED_DAYS, lost_to, open_freezes
from org.scope import Scope

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
class Cost:
    """What its freezes cost; the first three are money a day of those that are open now.

    `spent`: capital bound by the freezes of the time so far. `lost`: documents that lost promised
    units when they were laid, with the units and their list price.
    """

    capital: Decimal
    expiry: Decimal
    missed: Decimal
    spent: Decimal
    documents: int
    lost: int
    lost_price: Decimal

    @property
    def a_day(self) -> Decimal:
        """Money a day, all together."""
        return self.capital + self.expiry + self.missed


def cost(*, rule_id: int, scope: Scope, since: datetime, now: datetime) -> Cost:
    """What the rule's freezes cost, reckoned as the ageing board does. Four statements."""
    rate = Decimal(settings.CAPITAL_RATE_PERCENT) / 100
    rows = scope.limit(
        Verdict.objects.filter(version__rule_id=rule_id, hold__isnull=False), "warehouse__unit"
    )
    still = set(rows.filter(hold__closed_at=None).values_list("hold_id", flat=True))
    open_now = open_freezes(
        scope=scope, rate=rate, today=timezone.localdate(now),
        since=now - timedelta(days=SPEED_DAYS), hold_ids=still,
    )  # fmt: skip
    laid = list(rows.filter(at__gte=since).values_list("hold_id", "value", "at", "hold__closed_at"))
    day = Decimal(timedelta(days=1).total_seconds())
    spent = sum(
        (value * rate / 365 * Decimal(((closed or now) - at).total_seconds()) / day
         for _hold, value, at, closed in laid),
        Decimal(0),
    )  # fmt: skip
    lost = lost_to({hold for hold, *_rest in laid if hold is not None})
    nought = Decimal(0)
    return Cost(
        capital=_money(sum((each.capital for each in open_now), nought)),
        expiry=_money(sum((each.expiry for each in open_now), nought)),
        missed=_money(sum((each.missed for each in open_now), nought)),
        spent=_money(spent),
        documents=len(lost),
        lost=sum(units for _document, units, _price in lost),
        lost_price=_money(sum((price for _document, _units, price in lost), nought)),
    )


def _money(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"))


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


def agreed_by_hand(verdict_ids: Collection[int]) -> dict[int, str]:
    """Freezes by hand of the same SKU within two days after, by verdict. One statement."""
    by_hand = ManualFreeze.objects.filter(
        sku=OuterRef("sku"), at__gte=OuterRef("at"), at__lte=OuterRef("at") + TWO_DAYS
    ).order_by("at")
    rows = Verdict.objects.filter(pk__in=verdict_ids, sku__isnull=False)
    found = rows.annotate(freeze=Subquery(by_hand.values("pk")[:1])).exclude(freeze=None)
    return {pk: f"FZ-{freeze}" for pk, freeze in found.values_list("pk", "freeze")}
