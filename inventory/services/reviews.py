"""When somebody looks at claims again. The date is no effect of a claim: it may change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import connection
from django.db.models import Case, DateTimeField, Value, When

from inventory.models import Hold


def set_reviews(review_at: Mapping[int, datetime]) -> int:
    """Set the review dates of open claims by id; how many there were. Joins the transaction."""
    assert connection.in_atomic_block, "The edge opens the transaction."
    rows = Hold.objects.filter(id__in=review_at, closed_at__isnull=True)
    moments = set(review_at.values())
    if len(moments) == 1:
        return rows.update(review_at=moments.pop())
    cases = [When(id=pk, then=Value(at)) for pk, at in review_at.items()]
    return rows.update(review_at=Case(*cases, output_field=DateTimeField()))
