"""The database's clock for services that compare and stamp."""

from datetime import datetime

from django.db import connection


def database_now() -> datetime:
    """This moment by the database; one statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now
