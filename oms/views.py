"""Pages of the order desk: the list, one order, the exceptions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
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
from org import clocks, roles
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
    """Do one thing about the chosen exceptions: all of them or none.

    What asks for a reason is asked on the page of the order: a refusal stands there, at its field.
    """
    person = person_of(request)
    scope = scope_of(person, permission=roles.EXCEPTIONS_HANDLE)
    chosen = [text for text in request.POST.getlist("id") if text.isascii() and text.isdigit()]
    ids = [int(text) for text in chosen[:MOST_AT_ONCE] if len(text) < 18]
    action = request.POST.get("action", "")
    if not ids:
        messages.error(request, _("Choose at least one exception."))
        return _back(request)
    form = _handle_form(action, ids[0], request) if ACTIONS.get(action, ("", False))[1] else None
    if form is not None and not form.is_valid():
        return _not_handled(request, ids[0], form, scope)
    why = form.cleaned_data["why"] if form is not None else ""
    try:
        with transaction.atomic(durable=True):
            done = _act(action, ids, person.actor, why, scope)
    except OrderRefused as refused:
        if form is not None:
            form.refuse(refused)
            return _not_handled(request, ids[0], form, scope)
        messages.error(request, str(refused))
    else:
        text = ngettext("%(count)s order: done.", "%(count)s orders: done.", done)
        messages.success(request, text % {"count": done})
    return _back(request)


def _handle_form(action: str, exception_id: int, request: HttpRequest | None = None) -> ReasonForm:
    return ReasonForm(
        request.POST if request else None, label=_("Why"), dialog=f"do-{action}-{exception_id}"
    )


def _not_handled(
    request: HttpRequest, exception_id: int, form: ReasonForm, scope: Scope
) -> HttpResponse:
    """The page of the order with the form that was refused; a message when there is no order."""
    number = selectors.order_of_exception(exception_id=exception_id, scope=scope)
    if number is not None:
        return _order_page(request, number, handle_form=form)
    for said in form.errors.values():
        messages.error(request, " ".join(str(each) for each in said))
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


@dataclass(frozen=True)
class Deed:
    """What may be done about an open exception for a reason: the dialog that asks for it."""

    form: ReasonForm
    title: str
    text: str
    hidden: Mapping[str, object]


def _deeds(
    problems: Iterable[selectors.ExceptionRow], refused: ReasonForm | None, here: str
) -> list[Deed]:
    """The dialogs of an order's open exceptions; one of them may have been refused."""
    deeds = []
    for problem in problems:
        for action in problem.actions if problem.is_open else ():
            label, asks = ACTIONS.get(action, ("", False))
            if not asks:
                continue
            form = _handle_form(action, problem.id)
            if refused is not None and refused.dialog == form.dialog:
                form = refused
            text = " ".join(each for each in (problem.label, problem.field, problem.note) if each)
            hidden = {"id": problem.id, "action": action, "back": here}
            deeds.append(Deed(form, str(label), text, hidden))
    return deeds


def _order_page(
    request: HttpRequest,
    number: str,
    *,
    revealed: orders.Revealed | None = None,
    cancel_form: ReasonForm | None = None,
    reveal_form: ReasonForm | None = None,
    handle_form: ReasonForm | None = None,
) -> HttpResponse:
    """The page; with a form that was refused it says why, and keeps what was typed."""
    person = person_of(request)
    scope = scope_of(person, permission=roles.ORDERS_VIEW)
    detail = selectors.order_detail(number=number, scope=scope)
    if detail is None:
        raise Http404
    clocks.show_times_at(detail.row.warehouse_id or 0, scope=scope)
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
    may_handle, here = person.may(roles.EXCEPTIONS_HANDLE), reverse("order", args=[number])
    deeds = _deeds(detail.exceptions, handle_form, here) if may_handle else []
    refused = cancel_form or reveal_form or handle_form
    standing = {
        *(["cancel-order"] if may_cancel else []),
        *(["reveal-receiver"] if may_reveal else []),
        *(deed.form.dialog for deed in deeds),
    }
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
            "here": here,
            "may_reveal": may_reveal,
            "may_cancel": may_cancel,
            "may_handle": may_handle,
            "deeds": deeds,
            "cancel_form": cancel_form or _cancel_form(),
            "reveal_form": reveal_form or _reveal_form(),
            # A refusal whose dialog is gone, because the order moved on: said above the page.
            "beyond": refused if refused and refused.dialog not in standing else None,
        },
        status=422 if refused else 200,
    )


def _back(request: HttpRequest) -> HttpResponse:
    """To the page the form stood on, if it is one of ours."""
    where = request.POST.get("back", "")
    ours = url_has_allowed_host_and_scheme(where, allowed_hosts=None) and where.startswith("/")
    return redirect(where if ours else "exceptions")
