"""The database clock stamps facts."""

from django.db import models
from django.db.models import Func


def database_clock() -> Func:
    """Now, not the start of the transaction."""
    return Func(function="clock_timestamp", output_field=models.DateTimeField())
