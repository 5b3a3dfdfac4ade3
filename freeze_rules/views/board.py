"""The hold board, and letting go."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_GET

from freeze_rules import services as freezing
from freeze_rules.lists import HOLDS, role_of
from freeze_rules.selectors import leases
from freeze_rules.selectors.evidence import evidence_of
from freeze_rules.services import disposing
from freeze_rules.services.disposal_lines import Way
from inventory import selectors as stock
from inventory.selectors.board import frozen_by_reason
from org import roles
from org.access import permission_required, person_of
from org.addresses import number_in
from org.lists.pages import list_page, question_of
from org.selectors import audit_trail, names_of_actors, scope_of
from org.selectors.approvals import request_of_document


@require_GET
@permission_required(roles.STOCK_VIEW)
def holds(request: HttpRequest) -> HttpResponse:
    """Open claims by kind and reason."""
    person = person_of(request)
    scope = scope_of(person, permission=roles.STOCK_VIEW)
    page = list_page(request, HOLDS, scope=scope)
    asked = question_of(HOLDS, request.GET, scope)
    house = number_in(asked.asked, "warehouse")
    totals = role_of(asked) == "FREEZE" and not asked.get("document")
    context = {
        "list": page,
        "totals": frozen_by_reason(scope=stock.scope_at(scope, house)) if totals else [],
        "reason": asked.get("reason"),
        "warehouse": house,
        "may_freeze": person.may(roles.STOCK_HOLD),
        "now": timezone.now(),
    }
    return render(request, "freeze_rules/holds.html", context)


@require_GET
@permission_required(roles.STOCK_VIEW)
def hold(request: HttpRequest, hold_id: int) -> HttpResponse:
    """One claim with what happened to it: who, when, why; and letting go of it."""
    person = person_of(request)
    scope = scope_of(person, permission=roles.STOCK_VIEW)
    found = stock.holds(scope=scope, ids=[hold_id], closed=True, limit=1)
    if not found:
        raise Http404
    one = found[0]
    by_hand = {view.code for view in stock.reasons()}
    open_freeze = one.role == "FREEZE" and one.closed_at is None
    may_lease = open_freeze and person.may(roles.STOCK_HOLD)
    may_try = open_freeze and one.reason_code in by_hand and person.may(roles.STOCK_RELEASE)
    evidence = evidence_of(hold_id)
    decides = evidence is not None and person.may(roles.APPROVALS_DECIDE)
    asked = {leaf.permission for leaf in evidence.leaves} if evidence and decides else set()
    context = {
        "hold": one,
        "evidence": evidence,
        "may_prove": {
            code for code in asked if code and one.closed_at is None and person.may(code)
        },
        # What would be asked for all of it; fewer units may need nobody.
        "needed": freezing.needed_for(one, person=person) if may_try else None,
        "approval": request_of_document(one.document),
        "who": names_of_actors([one.placed_by])[one.placed_by],
        "events": _events(one),
        "releasable": may_try,
        "ways": [way for way in disposing.ways_for(one, person) if way != Way.RESTOCK],
        "lease": leases.lease_of(hold_id) if open_freeze else None,
        "may_lease": may_lease,
        "owners": leases.possible_owners(hold_id) if may_lease else [],
        "steps": leases.next_steps(),
        "token": uuid.uuid4().hex,
        "now": timezone.now(),
    }
    return render(request, "freeze_rules/hold.html", context)


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
            "title": _ACTIONS.get(row.action, row.action),
            "who": names[row.actor],
            "note": (row.after or {}).get("why", ""),
            "tone": "muted",
        }
        for row in trail
    ]
    return sorted(events, key=lambda event: str(event["at"]), reverse=True)


_ACTIONS = {
    "stock.frozen": _lazy("Frozen by hand"),
    "stock.unfrozen": _lazy("Released by hand"),
    "stock.regraded": _lazy("Regraded and released by hand"),
    "stock.reworked": _lazy("Sent to rework"),
    "stock.sent_back": _lazy("Sent back to the supplier"),
    "stock.scrapped": _lazy("Scrapped by hand"),
}
