"""Closed periods: nothing is booked back into a month that head office has closed."""

from django.db import models
from django.db.models.functions import Now


class Closing(models.Model):
    """Everything before `until` is closed; the latest row counts. Never changed."""

    until = models.DateTimeField()
    closed_by = models.CharField(max_length=64)
    closed_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return f"closed before {self.until:%Y-%m-%d}"
