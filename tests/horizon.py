"""Waiting for the horizon of transactions, behind which feeds, sweeps and seals read.

It stands at the oldest open transaction of the whole cluster, so also at those of the tests that
run beside this one in databases of their own.
"""

from __future__ import annotations

import time

from django.db import connection

# The longest test that keeps one transaction open takes a minute on a machine that is busy.
PATIENCE_S = 240


def wait_for_horizon() -> None:
    """Until everything committed so far can be read; fails after some minutes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text")
        [ours] = cursor.fetchone()
        give_up = time.monotonic() + PATIENCE_S
        while True:
            cursor.execute(
                "SELECT pg_snapshot_xmin(pg_current_snapshot()) > %s::text::xid8", [ours]
            )
            [passed] = cursor.fetchone()
            if passed:
                return
            assert time.monotonic() < give_up, "some transaction of the cluster never ended"
            time.sleep(0.02)
