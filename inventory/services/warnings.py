"""People are told what needs their eyes: a broken law of the books, a freeze past its review."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

from inventory.models import Finding, Hold
from inventory.models.claims import Role
from inventory.selectors.laws import NAMES
from org import selectors as org
from org import services as org_services

# A house that stood still tells what became due meanwhile, not what was due before.
REVIEWS_BACK = timedelta(days=7)
AT_ONCE = 200
PERSON = "person:"


def note_found(*, keys: list[str]) -> None:
    """The audit found differences: one notice for each law, to whom `settings.TOLD` says."""
    rows = Finding.objects.filter(pk__in=[int(key) for key in keys], gone_at__isnull=True)
    laws = sorted(set(rows.values_list("law", flat=True)))
    if not laws:
        return
    people = org.people_with(settings.TOLD["audit.found"])
    for law in laws:
        org_services.notify(
            kind="audit.found",
            to=people,
            params={"law": f"{law}: {NAMES.get(law, law)}"[:200]},
            link="/stock/audit/",
            urgent=True,
            once=f"audit.found:{law}"[:80],
        )


def warn_of_reviews() -> int:
    """Tell who laid a freeze, and who may lift it there, that its review is due; how many freezes.

    Once for each date: a freeze whose review was put off is told of again. Joins the caller's
    transaction.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    now = timezone.now()
    rows = Hold.objects.filter(
        role=Role.FREEZE, closed_at__isnull=True, review_at__lte=now,
        review_at__gt=now - REVIEWS_BACK,
    ).select_related("reason", "warehouse")  # fmt: skip
    told = org.last_told_of(
        kind="hold.review", documents=[f"H-{pk}" for pk in rows.values_list("pk", flat=True)]
    )
    due = [
        row
        for row in rows.order_by("review_at", "id")
        if row.review_at and not (f"H-{row.pk}" in told and told[f"H-{row.pk}"] >= row.review_at)
    ][:AT_ONCE]
    for row in due:
        unit = row.warehouse.unit_id if row.warehouse else None
        permission = settings.TOLD["hold.review"] or row.reason.release_permission
        people = set(org.people_with(permission, unit_id=unit))
        if row.placed_by.startswith(PERSON):
            people.add(int(row.placed_by.removeprefix(PERSON)))
        org_services.notify(
            kind="hold.review",
            to=people,
            params={"hold": f"H-{row.pk}", "reason": row.reason.code},
            document=f"H-{row.pk}",
            link=f"/holds/{row.pk}/",
        )
    return len(due)
