"""Approving what a freeze waits for, on its page."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from freeze_rules.services import leaf_consent, proving
from inventory import services as inventory
from org import roles
from org.access import permission_required, person_of
from org.services import approvals


def _typed(request: HttpRequest, name: str, most: int) -> str:
    return "".join(each for each in request.POST.get(name, "") if each.isprintable())[:most]


@require_POST
@permission_required(roles.APPROVALS_DECIDE)
def approve_release(request: HttpRequest, hold_id: int) -> HttpResponse:
    """Give the approval; the service asks besides for the permission that the freeze names."""
    try:
        with transaction.atomic(durable=True):
            done = leaf_consent.approve_leaf(
                hold_id=hold_id,
                permission=_typed(request, "permission", 64),
                reference=_typed(request, "reference", 120),
                note=_typed(request, "note", 400),
                person=person_of(request),
                key=uuid.uuid4().hex,
            )
    except (proving.ProofRefused, approvals.ApprovalRefused, inventory.Refused) as refused:
        messages.error(request, str(refused))
    else:
        released = _("Approved, and the goods are released.")
        messages.success(request, released if done.released else _("Approved."))
    return HttpResponseRedirect(reverse("hold", args=[hold_id]))
