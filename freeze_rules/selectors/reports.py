"""What was reported, for pages and programs; everything within the reader's warehouses."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from freeze_rules.models import (
    CustomsStep,
    Incident,
    Inspection,
    Promotion,
    PromotionLine,
    SupplierBlock,
)
from freeze_rules.selectors import reserves
from freeze_rules.selectors.numbers import id_in
from inventory.selectors.lot_sayings import first_arrivals
from org.lists.days import within_days
from org.scope import Scope

MOST = 200


@dataclass(frozen=True, kw_only=True)
class ReportNarrowing:
    """What a list of reports is narrowed to; each empty value narrows nothing.

    `state` is a result of inspections, a state of promotions or of customs, of incidents
    "leaking" or "mended", and of blocks of suppliers "blocked" or "allowed". `kind` is that of
    incidents. Days are local days, both included: those on which something was asked, seen or
    said, or on which a promotion runs.
    """

    state: str = ""
    words: str = ""
    kind: str = ""
    warehouse_id: int | None = None
    since: date | None = None
    until: date | None = None


def inspections_of(*, scope: Scope, narrowing: ReportNarrowing) -> QuerySet[Inspection]:
    """The inspections of a filter, unordered. `words`: a number, goods, a delivery, a report."""
    rows = scope.limit(Inspection.objects.all(), "warehouse__unit")
    if narrowing.state:
        rows = rows.filter(result=narrowing.state)
    if narrowing.warehouse_id is not None:
        rows = rows.filter(warehouse_id=narrowing.warehouse_id)
    rows = within_days(rows, "asked_at", since=narrowing.since, until=narrowing.until)
    words = narrowing.words
    if not words:
        return rows
    if (number := id_in(words, "QI")) is not None:
        return rows.filter(pk=number)
    return rows.filter(_goods_named(words) | Q(document__iexact=words) | Q(reference__iexact=words))


def incidents_of(*, scope: Scope, narrowing: ReportNarrowing) -> QuerySet[Incident]:
    """The incidents of a filter, unordered. `words`: a number, goods, a place, or of the note."""
    rows = scope.limit(Incident.objects.all(), "warehouse__unit")
    if narrowing.state:
        mended = narrowing.state == "mended"
        rows = rows.filter(kind=Incident.Kind.LEAK, mended_at__isnull=not mended)
    if narrowing.kind:
        rows = rows.filter(kind=narrowing.kind)
    if narrowing.warehouse_id is not None:
        rows = rows.filter(warehouse_id=narrowing.warehouse_id)
    rows = within_days(rows, "at", since=narrowing.since, until=narrowing.until)
    words = narrowing.words
    if not words:
        return rows
    if (number := id_in(words, "IN")) is not None:
        return rows.filter(pk=number)
    return rows.filter(
        _goods_named(words) | Q(location__code__iexact=words) | Q(note__icontains=words)
    )


def _goods_named(words: str) -> Q:
    return Q(sku__code__iexact=words) | Q(sku__name__icontains=words) | Q(lot__code__iexact=words)


def inspections(
    *,
    scope: Scope,
    ids: Collection[int] | None = None,
    before: int | None = None,
    limit: int = MOST,
) -> list[Inspection]:
    """The newest first."""
    rows = inspections_of(scope=scope, narrowing=ReportNarrowing())
    if ids is not None:
        rows = rows.filter(pk__in=ids)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.select_related("warehouse", "sku", "lot").order_by("-id")[:limit])


def incidents(
    *,
    scope: Scope,
    ids: Collection[int] | None = None,
    before: int | None = None,
    limit: int = MOST,
) -> list[Incident]:
    """The newest first."""
    rows = incidents_of(scope=scope, narrowing=ReportNarrowing())
    if ids is not None:
        rows = rows.filter(pk__in=ids)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.select_related("warehouse", "location", "sku", "lot").order_by("-id")[:limit])


def leaking(*, scope: Scope, ids: Collection[int]) -> set[int]:
    """Those of these incidents that are leaks which nobody has mended; one statement."""
    lasting = incidents_of(scope=scope, narrowing=ReportNarrowing(state="leaking"))
    return set(lasting.filter(pk__in=ids).values_list("pk", flat=True))


def supplier_blocks(*, limit: int = MOST) -> list[SupplierBlock]:
    """Blocked ones first, then the newest."""
    return list(SupplierBlock.objects.order_by("-cleared_at", "-id")[:limit])


def supplier_blocks_of(narrowing: ReportNarrowing) -> QuerySet[SupplierBlock]:
    """The blocks of a filter, unordered. `words`: of the supplier or of a reason.

    A block reaches into every warehouse: whoever sees stock sees them all.
    """
    rows = SupplierBlock.objects.all()
    if narrowing.state:
        rows = rows.filter(cleared_at__isnull=narrowing.state == "blocked")
    rows = within_days(rows, "blocked_at", since=narrowing.since, until=narrowing.until)
    words = narrowing.words
    if not words:
        return rows
    return rows.filter(
        Q(supplier__icontains=words) | Q(why__icontains=words) | Q(cleared_why__icontains=words)
    )


def promotions_of(*, scope: Scope, narrowing: ReportNarrowing) -> QuerySet[Promotion]:
    """Promotions of a filter with a line in the reader's warehouses, unordered.

    `words`: a number, a part of the name, or a SKU code of a line; `warehouse_id`: with a line
    there.
    """
    rows = Promotion.objects.all()
    house = narrowing.warehouse_id
    if not scope.is_everything or house is not None:
        lines = PromotionLine.objects.filter(promotion=OuterRef("pk"))
        lines = lines if house is None else lines.filter(warehouse_id=house)
        rows = rows.filter(Exists(scope.limit(lines, "warehouse__unit")))
    if narrowing.state:
        rows = rows.filter(state=narrowing.state)
    rows = within_days(rows, "closes_at", since=narrowing.since, until=None)
    rows = within_days(rows, "opens_at", since=None, until=narrowing.until)
    words = narrowing.words
    if not words:
        return rows
    if (number := id_in(words, "PR")) is not None:
        return rows.filter(pk=number)
    with_goods = PromotionLine.objects.filter(promotion=OuterRef("pk"), sku__code__iexact=words)
    return rows.filter(
        Q(name__icontains=words) | Exists(scope.limit(with_goods, "warehouse__unit"))
    )


def promotions(*, scope: Scope, before: int | None = None, limit: int = MOST) -> list[Promotion]:
    """Those with a line in the reader's warehouses, the newest first."""
    rows = promotions_of(scope=scope, narrowing=ReportNarrowing())
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-id")[:limit])


@dataclass(frozen=True, kw_only=True, slots=True)
class PromotionSum:
    """Lines of a promotion in the reader's warehouses: units wanted, and those set aside."""

    lines: int = 0
    wanted: int = 0
    reserved: int = 0


def promotion_sums(ids: Collection[int], *, scope: Scope) -> dict[int, PromotionSum]:
    """What these promotions come to, within the reader's warehouses; one statement."""
    lines = scope.limit(PromotionLine.objects.filter(promotion__in=ids), "warehouse__unit")
    found = lines.values_list("promotion").annotate(
        n=Count("id"), wanted=Sum("qty"), kept=Sum("reserved")
    )
    return {
        pk: PromotionSum(lines=n, wanted=wanted, reserved=kept)
        for pk, n, wanted, kept in found.order_by()
    }


def customs_of(narrowing: ReportNarrowing) -> QuerySet[CustomsStep]:
    """What customs said last of each lot of a filter, unordered.

    `words`: a lot, goods or a declaration. Lots belong to no warehouse: whoever sees stock sees
    them all.
    """
    later = CustomsStep.objects.filter(lot=OuterRef("lot"), pk__gt=OuterRef("pk"))
    rows = CustomsStep.objects.filter(~Exists(later))
    if narrowing.state:
        rows = rows.filter(state=narrowing.state)
    rows = within_days(rows, "at", since=narrowing.since, until=narrowing.until)
    words = narrowing.words
    if not words:
        return rows
    return rows.filter(
        Q(lot__code__iexact=words)
        | Q(lot__sku__code__iexact=words)
        | Q(lot__sku__name__icontains=words)
        | Q(declaration__icontains=words)
    )


@dataclass(frozen=True, kw_only=True)
class AtCustoms:
    """A lot of which customs said something. `hours` from its arrival to clearance, or until now;
    of a lot that has not come in, from the first word. `step_id`, `said_at`, `told_by` (an actor)
    and `note` are those of the last word.
    """

    step_id: int
    lot_id: int
    lot_code: str
    sku_code: str
    sku_name: str
    state: str
    declaration: str
    since: datetime
    cleared_at: datetime | None
    hours: int
    said_at: datetime
    told_by: str
    note: str


def at_customs(
    *,
    now: datetime,
    lot_ids: Collection[int] | None = None,
    step_ids: Collection[int] | None = None,
    limit: int = MOST,
) -> list[AtCustoms]:
    """Lots by what customs said last, the newest first; four statements."""
    steps = customs_of(ReportNarrowing())
    if lot_ids is not None:
        steps = steps.filter(lot__in=lot_ids)
    if step_ids is not None:
        steps = steps.filter(pk__in=step_ids)
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
                step_id=step.pk, lot_id=step.lot_id, lot_code=step.lot.code,
                sku_code=step.lot.sku.code, sku_name=step.lot.sku.name, state=step.state,
                declaration=step.declaration, since=since, cleared_at=cleared,
                hours=max(0, int(((cleared or now) - since).total_seconds() // 3600)),
                said_at=step.at, told_by=step.actor, note=step.note,
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
