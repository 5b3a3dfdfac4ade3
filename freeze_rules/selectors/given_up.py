"""Events that the rules could not judge and gave up on; whoever may, has them judged again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max

from freeze_rules.models import Event


@dataclass(frozen=True, slots=True)
class GivenUp:
    """One event nobody judges any more; `error` is what its last attempt ended with."""

    id: int
    kind: str
    document: str
    attempts: int
    error: str
    occurred_at: datetime
    failed_at: datetime


@dataclass(frozen=True, kw_only=True)
class GivenUpInAll:
    """How many there are, and when the last one was given up; None when there is none."""

    number: int
    newest: datetime | None


def given_up(*, limit: int = 200) -> list[GivenUp]:
    """The events given up last, newest first."""
    rows = Event.objects.filter(failed_at__isnull=False).order_by("-failed_at", "-id")
    names = ("id", "kind", "document", "attempts", "error", "occurred_at", "failed_at")
    return [GivenUp(*row) for row in rows.values_list(*names)[:limit]]


def given_up_in_all() -> GivenUpInAll:
    """Their number; one probe of a small index."""
    found = Event.objects.filter(failed_at__isnull=False).aggregate(
        number=Count("pk"), newest=Max("failed_at")
    )
    return GivenUpInAll(number=found["number"], newest=found["newest"])
