"""`make audit`: silence when the books agree, each difference named when they do not."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tests import given


@pytest.fixture
def printed(real_commits: str) -> StringIO:
    return StringIO()


def test_books_that_agree_are_said_to_agree(printed: StringIO) -> None:
    call_command("audit", stdout=printed)

    assert printed.getvalue() == "No differences.\n"


@pytest.mark.broken_books
def test_each_difference_is_printed_and_counted(printed: StringIO) -> None:
    given.stock("TEA", 10)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE inventory_entry DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM inventory_entry")

    with pytest.raises(CommandError, match=r"^Differences: \d+\.$"):
        call_command("audit", stdout=printed)

    assert "stock: A1.cells " in printed.getvalue()
    assert ": found 10, expected 0\n" in printed.getvalue()


@pytest.mark.broken_books
def test_programs_read_the_same_in_json(printed: StringIO, tmp_path: Path) -> None:
    given.stock("TEA", 10)
    call_command("audit", stdout=printed, json=str(tmp_path / "right.json"))
    right = json.loads((tmp_path / "right.json").read_text())
    assert (right["differences"], right["found"]) == (0, [])
    assert right["laws"] == len(right["by_law"]) > 40
    assert right["seconds"] >= right["replay_seconds"] > 0

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE inventory_stock DISABLE TRIGGER USER")
        cursor.execute("UPDATE inventory_stock SET on_hand = on_hand + 1")
        cursor.execute("ALTER TABLE inventory_stock ENABLE TRIGGER USER")
    with pytest.raises(CommandError):
        call_command("audit", stdout=printed, json=str(tmp_path / "wrong.json"))

    wrong = json.loads((tmp_path / "wrong.json").read_text())
    named = {law["code"] for law in wrong["by_law"] if law["differences"]}
    assert named == {"A1.cells", "A1.balance-cells", "A13"}
    assert wrong["differences"] == 2
