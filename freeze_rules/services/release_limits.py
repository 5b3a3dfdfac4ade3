"""How much a rule may let go of by itself: beyond its limits it stops whole and asks.

What it was to let go of waits, marked, until somebody lets the rule go on. Only what evidence or
time lets go of is counted here; for people there are policies.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum

from freeze_rules.definition import Limits, read
from freeze_rules.models import KeptEvent, Rule, RuleRelease, RuleState, RuleVersion, Watch
from freeze_rules.selectors.weighing import Heard
from freeze_rules.services import releasing, stopping
from freeze_rules.services.limits import WINDOW, Beyond, Taken, is_limited
from freeze_rules.services.releasing import Step
from freeze_rules.tuning import LIMITS, PREFIX, tuned
from inventory import services as inventory
from inventory.selectors import scope_units
from inventory.selectors.held_lines import HeldLine, of_holds

PART = "release_limits"
TUNED = [f"{PREFIX}{PART}.{each}" for each in LIMITS]
# So many due holds of one rule are weighed together; more are too many to be let go of unseen.
MOST_WEIGHED = 200_000


@dataclass(frozen=True, kw_only=True)
class _Run:
    """What one rule is about to let go of, with the watches it concerns."""

    rule: Rule
    limits: Limits
    watches: frozenset[int]
    taken: Taken


def within(
    steps: Sequence[Step],
    *,
    now: datetime,
    pairs: Sequence[tuple[Heard, Watch]] = (),
    due: bool = False,
) -> list[Step]:
    """The steps that may be taken. Rules beyond their limits are stopped and their steps wait.

    Joins the caller's transaction. One statement where no rule has such limits.

    Args:
        pairs: which event spoke of which watch; those whose freezes wait are kept with them.
        due: weigh these together with all other freezes of the rule that are due now.
    """
    going = [step for step in steps if _lets_go(step)]
    rules = _limited({step.watch.version_id for step in going if step.watch.version_id})
    if not rules:
        return list(steps)
    of_version = _rules_of(rules)
    stopped: dict[int, set[int]] = {}
    for rule, limits in rules.values():
        mine = [step for step in going if of_version.get(step.watch.version_id or 0) == rule.pk]
        if not mine:
            continue
        more = _also_due(rule, mine, now) if due else []
        run = _run(rule, limits, mine, more)
        beyond = _beyond(run, now)
        if beyond is None and not held_back(rule_id=rule.pk).exists():
            _count(_run(rule, limits, mine, []) if more else run)
            continue
        stopped[rule.pk] = {*run.watches}
        if beyond is not None:
            stopping.stop_releasing(rule_id=rule.pk, limit=beyond)
    _hold_back(stopped, pairs, now)
    back = {pk for watches in stopped.values() for pk in watches}
    return [step for step in steps if step.watch.pk not in back]


def _lets_go(step: Step) -> bool:
    return isinstance(step.request, inventory.ReleaseRequest | inventory.RegradeRequest)


def _limited(version_ids: Collection[int]) -> dict[int, tuple[Rule, Limits]]:
    """Rules with a limit of releasing, locked, by id. Retired ones have nobody to ask."""
    if not version_ids:
        return {}
    rows = (
        Rule.objects.filter(
            Q(version__definition__has_key=PART) | Q(parameters__has_any_keys=TUNED),
            pk__in=RuleVersion.objects.filter(pk__in=version_ids).values("rule_id"),
        )
        .exclude(state=RuleState.RETIRED)
        .select_related("version")
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    found = {}
    for rule in rows:
        said = rule.version.definition if rule.version else {}
        limits = read(tuned(said, rule.parameters)).release_limits
        if is_limited(limits):
            found[rule.pk] = (rule, limits)
    return found


def _rules_of(rules: Collection[int]) -> dict[int, int]:
    return dict(RuleVersion.objects.filter(rule_id__in=rules).values_list("pk", "rule_id"))


def _also_due(rule: Rule, mine: Sequence[Step], now: datetime) -> list[Step]:
    """The other freezes of the rule that would be let go of now, by whoever looks next."""
    rows = (
        Watch.objects.filter(version__rule=rule, closed_at__isnull=True, look_at__lte=now)
        .exclude(pk__in=[step.watch.pk for step in mine])
        .select_related("hold__reason")
        .order_by("look_at")
    )
    watches = list(rows[:MOST_WEIGHED])
    return [releasing.release_of(watch) for watch in releasing.met_now(watches, now=now)]


def _run(rule: Rule, limits: Limits, mine: Sequence[Step], more: Sequence[Step]) -> _Run:
    steps = [*mine, *more]
    held = of_holds({step.watch.hold_id for step in steps})
    units: dict[int, int] = defaultdict(int)
    houses: set[int] = set()
    for step in steps:
        lines = held.get(step.watch.hold_id, [])
        houses |= {line.warehouse_id for line in lines}
        for sku, qty in _units(step, lines):
            units[sku] += qty
    costs = scope_units.costs_of(list(units)) if units else {}
    return _Run(
        rule=rule,
        limits=limits,
        watches=frozenset(step.watch.pk for step in steps),
        taken=Taken(
            units=sum(units.values()),
            value=sum((costs[sku] * qty for sku, qty in units.items()), Decimal(0)),
            by_sku=dict(units),
            warehouses=frozenset(houses),
        ),
    )


def _units(step: Step, lines: Iterable[HeldLine]) -> list[tuple[int, int]]:
    """Units of each SKU that one step lets go of: those it names, or all of the freeze."""
    named = getattr(step.request, "lines", None)
    if named is not None:
        return [(line.sku_id, line.qty) for line in named]
    return [(line.sku_id, line.open) for line in lines]


def _beyond(run: _Run, now: datetime) -> Beyond | None:
    """The first limit that would be broken, with what was let go of in the hour before."""
    limits, taken = run.limits, run.taken
    earlier = RuleRelease.objects.filter(rule=run.rule, at__gte=now - WINDOW)
    rows = list(earlier.values_list("skus", "warehouses"))
    if limits.value is not None:
        before = earlier.aggregate(sum=Sum("value"))["sum"] or Decimal(0)
        if before + taken.value > limits.value:
            return _said("value", before + taken.value, limits.value)
    if limits.skus_per_hour is not None:
        skus = {sku for each, _houses in rows for sku in each} | set(taken.by_sku)
        if len(skus) > limits.skus_per_hour:
            return _said("skus_per_hour", Decimal(len(skus)), Decimal(limits.skus_per_hour))
    if limits.stores is not None:
        houses = {house for _skus, each in rows for house in each} | taken.warehouses
        if len(houses) > limits.stores:
            return _said("stores", Decimal(len(houses)), Decimal(limits.stores))
    if limits.share_pct is not None:
        most = scope_units.largest_share(taken.by_sku)
        if most > limits.share_pct:
            return _said("share_pct", most, limits.share_pct)
    return None


def _said(limit: str, would: Decimal, may: Decimal) -> Beyond:
    return Beyond(limit=limit, would=would, may=may, releasing=True)


def held_back(*, rule_id: int) -> QuerySet[Watch]:
    """What the rule was to let go of and waits for somebody."""
    return Watch.objects.filter(
        version__rule_id=rule_id, closed_at__isnull=True, held_back_at__isnull=False
    )


def lock_held_back(*, rule_id: int) -> None:
    """Lock what waits, before the rule is locked: whoever looks again locks in this order."""
    waiting = held_back(rule_id=rule_id).order_by("id").select_for_update(of=("self",))
    list(waiting.values_list("pk", flat=True))


def _count(run: _Run) -> None:
    """Note what is let go of now, for the hour that follows."""
    RuleRelease.objects.create(
        rule=run.rule, value=run.taken.value, skus=sorted(run.taken.by_sku),
        warehouses=sorted(run.taken.warehouses),
    )  # fmt: skip


def _hold_back(
    stopped: Mapping[int, Collection[int]],
    pairs: Sequence[tuple[Heard, Watch]],
    now: datetime,
) -> None:
    """These wait; so do the events that their freezes were to answer."""
    for rule_id, watches in stopped.items():
        # Those that another look has locked wait for this rule: it holds them back itself.
        free = (
            Watch.objects.filter(pk__in=watches)
            .order_by("id")
            .select_for_update(skip_locked=True)
            .values_list("pk", flat=True)
        )
        Watch.objects.filter(pk__in=list(free)).update(held_back_at=now, look_at=None)
        answered = {
            event.id
            for event, watch in pairs
            if watch.pk in watches and watch.dispositions and event.id is not None
        }
        KeptEvent.objects.bulk_create(
            (
                KeptEvent(rule_id=rule_id, event_id=each, for_release=True)
                for each in sorted(answered)
            ),
            ignore_conflicts=True,
        )
