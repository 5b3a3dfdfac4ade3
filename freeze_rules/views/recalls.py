"""Pages of recalls: the list, calling goods back after a preview, one recall, lifting it."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from freeze_rules.forms import LiftForm, RecallForm
from freeze_rules.lists.recalls import RECALLS
from freeze_rules.models import Recall
from freeze_rules.selectors import recalls as asked
from freeze_rules.services import recall_consent, recalls
from freeze_rules.views.tables import as_file
from inventory import services as inventory
from inventory.selectors.genealogy import Cone
from org import roles
from org.access import permission_required, person_of
from org.lists.pages import list_page
from org.selectors import scope_of
from org.selectors.approvals import request_of_document
from org.services import approvals

# Rows of a list on the page; the file has all.
SHOWN = 200


@require_GET
@permission_required(roles.STOCK_VIEW)
def recall_list(request: HttpRequest) -> HttpResponse:
    """All recalls, newest first."""
    person = person_of(request)
    scope = scope_of(person, permission=roles.STOCK_VIEW)
    context = {
        "list": list_page(request, RECALLS, scope=scope),
        "may_recall": person.may(roles.STOCK_HOLD),
    }
    return render(request, "freeze_rules/recalls.html", context)


@require_http_methods(["GET", "POST"])
@permission_required(roles.STOCK_HOLD)
def new(request: HttpRequest) -> HttpResponse:
    """Ask what it starts from, show what it reaches, freeze exactly that."""
    person = person_of(request)
    if request.method != "POST":
        return _form(request, RecallForm(initial=_first(request)))
    form = RecallForm(request.POST)
    if not form.is_valid():
        return _form(request, form, status=422)
    if "change" in request.POST:
        return _form(request, form)
    moved = False
    if "apply" in request.POST and form.cleaned_data["seen"]:
        try:
            with transaction.atomic(durable=True):
                done = recalls.recall(
                    key=form.cleaned_data["token"], order=form.order(), person=person,
                    seen=form.cleaned_data["seen"],
                )  # fmt: skip
        except (recalls.RecallRefused, inventory.Refused) as refused:
            moved = refused.code == "world_moved"
            if not moved:
                form.add_error(None, str(refused))
                return _form(request, form, status=422)
        else:
            messages.success(request, _("%(number)s is in force.") % {"number": done.number})
            return HttpResponseRedirect(reverse("recall", args=[done.recall_id]))
    try:
        shown = recalls.preview(order=form.order(), person=person)
    except recalls.RecallRefused as refused:
        form.add_error(None, str(refused))
        return _form(request, form, status=422)
    context = {
        "form": form,
        "given": form.cleaned_data,
        "root": dict(Recall.Root.choices)[form.cleaned_data["root"]],
        "policy": dict(form.fields["policy"].choices)[form.cleaned_data["policy"]],  # type: ignore[attr-defined]
        "seen": shown.seen,
        "freezes": shown.freezes,
        "moved": moved,
        **_told(shown.cone),
    }
    return render(request, "freeze_rules/recall_plan.html", context, status=409 if moved else 200)


def _first(request: HttpRequest) -> dict[str, str]:
    """What the address fills in, for links from a lot, a delivery or an order."""
    given = {name: request.GET.get(name, "")[:64] for name in ("sku", "lot", "document")}
    root = request.GET.get("root", "")
    return {
        **given,
        "root": root if root in Recall.Root.values else "LOT",
        "policy": inventory.Policy.DISPLACE.value,
        "token": uuid.uuid4().hex,
    }


def _form(request: HttpRequest, form: RecallForm, status: int = 200) -> HttpResponse:
    return render(request, "freeze_rules/recall_form.html", {"form": form}, status=status)


def _told(cone: Cone) -> dict[str, Any]:
    """The cone for a page: the first rows of each list, and how many there are."""
    lists = {"cells": cone.cells, "shipped": cone.shipped, "promised": cone.promised}
    return {
        "cone": cone,
        **{name: rows[:SHOWN] for name, rows in lists.items()},
        "hidden": {name: max(len(rows) - SHOWN, 0) for name, rows in lists.items()},
        "orders": len({row.document for row in cone.shipped}),
        "waiting": len({row.document for row in cone.promised}),
        "houses": len({cell.warehouse_id for cell in cone.cells}),
    }


@require_GET
@permission_required(roles.STOCK_VIEW)
def recall_page(request: HttpRequest, recall_id: int) -> HttpResponse:
    """One recall: what it reached, where the goods are now, who got them, and lifting it."""
    return _page(request, recall_id)


def _page(request: HttpRequest, recall_id: int, *, refused: LiftForm | None = None) -> HttpResponse:
    """The page; 422 with a form that was refused, which keeps what was typed."""
    person = person_of(request)
    view, cone = _found(request, recall_id)
    row = Recall.objects.get(pk=recall_id)
    open_still = view.lifted_at is None and person.may(roles.STOCK_RELEASE)
    context = {
        "recall": view,
        "holds": asked.holds_of(recall_id)[:SHOWN],
        "needed": recall_consent.needed_for(row, person=person) if open_still else None,
        "approval": request_of_document(view.number),
        "may_lift": open_still,
        "may_reveal": person.may(roles.ORDERS_REVEAL),
        "may_see_orders": person.may(roles.ORDERS_VIEW),
        "lift_form": refused or LiftForm(),
        # Somebody lifted it meanwhile: no dialog is left to say so in.
        "beyond": None if open_still else refused,
        **_told(cone),
    }
    return render(request, "freeze_rules/recall.html", context, status=422 if refused else 200)


def _found(request: HttpRequest, recall_id: int) -> tuple[asked.RecallView, Cone]:
    """The recall and its cone as it is now, with the reader's warehouses.

    Raises:
        Http404: there is none.
    """
    rows = asked.recalls(ids=[recall_id])
    if not rows:
        raise Http404
    view = rows[0]
    scope = scope_of(person_of(request), permission=roles.STOCK_VIEW)
    order = recalls.RecallOrder(root=view.root, lot_id=view.lot_id, document=view.document)
    return view, recalls.trace(order, scope=scope)


@require_GET
@permission_required(roles.STOCK_VIEW)
def shipped_file(request: HttpRequest, recall_id: int, kind: str) -> HttpResponse:
    """Every document that suspect units left under, as CSV or a workbook; no receivers."""
    view, cone = _found(request, recall_id)
    table: list[list[Any]] = [
        [_("Document"), _("SKU"), _("Name"), _("Lot"), _("Shipped"), _("Came back")]
    ]
    table += [
        [row.document, row.sku_code, row.sku_name, row.lot_code, row.units, row.returned]
        for row in cone.shipped
    ]
    return as_file(table, name=f"{view.number}-shipped", kind=kind)


@require_POST
@permission_required(roles.STOCK_RELEASE)
def lift(request: HttpRequest, recall_id: int) -> HttpResponse:
    """Let go of all of it, or ask somebody."""
    form = LiftForm(request.POST)
    if not form.is_valid():
        return _page(request, recall_id, refused=form)
    try:
        with transaction.atomic(durable=True):
            done = recall_consent.lift(
                key=form.cleaned_data["token"], recall_id=recall_id,
                why=form.cleaned_data["why"], person=person_of(request),
            )  # fmt: skip
    except (recalls.RecallRefused, approvals.ApprovalRefused, inventory.Refused) as refused:
        if refused.code == "unknown_recall":
            raise Http404 from None
        form.refuse(refused)
        return _page(request, recall_id, refused=form)
    if done.approval_id is not None:
        messages.success(
            request, _("Asked for approval. Nothing is released before somebody has agreed.")
        )
        return HttpResponseRedirect(reverse("approval", args=[done.approval_id]))
    messages.success(request, _("%(number)s is lifted.") % {"number": done.number})
    return HttpResponseRedirect(reverse("recall", args=[recall_id]))
