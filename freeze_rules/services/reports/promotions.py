"""Promotions are planned, open and close at their minute, or are called off before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from freeze_rules.models import Promotion, PromotionLine
from freeze_rules.services import events
from freeze_rules.services.reports.refusals import ReportRefused
from inventory import selectors as stock
from inventory.selectors import reach
from org import roles
from org import services as org
from org.callers import Caller
from org.scope import Scope
from org.selectors.belonging import unit_over

S = Promotion.State
MOST_LINES = 5_000
# Opened or closed in one transaction.
AT_ONCE = 20
ACTOR = "system:promotions"


@dataclass(frozen=True, kw_only=True)
class LineWish:
    """So many units of a SKU of one warehouse."""

    warehouse_id: int
    sku_id: int
    qty: int


@dataclass(frozen=True, kw_only=True)
class PromotionWish:
    """What somebody plans; `shops` empty: every shop."""

    name: str
    opens_at: datetime
    closes_at: datetime
    lines: Sequence[LineWish]
    shops: Sequence[int] = ()


def plan(*, key: str, wish: PromotionWish, by: Caller) -> Promotion:
    """A promotion that opens by itself. Joins the caller's transaction; the same key makes one.

    Raises:
        ReportRefused: not_allowed, name_missing, bad_times, no_lines, too_many_lines,
            line_twice, qty_missing, unknown_warehouse; `line` counts from 1.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    known = Promotion.objects.filter(key=key).first()
    if known is not None:
        return known
    _check(wish, by)
    row = Promotion.objects.create(
        key=key, name=wish.name.strip(), shops=sorted(set(wish.shops)),
        opens_at=wish.opens_at, closes_at=wish.closes_at, made_by=by.actor,
    )  # fmt: skip
    PromotionLine.objects.bulk_create(
        PromotionLine(
            promotion=row, warehouse_id=line.warehouse_id, sku_id=line.sku_id, qty=line.qty
        )
        for line in wish.lines
    )
    org.record(
        actor=by.actor, action="promotion.planned", subject=row.number,
        after={"name": row.name, "lines": len(wish.lines), "shops": row.shops,
               "opens": f"{row.opens_at:%Y-%m-%d %H:%M}",
               "closes": f"{row.closes_at:%Y-%m-%d %H:%M}"},
        unit_id=_unit(row),
    )  # fmt: skip
    return row


def lines_of(rows: Sequence[tuple[str, str, int]], *, scope: Scope) -> list[LineWish]:
    """Lines out of codes: SKU, warehouse, units; three statements however many there are.

    Raises:
        ReportRefused: unknown_goods, unknown_warehouse; `line` counts from 1.
    """
    skus = reach.skus([sku.upper() for sku, _house, _qty in rows]).by_code
    houses = {view.code: view.id for view in stock.warehouses(scope=scope)}
    found = []
    for at, (sku, house, qty) in enumerate(rows, start=1):
        if sku.upper() not in skus:
            raise ReportRefused("unknown_goods", field="lines", line=at)
        if house not in houses:
            raise ReportRefused("unknown_warehouse", field="lines", line=at)
        found.append(LineWish(sku_id=skus[sku.upper()], warehouse_id=houses[house], qty=qty))
    return found


def _check(wish: PromotionWish, by: Caller) -> None:
    if not by.may(roles.STOCK_HOLD):
        raise ReportRefused("not_allowed")
    if not 1 <= len(wish.name.strip()) <= 80:
        raise ReportRefused("name_missing", field="name")
    if wish.opens_at >= wish.closes_at or wish.closes_at <= timezone.now():
        raise ReportRefused("bad_times", field="closes_at")
    if not wish.lines:
        raise ReportRefused("no_lines", field="lines")
    if len(wish.lines) > MOST_LINES:
        raise ReportRefused("too_many_lines", field="lines")
    scope = by.scope(roles.STOCK_HOLD)
    houses = {view.id for view in stock.warehouses(scope=scope)}
    seen: set[tuple[int, int]] = set()
    for at, line in enumerate(wish.lines, start=1):
        if line.qty < 1:
            raise ReportRefused("qty_missing", field="lines", line=at)
        if line.warehouse_id not in houses:
            raise ReportRefused("unknown_warehouse", field="lines", line=at)
        if (line.warehouse_id, line.sku_id) in seen:
            raise ReportRefused("line_twice", field="lines", line=at)
        seen.add((line.warehouse_id, line.sku_id))


def call_off(*, promotion_id: int, by: Caller) -> Promotion:
    """It never opens. Joins the caller's transaction.

    Raises:
        ReportRefused: not_allowed, unknown_promotion, started_already, over_already.
    """
    row = _locked(promotion_id, by)
    if row.state == S.OPEN:
        raise ReportRefused("started_already")
    if row.state != S.PLANNED:
        raise ReportRefused("over_already")
    _step(row, S.CANCELLED, by.actor)
    return row


def close_now(*, promotion_id: int, by: Caller) -> Promotion:
    """It ends before its minute; what is left of its reserve is for everybody again.

    Raises:
        ReportRefused: not_allowed, unknown_promotion, over_already.
    """
    row = _locked(promotion_id, by)
    if row.state != S.OPEN:
        raise ReportRefused("over_already")
    _close(row, by.actor)
    return row


def open_due(*, now: datetime) -> int:
    """Open promotions whose minute has come; how many. Joins the caller's transaction."""
    assert connection.in_atomic_block, "The edge opens the transaction."
    due = _due(Promotion.objects.filter(state=S.PLANNED, opens_at__lte=now).order_by("opens_at"))
    for row in due:
        _open(row)
    return len(due)


def close_due(*, now: datetime) -> int:
    """Close promotions whose minute has come; how many. Joins the caller's transaction."""
    assert connection.in_atomic_block, "The edge opens the transaction."
    due = _due(Promotion.objects.filter(state=S.OPEN, closes_at__lte=now).order_by("closes_at"))
    for row in due:
        _close(row, ACTOR)
    return len(due)


def _due(rows: QuerySet[Promotion]) -> list[Promotion]:
    return list(rows.select_for_update(skip_locked=True)[:AT_ONCE])


def _open(row: Promotion) -> None:
    """Set aside what is there of each line: one SKU that is short does not spoil the others."""
    lines = list(row.lines.order_by("id"))
    free = stock.available(
        sku_ids={line.sku_id for line in lines},
        warehouse_ids={line.warehouse_id for line in lines},
        kits=False,
    )
    for line in lines:
        there = max(free.get((line.warehouse_id, line.sku_id), 0), 0)
        line.reserved = min(line.qty, there)
    PromotionLine.objects.bulk_update(lines, ["reserved"], batch_size=1_000)
    _step(row, S.OPEN, ACTOR)
    events.note(
        [
            events.Happening(
                kind="promotion.opened",
                key=f"promotion.opened:{row.number}",
                document=row.number,
                facts={
                    "event.promotion": row.number,
                    "event.ends_at": row.closes_at.isoformat(),
                },
                goods=[
                    events.Goods(
                        sku_id=line.sku_id, qty=line.reserved, warehouse_id=line.warehouse_id
                    )
                    for line in lines
                    if line.reserved
                ],
            )
        ],
        told_by=ACTOR,
    )


def _close(row: Promotion, actor: str) -> None:
    _step(row, S.CLOSED, actor)
    events.note(
        [
            events.Happening(
                kind="promotion.closed", key=f"promotion.closed:{row.number}",
                document=row.number, facts={"event.promotion": row.number},
            )
        ],
        told_by=actor,
    )  # fmt: skip


def _step(row: Promotion, state: str, actor: str) -> None:
    before, row.state = row.state, state
    row.save(update_fields=["state"])
    org.record(
        actor=actor, action="promotion.moved", subject=row.number,
        before={"state": before}, after={"state": state}, unit_id=_unit(row),
    )  # fmt: skip


def _unit(row: Promotion) -> int | None:
    """The unit over the warehouses of its lines."""
    units = PromotionLine.objects.filter(promotion=row).values_list("warehouse__unit", flat=True)
    return unit_over(set(units))


def _locked(promotion_id: int, by: Caller) -> Promotion:
    assert connection.in_atomic_block, "The edge opens the transaction."
    if not by.may(roles.STOCK_HOLD):
        raise ReportRefused("not_allowed")
    row = Promotion.objects.select_for_update().filter(pk=promotion_id).first()
    if row is None:
        raise ReportRefused("unknown_promotion")
    scope = by.scope(roles.STOCK_HOLD)
    houses = {view.id for view in stock.warehouses(scope=scope)}
    if set(row.lines.values_list("warehouse_id", flat=True)) - houses:
        raise ReportRefused("unknown_promotion")
    return row
