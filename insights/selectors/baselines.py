"""Where a measure started: what its file declares, or what the first weeks showed here."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from insights.measures import Cut, Measure
from insights.models import FiguredDay
from insights.selectors.series import Asked, mean_of_days
from org.scope import Scope

# The first four weeks know every day of the week as often.
DAYS = 28
# Less than one week says nothing of the others.
LEAST_DAYS = 7


@dataclass(frozen=True)
class BaselineView:
    """A figure to compare with, and where it is from."""

    value: float
    source: str


def baseline_of(measure: Measure, asked: Asked, *, scope: Scope) -> BaselineView | None:
    """The baseline of what is asked (the same shop, warehouse and store); None when there is none.

    Two statements, none for a declared one.
    """
    if measure.baseline is not None:
        return BaselineView(measure.baseline.value, str(measure.baseline.source))
    if measure.up_is_better is None:
        return None
    rows = FiguredDay.objects.filter(measure=measure.code).order_by("day")
    days = list(rows.values_list("day", flat=True)[:DAYS])
    if len(days) < LEAST_DAYS:
        return None
    first = replace(asked, since=days[0], until=days[-1], by=Cut.DAY, split=None)
    value = mean_of_days(measure, first, days, scope=scope)
    if value is None:
        return None
    told = {"days": len(days), "since": days[0].isoformat(), "until": days[-1].isoformat()}
    said = _("Computed: mean of the first %(days)s days measured here, %(since)s to %(until)s.")
    return BaselineView(value, said % told)
