"""Questions about the journal of freezes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Max, Min, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from freeze_rules.models import JournalLine
from inventory import selectors as stock
from org.lists.days import within_days
from org.scope import Scope

Lines = QuerySet[JournalLine]


def lines(
    *,
    scope: Scope,
    words: str = "",
    turn: str = "",
    cause: str = "",
    reason: str = "",
    warehouse_id: int | None = None,
    since: date | None = None,
    until: date | None = None,
) -> Lines:
    """Lines of the journal, unordered. What names no warehouse only a scope of everything sees.

    Args:
        scope: whose warehouses.
        words: a document, a rule ("FR-12" or "FR-12/3") or a SKU code among the largest goods.
        turn: "frozen", "released" or empty for both.
        cause, reason, warehouse_id: exactly these.
        since, until: local days, both included.
    """
    rows = scope.limit(JournalLine.objects.all(), "warehouse__unit")
    if words:
        rows = rows.filter(
            Q(document=words)
            | Q(rule_version=words)
            | Q(rule_version__startswith=f"{words}/")
            | Q(facts__goods__contains=[{"sku": words}])
        )
    if turn in ("frozen", "released"):
        rows = rows.filter(units__gte=0) if turn == "frozen" else rows.filter(units__lt=0)
    if cause in JournalLine.Cause.values:
        rows = rows.filter(cause=cause)
    if reason:
        rows = rows.filter(reason=reason)
    if warehouse_id is not None:
        rows = rows.filter(warehouse_id=warehouse_id)
    return within_days(rows, "at", since=since, until=until)


def what(units: int) -> str:
    """What a line did to the freeze."""
    if units == 0:
        return _("Laid, nothing there yet")
    return _("Frozen") if units > 0 else _("Released")


@dataclass(frozen=True, slots=True)
class CauseCount:
    """Freezes that one kind of cause laid in a warehouse."""

    cause: str
    unit_id: int | None
    warehouse_id: int | None
    count: int


@dataclass(frozen=True, slots=True)
class ReleaseTime:
    """How long one freeze held units in a warehouse, until the last was let go."""

    reason: str
    unit_id: int | None
    warehouse_id: int | None
    seconds: float


def freezes_by_cause(*, scope: Scope, since: datetime, until: datetime) -> list[CauseCount]:
    """Freezes laid between the moments, by cause and warehouse. One statement."""
    rows = scope.limit(JournalLine.objects.all(), "warehouse__unit").filter(
        at__gte=since, at__lt=until, kind="HOLD", units__gte=0
    )
    found = rows.values_list("cause", "warehouse__unit_id", "warehouse_id").annotate(
        count=Count("hold_id", distinct=True)
    )
    return [CauseCount(*row) for row in found.order_by()]


def cause_names() -> dict[str, str]:
    """What each cause is called."""
    return {str(code): str(label) for code, label in JournalLine.Cause.choices}


def release_times(*, scope: Scope, since: datetime, until: datetime) -> list[ReleaseTime]:
    """Freezes whose last unit in a warehouse was let go between the moments. Two statements."""
    ended = scope.limit(JournalLine.objects.all(), "warehouse__unit").filter(
        at__gte=since, at__lt=until, units__lt=0
    )
    lines_of = JournalLine.objects.filter(hold_id__in=ended.values("hold_id"), at__lt=until)
    rows = (
        scope.limit(lines_of, "warehouse__unit")
        .values("hold_id", "reason", "warehouse__unit_id", "warehouse_id")
        .annotate(left=Sum("units"), first=Min("at"), last=Max("at"))
        .filter(left=0, last__gte=since)
        .order_by()
    )
    return [
        ReleaseTime(
            row["reason"], row["warehouse__unit_id"], row["warehouse_id"],
            (row["last"] - row["first"]).total_seconds(),
        )
        for row in rows
    ]  # fmt: skip


def reason_names() -> dict[str, str]:
    """What each reason is called."""
    return {view.code: view.label for view in stock.reasons(by_hand=False)}
