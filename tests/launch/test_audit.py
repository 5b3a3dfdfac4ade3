"""`make audit`: silence when the books agree, each difference named when they do not."""

from __future__ import annotations

from io import StringIO

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

    assert "stock: A1 a cell's goods are the sum of its entries: cell " in printed.getvalue()
    assert ": found 10, expected 0\n" in printed.getvalue()
