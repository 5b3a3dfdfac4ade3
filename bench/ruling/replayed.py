"""A rule over the past: how many events a second a replay judges, kept and out of the ledger."""

from __future__ import annotations

import time
from typing import Any

from bench.holdings import stocked
from bench.holdings.stocked import House
from bench.ruling.judged import spread_categories
from launch import servers

DAYS = 29
# Entries of a posting that no replay of receipts reads: moves of many lines.
LINES = 20
# What stands in the books cannot be written the ledger's own way in the time of a measurement: the
# rows are made inside the database as the verbs write them, with the triggers asleep.
_PAST = """BEGIN; SET LOCAL session_replication_role = replica;
CREATE TEMP TABLE last ON COMMIT DROP AS SELECT max(id) AS posting FROM inventory_posting;
CREATE TEMP TABLE lies ON COMMIT DROP AS
    SELECT row_number() OVER (ORDER BY b.sku_id) - 1 AS n, b.id AS balance, b.sku_id AS sku,
           s.id AS cell
    FROM inventory_balance b JOIN inventory_stock s ON s.balance_id = b.id
    WHERE b.warehouse_id = {house} AND b.sku_id >= {first} AND b.sku_id < {first} + {skus};
CREATE UNIQUE INDEX ON lies (n);
INSERT INTO inventory_posting (id, key, fingerprint, kind, document, actor, facts, occurred_at,
        recorded_at)
    SELECT posting + n, 'past:' || n, '1:' || repeat('0', 64),
           CASE WHEN n <= {events} THEN 'RECEIVE' ELSE 'MOVE' END, 'PO-' || n, 'bench', '{{}}',
           at, at
    FROM last, generate_series(1, {events} + {moves}) n,
         LATERAL (SELECT now() - interval '{days} days'
             * (1 - (n::float8 / ({events} + {moves})))  AS at) t;
INSERT INTO inventory_entry (posting_id, sku_id, balance_id, stock_id, outside, on_hand, held)
    SELECT posting + g.at, l.sku, l.balance, l.cell, '', 2, 0
    FROM last, generate_series(1, {events}) AS g(at) JOIN lies l ON l.n = g.at % {skus};
INSERT INTO inventory_entry (posting_id, sku_id, balance_id, stock_id, outside, on_hand, held)
    SELECT posting + {events} + g.at, l.sku, l.balance, l.cell, '', CASE k % 2 WHEN 0 THEN 1 ELSE -1
           END, 0
    FROM last, generate_series(1, {moves}) AS g(at), generate_series(1, {lines}) k
    JOIN lies l ON l.n = k % {skus};
SELECT setval('inventory_posting_id_seq', posting + {events} + {moves}) FROM last;
COMMIT;"""
_KEPT = """INSERT INTO freeze_rules_event (kind, key, document, warehouse_id, facts, goods, told_by,
        occurred_at, judged_at, attempts, error)
    SELECT 'count.finished', 'past:' || n, 'PC-' || n, {house}, '{{}}',
           jsonb_build_array(jsonb_build_object('sku', {first} + n % {skus}, 'qty', 2)),
           'system:bench', now() - interval '{days} days' * (1 - n::float8 / {events}), now(), 0, ''
    FROM generate_series(1, {events}) n"""


def measure(
    postgres: servers.Postgres, house: House, *, events: int, entries: int
) -> dict[str, float | str]:
    """Replay so many kept events, then as many receipts out of so many entries of the ledger.

    One event in ten meets the rule. Nothing of its condition narrows the postings, so all of them
    are judged.
    """
    spread_categories(house)
    names: dict[str, Any] = {
        "house": house.id, "first": house.first_sku, "skus": house.skus, "days": DAYS,
        "events": events, "moves": max(entries - events, 0) // LINES, "lines": LINES,
    }  # fmt: skip
    postgres.sql(_KEPT.format(**names), database="bench")
    postgres.sql(_PAST.format(**names), database="bench")
    stocked.settle()
    return {
        "replay_events_per_s": _rate("count.finished", events),
        "replay_ledger_events_per_s": _rate("goods.received", events),
        "replay_ledger_entries": float(entries),
    }


def _rate(trigger: str, events: int) -> float:
    """Events a second over the whole job, from its first question to its last figure."""
    from django.db import transaction

    from freeze_rules.services import replaying
    from org.models import Job
    from org.services.job_runs import Work
    from tests import given
    from tests.freeze_rules import writing

    person = given.person()
    rule = writing.written(
        trigger=trigger,
        scope="goods",
        quantity={"event": True},
        reason="RULE",
        condition={"fact": "sku.category", "is": "starts", "value": "C"},
        release={"proof": "inspection.passed"},
    )
    with transaction.atomic(durable=True):
        job = replaying.ask_replay(rule_id=rule.pk, days=DAYS + 1, parameters={}, person=person)
    payload = Job.objects.values_list("payload", flat=True).get(pk=job)
    work = Work(job_id=job, person=person, payload=payload, place={}, done=0)
    steps = replaying.replay(work)
    begun, result = time.monotonic(), {}
    while True:
        with transaction.atomic(durable=True):
            step = next(steps, None)
        if step is None:
            break
        result = dict(step.result or {})
    seconds = time.monotonic() - begun
    assert result["events"] >= events, result["events"]
    assert result["hits"] >= events // 20, result["hits"]
    return float(result["events"] / seconds)
