"""How far one rule may go by itself: beyond its limits it stops whole and asks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import chain

from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from freeze_rules.definition import Limits
from freeze_rules.models import Outcome, Verdict
from freeze_rules.services.laying import Laid
from inventory.selectors import scope_units
from inventory.selectors.held_lines import HeldLine, of_holds
from inventory.selectors.scope_units import ScopeOf, Under

# Counted together with what the rule did in the hour before.
WINDOW = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What one claim would take: base units, their cost, units of each SKU, in which warehouses."""

    units: int = 0
    value: Decimal = Decimal(0)
    by_sku: Mapping[int, int] = field(default_factory=dict)
    warehouses: frozenset[int] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Beyond:
    """Which limit a rule would break: its name, what it would reach and what it may."""

    limit: str
    would: Decimal
    may: Decimal
    # What it would let go of, not freeze.
    releasing: bool = False

    def __str__(self) -> str:
        words = {"would": f"{self.would:,.0f}", "may": f"{self.may:,.0f}"}
        if self.releasing:
            return str(_RELEASING[self.limit]) % words
        sentences = {
            "share_pct": _("would freeze %(would)s %% of one SKU; %(may)s %% are allowed"),
            "value": _("would freeze goods worth %(would)s in an hour; %(may)s are allowed"),
            "skus_per_hour": _("would freeze %(would)s SKUs in an hour; %(may)s are allowed"),
            "stores": _("would freeze in %(would)s warehouses; %(may)s are allowed"),
        }
        return sentences[self.limit] % words


_RELEASING = {
    "share_pct": gettext_lazy("would let go of %(would)s %% of one SKU; %(may)s %% are allowed"),
    "value": gettext_lazy("would let go of goods worth %(would)s in an hour; %(may)s are allowed"),
    "skus_per_hour": gettext_lazy("would let go of %(would)s SKUs in an hour; %(may)s are allowed"),
    "stores": gettext_lazy("would let go in %(would)s warehouses; %(may)s are allowed"),
}


def is_limited(limits: Limits) -> bool:
    """True when any limit is set."""
    return limits != Limits()


def estimates(laid: Sequence[Laid]) -> list[Taken]:
    """What each claim would take: what it asks, or all that lies under it."""
    wide = [at for at, each in enumerate(laid) if each.request.blanket]
    under = dict(zip(wide, scope_units.units_under([laid[at].scope for at in wide]), strict=True))
    return [_estimate(each, under.get(at)) for at, each in enumerate(laid)]


def _estimate(laid: Laid, under: Under | None) -> Taken:
    by_sku: dict[int, int] = defaultdict(int)
    for line in laid.request.lines:
        by_sku[line.sku_id] += line.qty
    house = laid.scope.warehouse_id
    houses = frozenset() if house is None else frozenset({house})
    if under is None:
        units = sum(by_sku.values())
        return Taken(
            units=units, value=laid.hit.cost * units, by_sku=by_sku, warehouses=houses
        )  # fmt: skip
    # A zone, a supplier, a warehouse: the claim names no goods, what lies there says which.
    return Taken(
        units=under.units,
        value=under.value,
        by_sku={**by_sku, **under.by_sku},
        warehouses=houses | under.warehouses,
    )


def beyond(laid: Sequence[Laid], taken: Sequence[Taken], *, now: datetime) -> dict[int, Beyond]:
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


def _broken(laid: Sequence[Laid], taken: Sequence[Taken], now: datetime) -> Beyond | None:
    limits = laid[0].hit.rule.definition.limits
    earlier = Verdict.objects.filter(
        version__rule_id=laid[0].hit.rule.id, at__gte=now - WINDOW, outcome=Outcome.FROZEN
    )
    if limits.value is not None:
        before = earlier.aggregate(sum=Sum("value"))["sum"] or Decimal(0)
        would = before + sum((each.value for each in taken), Decimal(0))
        if would > limits.value:
            return Beyond(limit="value", would=would, may=limits.value)
    if limits.skus_per_hour is not None:
        skus = _skus_of(earlier) | {sku for each in taken for sku in each.by_sku}
        if len(skus) > limits.skus_per_hour:
            return _count("skus_per_hour", len(skus), limits.skus_per_hour)
    if limits.stores is not None:
        houses = _warehouses_of(earlier).union(*(each.warehouses for each in taken))
        if len(houses) > limits.stores:
            return _count("stores", len(houses), limits.stores)
    if limits.share_pct is not None:
        return _share(laid, taken, limits.share_pct)
    return None


def _count(limit: str, would: int, may: int) -> Beyond:
    return Beyond(limit=limit, would=Decimal(would), may=Decimal(may))


def _skus_of(earlier: QuerySet[Verdict]) -> set[int]:
    """SKUs of verdicts; those of claims that named none are read from what they held."""
    named = set(earlier.exclude(sku=None).values_list("sku_id", flat=True))
    return named | {line.sku_id for line in _held(earlier.filter(sku=None))}


def _warehouses_of(earlier: QuerySet[Verdict]) -> set[int]:
    named = set(earlier.exclude(warehouse=None).values_list("warehouse_id", flat=True))
    return named | {line.warehouse_id for line in _held(earlier.filter(warehouse=None))}


def _held(verdicts: QuerySet[Verdict]) -> list[HeldLine]:
    holds = set(verdicts.exclude(hold=None).values_list("hold_id", flat=True))
    # A freeze that was let go of within the hour counts like any other.
    return list(chain(*of_holds(holds, let_go=True).values())) if holds else []


def _share(laid: Sequence[Laid], taken: Sequence[Taken], may: Decimal) -> Beyond | None:
    """The largest part of any SKU's units that would be frozen at once."""
    units: dict[int, int] = defaultdict(int)
    covered: set[ScopeOf] = set()
    for each, would in zip(laid, taken, strict=True):
        # What two finds in one zone cover alike is frozen once.
        if each.request.blanket and each.scope in covered:
            continue
        covered.add(each.scope)
        for sku, qty in would.by_sku.items():
            units[sku] += qty
    most = scope_units.largest_share(units)
    return Beyond(limit="share_pct", would=most, may=may) if most > may else None
