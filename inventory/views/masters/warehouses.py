"""Warehouses and their places."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from inventory import selectors as stock
from inventory.lists.warehouses import WAREHOUSES
from inventory.requests import Refused
from inventory.selectors import master_lists as lists
from inventory.services.editing import change_location, create_location
from inventory.services.warehouses import add_bins, create_warehouse
from inventory.views.masters.forms import PlaceForm, WarehouseForm, show_refusal
from org import roles
from org.access import permission_required, person_of
from org.addresses import address_with
from org.lists.pages import list_page
from org.scope import Scope
from org.selectors import scope_of, units
from org.undoing import offer_undo

# What every warehouse needs besides its bins. Places whose goods are frozen as long as they lie
# there are posted for, each in a transaction of its own.
BENCHES = (
    ("RCV-01", "RECEIVING", 9000),
    ("PACK-01", "PACKING", 9100),
    ("STAGE-01", "STAGING", 9200),
    ("QC-01", "QUARANTINE", 9300),
    ("BAD-01", "DEFECT", 9400),
)


def _scope(request: HttpRequest) -> Scope:
    return scope_of(person_of(request), permission=roles.MASTERS_EDIT)


@require_GET
@permission_required(roles.MASTERS_EDIT)
def warehouse_list(request: HttpRequest) -> HttpResponse:
    """Every warehouse the person may set up."""
    return render(
        request,
        "inventory/masters/warehouses.html",
        {"list": list_page(request, WAREHOUSES, scope=_scope(request))},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(roles.MASTERS_EDIT)
def new_warehouse(request: HttpRequest) -> HttpResponse:
    """Make a warehouse with its bins and benches."""
    form = WarehouseForm(request.POST or None, units=units(scope=_scope(request)))
    if request.method == "POST" and form.is_valid():
        try:
            made = _make(form, person_of(request).actor)
        except Refused as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The warehouse is there, with its first places."))
            return HttpResponseRedirect(reverse("masters-warehouse", args=[made]))
    status = 422 if form.is_bound else 200
    return render(request, "inventory/masters/warehouse_new.html", {"form": form}, status=status)


def _make(form: WarehouseForm, actor: str) -> int:
    told = form.cleaned_data
    with transaction.atomic(durable=True):
        made = create_warehouse(
            code=told["code"],
            name=told["name"],
            unit_id=told["unit"],
            kind=told["kind"],
            province=told["province"],
            city=told["city"],
            actor=actor,
        )
        add_bins(warehouse_id=made, aisles=told["aisles"], bins=told["bins"], actor=actor)
    for code, kind, sequence in BENCHES:
        with transaction.atomic(durable=True):
            create_location(warehouse_id=made, code=code, kind=kind, sequence=sequence, actor=actor)
    return made


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(roles.MASTERS_EDIT)
def one_warehouse(request: HttpRequest, warehouse_id: int) -> HttpResponse:
    """A warehouse's places, and one more."""
    house = _seen(request, warehouse_id)
    form = PlaceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic(durable=True):
                create_location(
                    warehouse_id=house.id, actor=person_of(request).actor, **form.cleaned_data
                )
        except Refused as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("%(code)s is there.") % {"code": form.cleaned_data["code"]})
            return HttpResponseRedirect(request.path)
    places = lists.place_rows(
        warehouse_id=house.id, after=request.GET.get("from", "")[:32], limit=lists.PAGE + 1
    )
    more = len(places) > lists.PAGE
    places = places[: lists.PAGE]
    return render(
        request,
        "inventory/masters/warehouse.html",
        {
            "house": house,
            "places": places,
            "zones": lists.zone_rows(warehouse_id=house.id),
            "form": form,
            "next_url": address_with(request, **{"from": places[-1].code}) if more else "",
        },
        status=422 if form.is_bound else 200,
    )


@require_POST
@permission_required(roles.MASTERS_EDIT)
def switch_place(request: HttpRequest, location_id: int) -> HttpResponse:
    """Switch a place off, or on again; what was done can be undone from the message."""
    found = lists.warehouse_of_place(location_id=location_id)
    if found is None:
        raise Http404
    house, code = _seen(request, found[0]), found[1]
    on = request.POST.get("on") == "1"
    try:
        with transaction.atomic(durable=True):
            change_location(
                location_id=location_id,
                changes={"is_active": on},
                actor=person_of(request).actor,
            )
    except Refused as refused:
        messages.error(request, f"{code}: {refused}")
    else:
        said = _("%(code)s is switched on.") if on else _("%(code)s is switched off.")
        offer_undo(
            request,
            text=said % {"code": code},
            url=request.path,
            fields={"on": "0" if on else "1"},
        )
    return HttpResponseRedirect(reverse("masters-warehouse", args=[house.id]))


def _seen(request: HttpRequest, warehouse_id: int) -> stock.WarehouseView:
    found = stock.warehouses(scope=_scope(request), ids=[warehouse_id], active=False)
    if not found:
        raise Http404
    return found[0]
