"""The way of shop systems: one transaction per order, its stock rows locked, one write per line.

Two plain tables without any of our guards; the reserved lines are even written in one statement.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection, models, transaction


class ShopStock(models.Model):
    """Units of a SKU, and those reserved."""

    sku_id = models.BigIntegerField(unique=True)
    on_hand = models.BigIntegerField()
    held = models.BigIntegerField(default=0)

    class Meta:
        app_label = "bench_shop"

    def __str__(self) -> str:
        return str(self.sku_id)


class ShopLine(models.Model):
    """Units of a SKU reserved for an order."""

    number = models.CharField(max_length=64, db_index=True)
    sku_id = models.BigIntegerField(db_index=True)
    qty = models.BigIntegerField()

    class Meta:
        app_label = "bench_shop"

    def __str__(self) -> str:
        return self.number


def make_tables() -> None:
    """The two tables, with what every SKU has."""
    with connection.schema_editor() as editor:
        editor.create_model(ShopStock)
        editor.create_model(ShopLine)
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO bench_shop_shopstock (sku_id, on_hand, held)
               SELECT sku_id, sum(on_hand), 0 FROM inventory_balance GROUP BY sku_id"""
        )


def reserve(number: str, lines: Sequence[tuple[int, int]]) -> None:
    """Reserve one order's lines, or raise."""
    with transaction.atomic(durable=True):
        wanted = sorted({sku for sku, _ in lines})
        rows = (
            ShopStock._default_manager.select_for_update()
            .filter(sku_id__in=wanted)
            .order_by("sku_id")
        )
        stock = {row.sku_id: row for row in rows}
        for sku, qty in lines:
            row = stock[sku]
            assert row.on_hand - row.held >= qty
            row.held += qty
            row.save(update_fields=["held"])
            ShopLine._default_manager.create(number=number, sku_id=sku, qty=qty)
