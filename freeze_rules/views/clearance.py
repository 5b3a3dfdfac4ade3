"""The clearance list, and handing a lot to a promotion."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from freeze_rules.selectors import clearance as asked
from freeze_rules.services.reports import clearance
from freeze_rules.services.reports.refusals import ReportRefused
from inventory import services as inventory
from org import roles
from org.access import permission_required, person_of
from org.addresses import number_in
from org.selectors import scope_of


@require_GET
@permission_required(roles.STOCK_VIEW)
def clearance_list(request: HttpRequest) -> HttpResponse:
    """Lots frozen for their date, the shortest first."""
    person = person_of(request)
    rows = asked.to_clear(scope=scope_of(person, permission=roles.STOCK_VIEW))
    may = person.may(roles.STOCK_CONVERT)
    context = {
        "rows": rows,
        "promotions": asked.running_promotions() if may else [],
        "units": sum(row.units for row in rows),
        "cost": sum(row.cost for row in rows),
    }
    return render(request, "freeze_rules/clearance.html", context)


@require_POST
@permission_required(roles.STOCK_CONVERT)
def take_over(request: HttpRequest, hold_id: int) -> HttpResponse:
    """The freeze becomes the reserve of a running promotion."""
    try:
        with transaction.atomic(durable=True):
            clearance.take_over(
                hold_id=hold_id,
                promotion_id=number_in(request.POST, "promotion") or 0,
                person=person_of(request),
            )
    except (ReportRefused, inventory.Refused) as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The lot is the promotion's reserve now."))
    return HttpResponseRedirect(reverse("clearance"))
