"""The hold board: claims with their reason, units and dates."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import (
    DecimalField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce, Now

from inventory.models import Entry, Hold, HoldLine, Reason
from inventory.models.claims import Binding, Role
from inventory.selectors.difference import posting_views
from inventory.selectors.moments import PostingView
from org.lists.keyset import By, Slice, slice_of, sorted_by
from org.scope import Scope

Holds = QuerySet[Hold]
ACTS = ("reserve", "pick", "ship", "move", "count", "publish")


@dataclass(frozen=True, kw_only=True, slots=True)
class ReasonView:
    """A reason that people may choose."""

    code: str
    label: str
    role: str
    is_safety: bool
    # A claim for this reason is looked at after so many days; None: nobody has to.
    review_days: int | None
    # "GOODS" follows the units, "PLACE" stays where it was laid.
    binds_to: str
    # What it forbids: some of reserve, pick, ship, move, count, publish.
    forbids: tuple[str, ...]
    release_permission: str


@dataclass(frozen=True, kw_only=True, slots=True)
class HoldView:
    """One claim; `open` are units held now, `asked` what was asked (None for a blanket)."""

    id: int
    document: str
    reason_code: str
    reason_label: str
    role: str
    is_safety: bool
    state: str
    state_label: str
    blanket: bool
    asked: int | None
    open: int
    # What the held units cost to buy, in the company's currency.
    cost: Decimal
    # The first SKU by code, and how many others the claim holds too.
    sku_code: str
    sku_name: str
    more_skus: int
    warehouse_code: str
    # Of its warehouse; None when it reaches into all of them.
    unit_id: int | None
    location_code: str
    lot_code: str
    # Empty when goods of every grade are meant.
    grade: str
    placed_by: str
    note: str
    created_at: datetime
    review_at: datetime | None
    closed_at: datetime | None


def reasons(*, by_hand: bool = True) -> list[ReasonView]:
    """Reasons, highest rank first."""
    rows = Reason.objects.order_by("-rank")
    if by_hand:
        rows = rows.filter(by_hand=True)
    return [
        ReasonView(
            code=row.code,
            label=row.label,
            role=row.role,
            is_safety=row.is_safety,
            review_days=row.review_days,
            binds_to=row.binds_to,
            forbids=tuple(act for act in ACTS if getattr(row, f"blocks_{act}")),
            release_permission=row.release_permission,
        )
        for row in rows
    ]


def holds(
    *,
    scope: Scope,
    ids: Collection[int] | None = None,
    documents: Collection[str] | None = None,
    role: str = "",
    reason: str = "",
    closed: bool = False,
    overdue: bool = False,
    idle: bool = True,
    sort: str = "newest",
    after: str = "",
    limit: int = 50,
) -> list[HoldView]:
    """Claims in one of four orders. Two statements.

    A hold that names no warehouse covers several; only a scope that sees everything sees it.

    Args:
        idle: also the standing freezes of places where nothing lies.
        sort: "newest", "oldest", "review" (what must be looked at first), "cost" (dearest).
        after: `cursor_of` the last row shown; the dearest are one page and take none.
    """
    rows = _narrowed(scope=scope, documents=documents, reason=reason, closed=closed, idle=idle)
    if overdue:
        rows = rows.filter(review_at__lt=Now())
    if ids is not None:
        rows = rows.filter(id__in=ids)
    if role:
        rows = rows.filter(role=role)
    found = list(
        _behind(rows, sort, after)
        .select_related("reason", "sku", "warehouse", "location", "lot")
        .annotate(
            units=Sum("lines__open", default=0),
            cost=Sum(
                F("lines__open") * F("lines__balance__sku__unit_cost"),
                default=Decimal(0),
                output_field=DecimalField(max_digits=24, decimal_places=2),
            ),
        )
        .order_by(*ORDERS[sort])[:limit]
    )
    goods = _goods([row.pk for row in found if row.sku is None])
    return [
        _view(row, units=row.units, cost=row.cost, goods=goods.get(row.pk, [])) for row in found
    ]


# Orders of the list: newest, review due first, dearest.
SORTS = {
    "hold": By(),
    "review": By("review_at", nullable=True, kind="moment"),
    "cost": By("cost_now", kind="money"),
}


def hold_slice(
    *,
    scope: Scope,
    role: str,
    reason: str,
    documents: Collection[str] | None,
    overdue: bool,
    idle: bool,
    warehouse_id: int | None,
    sort: str,
    cursor: str,
    limit: int,
) -> Slice:
    """Ids of one page of open claims, in any of `SORTS`; one statement. The rest as `holds`."""
    rows = open_holds(
        scope=scope, role=role, reason=reason, documents=documents, overdue=overdue, idle=idle,
        warehouse_id=warehouse_id,
    )  # fmt: skip
    by = sorted_by(SORTS, sort)
    if by.field == "cost_now":
        rows = rows.annotate(cost_now=_cost())
    return slice_of(rows, by=by, cursor=cursor, limit=limit)


def open_holds(
    *,
    scope: Scope,
    role: str = "",
    reason: str = "",
    documents: Collection[str] | None = None,
    overdue: bool = False,
    idle: bool = True,
    warehouse_id: int | None = None,
) -> QuerySet[Hold]:
    """The open claims of a filter, unordered.

    Args:
        warehouse_id: on stock of this warehouse, also by a claim that covers several.
    """
    rows = _narrowed(scope=scope, documents=documents, reason=reason, closed=False, idle=idle)
    if warehouse_id is not None:
        there = HoldLine.objects.filter(
            hold=OuterRef("pk"), open__gt=0, balance__warehouse=warehouse_id
        )
        covers = Q(warehouse__isnull=True) & Q(Exists(there))
        rows = rows.filter(Q(warehouse=warehouse_id) | covers)
    if overdue:
        rows = rows.filter(review_at__lt=Now())
    return rows.filter(role=role) if role else rows


def _cost() -> Coalesce:
    sums = (
        HoldLine.objects.filter(hold=OuterRef("pk"), open__gt=0)
        .values("hold")
        .annotate(cost=Sum(F("open") * F("balance__sku__unit_cost"), output_field=_COST))
        .values("cost")
    )
    return Coalesce(Subquery(sums), Value(Decimal(0)), output_field=_COST)


_COST = DecimalField(max_digits=24, decimal_places=2)


def hold_postings(
    *, hold_id: int, document: str, limit: int = 100
) -> list[tuple[PostingView, int]]:
    """What its document booked on a claim, newest first: the posting and by how much it changed."""
    rows = (
        Entry.objects.filter(posting__document=document, line__hold_id=hold_id)
        .values("posting_id")
        .annotate(units=Sum("held"))
        .order_by("-posting_id")[:limit]
    )
    changes = {row["posting_id"]: int(row["units"] or 0) for row in rows}
    views = posting_views(changes)
    return [(views[pk], units) for pk, units in changes.items()]


ORDERS: dict[str, tuple[Any, ...]] = {
    "newest": ("-id",),
    "oldest": ("id",),
    "review": (F("review_at").asc(nulls_last=True), "id"),
    "cost": ("-cost", "id"),
}


def cursor_of(hold: HoldView, *, sort: str) -> str:
    """Where a page that ends with this hold goes on; empty when it does not."""
    if sort == "cost":
        return ""
    day = hold.review_at.isoformat() if hold.review_at and sort == "review" else "-"
    return f"{hold.id} {day}"


def _behind(rows: QuerySet[Hold], sort: str, after: str) -> QuerySet[Hold]:
    """The rows behind a cursor; one that makes no sense starts at the beginning."""
    number, _, day = after.partition(" ")
    if not number.isdecimal() or len(number) > 18 or sort == "cost":
        return rows
    if sort == "newest":
        return rows.filter(id__lt=number)
    if sort == "oldest":
        return rows.filter(id__gt=number)
    if day == "-":
        return rows.filter(review_at__isnull=True, id__gt=number)
    try:
        review = datetime.fromisoformat(day)
    except ValueError:
        return rows
    return rows.filter(
        Q(review_at__gt=review) | Q(review_at=review, id__gt=number) | Q(review_at__isnull=True)
    )


def freezes_past_review(*, scope: Scope, most: int) -> int:
    """Open freezes that should have been looked at by now, counted up to `most`. One statement."""
    rows = scope.limit(Hold.objects.all(), "warehouse__unit").filter(
        role=Role.FREEZE, closed_at__isnull=True, review_at__lt=Now()
    )
    return rows.values("id")[:most].count()


def _narrowed(
    *, scope: Scope, documents: Collection[str] | None, reason: str, closed: bool, idle: bool
) -> QuerySet[Hold]:
    rows = scope.limit(Hold.objects.all(), "warehouse__unit")
    if documents is not None:
        rows = rows.filter(document__in=documents)
    if reason:
        rows = rows.filter(reason__code=reason)
    if not idle:
        held = HoldLine.objects.filter(hold=OuterRef("pk"), open__gt=0)
        rows = rows.exclude(~Exists(held), reason__binds_to=Binding.PLACE, reason__by_hand=False)
    return rows if closed else rows.filter(closed_at__isnull=True)


def _goods(hold_ids: list[int]) -> dict[int, list[tuple[str, str]]]:
    """Code and name of each SKU that a claim has units of, by hold and code."""
    goods: dict[int, list[tuple[str, str]]] = {}
    if hold_ids:
        rows = (
            HoldLine.objects.filter(hold_id__in=hold_ids, open__gt=0)
            .order_by("hold_id", "balance__sku__code")
            .values_list("hold_id", "balance__sku__code", "balance__sku__name")
            .distinct()
        )
        for hold_id, code, name in rows:
            goods.setdefault(hold_id, []).append((code, name))
    return goods


def _view(row: Hold, *, units: int, cost: Decimal, goods: list[tuple[str, str]]) -> HoldView:
    if row.sku is not None:
        goods = [(row.sku.code, row.sku.name)]
    code, name = goods[0] if goods else ("", "")
    return HoldView(
        id=row.pk,
        document=row.document,
        reason_code=row.reason.code,
        reason_label=row.reason.label,
        role=row.role,
        is_safety=row.is_safety,
        state=row.state,
        state_label=str(row.get_state_display()),
        blanket=row.blanket,
        asked=row.asked,
        open=units,
        cost=cost,
        sku_code=code,
        sku_name=name,
        more_skus=max(len(goods) - 1, 0),
        warehouse_code=row.warehouse.code if row.warehouse else "",
        unit_id=row.warehouse.unit_id if row.warehouse else None,
        location_code=row.location.code if row.location else "",
        lot_code=row.lot.code if row.lot else "",
        grade=row.grade,
        placed_by=row.placed_by,
        note=row.note,
        created_at=row.created_at,
        review_at=row.review_at,
        closed_at=row.closed_at,
    )
