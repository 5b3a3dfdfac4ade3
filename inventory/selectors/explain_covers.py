"""Blankets over cells: what they forbid there, whoever holds the units (design section 4)."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

from inventory.models import Hold
from inventory.selectors.explain_claims import forbidden
from inventory.selectors.explain_frees import frees, permission_of
from inventory.selectors.explanations import Cover

# Blankets that an explanation names, highest rank first.
NAMED = 20

# Only blankets that name one of these places, lots and warehouses, or none, are looked at.
_COVERS = """
    WITH cells AS MATERIALIZED (
        SELECT c.id, c.on_hand, c.location_id, c.lot_id, c.balance_id, p.zone_id, o.supplier,
               b.warehouse_id, b.sku_id, b.grade, b.owner
        FROM inventory_stock c
        JOIN inventory_balance b ON b.id = c.balance_id
        JOIN inventory_location p ON p.id = c.location_id
        LEFT JOIN inventory_lot o ON o.id = c.lot_id
        WHERE (c.balance_id = ANY(%(balances)s::bigint[]) OR c.id = ANY(%(cells)s::bigint[]))
          AND c.on_hand > 0),
    near AS MATERIALIZED (
        SELECT h.* FROM inventory_hold h
        WHERE h.blanket AND h.closed_at IS NULL
          AND (h.warehouse_id IS NULL OR h.warehouse_id IN (SELECT warehouse_id FROM cells))
          AND (h.sku_id IS NULL OR h.sku_id IN (SELECT sku_id FROM cells))
          AND (h.location_id IS NULL OR h.location_id IN (SELECT location_id FROM cells))
          AND (h.lot_id IS NULL OR h.lot_id IN (
              SELECT lot_id FROM cells WHERE lot_id IS NOT NULL))),
    covered AS MATERIALIZED (
        SELECT h.id AS hold_id, c.id, c.balance_id, c.on_hand
        FROM near h JOIN cells c ON (h.warehouse_id IS NULL OR h.warehouse_id = c.warehouse_id)
            AND (h.zone_id IS NULL OR h.zone_id = c.zone_id)
            AND (h.location_id IS NULL OR h.location_id = c.location_id)
            AND (h.sku_id IS NULL OR h.sku_id = c.sku_id)
            AND (h.lot_id IS NULL OR h.lot_id = c.lot_id)
            AND (h.supplier = '' OR h.supplier = c.supplier)
            AND (h.grade = '' OR h.grade = c.grade)
            AND (h.owner = '' OR h.owner = c.owner)
            AND NOT (c.id = ANY(h.excluded_cells))
            AND (c.lot_id IS NULL OR NOT (c.lot_id = ANY(h.excluded_lots))))
    SELECT s.hold_id, s.cells, s.units, coalesce((
               SELECT sum(l.open) FROM inventory_holdline l
               WHERE l.hold_id = s.hold_id AND l.open > 0
                 AND l.balance_id IN (SELECT balance_id FROM covered)
                 AND l.stock_id IN (SELECT id FROM cells)), 0)::bigint
    FROM (SELECT hold_id, count(*) AS cells, sum(on_hand)::bigint AS units
          FROM covered GROUP BY hold_id) s"""


def covers_over(
    *, balance_ids: Collection[int] = (), stock_ids: Collection[int] = ()
) -> tuple[Cover, ...]:
    """Blankets that forbid more units of these cells than they hold. Two statements."""
    with connection.cursor() as cursor:
        cursor.execute(_COVERS, {"balances": list(balance_ids), "cells": list(stock_ids)})
        found = {row[0]: row[1:] for row in cursor.fetchall() if row[2] > row[3]}
    holds = Hold.objects.select_related("reason").filter(id__in=found)
    return tuple(_cover(hold, *found[hold.pk]) for hold in holds.order_by("-rank", "id")[:NAMED])


def _cover(hold: Hold, cells: int, covered: int, holds: int) -> Cover:
    return Cover(
        hold_id=hold.pk,
        document=hold.document,
        reason_code=hold.reason.code,
        reason_label=hold.reason.label,
        role=hold.role,
        rank=hold.rank,
        is_safety=hold.is_safety,
        forbids=forbidden(hold),
        cells=cells,
        covered=covered,
        holds=holds,
        placed_by=hold.placed_by,
        since=hold.created_at,
        review_at=hold.review_at,
        permission=permission_of(hold),
        frees=frees(hold),
    )
