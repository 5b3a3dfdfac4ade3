"""How far one rule may go by itself: beyond its limits it stops whole and asks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext as _

from freeze_rules.definition import Limits
from freeze_rules.models import Outcome, Verdict
from freeze_rules.services.laying import Laid
from inventory.selectors import scope_units
from inventory.selectors.scope_units import Under

# Counted together with what the rule did in the hour before.
WINDOW = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Beyond:
    """Which limit a rule would break: its name, what it would reach and what it may."""

    limit: str
    would: Decimal
    may: Decimal

    def __str__(self) -> str:
        sentences = {
            "share_pct": _("would freeze %(would)s %% of one SKU; %(may)s %% are allowed"),
            "value": _("would freeze goods worth %(would)s in an hour; %(may)s are allowed"),
            "skus_per_hour": _("would freeze %(would)s SKUs in an hour; %(may)s are allowed"),
            "stores": _("would freeze in %(would)s warehouses; %(may)s are allowed"),
        }
        return sentences[self.limit] % {"would": f"{self.would:,.0f}", "may": f"{self.may:,.0f}"}


def is_limited(limits: Limits) -> bool:
    """True when any limit is set."""
    return limits != Limits()


def estimates(laid: Sequence[Laid]) -> list[tuple[int, Decimal]]:
    """Units and their cost each claim would take: what it asks, or all that lies under it."""
    wide = [at for at, each in enumerate(laid) if each.request.blanket]
    under = dict(zip(wide, scope_units.units_under([laid[at].scope for at in wide]), strict=True))
    return [_estimate(each, under.get(at)) for at, each in enumerate(laid)]


def _estimate(laid: Laid, under: Under | None) -> tuple[int, Decimal]:
    if under is not None:
        return under.units, under.value
    units = sum(line.qty for line in laid.request.lines)
    return units, laid.hit.cost * units


def beyond(
    laid: Sequence[Laid], taken: Sequence[tuple[int, Decimal]], *, now: datetime
) -> dict[int, Beyond]:
    """Rules that would break a limit with all of this: rule id -> the first limit broken."""
    by_rule: dict[int, list[int]] = defaultdict(list)
    for at, each in enumerate(laid):
        if is_limited(each.hit.rule.definition.limits):
            by_rule[each.hit.rule.id].append(at)
    found: dict[int, Beyond] = {}
    for rule_id, places in by_rule.items():
        broken = _broken([laid[at] for at in places], [taken[at] for at in places], now)
        if broken is not None:
            found[rule_id] = broken
    return found


def _broken(
    laid: Sequence[Laid], taken: Sequence[tuple[int, Decimal]], now: datetime
) -> Beyond | None:
    limits = laid[0].hit.rule.definition.limits
    earlier = Verdict.objects.filter(
        version__rule_id=laid[0].hit.rule.id, at__gte=now - WINDOW, outcome=Outcome.FROZEN
    )
    if limits.value is not None:
        before = earlier.aggregate(sum=Sum("value"))["sum"] or Decimal(0)
        would = before + sum((value for _units, value in taken), Decimal(0))
        if would > limits.value:
            return Beyond(limit="value", would=would, may=limits.value)
    if limits.skus_per_hour is not None:
        skus = set(earlier.exclude(sku=None).values_list("sku_id", flat=True)) | _skus(laid)
        if len(skus) > limits.skus_per_hour:
            return _count("skus_per_hour", len(skus), limits.skus_per_hour)
    if limits.stores is not None:
        houses = set(earlier.exclude(warehouse=None).values_list("warehouse_id", flat=True))
        houses |= {each.scope.warehouse_id for each in laid if each.scope.warehouse_id}
        if len(houses) > limits.stores:
            return _count("stores", len(houses), limits.stores)
    if limits.share_pct is not None:
        return _share(laid, taken, limits.share_pct)
    return None


def _count(limit: str, would: int, may: int) -> Beyond:
    return Beyond(limit=limit, would=Decimal(would), may=Decimal(may))


def _skus(laid: Sequence[Laid]) -> set[int]:
    return {line.sku_id for each in laid for line in each.request.lines}


def _share(
    laid: Sequence[Laid], taken: Sequence[tuple[int, Decimal]], may: Decimal
) -> Beyond | None:
    """The largest part of any SKU's units that would be frozen at once."""
    units: dict[int, int] = defaultdict(int)
    for each, (qty, _value) in zip(laid, taken, strict=True):
        for line in each.request.lines:
            units[line.sku_id] += line.qty or qty
    there: Mapping[int, int] = scope_units.on_hand_of(sorted(units))
    shares = [
        Decimal(100 * qty) / there[sku] for sku, qty in units.items() if there.get(sku, 0) > 0
    ]
    most = max(shares, default=Decimal(0))
    return Beyond(limit="share_pct", would=most, may=may) if most > may else None
