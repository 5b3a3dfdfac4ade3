"""Many requests of one kind decided at once: first the list is frozen and shown, then done."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from org.access import permission_required, person_of
from org.models import Person
from org.roles import APPROVALS_DECIDE
from org.selectors import approvals as asked
from org.services import approvals
from org.views.approvals import outcome_of

MOST = 100


@dataclass(frozen=True)
class Result:
    """What became of one request of the batch."""

    row: asked.RequestView
    text: str
    good: bool


@require_POST
@permission_required(APPROVALS_DECIDE)
def batch(request: HttpRequest) -> HttpResponse:
    """Show what was ticked; decide exactly that when it is confirmed."""
    person = person_of(request)
    chosen = _chosen(request.POST.getlist("item"))
    rows = asked.requests(person=person, box="waiting", ids=list(chosen), limit=MOST)
    trouble = _trouble(chosen, rows)
    if trouble and "confirmed" not in request.POST:
        messages.error(request, trouble)
        return HttpResponseRedirect(f"{reverse('approvals')}?box=waiting")
    reject = request.POST.get("verdict") == "REJECT"
    why = request.POST.get("why", "")
    missing = reject and not why.strip()
    if "confirmed" in request.POST and not missing:
        results = _decide_all(person, chosen, reject, why, request.POST.get("token", ""))
        return render(request, "org/approvals/batch_done.html", {"results": results})
    context = {
        "rows": rows,
        "total": sum((row.amount for row in rows), Decimal(0)),
        "qty": sum(row.qty for row in rows),
        "reject": reject,
        "why": why,
        "missing": missing,
        "token": request.POST.get("token") or uuid.uuid4().hex,
    }
    answer = render(request, "org/approvals/batch.html", context)
    answer.status_code = 422 if missing else 200
    return answer


def _chosen(items: Sequence[str]) -> dict[int, str]:
    """Ids with what was seen of each; whatever makes no sense is left out."""
    found: dict[int, str] = {}
    for item in items[: MOST + 1]:
        number, _colon, seen = item.partition(":")
        if number.isascii() and number.isdigit() and len(number) < 18:
            found[int(number)] = seen[:40]
    return found


def _trouble(chosen: dict[int, str], rows: Sequence[asked.RequestView]) -> str:
    if not rows:
        return _("Tick at least one request first.")
    if len(chosen) > MOST:
        return _("At most %(most)s at once.") % {"most": MOST}
    if len({row.kind for row in rows}) > 1:
        return _("Decide requests of one kind at a time: these are of several.")
    return ""


def _decide_all(
    person: Person, chosen: dict[int, str], reject: bool, why: str, token: str
) -> list[Result]:
    """Each in a transaction of its own: one that is refused does not stop the others."""
    rows = {
        row.id: row
        for row in asked.requests(person=person, box="all", ids=list(chosen), limit=MOST)
    }
    results = []
    for request_id in sorted(rows):
        try:
            with transaction.atomic(durable=True):
                done = approvals.decide(
                    request_id=request_id,
                    person=person,
                    verdict=approvals.REJECT if reject else approvals.APPROVE,
                    key=token[:64],
                    why=why,
                    seen=chosen[request_id],
                )
        except approvals.ApprovalRefused as refused:
            results.append(Result(rows[request_id], str(refused), good=False))
        else:
            tone, text = outcome_of(done)
            results.append(Result(rows[request_id], text, good=tone == messages.SUCCESS))
    return results
