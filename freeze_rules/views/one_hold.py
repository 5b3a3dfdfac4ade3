"""One claim: what happened to it, and whose it is; letting go of it is in `disposing`."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from freeze_rules import services as freezing
from freeze_rules.hold_forms import LeaseForm
from freeze_rules.selectors import leases as asked_leases
from freeze_rules.selectors.evidence import evidence_of
from freeze_rules.selectors.unplaced import unplaced_of
from freeze_rules.services import disposing, leases
from freeze_rules.services.disposal_lines import Way
from inventory import selectors as stock
from org import clocks, roles
from org.access import permission_required, person_of
from org.deeds import deed
from org.lists.days import end_of
from org.selectors import audit_trail, names_of_actors, scope_of
from org.selectors.approvals import request_of_document


@require_GET
@permission_required(roles.STOCK_VIEW)
def hold(request: HttpRequest, hold_id: int) -> HttpResponse:
    """One claim with what happened to it: who, when, why; and letting go of it."""
    return _page(request, _found(request, hold_id))


def _found(request: HttpRequest, hold_id: int) -> stock.HoldView:
    """The hold, open or closed, if the person sees it; others and none look the same."""
    scope = scope_of(person_of(request), permission=roles.STOCK_VIEW)
    found = stock.holds(scope=scope, ids=[hold_id], closed=True, limit=1)
    if not found:
        raise Http404
    clocks.show_times_at(found[0].warehouse_code, scope=scope)
    return found[0]


def _page(
    request: HttpRequest,
    one: stock.HoldView,
    *,
    lease_form: LeaseForm | None = None,
) -> HttpResponse:
    """The page; with a form that was refused it says why, and keeps what was typed."""
    person = person_of(request)
    by_hand = {view.code for view in stock.reasons()}
    open_freeze = one.role == "FREEZE" and one.closed_at is None
    may_lease = open_freeze and person.may(roles.STOCK_HOLD)
    may_try = open_freeze and one.reason_code in by_hand and person.may(roles.STOCK_RELEASE)
    evidence = evidence_of(one.id)
    decides = evidence is not None and person.may(roles.APPROVALS_DECIDE)
    asked = {leaf.permission for leaf in evidence.leaves} if evidence and decides else set()
    context = {
        "hold": one,
        "evidence": evidence,
        "unplaced": unplaced_of(one.id) if open_freeze else None,
        "may_prove": {
            code for code in asked if code and one.closed_at is None and person.may(code)
        },
        # What would be asked for all of it; fewer units may need nobody.
        "needed": freezing.needed_for(one, person=person) if may_try else None,
        "approval": request_of_document(one.document),
        "who": names_of_actors([one.placed_by])[one.placed_by],
        "events": _events(one),
        "releasable": may_try,
        "may_place": Way.REGRADE in disposing.ways_for(one, person),
        "ways": [way for way in disposing.ways_for(one, person) if way != Way.RESTOCK],
        "token": uuid.uuid4().hex,
        "lease": asked_leases.lease_of(one.id) if open_freeze else None,
        "may_lease": may_lease,
        "lease_form": lease_form or (_lease_form(one) if may_lease else None),
        # A refusal whose dialog is gone, because the hold is: said above the page.
        "beyond": lease_form if not may_lease else None,
        "now": timezone.now(),
    }
    status = 422 if lease_form else 200
    return render(request, "freeze_rules/hold.html", context, status=status)


def _lease_form(one: stock.HoldView, request: HttpRequest | None = None) -> LeaseForm:
    lease = asked_leases.lease_of(one.id)
    return LeaseForm(
        request.POST if request else None,
        owners=asked_leases.possible_owners(one.id),
        steps=asked_leases.next_steps(),
        review_on=timezone.localdate(one.review_at) if one.review_at else None,
        owner_id=lease.owner_id if lease else None,
        next_step=lease.next_step if lease else "",
    )


def _events(one: stock.HoldView) -> list[dict[str, object]]:
    """What its document booked on it, and what the trail says about it, newest first."""
    booked = stock.hold_postings(hold_id=one.id, document=one.document)
    trail = audit_trail(subject=one.document, limit=50)
    names = names_of_actors([*(view.actor for view, _units in booked),
                             *(row.actor for row in trail)])  # fmt: skip
    events: list[dict[str, object]] = [
        {
            "at": view.recorded_at,
            "title": f"{view.kind_label} {units:+,}",
            "who": names[view.actor],
            "tone": "hold" if units > 0 else "ok",
        }
        for view, units in booked
    ]
    events += [
        {
            "at": row.at,
            "title": deed(row.action),
            "who": names[row.actor],
            "note": (row.after or {}).get("why", ""),
            "tone": "muted",
        }
        for row in trail
    ]
    return sorted(events, key=lambda event: str(event["at"]), reverse=True)


@require_POST
@permission_required(roles.STOCK_HOLD)
def change_lease(request: HttpRequest, hold_id: int) -> HttpResponse:
    """Put the review off, hand the freeze over, or say what happens next."""
    one = _found(request, hold_id)
    form = _lease_form(one, request)
    if not form.is_valid():
        return _page(request, one, lease_form=form)
    given = form.cleaned_data
    try:
        with transaction.atomic(durable=True):
            leases.change(
                hold_id=hold_id,
                person=person_of(request),
                why=given["lease_why"],
                review_at=_new_review(one, given["review_on"]),
                owner_id=given["owner"],
                next_step=given["next_step"],
            )
    except leases.LeaseRefused as refused:
        if refused.code == "unknown_hold":
            raise Http404 from None
        form.refuse(refused)
        return _page(request, one, lease_form=form)
    messages.success(request, _("Noted."))
    return HttpResponseRedirect(reverse("hold", args=[hold_id]))


def _new_review(one: stock.HoldView, chosen: date | None) -> datetime | None:
    """The end of the day that somebody typed; None for none, or for the day it is on already."""
    if chosen is None or (one.review_at and timezone.localdate(one.review_at) == chosen):
        return None
    return end_of(chosen)
