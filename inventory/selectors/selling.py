"""What may be sold: free units by warehouse and pool, for somebody, and to be shown by a shop.

Every question takes many SKUs and costs a constant number of statements. Kits have figures like
goods: as many as the scarcest part makes, warehouse by warehouse, because one parcel is packed in
one place.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db import connection

from inventory.things import ONE_OWNER
from inventory.unpacking import KitRecipe, recipes_of

GOOD = "ZP"
Key = tuple[int, int]  # warehouse, SKU


@dataclass(frozen=True, kw_only=True, slots=True)
class Publishable:
    """What shops may show of a SKU in a warehouse, and the version it was computed from.

    `qty` is `available`, plus `shown` (units under claims that do not block publishing), less
    `hidden` (free units that lie where a mark blocks it). `version` rises with every posting and,
    for a kit, with every recipe; marks do not change it.
    """

    available: int
    shown: int
    hidden: int
    version: int

    @property
    def qty(self) -> int:
        """Units to show before any sharing rule of the shop; never below zero."""
        return self.available + self.shown - self.hidden


def available(
    *,
    sku_ids: Iterable[int],
    warehouse_ids: Collection[int] | None = None,
    grade: str = GOOD,
    owner: str = ONE_OWNER,
    kits: bool = True,
) -> dict[Key, int]:
    """Free units per (warehouse id, SKU id); pairs without any balance are missing.

    Two statements; one without `kits`, for callers that have asked for parts already.
    """
    wanted = set(sku_ids)
    recipes = recipes_of(wanted) if kits else {}
    free = _free(_with_parts(wanted, recipes), warehouse_ids, grade, owner)
    return _with_kits(free, wanted, recipes, KitRecipe.makes)


def available_in_pools(
    *,
    sku_ids: Iterable[int],
    pools: Mapping[str, Collection[int]],
    grade: str = GOOD,
    owner: str = ONE_OWNER,
) -> dict[tuple[str, int], int]:
    """Free units per (pool, SKU id); a pool is a named set of warehouse ids. Two statements.

    Every pair is there. A warehouse named twice in a pool counts once.
    """
    wanted = set(sku_ids)
    everywhere = {warehouse for pool in pools.values() for warehouse in pool}
    free = available(sku_ids=wanted, warehouse_ids=everywhere, grade=grade, owner=owner)
    return {
        (name, sku): sum(free.get((warehouse, sku), 0) for warehouse in set(pool))
        for name, pool in pools.items()
        for sku in wanted
    }


def available_for(
    *,
    document: str,
    sku_ids: Iterable[int],
    warehouse_ids: Collection[int] | None = None,
    draw_from: str = "",
    grade: str = GOOD,
    owner: str = ONE_OWNER,
) -> dict[Key, int]:
    """What this document could have: free units, its own claims, and its promotion's reserve.

    The open units of its own commitments count as available to it, and so do those of the
    commitments of `draw_from`, the reserve that it may draw from. Freezes never do. Three
    statements.
    """
    wanted = set(sku_ids)
    recipes = recipes_of(wanted)
    goods = _with_parts(wanted, recipes)
    units = _free(goods, warehouse_ids, grade, owner)
    mine = _claimed({document, draw_from} - {""}, goods, warehouse_ids, grade, owner)
    for key, claimed in mine.items():
        units[key] = units.get(key, 0) + claimed
    return _with_kits(units, wanted, recipes, KitRecipe.makes)


def versions(
    *,
    sku_ids: Iterable[int],
    warehouse_ids: Collection[int] | None = None,
    grade: str = GOOD,
    owner: str = ONE_OWNER,
) -> dict[Key, int]:
    """Balance versions per (warehouse id, SKU id); they only rise. Two statements.

    A kit's is the sum over all parts it ever had and its recipe's version.
    """
    wanted = set(sku_ids)
    recipes = recipes_of(wanted)
    rows = _balances(_with_parts(wanted, recipes), warehouse_ids, grade, owner)
    seen = {(warehouse, sku): version for warehouse, sku, _, version in rows}
    return _with_kits(seen, wanted, recipes, _version_of)


def publishable(
    *,
    sku_ids: Iterable[int],
    warehouse_ids: Collection[int] | None = None,
    grade: str = GOOD,
    owner: str = ONE_OWNER,
    without: Mapping[Key, int] | None = None,
) -> dict[Key, Publishable]:
    """What shops may show per (warehouse id, SKU id); pairs without any balance are missing.

    Two statements. All figures of goods and their versions are one look at the books, so a
    figure is never older than the version it is filed under.

    Args:
        without: units that are taken not to be free, as if a freeze had taken them already; kits
            lack them too.
    """
    gone = without or {}
    wanted = set(sku_ids)
    recipes = recipes_of(wanted)
    goods = _with_parts(wanted, recipes)
    houses = None if warehouse_ids is None else sorted(set(warehouse_ids))
    with connection.cursor() as cursor:
        cursor.execute(
            _PUBLISHABLE,
            {
                "skus": sorted(goods), "houses": houses, "grade": grade, "owner": owner,
            },
        )  # fmt: skip
        found = {
            (warehouse, sku): Publishable(
                available=left, shown=shown, hidden=min(hidden, left), version=version
            )
            for warehouse, sku, free, shown, hidden, version in cursor.fetchall()
            for left in [max(free - gone.get((warehouse, sku), 0), 0)]
        }
    parts: dict[int, dict[int, Publishable]] = {}
    for (warehouse, sku), figure in found.items():
        parts.setdefault(warehouse, {})[sku] = figure
    figures = {key: figure for key, figure in found.items() if key[1] in wanted}
    for recipe in recipes.values():
        for warehouse, there in parts.items():
            if _knows(there, recipe):
                figures[warehouse, recipe.kit_id] = _kit_figure(recipe, there)
    return figures


def _kit_figure(recipe: KitRecipe, there: Mapping[int, Publishable]) -> Publishable:
    """Kits out of free parts, how many more with shown ones, how many fewer without hidden ones."""
    free = recipe.makes({sku: figure.available for sku, figure in there.items()})
    most = recipe.makes({sku: figure.available + figure.shown for sku, figure in there.items()})
    final = recipe.makes({sku: figure.qty for sku, figure in there.items()})
    version = _version_of(recipe, {sku: figure.version for sku, figure in there.items()})
    return Publishable(available=free, shown=most - free, hidden=most - final, version=version)


def _version_of(recipe: KitRecipe, seen: Mapping[int, int]) -> int:
    """Rises with every part's balance and every recipe, also when a part is taken out."""
    return recipe.version + sum(seen.get(part, 0) for part in recipe.ever)


def _knows(there: Mapping[int, object], recipe: KitRecipe) -> bool:
    """True when a part has a balance there. Asks per part: a warehouse has far more SKUs."""
    return any(part in there for part in recipe.ever)


def _with_parts(wanted: set[int], recipes: Mapping[int, KitRecipe]) -> set[int]:
    return wanted.union(*(recipe.ever for recipe in recipes.values()))


def _with_kits(
    figures: dict[Key, int],
    wanted: set[int],
    recipes: Mapping[int, KitRecipe],
    of_kit: Callable[[KitRecipe, Mapping[int, int]], int],
) -> dict[Key, int]:
    """The wanted SKUs' figures, a kit's made of its parts' where any of them has one."""
    if not recipes:
        return figures
    parts: dict[int, dict[int, int]] = {}
    for (warehouse, sku), figure in figures.items():
        parts.setdefault(warehouse, {})[sku] = figure
    answer = {key: figure for key, figure in figures.items() if key[1] in wanted}
    for recipe in recipes.values():
        for warehouse, there in parts.items():
            if _knows(there, recipe):
                answer[warehouse, recipe.kit_id] = of_kit(recipe, there)
    return answer


def _free(
    sku_ids: set[int], warehouse_ids: Collection[int] | None, grade: str, owner: str
) -> dict[Key, int]:
    rows = _balances(sku_ids, warehouse_ids, grade, owner)
    return {(warehouse, sku): free for warehouse, sku, free, _ in rows}


def _balances(
    sku_ids: set[int], warehouse_ids: Collection[int] | None, grade: str, owner: str
) -> list[tuple[int, int, int, int]]:
    """(warehouse, SKU, available, version)."""
    houses = None if warehouse_ids is None else sorted(set(warehouse_ids))
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT warehouse_id, sku_id, available, version FROM inventory_balance
               WHERE sku_id = ANY(%s) AND grade = %s AND owner = %s
                 AND (%s::bigint[] IS NULL OR warehouse_id = ANY(%s::bigint[]))""",
            [sorted(sku_ids), grade, owner, houses, houses],
        )
        return list(cursor.fetchall())


def _claimed(
    documents: set[str],
    sku_ids: set[int],
    warehouse_ids: Collection[int] | None,
    grade: str,
    owner: str,
) -> dict[Key, int]:
    """Open units of these documents' commitments per (warehouse, SKU)."""
    houses = None if warehouse_ids is None else sorted(set(warehouse_ids))
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT b.warehouse_id, b.sku_id, sum(l.open)::bigint
               FROM inventory_hold h JOIN inventory_holdline l ON l.hold_id = h.id
               JOIN inventory_balance b ON b.id = l.balance_id
               WHERE h.document = ANY(%s) AND h.role = 'COMMITMENT' AND h.closed_at IS NULL
                 AND l.open > 0 AND b.sku_id = ANY(%s) AND b.grade = %s AND b.owner = %s
                 AND (%s::bigint[] IS NULL OR b.warehouse_id = ANY(%s::bigint[]))
               GROUP BY 1, 2""",
            [sorted(documents), sorted(sku_ids), grade, owner, houses, houses],
        )
        return {(warehouse, sku): units for warehouse, sku, units in cursor.fetchall()}


# Whether the blanket `h` covers the cell `c` of balance `b` at place `p` with lot `o`.
_COVERS = """
    NOT (c.id = ANY(h.excluded_cells))
    AND (c.lot_id IS NULL OR NOT (c.lot_id = ANY(h.excluded_lots)))
    AND (h.warehouse_id IS NULL OR h.warehouse_id = b.warehouse_id)
    AND (h.zone_id IS NULL OR h.zone_id = p.zone_id)
    AND (h.location_id IS NULL OR h.location_id = c.location_id)
    AND (h.sku_id IS NULL OR h.sku_id = b.sku_id)
    AND (h.lot_id IS NULL OR h.lot_id = c.lot_id)
    AND (h.supplier = '' OR h.supplier = o.supplier)
    AND (h.grade = '' OR h.grade = b.grade)
    AND (h.owner = '' OR h.owner = b.owner)"""

# Under a blanket that takes units nothing is free (design section 4), so only marks hide free
# units. Of units that somebody claims without a cell nobody knows whether they lie under the
# mark; they are taken not to, so that a shop shows too little rather than too much.
_PUBLISHABLE = f"""
    WITH b AS MATERIALIZED (
        SELECT id, warehouse_id, sku_id, grade, owner, available, version FROM inventory_balance
        WHERE sku_id = ANY(%(skus)s) AND grade = %(grade)s AND owner = %(owner)s
          AND (%(houses)s::bigint[] IS NULL OR warehouse_id = ANY(%(houses)s::bigint[]))
    ), marks AS MATERIALIZED (
        SELECT * FROM inventory_hold
        WHERE blanket AND NOT blocks_reserve AND blocks_publish AND closed_at IS NULL
    ), shown AS (
        SELECT l.balance_id, sum(l.open)::bigint AS units
        FROM inventory_hold s JOIN inventory_holdline l ON l.hold_id = s.id
        JOIN b ON b.id = l.balance_id
        LEFT JOIN inventory_stock c ON c.id = l.stock_id
        LEFT JOIN inventory_location p ON p.id = c.location_id
        LEFT JOIN inventory_lot o ON o.id = c.lot_id
        WHERE NOT s.blocks_publish AND s.closed_at IS NULL AND l.open > 0
          AND (c.id IS NULL OR NOT EXISTS (
              SELECT FROM inventory_hold h
              WHERE h.blanket AND h.blocks_publish AND h.closed_at IS NULL AND {_COVERS}))
        GROUP BY 1
    ), hidden AS (
        SELECT c.balance_id, sum(c.on_hand - c.pinned)::bigint AS units
        FROM inventory_stock c JOIN b ON b.id = c.balance_id
        JOIN inventory_location p ON p.id = c.location_id
        LEFT JOIN inventory_lot o ON o.id = c.lot_id
        WHERE EXISTS (SELECT FROM marks) AND c.on_hand > c.pinned
          AND EXISTS (SELECT FROM marks h WHERE {_COVERS})
        GROUP BY 1
    )
    SELECT b.warehouse_id, b.sku_id, b.available, coalesce(shown.units, 0),
           coalesce(hidden.units, 0), b.version
    FROM b LEFT JOIN shown ON shown.balance_id = b.id LEFT JOIN hidden ON hidden.balance_id = b.id
"""  # noqa: S608 - only constants are put together
