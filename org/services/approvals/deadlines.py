"""What waits too long goes to somebody else, or ends."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.utils import timezone

from org.models import ApprovalRequest, ApprovalState, RequestStep
from org.services.approvals import events
from org.services.approvals.events import ACTOR, W

BATCH = 50


def watch_deadlines(*, limit: int = BATCH) -> int:
    """Escalate or expire up to `limit` requests whose open step is overdue; gives how many.

    Joins the caller's transaction. Requests that somebody is deciding right now are left for the
    next time. A step escalates once and gets the same time again; then, or when it names nobody
    to escalate to, the request expires.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    now = timezone.now()
    due = RequestStep.objects.filter(
        due_at__lte=now, opened_at__isnull=False, closed_at__isnull=True
    ).values("request_id")
    rows = list(
        ApprovalRequest.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
        .select_related("unit")
        .filter(pk__in=due, state=ApprovalState.SUBMITTED)
        .order_by("pk")[:limit]
    )
    for request in rows:
        step = RequestStep.objects.select_related("manager_unit").get(
            request=request, opened_at__isnull=False, closed_at__isnull=True
        )
        if step.escalate_role and step.escalated_at is None:
            step.escalated_at = now
            step.due_at = now + timedelta(hours=step.deadline_hours or 1)
            step.save(update_fields=["escalated_at", "due_at"])
            events.note(request, W.ESCALATED, actor=ACTOR, position=step.position)
            events.tell_asked(request, step, escalated=True)
        else:
            events.change(request, request.expire, W.EXPIRED, actor=ACTOR)
            events.tell(request, "approval.expired", [request.maker_id])
    return len(rows)
