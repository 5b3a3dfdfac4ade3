"""Rows of cells and claims become things in memory."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from inventory import bulk
from inventory.decisions.effects import blocked_acts
from inventory.decisions.needs import Needs
from inventory.models import Hold, HoldLine, Location, Lot, Stock
from inventory.scopes import Scope
from inventory.world import Bal, Batch, Cell, Claim, LineState, Place, World


def know_place(world: World, place: Location) -> None:
    """Know a location."""
    world.places[place.id] = Place(
        place.id, place.warehouse_id, place.zone_id, place.kind, place.sequence, place.code,
        place.is_active,
    )  # fmt: skip


def know_batch(world: World, lot: Lot) -> None:
    """Know a lot."""
    world.batches[lot.id] = Batch(
        lot.id, lot.expires_on, lot.produced_on, lot.supplier, lot.sku_id, lot.created_at
    )


def know_places(world: World, ids: Iterable[int], *, lands: bool = False) -> None:
    """Know these locations; where goods may land, none is switched off before we are done."""
    # The lock meets only whoever switches a location off, and comes after those of the balances.
    lock = "ORDER BY id FOR KEY SHARE" if lands else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT id, warehouse_id, zone_id, kind, sequence, code, is_active
                FROM inventory_location WHERE id = ANY(%s::bigint[]) {lock}""",  # noqa: S608
            [bulk.literal(list(ids))],
        )
        world.places.update({row[0]: Place(*row) for row in cursor.fetchall()})


def know_batches(world: World, ids: Iterable[int]) -> None:
    """Know these lots."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT id, expires_on, produced_on, supplier, sku_id, created_at
               FROM inventory_lot WHERE id = ANY(%s::bigint[])""",
            [bulk.literal(list(ids))],
        )
        world.batches.update({row[0]: Batch(*row) for row in cursor.fetchall()})


def know_cells(
    world: World, by_id: dict[int, Bal], cells: dict[int, Cell], rows: Iterable[Stock]
) -> None:
    """Know cells of locked balances, with their places and lots."""
    for row in rows:
        know_place(world, row.location)
        if row.lot is not None:
            know_batch(world, row.lot)
        cell = Cell(
            by_id[row.balance_id],
            world.places[row.location_id],
            world.batches[row.lot_id] if row.lot_id is not None else None,
            row.on_hand,
            row.pinned,
            world.claims.get(row.blanket_id) if row.blanket_id else None,
            row.id,
        )
        cells[row.id] = cell
        world.add_cell(cell)


def know_blankets(world: World, needs: Needs, by_id: dict[int, Bal], rows: list[Stock]) -> None:
    """Active blankets that may cover a cell of these balances or locations."""
    warehouses = {balance.key[0] for balance in by_id.values()}
    skus = {balance.key[1] for balance in by_id.values()}
    places = needs.locations | {row.location_id for row in rows}
    which = (
        (Q(warehouse__isnull=True) | Q(warehouse_id__in=warehouses))
        & (Q(sku__isnull=True) | bulk.one_of("sku_id", skus))
        & (Q(location__isnull=True) | bulk.one_of("location_id", places))
    )
    which |= Q(document__in=needs.documents) | bulk.one_of("id", needs.hold_ids)
    found = Hold.objects.filter(which, blanket=True, closed_at__isnull=True)
    for hold in found.values_list(*_OF_A_HOLD, named=True):
        world.add_blanket(_know_claim(world, hold))


# Plain values: rows as objects of the ORM take three times as long, and thousands expire at once.
_OF_A_HOLD = (
    "id", "document", "reason__code", "reason_id", "role", "rank", "is_safety", "binds_to",
    "blocks_reserve", "blocks_pick", "blocks_ship", "blocks_move", "blocks_count",
    "blocks_publish", "warehouse_id", "zone_id", "location_id", "sku_id", "lot_id", "supplier",
    "grade", "owner", "excluded_lots", "excluded_cells", "blanket", "closed_at",
)  # fmt: skip
_OF_A_LINE = (
    "id", "hold_id", "balance_id", "stock_id", "open", "priority", "started", "bound", "origin_id",
    "origin__hold_id",
)  # fmt: skip


def _know_claims(world: World, hold_ids: set[int]) -> None:
    unknown = hold_ids - world.claims.keys()
    if unknown:
        rows = Hold.objects.filter(bulk.one_of("id", unknown))
        for hold in rows.values_list(*_OF_A_HOLD, named=True):
            _know_claim(world, hold)


def _know_claim(world: World, hold: Any) -> Claim:
    if hold.id in world.claims:
        return world.claims[hold.id]
    claim = Claim(
        document=hold.document,
        reason=hold.reason__code,
        role=hold.role,
        rank=hold.rank,
        is_safety=hold.is_safety,
        binds_to=hold.binds_to,
        blocks=blocked_acts(hold),
        scope=Scope(
            warehouse_id=hold.warehouse_id,
            zone_id=hold.zone_id,
            location_id=hold.location_id,
            sku_id=hold.sku_id,
            lot_id=hold.lot_id,
            supplier=hold.supplier,
            grade=hold.grade,
            owner=hold.owner,
            without_lots=frozenset(hold.excluded_lots),
            without_cells=frozenset(hold.excluded_cells),
        ),
        blanket=hold.blanket,
        id=hold.id,
        open=hold.closed_at is None,
        reason_id=hold.reason_id,
    )
    world.claims[hold.id] = claim
    return claim


def know_lines(world: World, needs: Needs, by_id: dict[int, Bal], cells: dict[int, Cell]) -> None:
    """Lines of named claims, of blankets, in named locations, and where a count may break any.

    Empty lines are read too: a claim that comes back to a cell uses its line again.
    """
    if not by_id:
        return
    parts = lines_named(needs)
    blankets = {claim.id for claim in world.blankets if claim.id is not None}
    if blankets:
        parts.append(bulk.one_of("hold_id", blankets))
    if needs.reserves:
        open_ones = Hold.objects.filter(document__in=needs.reserves, closed_at__isnull=True)
        parts.append(bulk.one_of("hold_id", open_ones.values_list("id", flat=True)))
    at = needs.cell_ids | {
        number for number, cell in cells.items() if cell.place.id in needs.locations
    }
    if at:
        parts.append(bulk.one_of("stock_id", at) & Q(hold__closed_at__isnull=True))
    if needs.all_claims:
        counted = {world.balances[key].id for key in needs.all_claims if key in world.balances}
        parts.append(bulk.one_of("balance_id", counted) & Q(hold__closed_at__isnull=True))
    if needs.line_ids:
        parts.append(bulk.one_of("id", needs.line_ids))
    if not parts:
        return
    rows = HoldLine.objects.filter(bulk.one_of("balance_id", by_id)).values_list("id")
    found = any_of(rows, parts)
    if found:
        _follow_origins(world, by_id, cells, bulk.one_of("id", found))


def lines_named(needs: Needs) -> list[Q]:
    """Lines of the claims that the requests name."""
    named = set(needs.hold_ids)
    if needs.documents:
        # Asked first: joined to lines, PostgreSQL may begin with all lines of a busy SKU.
        holds = Hold.objects.filter(document__in=needs.documents)
        named.update(holds.values_list("id", flat=True))
    return [bulk.one_of("hold_id", named)] if named else []


def any_of(rows: QuerySet[HoldLine, tuple[int]], parts: list[Q]) -> set[int]:
    """What any of the parts finds, each by its own index.

    Joined by OR they would make PostgreSQL walk through every claim on a SKU, a million at times.
    """
    if not parts:
        return set()
    first, *others = [rows.filter(part) for part in parts]
    return {number for (number,) in first.union(*others)}


def _follow_origins(world: World, by_id: dict[int, Bal], cells: dict[int, Cell], which: Q) -> None:
    """Know these lines, and all lines of the claims that any of them was drawn from."""
    known: dict[int, LineState] = {}
    waiting: dict[int, int] = {}
    while which:
        rows = list(
            HoldLine.objects.filter(which, bulk.one_of("balance_id", by_id))
            .exclude(bulk.one_of("id", known))
            .order_by("id")
            .values_list(*_OF_A_LINE, named=True)
        )
        which = Q()
        _know_claims(world, {row.hold_id for row in rows})
        for row in rows:
            line = LineState(
                world.claims[row.hold_id],
                by_id[row.balance_id],
                cells.get(row.stock_id) if row.stock_id is not None else None,
                row.open,
                row.priority,
                row.started,
                None,
                row.id,
                row.bound,
            )
            if row.stock_id is not None and line.cell is None:
                continue  # an empty line of a cell that nobody asked for
            known[row.id] = line
            if row.origin_id is not None:
                waiting[row.id] = row.origin_id
        reserves = {
            row.origin__hold_id for row in rows if row.origin_id and row.origin_id not in known
        }
        if reserves:
            which = bulk.one_of("hold_id", reserves)
            _know_their_cells(world, by_id, cells, reserves)
    for drawn, origin in waiting.items():
        known[drawn].origin = known.get(origin)
    for line in sorted(known.values(), key=lambda line: line.id or 0):
        world.add_line(line)


def _know_their_cells(
    world: World, by_id: dict[int, Bal], cells: dict[int, Cell], hold_ids: set[int]
) -> None:
    """The cells of these claims' lines, as far as they are not known yet."""
    lines = HoldLine.objects.filter(bulk.one_of("hold_id", hold_ids), stock__isnull=False)
    rows = Stock.objects.filter(bulk.one_of("balance_id", by_id), id__in=lines.values("stock_id"))
    unknown = (
        rows.exclude(bulk.one_of("id", cells)).select_related("location", "lot").order_by("id")
    )
    know_cells(world, by_id, cells, unknown)
