"""Reads what a batch needs from the database, under the balances' locks, a statement per kind."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from django.db.models import Q

from inventory import bulk, reaching
from inventory.decisions.needs import Needs
from inventory.knowing import (
    any_of,
    know_batches,
    know_blankets,
    know_cells,
    know_lines,
    know_places,
    lines_named,
)
from inventory.models import (
    Balance,
    Hold,
    HoldLine,
    Reason,
    Sku,
    Stock,
    Warehouse,
)
from inventory.models.books import Grade
from inventory.scopes import Scope
from inventory.world import Bal, BalanceKey, Cell, World

# Advisory lock classes; the second key is always 0.
BLANKETS = 7101
# As long as the column that keeps it.
OWNER_LENGTH = 32
_READ_BALANCES = """SELECT id, warehouse_id, sku_id, grade, owner, on_hand, held, version
    FROM inventory_balance WHERE id = ANY(%s::bigint[]) ORDER BY id"""


def lock_blankets(*, alone: bool) -> None:
    """Keep new cells and wide blankets from passing each other unseen.

    A wide blanket (or its end) takes the lock alone; commands that may make new cells share it.
    Taken before any balance, so the order of locks is the same everywhere.
    """
    shared = "" if alone else "_shared"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock{shared}(%s, 0)", [BLANKETS])


def balance_ids(needs: Needs, *, insert: bool = True) -> list[int]:
    """The balances to lock: those named, those of named claims, those under wide blankets.

    Missing ones that goods will lie in are made first; a plan that writes nothing leaves them out.
    """
    found = _resolve(needs.balances)
    missing = sorted(key for key in needs.growing if key not in found)
    if missing and insert:
        _insert_missing(missing)
        found |= _resolve(set(missing))
    needs.absent = needs.balances - found.keys()
    ids = set(found.values()) | needs.balance_ids
    if needs.documents or needs.hold_ids:
        # Of open claims, also where they hold nothing now: drawn units may return to a reserve.
        lines = HoldLine.objects.filter(hold__closed_at__isnull=True).values_list("balance_id")
        ids.update(any_of(lines, lines_named(needs)))
        if needs.lifts_blankets:
            ids.update(_covered_balances(needs))
    for scope in needs.wide:
        ids.update(_cells_in(scope).values_list("balance_id", flat=True).distinct())
    if needs.everywhere:
        same = Q()
        for scope in needs.everywhere:
            same |= Q(sku_id=scope.sku_id, grade=scope.grade, owner=scope.owner)
        ids.update(Balance.objects.filter(same).values_list("id", flat=True))
    return sorted(ids)


def _covered_balances(needs: Needs) -> set[int]:
    cells = Stock.objects.filter(blanket__in=_named_blankets(needs))
    return set(cells.values_list("balance_id", flat=True).distinct())


def lifts_a_wide_blanket(needs: Needs) -> bool:
    """True when one of the claims to be released is a blanket."""
    if not needs.lifts_blankets:
        return False
    return bool(_named_blankets(needs))


def _cells_in(scope: Scope):  # type: ignore[no-untyped-def]
    """Cells that a scope covers, as a query set."""
    named = {
        "balance__warehouse_id": scope.warehouse_id,
        "location__zone_id": scope.zone_id,
        "location_id": scope.location_id,
        "balance__sku_id": scope.sku_id,
        "lot_id": scope.lot_id,
        "lot__supplier": scope.supplier,
        "balance__grade": scope.grade,
        "balance__owner": scope.owner,
    }
    return Stock.objects.filter(**{name: value for name, value in named.items() if value})


def skus_under(scopes: Iterable[Scope]) -> set[int]:
    """The SKUs that have a cell under any of these scopes; one statement, none for no scope."""
    places = Q()
    for scope in scopes:
        places |= Q(id__in=_cells_in(scope).values("id"))
    if not places:
        return set()
    cells = Stock.objects.filter(places)
    return set(cells.values_list("balance__sku_id", flat=True).distinct())


def _resolve(keys: Iterable[BalanceKey]) -> dict[BalanceKey, int]:
    wanted = list(keys)
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            # One look into the index for each, however many: never a walk through the table.
            """SELECT b.id, k.warehouse_id, k.sku_id, k.grade, k.owner
               FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[])
                   AS k(warehouse_id, sku_id, grade, owner)
               CROSS JOIN LATERAL (
                   SELECT id FROM inventory_balance b
                   WHERE (b.warehouse_id, b.sku_id, b.grade, b.owner)
                       = (k.warehouse_id, k.sku_id, k.grade, k.owner) LIMIT 1) b""",
            [list(column) for column in zip(*wanted, strict=True)],
        )
        return {(row[1], row[2], row[3], row[4]): row[0] for row in cursor.fetchall()}


def _insert_missing(keys: list[BalanceKey]) -> None:
    """Empty balances, in key order; whoever comes first wins and the other waits."""
    goods = Sku.objects.filter(bulk.one_of("id", {key[1] for key in keys}), is_kit=False)
    known = set(goods.values_list("id", flat=True))
    houses = set(
        Warehouse.objects.filter(id__in={key[0] for key in keys}).values_list("id", flat=True)
    )
    grades = set(Grade.values)
    fresh = [
        key
        for key in keys
        if key[1] in known and key[0] in houses and key[2] in grades and len(key[3]) <= OWNER_LENGTH
    ]
    columns = ("warehouse_id", "sku_id", "grade", "owner")
    bulk.insert(
        Balance,
        len(fresh),
        dict(zip(columns, map(list, zip(*fresh, strict=True)), strict=False)),
        skip_known=True,
    )


def lock(world: World, ids: list[int]) -> None:
    """Lock the balances in id order; they cover their cells and lines."""
    know(world, ids, how="FOR NO KEY UPDATE")


def where_claims_went(needs: Needs, ids: list[int]) -> set[int]:
    """Balances to which named claims were carried while the locks of these were awaited.

    A freeze that another command regrades or sends off has its units elsewhere by then.
    """
    lines = HoldLine.objects.filter(open__gt=0).values_list("balance_id")
    return any_of(lines, lines_named(needs)) - set(ids)


def know(world: World, ids: list[int], *, how: str = "") -> None:
    """Read the balances; without a lock what is read may be old when it is used."""
    if not ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_READ_BALANCES} {how}",
            [bulk.literal(ids)],
        )
        rows = cursor.fetchall()
    for pk, warehouse, sku, grade, owner, on_hand, held, version in rows:
        key = (warehouse, sku, grade, owner)
        world.balances[key] = Bal(pk, key, on_hand, held, version)


def load(world: World, needs: Needs) -> None:
    """Places, lots, reasons, blankets, cells and lines, in that order."""
    by_id = {balance.id: balance for balance in world.balances.values()}
    world.reasons.update({reason.code: reason for reason in _reasons(needs)})
    if needs.growing or needs.physical:
        _know_tracking(world)
    if needs.locations:
        know_places(world, needs.locations, lands=bool(needs.growing))
    if needs.lots:
        know_batches(world, needs.lots)
    if needs.wide:
        world.nowhere = reaching.nowhere(needs.wide)
    if needs.strategies:
        world.strategies = reaching.strategies({key[1] for key in world.balances})
    rows = _cell_rows(world, needs, by_id)
    covered = needs.locations or needs.cell_ids or any(row.blanket_id for row in rows)
    asked = needs.hold_ids or needs.lifts_blankets or needs.whole or needs.effects
    if covered or asked or needs.wide:
        know_blankets(world, needs, by_id, rows)
    cells: dict[int, Cell] = {}
    know_cells(world, by_id, cells, rows)
    know_lines(world, needs, by_id, cells)


def _know_tracking(world: World) -> None:
    """Which of the locked goods are tracked by lot or by serial number."""
    tracked = Sku.objects.filter(
        Q(lot_tracked=True) | Q(serial_tracked=True),
        bulk.one_of("id", {key[1] for key in world.balances}),
    )
    for sku, by_lot, by_serial in tracked.values_list("id", "lot_tracked", "serial_tracked"):
        if by_lot:
            world.lot_tracked.add(sku)
        if by_serial:
            world.papers.serial_tracked.add(sku)


def _reasons(needs: Needs) -> list[Reason]:
    if not needs.reasons:
        return []
    columns = "SELECT * FROM inventory_reason WHERE code = ANY(%s)"
    return list(Reason.objects.raw(columns, [sorted(needs.reasons)]))


def _cell_rows(world: World, needs: Needs, by_id: dict[int, Bal]) -> list[Stock]:
    """Cells named by location, under a blanket, with a named claim, or of whole balances."""
    if not by_id:
        return []
    # Only the terms that can find something: an order's hold asks for little, thousands a minute.
    which = Q()
    waiting = _waiting_cells(by_id)
    if waiting:
        which |= bulk.one_of("id", waiting)
    if needs.locations:
        which |= bulk.one_of("location_id", needs.locations)
    whole = {world.balances[key].id for key in needs.whole if key in world.balances}
    if whole:
        which |= bulk.one_of("balance_id", whole)
    if needs.documents or needs.hold_ids:
        pinned = HoldLine.objects.filter(bulk.one_of("balance_id", by_id), stock__isnull=False)
        which |= bulk.one_of("id", any_of(pinned.values_list("stock_id"), lines_named(needs)))
    if needs.reserves:
        which |= Q(
            id__in=HoldLine.objects.filter(
                hold__document__in=needs.reserves, balance_id__in=by_id, open__gt=0
            ).values("stock_id")
        )
    if needs.all_claims:
        counted = {world.balances[key].id for key in needs.all_claims if key in world.balances}
        which |= bulk.one_of("balance_id", counted)
    lifted = _named_blankets(needs) if needs.lifts_blankets else []
    if lifted:
        # Empty and wholly frozen cells too: none may name a blanket that is gone.
        which |= Q(blanket_id__in=lifted)
    if needs.cell_ids:
        which |= bulk.one_of("id", needs.cell_ids)
    for scope in needs.wide:
        which |= Q(id__in=_cells_in(scope).values("id"))
    if not which:
        return []
    return list(
        Stock.objects.filter(which, bulk.one_of("balance_id", by_id))
        .select_related("location", "lot")
        .order_by("id")
    )


def _named_blankets(needs: Needs) -> list[int]:
    named = Q(document__in=needs.documents) | Q(id__in=needs.hold_ids)
    found = Hold.objects.filter(named, blanket=True, closed_at__isnull=True)
    return list(found.values_list("id", flat=True))


def _waiting_cells(by_id: Iterable[int]) -> list[int]:
    """Cells with units that a blanket may still take; those wholly frozen have none to give."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT id FROM inventory_stock WHERE balance_id = ANY(%s::bigint[])
               AND blanket_id IS NOT NULL AND on_hand > pinned""",
            [bulk.literal(list(by_id))],
        )
        return [row[0] for row in cursor.fetchall()]
