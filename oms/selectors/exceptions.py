"""Open exceptions: a page of them, how many by class and age, and those of one order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inventory import selectors as stock
from oms import codes
from oms.models import OrderException, OrderState
from org.lists.keyset import By, slice_of, sorted_by
from org.lists.specs import Part
from org.scope import Scope
from org.selectors import names_of_actors

PAGE = 50
Exceptions = QuerySet[OrderException]
_KINDS = {
    "emoji": gettext_lazy("emoji"),
    "full_width": gettext_lazy("full-width letters or digits"),
    "control": gettext_lazy("invisible characters"),
}
# Ages that the page counts: waiting for longer than...
AGES = (timedelta(hours=1), timedelta(hours=4), timedelta(hours=24))


@dataclass(frozen=True)
class ExceptionRow:
    """One exception with what may be done about it."""

    id: int
    number: str
    shop_name: str
    platform_number: str
    order_state: str
    order_state_label: str
    code: str
    label: str
    step: str
    field: str
    detail: Mapping[str, Any]
    note: str
    blocks: bool
    retryable: bool
    is_open: bool
    resolution: str
    attempts: int
    retry_at: datetime | None
    deadline: datetime
    owner: str
    owner_name: str
    opened_at: datetime
    resolved_at: datetime | None
    why: str
    actions: tuple[str, ...]


@dataclass(frozen=True)
class ExceptionCounts:
    """Open exceptions by code, the most frequent first, and by age (older than hours)."""

    total: int
    overdue: int
    by_code: dict[str, int]
    older_than: dict[int, int]


# Orders of the list.
SORTS = {
    "order": By(),
    "deadline": By("deadline", kind="moment"),
    "opened": By("opened_at", kind="moment"),
}


def exception_list(
    *,
    scope: Scope,
    code: str = "",
    overdue: bool = False,
    sort: str = "-order",
    cursor: str = "",
    limit: int = PAGE,
) -> Part[ExceptionRow]:
    """One page of open exceptions; four statements.

    Args:
        sort: a key of `SORTS`, with "-" for the newest first.
    """
    rows = open_exceptions(scope=scope, code=code, overdue=overdue)
    by = sorted_by(SORTS, sort)
    part = slice_of(rows, by=by, cursor=cursor, limit=limit)
    found = OrderException.objects.select_related("order").in_bulk(part.ids)
    return Part(_views([found[pk] for pk in part.ids]), part.after, part.before)


def exception_counts(*, scope: Scope) -> ExceptionCounts:
    """How many exceptions are open, by code and age; two statements."""
    rows = _open(scope)
    ages = {
        f"h{int(age.total_seconds() // 3600)}": Count("id", filter=Q(opened_at__lt=Now() - age))
        for age in AGES
    }
    sums = rows.aggregate(
        total=Count("id"), overdue=Count("id", filter=Q(deadline__lt=Now())), **ages
    )
    by_code = rows.values_list("code").annotate(n=Count("id")).order_by("-n", "code")
    return ExceptionCounts(
        total=sums["total"],
        overdue=sums["overdue"],
        by_code=dict(by_code),
        older_than={int(name[1:]): sums[name] for name in ages},
    )


def exceptions_of(*, order_id: int) -> list[ExceptionRow]:
    """All exceptions of an order, open ones first, newest first."""
    rows = OrderException.objects.filter(order_id=order_id).select_related("order")
    return _views(list(rows.order_by("state", "-id")))


def open_exceptions(*, scope: Scope, code: str = "", overdue: bool = False) -> Exceptions:
    """The open exceptions of a filter, unordered."""
    rows = _open(scope)
    if code:
        rows = rows.filter(code=code)
    return rows.filter(deadline__lt=Now()) if overdue else rows


def exceptions_by_id(*, ids: Sequence[int], scope: Scope) -> dict[int, ExceptionRow]:
    """These exceptions as far as they are open and in the scope. Three statements."""
    rows = _open(scope).filter(id__in=list(ids)).select_related("order").order_by("id")
    return {row.id: row for row in _views(list(rows))}


def order_of_exception(*, exception_id: int, scope: Scope) -> str | None:
    """The number of the order that an exception is about, open or resolved; None beyond reach."""
    seen = scope.limit(OrderException.objects.filter(pk=exception_id), "unit")
    row = seen.select_related("order").first()
    return row.order.number if row is not None else None


def open_exceptions_of(
    *, order_ids: Sequence[int], scope: Scope, action: str
) -> dict[int, list[int]]:
    """Open exceptions of these orders for which `action` is offered. Two statements."""
    rows = _open(scope).filter(order__in=list(order_ids)).select_related("order").order_by("id")
    offered: dict[int, list[int]] = {}
    orders = {row.pk: row.order_id for row in rows}
    for view in _views(list(rows)):
        if action in view.actions:
            offered.setdefault(orders[view.id], []).append(view.id)
    return offered


def _open(scope: Scope) -> QuerySet[OrderException]:
    return scope.limit(OrderException.objects.filter(state="OPEN"), "unit")


def _views(rows: list[OrderException]) -> list[ExceptionRow]:
    names = stock.skus({int(sku) for row in rows for sku in row.detail.get("short", {})})
    owners = names_of_actors([row.owner for row in rows if row.owner])
    return [_view(row, names, owners.get(row.owner, "")) for row in rows]


def _note(detail: Mapping[str, Any], names: Mapping[int, stock.SkuView]) -> str:
    """What the figures behind an exception say, in a reader's words."""
    parts = []
    for sku, missing in detail.get("short", {}).items():
        code = names[int(sku)].code if int(sku) in names else sku
        parts.append(_("%(sku)s: %(qty)s missing") % {"sku": code, "qty": missing})
    if "expected" in detail:
        parts.append(_("told %(told)s, should be %(expected)s") % dict(detail))
    elif "told" in detail:
        parts.append(_("told: %(told)s") % dict(detail))
    words = ("text", "title", "outer_code", "platform_sku_id", "error", "at")
    parts += [str(detail[word]) for word in words if detail.get(word)]
    parts += [str(_KINDS[kind]) for kind in detail.get("kinds", ()) if kind in _KINDS]
    return " · ".join(parts)


def _view(row: OrderException, names: Mapping[int, stock.SkuView], owner_name: str) -> ExceptionRow:
    policy = codes.policy(row.code)
    waits = row.order.state == "PREPROCESS"
    offered = tuple(
        action
        for action in policy.actions
        # Trying again means looking at an order that waits in the pipeline.
        if action not in (codes.RETRY, codes.MAP) or waits
    )
    return ExceptionRow(
        id=row.pk,
        number=str(row.order.number),
        shop_name=row.order.shop_name or str(row.order.shop_id),
        platform_number=row.order.platform_number,
        order_state=str(row.order.state),
        order_state_label=str(OrderState(row.order.state).label),
        code=row.code,
        label=str(policy.label),
        step=row.step,
        field=row.field,
        detail=row.detail,
        note=_note(row.detail, names),
        blocks=row.blocks,
        retryable=row.retryable,
        is_open=row.state == "OPEN",
        resolution=row.resolution,
        attempts=row.attempts,
        retry_at=row.retry_at,
        deadline=row.deadline,
        owner=row.owner,
        owner_name=owner_name,
        opened_at=row.opened_at,
        resolved_at=row.resolved_at,
        why=row.why,
        actions=offered if row.state == "OPEN" else (),
    )
