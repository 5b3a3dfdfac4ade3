"""Pages of the order desk: the list, one order, the exceptions."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from inventory import selectors as stock
from oms import codes, selectors
from oms import services as orders
from oms.labels import ACTIONS, STATE_TONES
from oms.lists.exceptions import EXCEPTIONS
from oms.lists.orders import ORDERS
from oms.refusals import OrderRefused
from org import roles
from org.access import permission_required, person_of
from org.addresses import number_in
from org.asking import ReasonForm
from org.lists.pages import list_page
from org.scope import Scope
from org.selectors import scope_of

MOST_AT_ONCE = 200
# What customers read; each named in itself.
CUSTOMER_LANGUAGES = {"zh-hans": "简体中文", "zh-hant": "繁體中文", "en": "English"}
# Those that may take an order back are the ones who may cancel it.
CANCELLABLE = {"PENDING_PAYMENT", "AWAIT_BALANCE", "PREPROCESS", "SUBMITTED"}


@require_GET
@permission_required(roles.ORDERS_VIEW)
def order_list(request: HttpRequest) -> HttpResponse:
    """Orders the person sees; the address holds tab, filters, sorting and place."""
    scope = scope_of(person_of(request), permission=roles.ORDERS_VIEW)
    return render(request, "oms/orders.html", {"list": list_page(request, ORDERS, scope=scope)})


@require_GET
@permission_required(roles.ORDERS_VIEW)
def order(request: HttpRequest, number: str) -> HttpResponse:
    """One order with everything around it; also opens in the drawer."""
    return _order_page(request, number)


@require_GET
@permission_required(roles.ORDERS_VIEW)
def packing_slip(request: HttpRequest, number: str) -> HttpResponse:
    """What lies in the parcel, for the customer, in the customer's language (`lang`)."""
    scope = scope_of(person_of(request), permission=roles.ORDERS_VIEW)
    found = selectors.order_detail(number=number, scope=scope)
    if found is None:
        raise Http404
    asked = request.GET.get("lang", "")
    language = asked if asked in CUSTOMER_LANGUAGES else translation.get_language() or "zh-hans"
    context = {
        "order": found,
        "lines": [
            (line, line.qty - line.cancelled) for line in found.lines if line.qty > line.cancelled
        ],
        "language": language,
        "languages": CUSTOMER_LANGUAGES,
    }
    with translation.override(language):
        return render(request, "customer/packing_slip.html", context)


@require_POST
@permission_required(roles.ORDERS_REVEAL)
def reveal(request: HttpRequest, number: str) -> HttpResponse:
    """Show the receiver in the clear, once, for a reason that the audit trail keeps."""
    person = person_of(request)
    scope = scope_of(person, permission=roles.ORDERS_REVEAL)
    form = _reveal_form(request)
    if not form.is_valid():
        return _order_page(request, number, reveal_form=form)
    try:
        with transaction.atomic(durable=True):
            seen = orders.reveal(
                number=number, actor=person.actor, why=form.cleaned_data["why"], scope=scope
            )
    except OrderRefused as refused:
        if refused.code == "unknown_order":
            raise Http404 from None
        form.refuse(refused)
        return _order_page(request, number, reveal_form=form)
    response = _order_page(request, number, revealed=seen)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@permission_required(roles.ORDERS_EDIT)
def cancel(request: HttpRequest, number: str) -> HttpResponse:
    """Cancel an order that has not left."""
    person = person_of(request)
    scope = scope_of(person, permission=roles.ORDERS_EDIT)
    form = _cancel_form(request)
    if not form.is_valid():
        return _order_page(request, number, cancel_form=form)
    why = form.cleaned_data["why"]
    try:
        with transaction.atomic(durable=True):
            said = orders.cancel(numbers=[number], actor=person.actor, why=why, scope=scope)
    except OrderRefused as refused:
        if refused.code == "unknown_order":
            raise Http404 from None
        form.refuse(refused)
        return _order_page(request, number, cancel_form=form)
    if said[number] == "INTERCEPTED":
        messages.success(request, _("Cancelled. Picked goods go back to the shelf."))
    else:
        messages.success(request, _("Cancelled. Its stock is free again."))
    return redirect("order", number)


def _cancel_form(request: HttpRequest | None = None) -> ReasonForm:
    return ReasonForm(
        request.POST if request else None, label=_("Why is it cancelled?"), dialog="cancel-order"
    )


def _reveal_form(request: HttpRequest | None = None) -> ReasonForm:
    return ReasonForm(
        request.POST if request else None, label=_("Why do you need it?"), dialog="reveal-receiver"
    )


@require_GET
@permission_required(roles.ORDERS_VIEW)
def exceptions(request: HttpRequest) -> HttpResponse:
    """Open exceptions with what may be done about each."""
    scope = scope_of(person_of(request), permission=roles.ORDERS_VIEW)
    where = stock.scope_at(scope, number_in(request.GET, "warehouse"))
    context = {
        "list": list_page(request, EXCEPTIONS, scope=scope),
        "older_than": selectors.exception_counts(scope=where).older_than,
    }
    return render(request, "oms/exceptions.html", context)


@require_POST
@permission_required(roles.EXCEPTIONS_HANDLE)
def handle(request: HttpRequest) -> HttpResponse:
    """Do one thing about the chosen exceptions: all of them or none."""
    person = person_of(request)
    scope = scope_of(person, permission=roles.EXCEPTIONS_HANDLE)
    chosen = [text for text in request.POST.getlist("id") if text.isascii() and text.isdigit()]
    ids = [int(text) for text in chosen[:MOST_AT_ONCE] if len(text) < 18]
    why = request.POST.get("why", "")
    action = request.POST.get("action", "")
    if not ids:
        messages.error(request, _("Choose at least one exception."))
        return _back(request)
    try:
        with transaction.atomic(durable=True):
            done = _act(action, ids, person.actor, why, scope)
    except OrderRefused as refused:
        messages.error(request, str(refused))
    else:
        text = ngettext("%(count)s order: done.", "%(count)s orders: done.", done)
        messages.success(request, text % {"count": done})
    return _back(request)


def _act(action: str, ids: list[int], actor: str, why: str, scope: Scope) -> int:
    """Raises OrderRefused when the action is unknown or not possible."""
    if action == codes.RETRY:
        return orders.retry(ids=ids, actor=actor, scope=scope)
    verbs: Mapping[str, Callable[..., int]] = {
        codes.ACCEPT: orders.accept_as_is,
        codes.CLOSE: orders.close,
        codes.INTERCEPT: orders.intercept,
        codes.RECALL: orders.recall_orders,
    }
    if action not in verbs:
        raise OrderRefused("not_offered", action=action)
    return verbs[action](ids=ids, actor=actor, why=why, scope=scope)


def _order_page(
    request: HttpRequest,
    number: str,
    *,
    revealed: orders.Revealed | None = None,
    cancel_form: ReasonForm | None = None,
    reveal_form: ReasonForm | None = None,
) -> HttpResponse:
    """The page; with a form that was refused it says why, and keeps what was typed."""
    person = person_of(request)
    scope = scope_of(person, permission=roles.ORDERS_VIEW)
    detail = selectors.order_detail(number=number, scope=scope)
    if detail is None:
        raise Http404
    events = [
        {
            "at": moment.at,
            "title": moment.title,
            "who": moment.who,
            "note": moment.note,
            "tone": STATE_TONES.get(moment.to_state, "") if moment.source == "order" else "muted",
        }
        for moment in reversed(detail.moments)
    ]
    may_reveal = person.may(roles.ORDERS_REVEAL) and bool(detail.receiver)
    may_cancel = person.may(roles.ORDERS_EDIT) and detail.row.state in CANCELLABLE
    refused = cancel_form or reveal_form
    return render(
        request,
        "oms/order.html",
        {
            "detail": detail,
            "row": detail.row,
            "tone": STATE_TONES.get(detail.row.state, ""),
            "events": events,
            "revealed": revealed,
            "actions": ACTIONS,
            "here": request.path if request.method == "GET" else "",
            "may_reveal": may_reveal,
            "may_cancel": may_cancel,
            "may_handle": person.may(roles.EXCEPTIONS_HANDLE),
            "cancel_form": cancel_form or _cancel_form(),
            "reveal_form": reveal_form or _reveal_form(),
            # A refusal whose dialog is gone, because the order moved on: said above the page.
            "beyond": refused if not (may_cancel if cancel_form else may_reveal) else None,
        },
        status=422 if refused else 200,
    )


def _back(request: HttpRequest) -> HttpResponse:
    """To the page the form stood on, if it is one of ours."""
    where = request.POST.get("back", "")
    ours = url_has_allowed_host_and_scheme(where, allowed_hosts=None) and where.startswith("/")
    return redirect(where if ours else "exceptions")
