"""The database's clock: it stamps facts, so that two processes never disagree."""

from django.db import models
from django.db.models import Func


def database_clock() -> Func:
    """The moment of writing (not of the transaction's begin)."""
    return Func(function="clock_timestamp", output_field=models.DateTimeField())
