"""Shipments: the list of parcels, and one parcel with its history."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from org import clocks, roles
from org.access import permission_required, person_of
from org.lists.pages import list_page
from org.selectors import names_of_actors, scope_of
from wms import selectors
from wms.lists.shipments import SHIPMENTS, STATES, TONES


@require_GET
@permission_required(roles.STOCK_VIEW)
def shipment_list(request: HttpRequest) -> HttpResponse:
    """Parcels, newest first."""
    scope = scope_of(person_of(request), permission=roles.STOCK_VIEW)
    page = list_page(request, SHIPMENTS, scope=scope)
    return render(request, "wms/shipments.html", {"list": page})


@require_GET
@permission_required(roles.STOCK_VIEW)
def shipment(request: HttpRequest, number: str) -> HttpResponse:
    """One parcel: what lies in it, and who did what when on its way."""
    scope = scope_of(person_of(request), permission=roles.STOCK_VIEW)
    row = selectors.shipment(number=number, scope=scope)
    if row is None:
        raise Http404
    clocks.show_times_at(row.warehouse_id, scope=scope)
    moments = selectors.timeline(row.document)
    names = names_of_actors([moment.who for moment in moments])
    events = [
        {
            "at": moment.at,
            "title": moment.label,
            "who": names.get(moment.who, moment.who),
            "note": moment.why,
        }
        for moment in reversed(moments)
    ]
    context = {
        "row": row,
        "state": STATES[row.state],
        "tone": TONES[row.state],
        "contents": selectors.contents(parcel_id=row.id),
        "events": events,
    }
    return render(request, "wms/shipment.html", context)
