"""The database's clock: it stamps facts, so that two processes never disagree."""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.db.models import DateTimeField, Func


def database_clock() -> Func:
    """The moment of writing (not of the transaction's begin), for columns and updates."""
    return Func(function="clock_timestamp", output_field=DateTimeField())


def database_now() -> datetime:
    """This moment, for due times reckoned in Python; one statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        found: datetime = cursor.fetchone()[0]
    return found
