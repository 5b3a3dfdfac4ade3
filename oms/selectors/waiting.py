"""What orders wait for because there is no stock: they come first when some arrives."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from oms import codes


def units_waiting(*, sku_ids: Iterable[int]) -> dict[int, int]:
    """Base units that stopped orders still need, by SKU; SKUs nobody waits for are missing.

    Kits count as their parts. One statement; made for `inventory.selectors.future(waiting=...)`.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT need.key::bigint, sum(need.value::bigint)::bigint
               FROM oms_orderexception x, jsonb_each_text(x.detail -> 'needs') need
               WHERE x.code = %s AND x.state = 'OPEN' AND need.key = ANY(%s)
               GROUP BY 1""",
            [codes.OUT_OF_STOCK, [str(sku_id) for sku_id in sorted(set(sku_ids))]],
        )
        return dict(cursor.fetchall())
