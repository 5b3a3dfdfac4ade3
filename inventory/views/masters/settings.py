"""Change a warehouse, a zone or a reason; the reasons of the house in one list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from inventory.selectors import master_lists as lists
from inventory.services.settings import change_reason, change_warehouse, change_zone
from inventory.views.masters.forms import ReasonForm, WarehouseFactsForm, ZoneForm
from org import roles
from org.access import permission_required, person_of
from org.scope import Scope
from org.selectors import scope_of


def _scope(request: HttpRequest) -> Scope:
    return scope_of(person_of(request), permission=roles.MASTERS_EDIT)


def _form_page(
    request: HttpRequest,
    form: forms.Form,
    *,
    title: str,
    back: str,
    history: tuple[str, int],
    change: Callable[[Mapping[str, Any]], None],
) -> HttpResponse:
    """A form over one thing; kept, it leads back."""
    if form.is_bound and form.is_valid():
        with transaction.atomic(durable=True):
            change(form.cleaned_data)
        messages.success(request, _("Kept."))
        return HttpResponseRedirect(back)
    context = {
        "form": form, "title": title, "back": back, "history": reverse("history", args=history),
    }  # fmt: skip
    status = 422 if form.is_bound else 200
    return render(request, "inventory/masters/settings.html", context, status=status)


def _typed(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(roles.MASTERS_EDIT)
def warehouse_facts(request: HttpRequest, warehouse_id: int) -> HttpResponse:
    """Name, place on the map, zone of time and priority of a warehouse."""
    known = lists.warehouse_facts(warehouse_id=warehouse_id, scope=_scope(request))
    if known is None:
        raise Http404
    actor = person_of(request).actor
    return _form_page(
        request,
        WarehouseFactsForm(_typed(request), initial=known),
        title=str(known["code"]),
        back=reverse("masters-warehouse", args=[warehouse_id]),
        history=("warehouse", warehouse_id),
        change=lambda told: change_warehouse(
            warehouse_id=warehouse_id, changes=told, actor=actor
        ),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(roles.MASTERS_EDIT)
def zone(request: HttpRequest, zone_id: int) -> HttpResponse:
    """Name and climate of a zone."""
    known = lists.zone_facts(zone_id=zone_id, scope=_scope(request))
    if known is None:
        raise Http404
    actor = person_of(request).actor
    return _form_page(
        request,
        ZoneForm(_typed(request), initial=known),
        title=str(known["code"]),
        back=reverse("masters-warehouse", args=[known["warehouse_id"]]),
        history=("zone", zone_id),
        change=lambda told: change_zone(zone_id=zone_id, changes=told, actor=actor),
    )


@require_GET
@permission_required(roles.MASTERS_EDIT)
def reason_list(request: HttpRequest) -> HttpResponse:
    """Why stock may be claimed, what each reason keeps from happening, and who ends it."""
    return render(
        request,
        "inventory/masters/reasons.html",
        {"rows": lists.reason_rows(), "may_edit": _scope(request).is_everything},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(roles.MASTERS_EDIT)
def reason(request: HttpRequest, reason_id: int) -> HttpResponse:
    """What a reason is called and when it is looked at again; it holds for the whole company."""
    if not _scope(request).is_everything:
        raise PermissionDenied
    known = lists.reason_facts(reason_id=reason_id)
    if known is None:
        raise Http404
    actor = person_of(request).actor
    return _form_page(
        request,
        ReasonForm(_typed(request), initial=known),
        title=str(known["code"]),
        back=reverse("masters-reasons"),
        history=("reason", reason_id),
        change=lambda told: change_reason(reason_id=reason_id, changes=told, actor=actor),
    )
