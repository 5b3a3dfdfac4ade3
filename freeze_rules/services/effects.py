"""What claims would do to others before they are laid: promised goods, shops, sales."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from freeze_rules.services.laying import ACTOR, Laid
from freeze_rules.shop_figures import ShopFigure, figures_without
from inventory import selectors as stock
from inventory import services as inventory
from inventory.selectors import reach
from inventory.selectors.ageing import SPEED_DAYS
from inventory.selectors.sales_speed import selling
from inventory.services import PlanStep
from org.scope import Scope

GOOD, COMMITMENT = "ZP", "COMMITMENT"
Key = tuple[int, int]  # warehouse, SKU


@dataclass(frozen=True, kw_only=True)
class OrderHit:
    """Goods already promised to a document: units it loses, units it keeps but in another place.

    `spare`: units of the SKU that stay free in all warehouses, for what it loses.
    """

    document: str
    sku: str
    name: str
    lost: int
    moved: int
    spare: int


@dataclass(frozen=True, kw_only=True)
class SalesAtRisk:
    """Good units of one SKU in one warehouse; `missed` is money a day, as on the ageing board."""

    warehouse: str
    sku: str
    name: str
    a_day: Decimal
    frozen: int
    free: int
    missed: Decimal


@dataclass(frozen=True, kw_only=True)
class Effects:
    """What the claims would do. `left`: covered units that stay promised or under others."""

    orders: list[OrderHit]
    left: int
    shops: list[ShopFigure]
    sales: list[SalesAtRisk]

    @property
    def documents(self) -> int:
        """Documents that lose units."""
        return len({each.document for each in self.orders if each.lost})

    @property
    def missed(self) -> Decimal:
        """Money a day."""
        return sum((each.missed for each in self.sales), Decimal(0))

    @property
    def shops_hit(self) -> int:
        """Shops with any figure that falls."""
        return len({each.shop_id for each in self.shops})


def effects(laid: Sequence[Laid], *, scope: Scope, now: datetime) -> Effects:
    """What these claims would do if each came now; writes nothing.

    Each is planned as the ledger would decide it, some milliseconds a claim; all that follows
    costs a constant number of statements.

    Args:
        scope: whose shops are told of.
    """
    # What two finds cover alike is taken once.
    plans = {
        each.scope: (each.request.document, inventory.plan(each.request, actor=ACTOR))
        for each in laid
    }
    frozen: dict[Key, int] = defaultdict(int)
    gone: dict[Key, int] = defaultdict(int)
    lost: dict[tuple[str, int], int] = defaultdict(int)
    moved: dict[tuple[str, int], int] = defaultdict(int)
    left = 0
    for own, plan in plans.values():
        left += sum(plan.left.values())
        for step in plan.steps:
            _count(step, own, frozen=frozen, gone=gone, moved=moved)
        for document, goods in plan.displaced.items():
            for sku, units in goods.items():
                lost[document, sku] += units
                moved[document, sku] -= units
    gone = {key: units for key, units in gone.items() if units > 0}
    hides = laid[0].hit.rule.definition.reason in _publish_reasons() if laid else False
    return Effects(
        orders=_orders(lost, moved, gone),
        left=left,
        shops=figures_without(gone, scope=scope) if hides else [],
        sales=_sales(frozen, gone, now=now),
    )


def _count(
    step: PlanStep,
    own: str,
    *,
    frozen: dict[Key, int],
    gone: dict[Key, int],
    moved: dict[tuple[str, int], int],
) -> None:
    if step.document != own and step.role == COMMITMENT and step.change < 0:
        moved[step.document, step.sku_id] -= step.change
    if step.grade != GOOD:
        return
    # What all claims together hold more is what is free no longer.
    gone[step.warehouse_id, step.sku_id] += step.change
    if step.document == own:
        frozen[step.warehouse_id, step.sku_id] += step.change


def _publish_reasons() -> set[str]:
    """Freezes that shops do not show; units under others stay in their figures."""
    return {view.code for view in stock.reasons(by_hand=False) if "publish" in view.forbids}


def _orders(
    lost: Mapping[tuple[str, int], int],
    moved: Mapping[tuple[str, int], int],
    gone: Mapping[Key, int],
) -> list[OrderHit]:
    """Documents by how much they lose, the hardest hit first. Two statements."""
    hit = {key for key, units in [*lost.items(), *moved.items()] if units > 0}
    ids = {sku for _document, sku in hit}
    skus = stock.skus(ids)
    spare: dict[int, int] = defaultdict(int)
    for (house, sku), free in stock.available(sku_ids=ids, kits=False).items():
        spare[sku] += max(free - gone.get((house, sku), 0), 0)
    rows = [
        OrderHit(
            document=document, sku=skus[sku].code, name=skus[sku].name,
            lost=lost.get((document, sku), 0), moved=max(moved.get((document, sku), 0), 0),
            spare=spare[sku],
        )
        for document, sku in hit
    ]  # fmt: skip
    return sorted(rows, key=lambda each: (-each.lost, -each.moved, each.document, each.sku))


def _sales(
    frozen: Mapping[Key, int], gone: Mapping[Key, int], *, now: datetime
) -> list[SalesAtRisk]:
    """Goods of which nothing would stay free where they sell, the dearest first."""
    keys = [key for key, units in frozen.items() if units > 0]
    speeds = selling(keys, since=now - timedelta(days=SPEED_DAYS))
    skus = stock.skus({sku for _house, sku in keys})
    houses = reach.warehouse_codes({house for house, _sku in keys})
    rows = []
    for house, sku in keys:
        sold = speeds.get((house, sku))
        units = gone.get((house, sku), 0)
        if sold is None or not (missed := sold.missed(frozen=frozen[house, sku], gone=units)):
            continue
        rows.append(
            SalesAtRisk(
                warehouse=houses[house],
                sku=skus[sku].code,
                name=skus[sku].name,
                a_day=sold.a_day,
                frozen=frozen[house, sku],
                free=max(sold.available - units, 0),
                missed=missed,
            )
        )
    return sorted(rows, key=lambda each: (-each.missed, each.sku))
