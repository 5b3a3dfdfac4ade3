"""Pages of webhooks: list, make, change, change the secret, try out, send again, end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from org import selectors as org
from org.access import permission_required, person_of
from org.addresses import address_with, number_in
from org.lists.pages import list_page
from org.roles import WEBHOOKS_EDIT
from org.scope import Scope
from webhooks import selectors, services
from webhooks.addresses import AddressRefused
from webhooks.lists.messages import MESSAGES, TONES
from webhooks.lists.subscriptions import WEBHOOKS, state_of
from webhooks.refusals import WebhookRefused
from webhooks.topics import TOPICS

PAGE = 50
Made = TypeVar("Made")


class WebhookForm(forms.Form):
    """What a webhook is to be."""

    client = forms.TypedChoiceField(label=gettext_lazy("API client"), coerce=int)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    url = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=500,
        help_text=gettext_lazy("Where your program listens, such as https://erp.example.com/hooks"),
    )
    topics = forms.MultipleChoiceField(
        label=gettext_lazy("Topics"), widget=forms.CheckboxSelectMultiple
    )
    active = forms.BooleanField(label=gettext_lazy("Send"), required=False, initial=True)

    def __init__(self, *args: Any, clients: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["client"].choices = clients  # type: ignore[attr-defined]
        self.fields["topics"].choices = [  # type: ignore[attr-defined]
            (topic, f"{topic} · {said}") for topic, said in TOPICS.items()
        ]

    def wish(self) -> services.Wish:
        """What was asked for; only after `is_valid`."""
        told = self.cleaned_data
        return services.Wish(
            name=told["name"], url=told["url"].strip(), topics=tuple(told["topics"]),
            active=told["active"],
        )  # fmt: skip


def _scope(request: HttpRequest) -> Scope:
    return org.scope_of(person_of(request), permission=WEBHOOKS_EDIT)


def _webhook(request: HttpRequest, webhook_id: int) -> selectors.WebhookView:
    found = selectors.webhook(webhook_id, scope=_scope(request))
    if found is None:
        raise Http404
    return found


@permission_required(WEBHOOKS_EDIT)
@require_GET
def webhooks(request: HttpRequest) -> HttpResponse:
    """The webhooks, by name; those that ended on a tab of their own."""
    page = list_page(request, WEBHOOKS, scope=_scope(request))
    return render(request, "webhooks/webhooks.html", {"list": page})


@permission_required(WEBHOOKS_EDIT)
@require_GET
def message_list(request: HttpRequest) -> HttpResponse:
    """What all of them were told, and what was answered."""
    page = list_page(request, MESSAGES, scope=_scope(request))
    return render(request, "webhooks/messages.html", {"list": page})


@permission_required(WEBHOOKS_EDIT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def webhook_new(request: HttpRequest) -> HttpResponse:
    """Make one; the answer shows its secret, once."""
    scope = _scope(request)
    clients = [(client.id, client.name) for client in org.clients(scope=scope)]
    form = WebhookForm(
        request.POST if request.method == "POST" else None,
        clients=clients,
        initial={"client": number_in(request.GET, "client")},
    )
    if form.is_bound and form.is_valid():
        made = _tried(
            form,
            lambda: services.add_webhook(
                form.wish(),
                client_id=form.cleaned_data["client"],
                actor=person_of(request).actor,
                scope=scope,
            ),
        )
        if made is not None:
            return _secret_page(request, made.webhook_id, made.secret)
    return render(
        request,
        "webhooks/new.html",
        {"form": form, "clients": clients},
        status=422 if form.is_bound else 200,
    )


@permission_required(WEBHOOKS_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def webhook(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """One webhook: what it is told of, where, and every message with its answer."""
    scope, found = _scope(request), _webhook(request, webhook_id)
    form = WebhookForm(
        request.POST if request.method == "POST" else None,
        clients=[(found.client_id, found.client)],
        initial={
            "client": found.client_id, "name": found.name, "url": found.url,
            "topics": found.topics, "active": found.active,
        },
    )  # fmt: skip
    if form.is_bound and form.is_valid():

        def change() -> bool:
            services.change_webhook(
                form.wish(), webhook_id=webhook_id, actor=person_of(request).actor, scope=scope
            )
            return True

        if _tried(form, change):
            messages.success(request, _("The webhook is changed."))
            return HttpResponseRedirect(reverse("webhook", args=[webhook_id]))
    return render(
        request,
        "webhooks/one.html",
        {"form": form, "found": found, **_messages(request, found)},
        status=422 if form.is_bound else 200,
    )


def _messages(request: HttpRequest, found: selectors.WebhookView) -> dict[str, object]:
    """The newest that it was told, with the tabs; all of it is a list."""
    asked = request.GET.get("state", "")
    state = asked if asked in selectors.STATES else ""
    shown = selectors.messages(found.id, scope=_scope(request), state=state, limit=PAGE)
    labels = {
        "": (_("All"), None),
        "waiting": (_("Waiting"), found.waiting),
        "delivered": (_("Delivered"), None),
        "dead": (_("Given up"), found.dead),
    }
    query = urlencode({"webhook": found.id, "state": state} if state else {"webhook": found.id})
    return {
        "rows": [(row, TONES[row.state], labels[row.state][0]) for row in shown],
        "tabs": [
            {
                "label": label,
                "count": count,
                "url": address_with(request, state=name),
                "active": name == state,
                "tone": "bad" if name == "dead" and count else "",
            }
            for name, (label, count) in labels.items()
        ],
        "all_url": f"{reverse('webhook-messages')}?{query}",
        "shown_state": state_of(found),
    }


@permission_required(WEBHOOKS_EDIT)
@never_cache
@require_POST
def secret(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """A new secret, shown once; the last one goes on signing beside it."""
    fresh = _done(
        request,
        webhook_id,
        lambda who, scope: services.rotate_secret(webhook_id=webhook_id, actor=who, scope=scope),
    )
    if fresh is None:
        return _back(webhook_id)
    return _secret_page(request, webhook_id, fresh)


@permission_required(WEBHOOKS_EDIT)
@require_POST
def test(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """Post a message that says hello."""
    name = _done(
        request,
        webhook_id,
        lambda who, scope: services.send_test(webhook_id=webhook_id, actor=who, scope=scope),
    )
    if name is not None:
        messages.success(
            request, _("A test message is on its way. Its answer appears below in a moment.")
        )
    return _back(webhook_id)


@permission_required(WEBHOOKS_EDIT)
@require_POST
def replay(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """Send messages again that were given up: the ticked ones, or all."""
    ticked = [int(each) for each in request.POST.getlist("message") if each.isdecimal()]
    everything = request.POST.get("all") == "1"
    number = _done(
        request,
        webhook_id,
        lambda who, scope: services.replay(
            webhook_id=webhook_id, actor=who, scope=scope,
            message_ids=None if everything else ticked,
        ),
    )  # fmt: skip
    if number is not None:
        messages.success(
            request,
            ngettext(
                "%(count)s message is sent again.", "%(count)s messages are sent again.", number
            )
            % {"count": number},
        )
    return _back(webhook_id)


@permission_required(WEBHOOKS_EDIT)
@require_POST
def end(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """Tell it nothing any more, for good."""
    found = _webhook(request, webhook_id)

    def finish(who: str, scope: Scope) -> bool:
        services.end_webhook(webhook_id=webhook_id, actor=who, scope=scope)
        return True

    if _done(request, webhook_id, finish):
        messages.success(request, _("“%(name)s” has ended.") % {"name": found.name})
        return HttpResponseRedirect(reverse("webhooks"))
    return _back(webhook_id)


def _back(webhook_id: int) -> HttpResponse:
    return HttpResponseRedirect(reverse("webhook", args=[webhook_id]))


def _secret_page(request: HttpRequest, webhook_id: int, fresh: str) -> HttpResponse:
    found = _webhook(request, webhook_id)
    return render(request, "webhooks/secret.html", {"found": found, "secret": fresh})


def _tried(form: WebhookForm, work: Callable[[], Made]) -> Made | None:
    """What the work makes, in a transaction; None when it is refused, which the form then says."""
    try:
        with transaction.atomic(durable=True):
            return work()
    except AddressRefused as refused:
        form.add_error("url", str(refused))
    except WebhookRefused as refused:
        form.add_error(refused.field or None, str(refused))
    return None


def _done(request: HttpRequest, webhook_id: int, work: Callable[[str, Scope], Made]) -> Made | None:
    """What the work makes, in a transaction; None when it is refused, which the page then says."""
    _webhook(request, webhook_id)
    try:
        with transaction.atomic(durable=True):
            return work(person_of(request).actor, _scope(request))
    except WebhookRefused as refused:
        messages.error(request, str(refused))
    return None
