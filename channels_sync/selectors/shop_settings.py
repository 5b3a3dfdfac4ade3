"""What can be set of a shop."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from channels_sync.models import Shop
from org.scope import Scope


@dataclass(frozen=True, kw_only=True, slots=True)
class ShopSettings:
    """A shop as its settings page shows it; the address only to read, no secrets."""

    id: int
    name: str
    code: str
    base_url: str
    pull_seconds: int
    # Units of each SKU that stay out of the shop's figure.
    safety_qty: int
    warehouse_ids: tuple[int, ...]
    is_pulled: bool

    @property
    def seen(self) -> str:
        """What stands now, as a mark that changes with it."""
        told = (self.name, self.pull_seconds, self.safety_qty, self.warehouse_ids)
        return sha256(repr(told).encode()).hexdigest()[:16]


def shop_settings(*, scope: Scope, shop_id: int, locked: bool = False) -> ShopSettings | None:
    """The settings of a shop inside the scope, else None. Two statements.

    `locked`: nobody else changes them before the caller's transaction ends.
    """
    rows = scope.limit(Shop.objects.filter(pk=shop_id).defer("credentials"), "unit")
    if locked:
        rows = rows.select_for_update(of=("self",))
    shop = rows.prefetch_related("bindings").first()
    if shop is None:
        return None
    return ShopSettings(
        id=shop.pk,
        name=shop.name,
        code=shop.code,
        base_url=shop.base_url,
        pull_seconds=shop.pull_seconds,
        safety_qty=shop.safety_qty,
        warehouse_ids=tuple(sorted(each.warehouse_id for each in shop.bindings.all())),
        is_pulled=shop.is_pulled,
    )
