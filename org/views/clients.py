"""Programs that use the API: list, make, change, change secrets, revoke."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from org import selectors, services
from org.access import permission_required, person_of
from org.addresses import number_in
from org.deeds import deed
from org.lists.clients import CLIENTS
from org.lists.pages import list_page
from org.roles import CLIENTS_EDIT
from org.scope import Scope
from org.selectors.directory import places_inside
from org.views.client_forms import ClientForm, initial_of, said_done, sentence


def _scope(request: HttpRequest) -> Scope:
    return selectors.scope_of(person_of(request), permission=CLIENTS_EDIT)


def _client(request: HttpRequest, client_id: int) -> selectors.ClientView:
    """A client within reach; others and those that never were look the same."""
    found = selectors.client(client_id, scope=_scope(request))
    if found is None:
        raise Http404
    return found


@permission_required(CLIENTS_EDIT)
@require_GET
def clients(request: HttpRequest) -> HttpResponse:
    """The clients, by name; revoked ones on a tab of their own."""
    page = list_page(request, CLIENTS, scope=_scope(request))
    return render(request, "org/clients.html", {"list": page})


@permission_required(CLIENTS_EDIT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def client_new(request: HttpRequest) -> HttpResponse:
    """Make a client; the answer shows its secret, once."""
    scope = _scope(request)
    form = ClientForm(request.POST or None, places=places_inside(scope))
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic(durable=True):
                made = services.add_client(form.wish(), actor=person_of(request).actor, scope=scope)
        except services.ClientTrouble as trouble:
            form.refuse(trouble)
        else:
            return _secret_page(request, made)
    status = 422 if request.method == "POST" else 200
    return render(request, "org/client_new.html", {"form": form}, status=status)


def _secret_page(request: HttpRequest, made: services.NewSecret) -> HttpResponse:
    found = _client(request, made.client_id)
    return render(request, "org/client_secret.html", {"client": found, "secret": made.secret})


@permission_required(CLIENTS_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def client(request: HttpRequest, client_id: int) -> HttpResponse:
    """One client: what it may, where, from where; its secrets; what was done to it."""
    scope, found = _scope(request), _client(request, client_id)
    told = request.POST if request.method == "POST" else None
    form = ClientForm(told, places=places_inside(scope), initial=initial_of(found))
    if told is not None and form.is_valid():
        try:
            with transaction.atomic(durable=True):
                services.change_client(
                    form.wish(),
                    client_id=client_id,
                    seen=number_in(told, "version") or 0,
                    actor=person_of(request).actor,
                    scope=scope,
                )
        except services.ClientTrouble as trouble:
            form.refuse(trouble)
        else:
            messages.success(request, said_done("changed"))
            return HttpResponseRedirect(reverse("client", args=[client_id]))
    # What was refused because somebody was faster stays refused until the page is loaded again.
    seen = found.version if told is None else number_in(told, "version") or 0
    context = _context(found, form) | {"seen": seen}
    return render(request, "org/client.html", context, status=200 if told is None else 422)


def _context(found: selectors.ClientView, form: ClientForm) -> dict[str, Any]:
    trail = selectors.audit_trail(subject=found.actor, limit=30)
    names = selectors.names_of_actors([each.actor for each in trail] + [found.created_by])
    events = [
        {
            "at": each.at,
            "title": deed(each.action),
            "who": names[each.actor],
            "note": _changed(each.before, each.after),
        }
        for each in trail
    ]
    return {
        "client": found,
        "form": form,
        "events": events,
        "made_by": names[found.created_by],
        "one_secret": len(found.secrets) == 1,
    }


def _changed(before: Any, after: Any) -> str:
    """What changed, in a line: from what to what."""
    if not isinstance(before, dict) or not isinstance(after, dict):
        return ""
    return "; ".join(f"{name}: {_plain(before[name])} → {_plain(after[name])}" for name in after)


def _plain(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


@permission_required(CLIENTS_EDIT)
@never_cache
@require_POST
def add_secret(request: HttpRequest, client_id: int) -> HttpResponse:
    """A second secret beside the first; the answer shows it, once."""
    _client(request, client_id)
    try:
        with transaction.atomic(durable=True):
            made = services.add_secret(client_id=client_id, actor=person_of(request).actor)
    except services.ClientTrouble as trouble:
        return _back(request, client_id, sentence(trouble), well=False)
    return _secret_page(request, made)


@permission_required(CLIENTS_EDIT)
@require_POST
def retire_secret(request: HttpRequest, client_id: int) -> HttpResponse:
    """A secret works no more."""
    _client(request, client_id)
    try:
        with transaction.atomic(durable=True):
            services.retire_secret(
                client_id=client_id,
                secret_id=number_in(request.POST, "secret") or 0,
                actor=person_of(request).actor,
            )
    except services.ClientTrouble as trouble:
        return _back(request, client_id, sentence(trouble), well=False)
    return _back(request, client_id, said_done("retired"))


@permission_required(CLIENTS_EDIT)
@require_POST
def revoke(request: HttpRequest, client_id: int) -> HttpResponse:
    """The client is out for good."""
    _client(request, client_id)
    try:
        with transaction.atomic(durable=True):
            services.revoke_client(client_id=client_id, actor=person_of(request).actor)
    except services.ClientTrouble as trouble:
        return _back(request, client_id, sentence(trouble), well=False)
    return _back(request, client_id, said_done("revoked"))


def _back(request: HttpRequest, client_id: int, said: str, *, well: bool = True) -> HttpResponse:
    (messages.success if well else messages.error)(request, said)
    return HttpResponseRedirect(reverse("client", args=[client_id]))
