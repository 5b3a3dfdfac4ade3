"""SKUs: the list, a new one, a changed one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from inventory.lists.skus import SKUS
from inventory.requests import Refused
from inventory.selectors import master_lists as lists
from inventory.services.editing import Pack, change_sku, create_skus
from inventory.views.masters.forms import SkuForm, show_refusal
from org import roles
from org.access import permission_required, person_of
from org.lists.pages import list_page
from org.selectors import scope_of


@require_GET
@permission_required(roles.MASTERS_EDIT)
def sku_list(request: HttpRequest) -> HttpResponse:
    """Every SKU, in use or not; the search knows names, pinyin and barcodes."""
    scope = scope_of(person_of(request), permission=roles.MASTERS_EDIT)
    return render(
        request, "inventory/masters/skus.html", {"list": list_page(request, SKUS, scope=scope)}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(roles.MASTERS_EDIT)
def new_sku(request: HttpRequest) -> HttpResponse:
    """Make a SKU."""
    form = SkuForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = dict(form.cleaned_data)
        packs = [Pack(code=code) for code in told.pop("barcodes")]
        try:
            with transaction.atomic(durable=True):
                create_skus([told], barcodes={told["code"]: packs}, actor=person_of(request).actor)
        except Refused as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("%(code)s is there.") % {"code": told["code"]})
            there = "masters-sku-new" if "again" in request.POST else "masters-skus"
            return HttpResponseRedirect(reverse(there))
    return _form(request, form, {})


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(roles.MASTERS_EDIT)
def one_sku(request: HttpRequest, sku_id: int) -> HttpResponse:
    """Change a SKU; its code stays for ever."""
    known = lists.sku_fields(sku_id=sku_id)
    if known is None:
        raise Http404
    form = SkuForm(request.POST or None, initial=known)
    form.fields["code"].disabled = True
    if request.method == "POST" and form.is_valid():
        told = dict(form.cleaned_data)
        told.pop("code")
        packs: Any = known["packs"]
        codes = [Pack(code=code) for code in told.pop("barcodes")] + [
            Pack(code=pack.code, qty=pack.qty, pack_name=pack.pack_name) for pack in packs
        ]
        try:
            with transaction.atomic(durable=True):
                change_sku(
                    sku_id=sku_id, changes=told, barcodes=codes, actor=person_of(request).actor
                )
        except Refused as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("%(code)s is saved.") % {"code": known["code"]})
            return HttpResponseRedirect(reverse("masters-skus"))
    return _form(request, form, known)


def _form(request: HttpRequest, form: SkuForm, known: dict[str, object]) -> HttpResponse:
    status = 422 if form.is_bound else 200
    context = {"form": form, "code": known.get("code", ""), "sku_id": known.get("id")}
    return render(request, "inventory/masters/sku.html", context, status=status)
