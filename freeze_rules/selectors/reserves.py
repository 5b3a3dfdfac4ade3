"""Claims of rules that an order may draw from: its own lock, and the reserve of its promotion."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Q

from freeze_rules.models import Promotion, PromotionLine, Watch
from inventory.selectors import held_lines

LOCK = "ORDER_LOCK"


@dataclass(frozen=True, kw_only=True)
class Reserve:
    """The document to draw from, and the units there by warehouse and SKU."""

    document: str
    units: Mapping[tuple[int, int], int] = field(default_factory=dict)


def locks_of(documents: Collection[str]) -> dict[str, Reserve]:
    """The open order locks of these documents; two statements, one when there is none."""
    holds = dict(
        Watch.objects.filter(
            document__in=documents,
            closed_at__isnull=True,
            hold__closed_at__isnull=True,
            hold__reason__code=LOCK,
        ).values_list("hold_id", "document")
    )
    return _reserves(holds)


@dataclass(frozen=True, kw_only=True)
class Buyer:
    """An order that may belong to a promotion: the shop it came from and the SKUs it wants."""

    document: str
    shop_id: int
    skus: Collection[int]


def promotions_of(buyers: Sequence[Buyer]) -> dict[str, str]:
    """The number of the running promotion that an order belongs to, by the order's document.

    An order belongs to a promotion of its shop (or of every shop) that has one of its SKUs; of
    several to the one that closes first. One statement while none runs, two otherwise.
    """
    return {document: rows[0].number for document, rows in _meant(buyers).items()}


def _meant(buyers: Sequence[Buyer]) -> dict[str, list[Promotion]]:
    """The running promotions that each order may belong to, the one that closes first first."""
    running = list(Promotion.objects.filter(state=Promotion.State.OPEN).order_by("closes_at", "id"))
    if not running or not buyers:
        return {}
    lines: dict[int, set[int]] = {row.pk: set() for row in running}
    wanted = {sku for buyer in buyers for sku in buyer.skus}
    for promotion_id, sku_id in PromotionLine.objects.filter(
        promotion__in=running, sku__in=wanted
    ).values_list("promotion_id", "sku_id"):
        lines[promotion_id].add(sku_id)
    found = {
        buyer.document: [
            row
            for row in running
            if (not row.shops or buyer.shop_id in row.shops)
            and lines[row.pk].intersection(buyer.skus)
        ]
        for buyer in buyers
    }
    return {document: rows for document, rows in found.items() if rows}


def promised_to(buyers: Sequence[Buyer]) -> dict[str, Reserve]:
    """The reserve of the running promotion that an order belongs to, by the order's document.

    Of several promotions the one that closes first and has a reserve. One statement while none
    runs, four otherwise.
    """
    meant = _meant(buyers)
    if not meant:
        return {}
    wanted = {sku for buyer in buyers for sku in buyer.skus}
    kept = _reserves(
        dict(
            Watch.objects.filter(
                Q(sku__in=wanted) | Q(sku=None),
                document__in={row.number for rows in meant.values() for row in rows},
                closed_at__isnull=True,
                hold__closed_at__isnull=True,
                hold__role="COMMITMENT",
            ).values_list("hold_id", "document")
        )
    )
    found: dict[str, Reserve] = {}
    for document, rows in meant.items():
        for row in rows:
            if row.number in kept:
                found[document] = kept[row.number]
                break
    return found


def _reserves(holds: Mapping[int, str]) -> dict[str, Reserve]:
    """By what the holds belong to; of several claims the one with the most units."""
    found: dict[str, Reserve] = {}
    if not holds:
        return found
    names = dict(Watch.objects.filter(hold_id__in=holds).values_list("hold_id", "hold__document"))
    by_name: dict[tuple[str, str], dict[tuple[int, int], int]] = {}
    for hold_id, lines in held_lines.of_holds(list(holds)).items():
        units = by_name.setdefault((holds[hold_id], names[hold_id]), {})
        for line in lines:
            key = (line.warehouse_id, line.sku_id)
            units[key] = units.get(key, 0) + line.open
    for (owner, name), units in by_name.items():
        if owner not in found or sum(units.values()) > sum(found[owner].units.values()):
            found[owner] = Reserve(document=name, units=units)
    return found


def left_of(documents: Collection[str]) -> dict[tuple[str, int, int], int]:
    """Units that rules keep now, by document, warehouse and SKU; two statements."""
    holds = dict(
        Watch.objects.filter(
            document__in=documents, closed_at__isnull=True, hold__role="COMMITMENT"
        ).values_list("hold_id", "document")
    )
    units: dict[tuple[str, int, int], int] = {}
    for hold_id, lines in held_lines.of_holds(list(holds)).items():
        for line in lines:
            key = (holds[hold_id], line.warehouse_id, line.sku_id)
            units[key] = units.get(key, 0) + line.open
    return units
