"""Marks are never believed: a wrong one is a difference."""

from __future__ import annotations

import pytest
from django.db import connection

from inventory import selectors as stock
from inventory.models import Balance, BalanceMark
from inventory.services import snapshots
from tests import given

pytestmark = [pytest.mark.django_db, pytest.mark.broken_books]

DAMAGES = {
    "UPDATE inventory_balancemark SET on_hand = on_hand + 1": {"T1.balances", "T1.whole"},
    "UPDATE inventory_balancemark SET held = held - 1": {"T1.balances", "T1.whole"},
    "UPDATE inventory_balancemark SET last_entry = last_entry + 1": {
        "T1.balances", "T1.times", "T1.whole", "T1.positions",
    },
    "UPDATE inventory_balancemark SET recorded_at = '2020-01-01'": {"T1.times"},
    "UPDATE inventory_cellmark SET on_hand = 0": {"T1.cells", "T1.whole"},
    "UPDATE inventory_cellmark SET pinned = 9": {"T1.cells"},
    "DELETE FROM inventory_cellmark": {"T1.whole"},
    "UPDATE inventory_reasonmark SET units = units + 1": {"T1.whole"},
    "UPDATE inventory_reasonmark SET positions = positions + 1": {"T1.positions"},
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_wrong_mark_is_told(damage: str) -> None:
    given.warehouse("WH1")
    given.stock("TEA", 10)
    given.held("SO-1", "TEA", 4)
    assert snapshots.mark(list(Balance.objects.values_list("id", flat=True)), whole=True) == 1
    given.held("SO-2", "TEA", 3)
    assert stock.audit() == []
    with connection.cursor() as cursor:
        table = next(word for word in damage.split() if word.startswith("inventory_"))
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(damage)
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    assert {found.law for found in stock.audit()} == DAMAGES[damage]


def test_nobody_changes_a_mark_by_hand() -> None:
    given.warehouse("WH1")
    given.stock("TEA", 10)
    snapshots.mark(list(Balance.objects.values_list("id", flat=True)), whole=True)
    with pytest.raises(Exception, match="refused"):
        BalanceMark.objects.update(on_hand=11)
