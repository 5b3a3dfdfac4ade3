"""Questions about the journal of freezes."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from freeze_rules.models import JournalLine
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
    if since is not None:
        rows = rows.filter(at__gte=_midnight(since))
    if until is not None:
        rows = rows.filter(at__lt=_midnight(until + timedelta(days=1)))
    return rows


def what(units: int) -> str:
    """What a line did to the freeze."""
    if units == 0:
        return _("Laid, nothing there yet")
    return _("Frozen") if units > 0 else _("Released")


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
