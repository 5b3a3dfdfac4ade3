"""Pages of the audit trail."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from insights.trail.rows import changes
from insights.trail.spec import TRAIL
from org import roles, selectors
from org.access import permission_required, person_of
from org.deeds import deed
from org.lists.pages import list_page


@require_GET
@permission_required(roles.AUDIT_VIEW)
def trail(request: HttpRequest) -> HttpResponse:
    """Who did what to which thing, newest first."""
    scope = selectors.scope_of(person_of(request), permission=roles.AUDIT_VIEW)
    return render(request, "insights/trail.html", {"list": list_page(request, TRAIL, scope=scope)})


@require_GET
@permission_required(roles.AUDIT_VIEW)
def record(request: HttpRequest, record_id: int) -> HttpResponse:
    """One record with what changed, field by field."""
    scope = selectors.scope_of(person_of(request), permission=roles.AUDIT_VIEW)
    found = selectors.audit_record(record_id, scope=scope)
    if found is None:
        raise Http404
    context = {
        "record": found,
        "what": deed(found.action),
        "who": selectors.names_of_actors([found.actor])[found.actor],
        "changes": changes(found.before, found.after),
        "others": [
            (other, deed(other.action))
            for other in selectors.audit_trail(subject=found.subject, scope=scope, limit=20)
        ],
    }
    return render(request, "insights/trail_record.html", context)
