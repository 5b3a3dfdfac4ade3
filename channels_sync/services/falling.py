"""Which figures of which shops would fall if units were no longer free. Writes nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from channels_sync.models import Listing, Shop
from channels_sync.services.figures import shown_qty
from freeze_rules.shop_figures import ShopFigure
from inventory import selectors as stock
from org.scope import Scope

Key = tuple[int, int]  # warehouse, SKU


def figures_without(gone: Mapping[Key, int], *, scope: Scope) -> list[ShopFigure]:
    """Figures of the scope's active shops that fall without these units, sold out ones first.

    Kits lack the units of their parts. Eight statements, however many shops there are.

    Args:
        gone: free units that would be free no longer, by (warehouse id, SKU id).
        scope: whose shops.
    """
    wanted = stock.with_kits({sku for _house, sku in gone})
    listed = _listed(wanted, scope)
    shops = Shop.objects.prefetch_related("bindings").in_bulk({shop for shop, _sku in listed})
    houses = {pk: {one.warehouse_id for one in shop.bindings.all()} for pk, shop in shops.items()}
    everywhere = {house for mine in houses.values() for house in mine}
    offered = {sku for _shop, sku in listed}
    now = stock.publishable(sku_ids=offered, warehouse_ids=everywhere)
    then = stock.publishable(sku_ids=offered, warehouse_ids=everywhere, without=gone)
    skus = stock.skus(offered)
    found = []
    for shop_id, sku in listed:
        shop, mine = shops[shop_id], houses[shop_id]
        before, after = (_shown(figures, mine, sku, shop.safety_qty) for figures in (now, then))
        if after < before:
            found.append(
                ShopFigure(
                    shop_id=shop.pk,
                    shop=shop.name,
                    platform=shop.get_platform_display(),
                    sku=skus[sku].code,
                    name=skus[sku].name,
                    before=before,
                    after=after,
                )
            )
    return sorted(found, key=lambda each: (each.after > 0, each.after - each.before, each.sku))


def _listed(sku_ids: Collection[int], scope: Scope) -> list[Key]:
    """(shop, SKU) of what active shops of the scope offer; a SKU offered twice counts once."""
    rows = scope.limit(Listing.objects.all(), "shop__unit").filter(
        sku_id__in=sorted(sku_ids), is_offered=True, shop__is_active=True
    )
    return [
        (shop, sku)
        for shop, sku in rows.values_list("shop_id", "sku_id").distinct().order_by("shop", "sku")
        if sku is not None
    ]


def _shown(
    figures: Mapping[Key, stock.Publishable], houses: Collection[int], sku: int, safety: int
) -> int:
    mine = [figures[house, sku].qty for house in houses if (house, sku) in figures]
    return shown_qty(free=mine, safety_qty=safety)
