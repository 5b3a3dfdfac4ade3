"""The chains of seals: their heads, and whether everything still matches them."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from org import roles, selectors, services
from org.access import permission_required


@require_GET
@permission_required(roles.AUDIT_VIEW)
def seals(request: HttpRequest) -> HttpResponse:
    """Every chain with its newest block, what waits, and what the last reading found."""
    chains = selectors.chains()
    return render(
        request,
        "org/seals.html",
        {
            "chains": chains,
            "breaks": sum(len(chain.breaks) for chain in chains),
            "reading": any(chain.reading for chain in chains),
            "never_read": all(chain.read_at is None for chain in chains),
        },
    )


@require_POST
@permission_required(roles.AUDIT_VIEW)
def read_seals(request: HttpRequest) -> HttpResponse:
    """Have every chain read again from its first block; the page shows how far it is."""
    with transaction.atomic(durable=True):
        services.begin_reading()
    messages.info(request, _("Every seal is being checked. You may close this page."))
    return HttpResponseRedirect(reverse("seals"))
