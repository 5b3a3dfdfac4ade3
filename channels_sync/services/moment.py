"""The database's clock as a value, for due times computed in Python."""

from datetime import datetime

from django.db import connection


def database_now() -> datetime:
    """Now, by the clock that stamps all facts."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        found: datetime = cursor.fetchone()[0]
    return found
