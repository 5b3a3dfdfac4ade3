"""What other systems are told of stock."""

from __future__ import annotations

from urllib.parse import urlencode

from inventory.models import Balance, Sku
from webhooks import selectors as asked
from webhooks import services as webhooks

TOPIC = "stock.changed"
WHERE = "/api/v1/stock/availability"


def note_stock_changed(*, keys: list[str]) -> None:
    """What can be sold of these SKUs is more or less than before."""
    if not asked.anybody_wants(TOPIC):
        return
    ids = [int(key) for key in keys]
    codes = dict(Sku.objects.filter(id__in=ids).values_list("id", "code"))
    units: dict[int, set[int]] = {}
    houses: dict[int, set[int]] = {}
    rows = Balance.objects.filter(sku_id__in=ids)
    columns = ("sku_id", "warehouse__unit_id", "warehouse_id")
    for sku, unit, house in rows.values_list(*columns).distinct():
        units.setdefault(sku, set()).add(unit)
        houses.setdefault(sku, set()).add(house)
    webhooks.publish(
        topic=TOPIC,
        events=[
            webhooks.Event(
                {"sku": codes[sku], "link": f"{WHERE}?{urlencode({'sku': codes[sku]})}"},
                frozenset(units.get(sku, ())),
                frozenset(houses.get(sku, ())),
            )
            for sku in ids
            if sku in codes
        ],
    )
