"""What a new company has already: a place, a SKU, something on hand."""

from __future__ import annotations

from collections.abc import Collection

from inventory.models import Balance, Location, Sku
from org.scope import Scope


def has_bin(*, warehouse_ids: Collection[int]) -> bool:
    """True when one of these warehouses has a place where goods are stored."""
    return Location.objects.filter(
        warehouse_id__in=warehouse_ids, kind=Location.Kind.STORAGE, is_active=True
    ).exists()


def has_sku() -> bool:
    """True when there is anything to stock."""
    return Sku.objects.filter(is_active=True, is_kit=False).exists()


def has_stock(*, scope: Scope) -> bool:
    """True when something lies in a warehouse of the scope."""
    return scope.limit(Balance.objects.filter(on_hand__gt=0), "warehouse__unit").exists()


def goods_on_hand(*, scope: Scope, limit: int) -> list[tuple[str, str, str]]:
    """Code, name and price of SKUs that can be sold now, by code."""
    rows = scope.limit(
        Balance.objects.filter(available__gt=0, sku__is_active=True), "warehouse__unit"
    )
    found = rows.values_list("sku__code", "sku__name", "sku__list_price").distinct()
    return [(code, name, str(price)) for code, name, price in found.order_by("sku__code")[:limit]]
