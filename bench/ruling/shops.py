"""In a running house: from a cancelled order, and from a freeze, to the figure at the platform."""

from __future__ import annotations

import time
from collections.abc import Callable

from bench import house, measure
from bench.day.outside import Outside

PAUSE_S = 1.0
PATIENCE_S = 30.0


def measure_shops(*, rounds: int) -> dict[str, float | str]:
    """One cancel and one freeze a second, each watched until the platform's figure has moved."""
    with house.running() as stack:
        outside = house.open_shops(stack)
        shop, sku = _listed(outside)
        _rule()
        freezes = _each(rounds, lambda n: _freeze(outside, shop, sku, n))
        cancels = _each(rounds, lambda _n: _cancel(outside, shop, sku))
    return {
        "cancel_to_shop_p99_ms": measure.part(cancels, 0.99),
        "cancel_to_shop_p50_ms": measure.part(cancels, 0.50),
        "freeze_to_shop_p99_ms": measure.part(freezes, 0.99),
        "freeze_to_shop_p50_ms": measure.part(freezes, 0.50),
    }


def _rule() -> None:
    """Freezes what an event from outside names, as a rule of one's own does."""
    from tests.freeze_rules import writing

    writing.enabled(
        name="Bench", trigger="external", scope="goods", quantity={"event": True}, reason="RULE",
        condition={"fact": "event.external", "is": "=", "value": "BENCH"},
    )  # fmt: skip


def _each(rounds: int, once: Callable[[int], float]) -> list[float]:
    took = []
    for n in range(rounds):
        took.append(once(n) * 1000)
        time.sleep(PAUSE_S)
    return took


def _listed(outside: Outside) -> tuple[str, str]:
    """A shop that was told its stock and one of its SKUs that is not sold out."""
    for row in outside.rows("/sandbox/records/stock", "stock"):
        if row["told"] is not None and row["figure"] > 100:
            return row["shop"], row["sku"]
    raise RuntimeError("no shop has anything to sell")


def _figure(outside: Outside, shop: str, sku: str) -> int:
    rows = outside.get("/sandbox/records/stock", shop=shop)["stock"]
    return next(int(row["figure"]) for row in rows if row["sku"] == sku)


def _until(look: Callable[[], bool]) -> float:
    began = time.perf_counter()
    while not look():
        if time.perf_counter() - began > PATIENCE_S:
            raise RuntimeError(f"nothing moved within {PATIENCE_S:.0f} s")
        time.sleep(0.01)
    return time.perf_counter() - began


def _freeze(outside: Outside, shop: str, sku: str, n: int) -> float:
    """Freeze five units by a rule; seconds until the platform's figure is five lower."""
    from django.db import transaction

    from freeze_rules.services import events as telling
    from inventory import selectors as stock
    from org.scope import Scope

    before = _figure(outside, shop, sku)
    houses = {row.code: row.id for row in stock.warehouses(scope=Scope.everything())}
    goods = telling.Goods(sku_id=stock.sku_ids_by_code([sku])[sku], qty=5)
    with transaction.atomic(durable=True):
        telling.note(
            [
                telling.Happening(
                    kind="external", key=f"bench:{n}", warehouse_id=houses["WH-SH"],
                    facts={"event.external": "BENCH"}, goods=[goods],
                )
            ],
            told_by="system:bench",
        )  # fmt: skip
    return _until(lambda: _figure(outside, shop, sku) <= before - 5)


def _cancel(outside: Outside, shop: str, sku: str) -> float:
    """Sell three and cancel them; seconds from the cancel until the platform's figure is back."""
    before = _figure(outside, shop, sku)
    wish = {"shop": shop, "lines": [{"sku": sku, "quantity": 3}]}
    number = outside.post("/sandbox/orders", wish)["order"]["number"]
    _until(lambda: _held(number))
    outside.post(f"/sandbox/orders/{number}/cancel")
    return _until(lambda: _figure(outside, shop, sku) >= before)


def _held(number: str) -> bool:
    from oms.models import Order

    return Order.objects.filter(platform_number=number, held_at__isnull=False).exists()
