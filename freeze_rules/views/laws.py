"""What may never be true of freezes, beside the audit of the books."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from freeze_rules.selectors import laws as asked
from org import roles
from org.access import permission_required, person_of
from org.selectors import names_of_actors, scope_of


@require_GET
@permission_required(roles.AUDIT_VIEW)
def laws(request: HttpRequest) -> HttpResponse:
    """Goods that were sold before their inspection; none is right."""
    rows = asked.unproved(scope=scope_of(person_of(request), permission=roles.AUDIT_VIEW))
    names = names_of_actors(sorted({row.released_by for row in rows}))
    context = {
        "rows": [(row, names.get(row.released_by, row.released_by)) for row in rows],
        "units": sum(row.units for row in rows),
        "may_look": person_of(request).may(roles.STOCK_VIEW),
    }
    return render(request, "freeze_rules/laws.html", context)
