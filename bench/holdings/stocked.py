"""The house that the workers hold in: many SKUs, a lot in many cells, a SKU with many holds."""

from __future__ import annotations

from dataclasses import dataclass

from launch import servers

PLENTY = 10**9
EACH_REQUEST = 1_000
# A million holds the ledger's own way would take longer than the whole case: the rows are made
# inside the database as the verb writes them, sums included, with the triggers asleep.
_DEEP = """BEGIN; SET LOCAL session_replication_role = replica;
CREATE TEMP TABLE last ON COMMIT DROP AS SELECT (SELECT max(id) FROM inventory_posting) AS posting,
    (SELECT max(id) FROM inventory_hold) AS hold, (SELECT max(id) FROM inventory_holdline) AS line,
    (SELECT id FROM inventory_balance WHERE sku_id = {sku}) AS balance,
    (SELECT id FROM inventory_reason WHERE code = 'ORDER') AS reason;
INSERT INTO inventory_posting (id, key, fingerprint, kind, document, actor, facts)
    SELECT posting + n, 'deep:' || n, '1:' || repeat('0', 64), 'HOLD', 'DEEP-' || n, 'bench', '{{}}'
    FROM last, generate_series(1, {count}) n;
INSERT INTO inventory_hold (id, posting_id, document, role, rank, is_safety, binds_to,
        blocks_reserve, blocks_pick, blocks_ship, blocks_move, blocks_count, blocks_publish,
        reason_id, state, supplier, grade, owner, asked, blanket, excluded_lots, excluded_cells,
        placed_by, rule_version, note, release_condition, warehouse_id)
    SELECT hold + n, posting + n, 'DEEP-' || n, r.role, r.rank, r.is_safety, r.binds_to,
        r.blocks_reserve, r.blocks_pick, r.blocks_ship, r.blocks_move, r.blocks_count,
        r.blocks_publish, r.id, 'ACTIVE', '', '', '', 1, false, '{{}}', '{{}}', 'bench', '', '',
        '{{}}', {house}
    FROM last, inventory_reason r, generate_series(1, {count}) n WHERE r.id = reason;
INSERT INTO inventory_holdline (id, hold_id, reason_id, balance_id, open, priority, started, bound)
    SELECT line + n, hold + n, reason, balance, 1, 0, false, false
    FROM last, generate_series(1, {count}) n;
INSERT INTO inventory_entry (posting_id, sku_id, balance_id, line_id, outside, on_hand, held)
    SELECT posting + n, {sku}, balance, line + n, '', 0, 1
    FROM last, generate_series(1, {count}) n;
UPDATE inventory_balance SET held = held + {count}, version = version + {count}
    FROM last WHERE id = last.balance;
SELECT setval('inventory_posting_id_seq', posting + {count}),
    setval('inventory_hold_id_seq', hold + {count}),
    setval('inventory_holdline_id_seq', line + {count}) FROM last;
COMMIT;"""


@dataclass(frozen=True)
class House:
    """Its warehouse and its SKUs, whose ids follow each other."""

    id: int
    first_sku: int
    skus: int


def fill(*, skus: int) -> House:
    """Plenty of so many SKUs in one location, received through the ledger."""
    from django.db import transaction

    from inventory import services as inventory
    from tests import given

    house = given.warehouse("WH1")
    place = given.location("A-01")
    ids: list[int] = []
    for start in range(0, skus, 5_000):
        numbers = range(start, min(start + 5_000, skus))
        with transaction.atomic(durable=True):
            made = inventory.add_skus([{"code": f"N{n:06d}", "name": f"N {n}"} for n in numbers])
        ids += sorted(made.values())
    assert ids == list(range(ids[0], ids[0] + skus))
    for start in range(0, skus, EACH_REQUEST):
        lines = tuple(inventory.Line(sku_id=sku, qty=PLENTY) for sku in ids[start:][:EACH_REQUEST])
        with transaction.atomic(durable=True):
            inventory.receive(
                [
                    inventory.ReceiveRequest(
                        key=f"bench:{start}", document="BENCH", warehouse_id=house,
                        location_id=place, lines=lines,
                    )
                ],
                actor="system:bench",
            )[0].check()  # fmt: skip
    return House(house, ids[0], skus)


def fill_lot(house: House, *, cells: int) -> tuple[int, int]:
    """One more SKU whose one lot lies in so many cells, ten units in each; gives (SKU, lot)."""
    from django.db import connection, transaction

    from inventory import services as inventory
    from tests import given

    sku = given.sku("LOTS", lot_tracked=True)
    lot = given.lot("LOTS", "L1")
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO inventory_location (code, kind, sequence, is_active, warehouse_id)
               SELECT 'C' || n, 'STORAGE', n, true, %s FROM generate_series(1, %s) n
               RETURNING id""",
            [house.id, cells],
        )
        places = [row[0] for row in cursor.fetchall()]
    for start in range(0, cells, EACH_REQUEST):
        placed = tuple(
            inventory.PlacedLine(sku_id=sku, qty=10, location_id=place, lot_id=lot)
            for place in places[start : start + EACH_REQUEST]
        )
        with transaction.atomic(durable=True):
            inventory.receive(
                [
                    inventory.ReceiveRequest(
                        key=f"bench:lot:{start}", document="BENCH", warehouse_id=house.id,
                        placed=placed,
                    )
                ],
                actor="system:bench",
            )[0].check()  # fmt: skip
    return sku, lot


def deepen(postgres: servers.Postgres, house: House, *, sku: int, count: int) -> None:
    """Give a SKU so many open holds of one unit each."""
    postgres.sql(_DEEP.format(sku=sku, count=count, house=house.id), database="bench")


def settle() -> None:
    """What autovacuum does within minutes on data that grew by themselves."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    connection.close()
