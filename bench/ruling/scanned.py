"""Wide looks: the nightly search over a million cells; a zone of ten thousand frozen at once."""

from __future__ import annotations

import time
from typing import Any

from bench.holdings import stocked
from bench.holdings.crew import Crew
from bench.holdings.stocked import House

# Of a thousand lots so many expire within the days that the rule names.
NEAR_IN_THOUSAND = 2
# The rows as the ledger writes them, sums included, with the triggers asleep: a million receipts
# would take longer than all the rest.
_CELLS = """BEGIN; SET LOCAL session_replication_role = replica;
CREATE TEMP TABLE last ON COMMIT DROP AS SELECT (SELECT max(id) FROM inventory_posting) AS posting,
    (SELECT COALESCE(max(id), 0) FROM inventory_lot) AS lot,
    (SELECT max(id) FROM inventory_stock) AS stock;
INSERT INTO inventory_lot (id, sku_id, code, produced_on, expires_on, supplier, origin, customs)
    SELECT lot + n, {first} + n %% {skus}, 'B' || n, current_date - 30,
        current_date + CASE WHEN n %% 1000 < {near} THEN 10 ELSE 300 END, '', '', 'NONE'
    FROM last, generate_series(1, {lots}) n;
INSERT INTO inventory_posting (id, key, fingerprint, kind, document, actor, facts)
    SELECT posting + 1, 'cells', '1:' || repeat('0', 64), 'RECEIVE', 'CELLS', 'bench', '{{}}'
    FROM last;
INSERT INTO inventory_stock (id, balance_id, location_id, lot_id, on_hand, pinned)
    SELECT stock + n, b.id, p.id, lot + 1 + n %% {lots}, 5, 0
    FROM last, generate_series(1, {cells}) n
    JOIN LATERAL (SELECT id FROM inventory_balance
        WHERE sku_id = {first} + (1 + n %% {lots}) %% {skus} AND warehouse_id = {house}
          AND grade = 'ZP') b ON true
    JOIN LATERAL (SELECT id FROM inventory_location
        WHERE warehouse_id = {house} AND code = 'C' || (1 + n / {lots})) p ON true;
INSERT INTO inventory_entry (posting_id, sku_id, balance_id, stock_id, outside, on_hand, held)
    SELECT posting + 1, b.sku_id, b.id, s.id, '', 5, 0
    FROM last, inventory_stock s JOIN inventory_balance b ON b.id = s.balance_id
    WHERE s.id > last.stock;
INSERT INTO inventory_entry (posting_id, sku_id, outside, on_hand, held)
    SELECT posting + 1, b.sku_id, 'SUPPLIER', -sum(5), 0
    FROM last, inventory_stock s JOIN inventory_balance b ON b.id = s.balance_id
    WHERE s.id > last.stock GROUP BY posting, b.sku_id;
UPDATE inventory_balance b SET on_hand = b.on_hand + t.units, version = b.version + 1
    FROM (SELECT balance_id, sum(5) AS units FROM inventory_stock, last
          WHERE inventory_stock.id > last.stock GROUP BY balance_id) t WHERE t.balance_id = b.id;
SELECT setval('inventory_posting_id_seq', posting + 1),
    setval('inventory_lot_id_seq', lot + {lots}),
    setval('inventory_stock_id_seq', stock + {cells}) FROM last;
COMMIT;"""


def measure(postgres: Any, house: House, *, cells: int, zone_cells: int) -> dict[str, float | str]:
    """Seconds of the search, of freezing what it found, and of the zone."""
    from freeze_rules.services import scanning
    from tests.freeze_rules import writing

    stocked.fill_lot(house, cells=zone_cells)
    lots = max(cells // 10, 10)
    sql = _CELLS.format(
        first=house.first_sku, skus=house.skus, lots=lots, cells=cells, house=house.id,
        near=NEAR_IN_THOUSAND,
    )  # fmt: skip
    postgres.sql(sql.replace("%%", "%"), database="bench")
    stocked.settle()
    rule = writing.enabled(
        name="Near expiry", trigger="lot.expiring", reason="NEAR_EXPIRY",
        condition={"fact": "lot.days_left", "is": "<", "value": 30},
    )  # fmt: skip
    began = time.perf_counter()
    found = scanning.search(rule_id=rule.pk)
    searched = time.perf_counter() - began
    began = time.perf_counter()
    laid = scanning.scan_in_parts(rule_id=rule.pk)
    figures: dict[str, float | str] = {
        "expiry_scan_1m_s": searched,
        "expiry_lots_found": float(len(found)),
        "expiry_freeze_s": time.perf_counter() - began,
        "expiry_lots_frozen": float(laid),
    }
    return figures | _zone(house)


def _zone(house: House) -> dict[str, float | str]:
    """A leak is reported: everything in its zone is frozen."""
    from django.db import transaction

    from freeze_rules.services import events as telling
    from inventory import services as inventory
    from inventory.models import Location
    from tests.freeze_rules import writing

    with transaction.atomic(durable=True):
        zone = inventory.add_zone(warehouse_id=house.id, code="WET")
    # Not the few locations in which the million cells lie.
    wet = Location.objects.filter(warehouse_id=house.id, code__regex=r"^C\d{3,}$")
    cells = wet.update(zone_id=zone)
    stocked.settle()
    writing.enabled(
        name="Leak", trigger="leak.reported", scope="zone", reason="LEAK", policy="DISPLACE",
        release={"proof": "leak.mended"},
    )  # fmt: skip
    with transaction.atomic(durable=True):
        telling.note(
            [
                telling.Happening(
                    kind="leak.reported", key="leak", warehouse_id=house.id,
                    facts={"zone_id": zone},
                )
            ],
            told_by="system:bench",
        )  # fmt: skip
    with Crew(1) as crew:
        return {"zone_10k_cells_s": crew.seconds([{"job": "judge"}]), "zone_cells": float(cells)}
