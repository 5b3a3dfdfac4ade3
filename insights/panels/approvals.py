"""What waits for this person's yes or no."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from insights.panels.figures import Figure
from insights.routes import address
from org.models import Person
from org.selectors import approvals as asked

SHOWN = 3


@dataclass(frozen=True)
class Waiting:
    """How many requests wait, how many of the oldest are late, and the first to look at."""

    figures: Sequence[Figure]
    rows: Sequence[asked.RequestView]


def waiting_for_me(person: Person) -> Waiting:
    """The person's open steps, oldest first. A constant number of statements."""
    count = asked.waiting_count(person)
    # More than a page of late ones is told as well by the first page.
    oldest = asked.requests(person=person, box="waiting") if count else []
    url = address("approvals", box="waiting")
    late = sum(row.overdue for row in oldest)
    return Waiting(
        figures=(
            Figure(_("Waits for my approval"), count, url, "warn"),
            Figure(_("Overdue"), late, url, "bad"),
        ),
        rows=oldest[:SHOWN],
    )
