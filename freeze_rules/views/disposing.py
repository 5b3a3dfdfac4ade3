"""What becomes of goods: of a freeze that is let go of, and of what is scrapped off the shelf."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods

from freeze_rules import services as freezing
from freeze_rules.disposal_forms import DisposalForm
from freeze_rules.services import disposing, scrapping
from freeze_rules.services.consent import dispose
from freeze_rules.services.disposal_lines import Way
from freeze_rules.services.outlook import look_ahead
from inventory import selectors as stock
from inventory import services as inventory
from inventory.selectors import places, scope_units
from org import roles
from org.access import permission_required, person_of
from org.callers import SignedIn
from org.models import Person
from org.selectors import scope_of
from org.services.approvals import ApprovalRefused

Wrong = (freezing.FreezeRefused, inventory.Refused, ApprovalRefused)
DONE = {
    Way.RESTOCK: _lazy("%(number)s is released."),
    Way.REGRADE: _lazy("%(number)s: regraded and released."),
    Way.REWORK: _lazy("%(number)s: in rework, still frozen."),
    Way.RETURN: _lazy("%(number)s: sent back to the supplier."),
    Way.SCRAP: _lazy("%(number)s: scrapped."),
}


@require_http_methods(["GET", "POST"])
@permission_required(roles.STOCK_RELEASE)
def release(request: HttpRequest, hold_id: int) -> HttpResponse:
    """Say what becomes of a freeze, look at what it would do, and do it or ask.

    `look` shows, `change` goes back to the form; anything else does it. Without a way the goods
    go back for sale, as in the short form of the hold's page.
    """
    person = person_of(request)
    scope = scope_of(person, permission=roles.STOCK_RELEASE)
    found = stock.holds(scope=scope, ids=[hold_id], closed=True, limit=1)
    if not found:
        raise Http404
    hold = found[0]
    ways = disposing.ways_for(hold, person) or [Way.RESTOCK]
    shape: dict[str, Any] = {
        "ways": ways, "numbered": _is_numbered(hold), "loose": disposing.is_loose(hold.id),
    }  # fmt: skip
    if request.method != "POST":
        if hold.closed_at is not None:
            return HttpResponseRedirect(reverse("hold", args=[hold_id]))
        asked = request.GET.get("way", "")
        first = {
            "way": asked if asked in ways else ways[0],
            "grade": request.GET.get("grade", ""),
            "token": uuid.uuid4().hex,
            "supplier": disposing.supplier_of(hold.id) if Way.RETURN in ways else "",
        }
        return _form(request, hold, DisposalForm(initial=first, **shape))
    typed = request.POST.copy()
    typed.setdefault("way", Way.RESTOCK.value)
    form = DisposalForm(typed, **shape)
    if not form.is_valid():
        return _form(request, hold, form, status=422)
    if "change" in request.POST:
        return _form(request, hold, form)
    try:
        if "look" in request.POST:
            disposal = form.disposal()
            with transaction.atomic(durable=True):
                told = look_ahead(hold=hold, disposal=disposal, by=SignedIn(person))
                # It was done to be looked at: nothing of it stays.
                transaction.set_rollback(True)
            context = {"hold": hold, "form": form, "told": told, "way": Way(disposal.way)}
            return render(request, "freeze_rules/disposal_plan.html", context)
        return _do(request, hold, form, person)
    except Wrong as refused:
        form.refuse(refused)
        return _form(request, hold, form, status=422)


def _is_numbered(hold: stock.HoldView) -> bool:
    """True when pieces of the (first) SKU are told apart by their numbers."""
    ids = stock.sku_ids_by_code([hold.sku_code]) if hold.sku_code else {}
    return any(sku.serial_tracked for sku in stock.skus(ids.values()).values())


def _form(
    request: HttpRequest, hold: stock.HoldView, form: DisposalForm, status: int = 200
) -> HttpResponse:
    context = {"hold": hold, "form": form}
    return render(request, "freeze_rules/disposal.html", context, status=status)


def _do(
    request: HttpRequest, hold: stock.HoldView, form: DisposalForm, person: Person
) -> HttpResponse:
    """Do it, or ask.

    Raises:
        FreezeRefused, Refused, ApprovalRefused: nothing was done or asked.
    """
    disposal = form.disposal()
    with transaction.atomic(durable=True):
        done = dispose(
            key=form.cleaned_data["token"], hold_id=hold.id, disposal=disposal, by=SignedIn(person)
        )
    if done.approval_id is not None:
        messages.success(
            request, _("Asked for approval. Nothing is released before somebody has agreed.")
        )
        return HttpResponseRedirect(reverse("approval", args=[done.approval_id]))
    messages.success(request, str(DONE[Way(disposal.way)]) % {"number": done.document})
    return HttpResponseRedirect(f"{reverse('holds')}?{request.GET.urlencode()}".rstrip("?"))


@require_http_methods(["GET", "POST"])
@permission_required(roles.STOCK_SCRAP)
def scrap(request: HttpRequest, cell_id: int) -> HttpResponse:
    """Scrap free units of one cell, or send them back: form, what it would do, and the deed."""
    person = person_of(request)
    found = places.cell(cell_id=cell_id, scope=scope_of(person, permission=roles.STOCK_SCRAP))
    if found is None:
        raise Http404
    ways = [Way.SCRAP, Way.RETURN]
    numbered = any(sku.serial_tracked for sku in stock.skus([found.sku_id]).values())
    if request.method != "POST":
        named = scope_units.suppliers_of([found.lot_id]) if found.lot_id else {}
        first = {
            "way": Way.SCRAP.value,
            "token": uuid.uuid4().hex,
            "supplier": named.get(found.lot_id or 0, ""),
        }
        form = DisposalForm(initial=first, ways=ways, numbered=numbered, needs_qty=True)
        return _scrap_form(request, found, form)
    form = DisposalForm(request.POST, ways=ways, numbered=numbered, needs_qty=True)
    if not form.is_valid():
        return _scrap_form(request, found, form, status=422)
    if "change" in request.POST:
        return _scrap_form(request, found, form)
    order = scrapping.ScrapOrder(
        cell_id=cell_id, disposal=form.disposal(), key=form.cleaned_data["token"]
    )
    try:
        if "look" in request.POST:
            told = scrapping.look_ahead(order, person=person)
            context = {"cell": found, "form": form, "told": told, "way": Way(order.disposal.way)}
            return render(request, "freeze_rules/scrap_plan.html", context)
        with transaction.atomic(durable=True):
            done = scrapping.scrap(order, person=person)
    except Wrong as refused:
        form.refuse(refused)
        return _scrap_form(request, found, form, status=422)
    if done.approval_id is not None:
        messages.success(
            request, _("Asked for approval. Nothing is booked before somebody has agreed.")
        )
        return HttpResponseRedirect(reverse("approval", args=[done.approval_id]))
    messages.success(request, _("%(number)s is booked.") % {"number": done.document})
    return HttpResponseRedirect(reverse("stock-location", args=[found.location_id]))


def _scrap_form(
    request: HttpRequest, cell: places.PlacedGoods, form: DisposalForm, status: int = 200
) -> HttpResponse:
    return render(request, "freeze_rules/scrap.html", {"cell": cell, "form": form}, status=status)
