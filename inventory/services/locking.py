"""Keep stock as it is while somebody decides about it."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

from inventory.models import Balance, HoldLine


def keep_still(*, hold_ids: Collection[int]) -> None:
    """Lock the balances that these claims have units in, until the transaction ends.

    In the ledger's order, so that a verb that follows in the same transaction waits for nobody
    who waits for it. Joins the caller's transaction.
    """
    assert connection.in_atomic_block, "A lock outside a transaction keeps nothing."
    ids = HoldLine.objects.filter(hold_id__in=hold_ids).values("balance_id")
    rows = Balance.objects.filter(pk__in=ids).order_by("id").select_for_update(no_key=True)
    list(rows.values_list("id", flat=True))


def keep_goods_still(*, warehouse_id: int, sku_ids: Collection[int]) -> None:
    """Lock the balances of these SKUs in a warehouse, until the transaction ends.

    In the ledger's order. Joins the caller's transaction.
    """
    assert connection.in_atomic_block, "A lock outside a transaction keeps nothing."
    rows = Balance.objects.filter(warehouse_id=warehouse_id, sku_id__in=sku_ids).order_by("id")
    list(rows.select_for_update(no_key=True).values_list("id", flat=True))
