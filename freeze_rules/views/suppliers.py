"""Blocked suppliers: blocking one, allowing one again."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from freeze_rules.lists.suppliers import SUPPLIERS
from freeze_rules.report_forms import SupplierForm
from freeze_rules.selectors import reports as asked
from freeze_rules.services.reports import suppliers
from freeze_rules.services.reports.refusals import ReportRefused
from freeze_rules.views.reports import refuse
from org import roles
from org.access import permission_required, person_of
from org.asking import ReasonForm
from org.lists.pages import ListPage, list_page
from org.models import Person
from org.selectors import scope_of


@require_http_methods(["GET", "POST"])
@permission_required(roles.STOCK_VIEW)
def supplier_list(request: HttpRequest) -> HttpResponse:
    """Blocked suppliers; blocking one."""
    person = person_of(request)
    scope = scope_of(person, permission=roles.STOCK_HOLD)
    if request.method != "POST":
        first = {"supplier": request.GET.get("supplier", "")[:64]}
        return _page(person, request, SupplierForm(scope=scope, initial=first))
    if not person.may(roles.STOCK_HOLD):
        raise PermissionDenied
    form = SupplierForm(request.POST, scope=scope)
    if form.is_valid():
        given = form.cleaned_data
        try:
            with transaction.atomic(durable=True):
                row = suppliers.block(
                    supplier=given["supplier"], why=given["why"], actor=person.actor, scope=scope
                )
        except ReportRefused as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("%(supplier)s is blocked.") % {"supplier": row.supplier})
            return HttpResponseRedirect(request.get_full_path())
    return _page(person, request, form)


def _page(
    person: Person,
    request: HttpRequest,
    form: SupplierForm,
    *,
    refused: Mapping[int, ReasonForm] | None = None,
    beyond: ReasonForm | None = None,
) -> HttpResponse:
    """The page; 422 when a form was refused, with what was typed into it."""
    may = person.may(roles.STOCK_HOLD)
    scope = scope_of(person, permission=roles.STOCK_VIEW)
    shown = list_page(request, SUPPLIERS, scope=scope, path=reverse("supplier-blocks"))
    blocked = _blocked(shown) if may else {}
    context = {
        "list": shown,
        "form": form if may else None,
        "blocked": blocked,
        "asked": [
            (pk, supplier, (refused or {}).get(pk) or _why_allowed(pk))
            for pk, supplier in blocked.items()
        ],
        "row_extra": "freeze_rules/allowed.html" if may else "",
        "beyond": beyond,
    }
    status = 422 if refused or form.errors else 200
    return render(request, "freeze_rules/suppliers.html", context, status=status)


def _blocked(shown: ListPage) -> dict[int, str]:
    """The suppliers of the page that may be allowed again, by the number of their block."""
    narrowing = asked.ReportNarrowing(state="blocked")
    rows = asked.supplier_blocks_of(narrowing).filter(pk__in=[row["id"] for row in shown.rows])
    return dict(rows.order_by("pk").values_list("pk", "supplier"))


def _why_allowed(block_id: int, sent: QueryDict | None = None) -> ReasonForm:
    return ReasonForm(sent, label=_("Why it is allowed again"), dialog=f"allow-{block_id}")


@require_POST
@permission_required(roles.STOCK_HOLD)
def supplier_allow(request: HttpRequest, block_id: int) -> HttpResponse:
    """The supplier is trusted again, for a reason that the trail keeps."""
    person = person_of(request)
    row = asked.supplier_blocks_of(asked.ReportNarrowing()).filter(pk=block_id).first()
    if row is None:
        raise Http404
    form = _why_allowed(block_id, request.POST)
    if form.is_valid():
        try:
            with transaction.atomic(durable=True):
                suppliers.allow(
                    supplier=row.supplier, why=form.cleaned_data["why"], actor=person.actor,
                    scope=scope_of(person, permission=roles.STOCK_HOLD),
                )  # fmt: skip
        except ReportRefused as refused:
            form.refuse(refused)
        else:
            said = _("%(supplier)s is allowed again.") % {"supplier": row.supplier}
            messages.success(request, said)
            return HttpResponseRedirect(reverse("supplier-blocks"))
    return _page(
        person, request, SupplierForm(scope=scope_of(person, permission=roles.STOCK_HOLD)),
        refused={block_id: form},
        # Somebody allowed it meanwhile: no dialog is left to say so in.
        beyond=form if row.cleared_at is not None else None,
    )  # fmt: skip
