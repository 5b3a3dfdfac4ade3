"""The board of rules: what each did in a period, how often it was wrong, how long it froze."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Aggregate, Count, DurationField, F, Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from freeze_rules.models import LIVE, Outcome, Rule, RuleState, Verdict
from freeze_rules.selectors.periods import Period
from freeze_rules.selectors.rule_views import TONES
from freeze_rules.triggers import label_of
from org.scope import Scope

# What the chart can show, and how its figures are written.
SHOWN = {
    "hits": (gettext_lazy("Hits"), "NUMBER"),
    "units": (gettext_lazy("Units frozen"), "NUMBER"),
    "value": (gettext_lazy("Value at cost"), "MONEY"),
    "false": (gettext_lazy("Share of false alarms"), "PERCENT"),
    "release": (gettext_lazy("Time to release"), "SECONDS"),
}


@dataclass(frozen=True, kw_only=True)
class RuleFigures:
    """What one rule did in a period, in the reader's warehouses.

    A hit is one claim that it laid, would have laid, or could not lay. Units and value are of
    what was frozen. `release` is the median from freeze to release of those that are released.
    """

    id: int
    number: str
    name: str
    trigger: str
    state: str
    state_label: str
    tone: str
    preset: str
    hits: int
    frozen: int
    would: int
    refused: int
    stopped: int
    units: int
    value: Decimal
    right: int
    false: int
    released: int
    release: timedelta | None

    @property
    def still_open(self) -> int:
        """Freezes of the period that nobody has let go of yet."""
        return self.frozen - self.released

    @property
    def false_share(self) -> Decimal | None:
        """False alarms among the hits that people judged; None while nobody judged any."""
        judged = self.right + self.false
        return Decimal(self.false) / judged if judged else None

    @property
    def percent(self) -> Decimal:
        """The share of false alarms in percent; nought while nobody judged any."""
        return (self.false_share or Decimal(0)) * 100

    @property
    def release_hours(self) -> Decimal | None:
        """The median in hours."""
        if self.release is None:
            return None
        return Decimal(self.release // timedelta(seconds=1)) / 3600


class _Median(Aggregate):
    """PostgreSQL's ordered-set aggregate; whole durations, no means that one old freeze bends."""

    template = "percentile_cont(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


_FROZEN = Q(outcome=Outcome.FROZEN)
_RELEASED = _FROZEN & Q(hold__closed_at__isnull=False)
_FIGURES = {
    "hits": Count("id"),
    "frozen": Count("id", filter=_FROZEN),
    "would": Count("id", filter=Q(outcome=Outcome.WOULD_FREEZE)),
    "refused": Count("id", filter=Q(outcome=Outcome.REFUSED)),
    "stopped": Count("id", filter=Q(outcome=Outcome.STOPPED)),
    "units": Sum("qty", filter=_FROZEN, default=0),
    "value": Sum("value", filter=_FROZEN, default=Decimal(0)),
    "right": Count("id", filter=Q(false_alarm=False)),
    "false": Count("id", filter=Q(false_alarm=True)),
    "released": Count("id", filter=_RELEASED),
    "release": _Median(F("hold__closed_at") - F("hold__created_at"), filter=_RELEASED),
}
_NOTHING: dict[str, Any] = {
    "hits": 0, "frozen": 0, "would": 0, "refused": 0, "stopped": 0, "units": 0,
    "value": Decimal(0), "right": 0, "false": 0, "released": 0, "release": None,
}  # fmt: skip


def board(*, period: Period, scope: Scope) -> list[RuleFigures]:
    """Every rule that did something in the period or runs now; most hits first. Two statements."""
    rows = Verdict.objects.filter(at__gte=period.begins, at__lt=period.ends)
    grouped = scope.limit(rows, "warehouse__unit").order_by().values("version__rule_id")
    found = {row["version__rule_id"]: dict(row) for row in grouped.annotate(**_FIGURES)}
    shown = Q(pk__in=found) | Q(state__in=[*LIVE, RuleState.PAUSED])
    figures = [_figures(rule, found.get(rule.pk, _NOTHING)) for rule in Rule.objects.filter(shown)]
    return sorted(figures, key=lambda row: (-row.hits, row.id))


def total(rows: Sequence[RuleFigures]) -> RuleFigures:
    """All rules together, without a median: medians do not add up."""
    added = {
        name: sum((getattr(row, name) for row in rows), nought)
        for name, nought in _NOTHING.items()
        if nought is not None
    }
    return RuleFigures(
        id=0, number="", name=_("All"), trigger="", state="", state_label="", tone="", preset="",
        release=None, **added,
    )  # fmt: skip


def charted(rows: Sequence[RuleFigures], shown: str) -> list[tuple[str, list[float | None]]]:
    """Lines of the chart, a figure for each rule; hits are stacked by what became of them."""
    if shown == "hits":
        parts = ("frozen", "would", "refused", "stopped")
        labels = [
            str(Outcome(code).label) for code in ("FROZEN", "WOULD_FREEZE", "REFUSED", "STOPPED")
        ]
        return [
            (label, [getattr(row, part) for row in rows])
            for label, part in zip(labels, parts, strict=True)
        ]
    read: dict[str, Callable[[RuleFigures], float | None]] = {
        "units": lambda row: row.units,
        "value": lambda row: float(row.value),
        "false": lambda row: None if row.false_share is None else float(row.false_share),
        "release": lambda row: None if row.release is None else row.release.total_seconds(),
    }
    return [(str(SHOWN[shown][0]), [read[shown](row) for row in rows])]


def _figures(rule: Rule, row: Mapping[str, Any]) -> RuleFigures:
    state = RuleState(rule.state)
    return RuleFigures(
        id=rule.pk, number=rule.number, name=rule.name, trigger=label_of(rule.trigger),
        state=rule.state, state_label=str(state.label), tone=TONES[state], preset=rule.preset,
        **{name: row[name] for name in _NOTHING},
    )  # fmt: skip
