"""Sweeps: a lie told by an entry is found by the next one, any other within one round."""

from __future__ import annotations

import logging

import pytest
from django.conf import settings
from django.db import connections, transaction

from inventory import tasks
from inventory.models import Finding, Sweep
from inventory.services import sweeps
from tests import given
from tests.horizon import wait_for_horizon
from tests.inventory.proof.conftest import SUPERUSER

pytestmark = pytest.mark.broken_books


def _plant(sql: str, *values: object) -> None:
    """Write as the superuser with every trigger and foreign key off, and commit."""
    import psycopg2

    entry = connections["default"].settings_dict
    handle = psycopg2.connect(
        dbname=entry["NAME"], user=SUPERUSER, host=entry["HOST"], port=entry["PORT"] or None
    )
    try:
        with handle, handle.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(sql, values)
    finally:
        handle.close()


def _open() -> set[tuple[str, str]]:
    return set(Finding.objects.filter(gone_at=None).values_list("law", "where"))


def _last(kind: str) -> Sweep:
    found = Sweep.objects.filter(kind=kind).last()
    assert found is not None
    return found


@pytest.fixture
def some_stock(real_commits: str) -> None:
    given.warehouse("WH1")
    given.stock("TEA", 10)
    given.stock("RICE", 10)
    given.held("SO-1", "TEA", 4)
    wait_for_horizon()
    tasks.sweep_changed()
    tasks.sweep_slice()
    assert _open() == set()


def test_a_sweep_of_what_changed_looks_at_nothing_twice(some_stock: None) -> None:
    assert _last("CHANGED").balances == 2

    tasks.sweep_changed()
    assert _last("CHANGED").balances == 0

    given.stock("TEA", 1)
    wait_for_horizon()
    tasks.sweep_changed()
    assert _last("CHANGED").balances == 1


def test_a_transaction_that_commits_late_is_not_missed(some_stock: None) -> None:
    import psycopg2

    entry = connections["default"].settings_dict
    late = psycopg2.connect(dbname=entry["NAME"], user=SUPERUSER, host=entry["HOST"])
    with late.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "INSERT INTO inventory_posting (key, fingerprint, kind, document, actor, facts)"
            " SELECT 'late', fingerprint, 'RECEIVE', 'LATE', actor, facts FROM inventory_posting"
            " LIMIT 1 RETURNING id"
        )
        [posting] = cursor.fetchone()
        cursor.execute(
            "INSERT INTO inventory_entry (posting_id, sku_id, balance_id, outside, on_hand, held,"
            " stock_id) SELECT %s, sku_id, b.id, '', 1, 0, (SELECT min(id) FROM inventory_stock"
            " WHERE balance_id = b.id) FROM inventory_balance b WHERE sku_id = %s",
            [posting, given.sku("TEA")],
        )
    given.stock("RICE", 1)
    tasks.sweep_changed()
    assert _open() == set()

    late.commit()
    late.close()
    wait_for_horizon()
    tasks.sweep_changed()
    assert {law for law, _ in _open()} >= {"A1.cells", "A1.balances", "A2"}


def test_a_stray_entry_under_an_old_posting_is_found_within_a_minute(some_stock: None) -> None:
    _plant(
        "INSERT INTO inventory_entry (posting_id, sku_id, balance_id, stock_id, outside, on_hand,"
        " held) SELECT posting_id, sku_id, balance_id, stock_id, '', 1, 0 FROM inventory_entry"
        " WHERE balance_id IS NOT NULL AND on_hand > 0 ORDER BY id LIMIT 1"
    )
    wait_for_horizon()

    tasks.sweep_changed()

    assert {law for law, _ in _open()} == {"A1.balances", "A1.cells", "A2", "A3"}


def test_a_lie_without_an_entry_is_found_within_one_round(some_stock: None) -> None:
    _plant("UPDATE inventory_balance SET held = held + 1 WHERE sku_id = %s", given.sku("TEA"))

    tasks.sweep_changed()
    assert _open() == set()

    tasks.sweep_slice()
    assert {law for law, _ in _open()} == {"A1.balances", "B1.balances"}


def test_a_round_also_sees_what_belongs_to_no_balance(some_stock: None) -> None:
    _plant("INSERT INTO inventory_piece (sku_id, serial, outside) VALUES (%s, 'P1', 'LOST')",
           given.sku("TEA"))  # fmt: skip

    tasks.sweep_slice()

    assert {law for law, _ in _open()} == {"A16.place"}


def test_rounds_visit_every_balance(some_stock: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        given.stock(f"S{number}", 1)
    monkeypatch.setattr(sweeps, "SLICE", 8)
    visited = 0
    for _ in range(4):
        tasks.sweep_slice()
        visited += _last("ROLLING").balances
    assert visited == 7
    assert _last("ROLLING").reached == 0


def test_a_finding_stays_one_and_goes_when_it_is_put_right(
    some_stock: None, caplog: pytest.LogCaptureFixture
) -> None:
    tea = given.sku("TEA")
    _plant("UPDATE inventory_balance SET held = held + 1 WHERE sku_id = %s", tea)
    with caplog.at_level(logging.ERROR, logger="inventory.audit"):
        tasks.sweep_slice()
        tasks.sweep_changed()
    assert len(_open()) == 2
    assert len(caplog.records) == 2  # told once, not with every sweep
    first = Finding.objects.earliest("id")
    assert first.last_seen > first.first_seen

    _plant("UPDATE inventory_balance SET held = held - 1 WHERE sku_id = %s", tea)
    tasks.sweep_changed()

    assert _open() == set()
    assert Finding.objects.filter(gone_at=None).count() == 0
    assert Finding.objects.count() == 2


def test_a_guard_that_is_off_is_found_within_a_minute(some_stock: None) -> None:
    _plant("ALTER TABLE inventory_entry DISABLE TRIGGER entry_is_final")
    tasks.sweep_changed()
    assert {law for law, _ in _open()} == {"A7", "B4"}

    _plant("ALTER TABLE inventory_entry ENABLE TRIGGER entry_is_final")
    tasks.sweep_changed()
    assert _open() == set()


def test_everything_is_checked_once_when_somebody_asks(some_stock: None) -> None:
    tasks.sweep_everything()  # nobody ever looked: it is due by itself
    assert Sweep.objects.filter(kind="COMPLETE").count() == 1
    tasks.sweep_everything()
    assert Sweep.objects.filter(kind="COMPLETE").count() == 1

    with transaction.atomic():
        asked = sweeps.ask_for_everything(actor="person:1")
        again = sweeps.ask_for_everything(actor="person:2")
    assert again == asked
    tasks.sweep_everything()

    done = _last("COMPLETE")
    assert (done.pk, done.asked_by, done.differences) == (asked.pk, "person:1", 0)
    assert done.finished_at is not None
    assert done.entries > 0


def test_history_that_was_rewritten_consistently_breaks_the_seal(some_stock: None) -> None:
    """Entry and its other side changed together: every sum agrees, the seal does not."""
    tasks.sweep_everything()
    _plant("UPDATE inventory_entry SET outside = 'FOUND' WHERE outside = 'SUPPLIER'")

    with transaction.atomic():
        sweeps.ask_for_everything(actor="person:1")
    tasks.sweep_everything()

    assert {law for law, _ in _open()} == {"A14"}


def test_the_beat_rings_for_every_kind_of_sweep() -> None:
    rung = {entry["task"]: entry["schedule"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert rung["inventory.tasks.sweep_changed"] == 60.0
    assert rung["inventory.tasks.sweep_slice"] == 60.0
    assert sweeps.SLICES_PER_ROUND < 60
