"""What was reported, for pages and programs; everything within the reader's warehouses."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from freeze_rules.models import (
    CustomsStep,
    Incident,
    Inspection,
    Promotion,
    PromotionLine,
    SupplierBlock,
)
from freeze_rules.selectors import reserves
from inventory.selectors.lot_sayings import first_arrivals
from org.scope import Scope

MOST = 200


def inspections(
    *,
    scope: Scope,
    ids: Collection[int] | None = None,
    before: int | None = None,
    limit: int = MOST,
) -> list[Inspection]:
    """The newest first; those under way stand before the decided ones."""
    rows = scope.limit(Inspection.objects.all(), "warehouse__unit")
    if ids is not None:
        rows = rows.filter(pk__in=ids)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.select_related("warehouse", "sku", "lot").order_by("-id")[:limit])


def incidents(*, scope: Scope, before: int | None = None, limit: int = MOST) -> list[Incident]:
    """The newest first."""
    rows = scope.limit(Incident.objects.all(), "warehouse__unit")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.select_related("warehouse", "location", "sku", "lot").order_by("-id")[:limit])


def supplier_blocks(*, limit: int = MOST) -> list[SupplierBlock]:
    """Blocked ones first, then the newest."""
    return list(SupplierBlock.objects.order_by("-cleared_at", "-id")[:limit])


def promotions(*, scope: Scope, before: int | None = None, limit: int = MOST) -> list[Promotion]:
    """Those with a line in the reader's warehouses, the newest first."""
    rows = Promotion.objects.all()
    if not scope.is_everything:
        lines = PromotionLine.objects.filter(promotion=OuterRef("pk"))
        rows = rows.filter(Exists(scope.limit(lines, "warehouse__unit")))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-id")[:limit])


@dataclass(frozen=True, kw_only=True)
class AtCustoms:
    """A lot of which customs said something. `hours` from its arrival to clearance, or until now;
    of a lot that has not come in, from the first word.
    """

    lot_id: int
    lot_code: str
    sku_code: str
    sku_name: str
    state: str
    declaration: str
    since: datetime
    cleared_at: datetime | None
    hours: int


def at_customs(
    *, now: datetime, lot_ids: Collection[int] | None = None, limit: int = MOST
) -> list[AtCustoms]:
    """Lots by what customs said last, the newest first; four statements."""
    last = CustomsStep.objects.filter(lot=OuterRef("lot")).order_by("-id").values("id")[:1]
    steps: QuerySet[CustomsStep] = CustomsStep.objects.filter(pk=Subquery(last))
    if lot_ids is not None:
        steps = steps.filter(lot__in=lot_ids)
    found = list(steps.select_related("lot__sku").order_by("-id")[:limit])
    # Read from the newest to the oldest, so that the oldest stays.
    first: dict[int, datetime] = dict(
        CustomsStep.objects.filter(lot__in=[step.lot_id for step in found])
        .order_by("-id")
        .values_list("lot_id", "at")
    )
    arrived = first_arrivals([step.lot_id for step in found])
    rows = []
    for step in found:
        cleared = step.at if step.state == "CLEARED" else None
        since = arrived.get(step.lot_id, first[step.lot_id])
        rows.append(
            AtCustoms(
                lot_id=step.lot_id, lot_code=step.lot.code, sku_code=step.lot.sku.code,
                sku_name=step.lot.sku.name, state=step.state, declaration=step.declaration,
                since=since, cleared_at=cleared,
                hours=max(0, int(((cleared or now) - since).total_seconds() // 3600)),
            )
        )  # fmt: skip
    return rows


@dataclass(frozen=True, kw_only=True)
class ReserveLine:
    """One line of a promotion: wanted, set aside when it opened, and still kept now."""

    sku_code: str
    sku_name: str
    warehouse_code: str
    qty: int
    reserved: int
    left: int


def promotion_lines(
    promotions: Collection[Promotion], *, scope: Scope
) -> dict[int, list[ReserveLine]]:
    """The lines in the reader's warehouses, by promotion; four statements."""
    numbers = {row.pk: row.number for row in promotions}
    found: dict[int, list[ReserveLine]] = {pk: [] for pk in numbers}
    kept = reserves.left_of(numbers.values())
    lines = scope.limit(PromotionLine.objects.filter(promotion__in=numbers), "warehouse__unit")
    for line in lines.select_related("sku", "warehouse").order_by("warehouse__code", "sku__code"):
        found[line.promotion_id].append(
            ReserveLine(
                sku_code=line.sku.code,
                sku_name=line.sku.name,
                warehouse_code=line.warehouse.code,
                qty=line.qty,
                reserved=line.reserved,
                left=kept.get((numbers[line.promotion_id], line.warehouse_id, line.sku_id), 0),
            )
        )
    return found
