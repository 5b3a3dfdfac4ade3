"""The audit page: when it last looked, which laws hold, and what does not agree."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from inventory.selectors.proof import FindingView, proof
from inventory.services import sweeps
from org import roles
from org.access import permission_required, person_of
from org.selectors import names_of_actors, scope_of


@require_GET
@permission_required(roles.AUDIT_VIEW)
def audit(request: HttpRequest) -> HttpResponse:
    """Sweeps, laws, findings."""
    person = person_of(request)
    view = proof(scope=scope_of(person, permission=roles.AUDIT_VIEW))
    may_look = person.may(roles.STOCK_VIEW)
    names = names_of_actors([sweep.asked_by for sweep in view.recent if sweep.asked_by])
    return render(
        request,
        "inventory/audit.html",
        {
            "proof": view,
            "findings": [(each, _address(each) if may_look else "") for each in view.findings],
            "recent": [(each, names.get(each.asked_by, "")) for each in view.recent],
            "broken": sum(1 for law in view.laws if law.open),
        },
    )


@require_POST
@permission_required(roles.AUDIT_VIEW)
def check_everything(request: HttpRequest) -> HttpResponse:
    """Have both checkers look at everything; it changes nothing but what is known."""
    person = person_of(request)
    with transaction.atomic(durable=True):
        sweeps.ask_for_everything(actor=person.actor)
    messages.success(request, _("Everything is being checked; the result appears here."))
    return redirect("stock-audit")


def _address(finding: FindingView) -> str:
    """The page where a person sees what the finding means; empty when there is none."""
    number = finding.where.removeprefix("cell ")
    if number != finding.where and number.isdecimal():
        return reverse("stock-cell", args=[int(number)])
    if finding.sku_id is not None and finding.warehouse_id is not None:
        place = [finding.sku_id, finding.warehouse_id, finding.grade]
        return reverse("stock-explained", args=place)
    return ""
