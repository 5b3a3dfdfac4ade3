"""Set up, show, replace and take away one's own second factor."""

from __future__ import annotations

from typing import Any

import segno
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from org.access import to_sign_in
from org.models import Authenticator, Person
from org.selectors.signed_in import second_factor_of
from org.services import second_factor as factors
from org.views.sign_in import CodeForm, wrong_code

ISSUER = "Stock House"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """Three faces: set it up; show it, when this session has not; or look after it."""
    person = request.user
    if not isinstance(person, Person):
        return to_sign_in(request)
    shown = factors.SHOWN in request.session
    in_use = second_factor_of(person)
    action = request.POST.get("action", "") if request.method == "POST" else ""
    form = CodeForm(request.POST if action else None)
    if action and form.is_valid():
        answer = _act(request, person, action, form, may_change=shown or in_use is None)
        if answer is not None:
            return answer
    facts: dict[str, Any] = {
        "form": form,
        "in_use": in_use,
        "shown": shown,
        "required": settings.REQUIRE_SECOND_FACTOR and person.is_trusted_with_much,
        "lone": not shown and settings.REQUIRE_SECOND_FACTOR and person.is_trusted_with_much,
    }
    if in_use is None or (shown and request.GET.get("replace")):
        with transaction.atomic(durable=True):
            facts |= _picture(factors.begin(person=person))
    status = 422 if action else 200
    return render(request, "org/second_factor.html", facts, status=status)


def _act(
    request: HttpRequest, person: Person, action: str, form: CodeForm, *, may_change: bool
) -> HttpResponse | None:
    """Do what was asked for; None when the code was wrong, which stands in the form then."""
    code = form.cleaned_data["code"]
    if action == "confirm" and may_change:
        return _confirm(request, person, form, code)
    with transaction.atomic(durable=True):
        shown = factors.show(person=person, code=code)
        if not shown.by:
            form.add_error("code", wrong_code(shown))
            return None
        request.session[factors.SHOWN] = shown.by
        if action == "codes":
            return _codes(request, factors.new_recovery_codes(person=person))
        if action == "remove":
            factors.reset(person=person, actor=person.actor)
            return HttpResponseRedirect(resolve_url(settings.LOGIN_URL))
    return HttpResponseRedirect(resolve_url(settings.LOGIN_REDIRECT_URL))


def _confirm(
    request: HttpRequest, person: Person, form: CodeForm, code: str
) -> HttpResponse | None:
    with transaction.atomic(durable=True):
        codes = factors.confirm(person=person, code=code)
    if codes is None:
        form.add_error("code", _("This code is not right. Is the clock of your phone right?"))
        return None
    request.session[factors.SHOWN] = "app"
    messages.success(request, _("Your second factor is set up."))
    return _codes(request, codes)


def _codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    return render(
        request, "org/recovery_codes.html", {"codes": codes, "next": reverse("workbench")}
    )


def _picture(device: Authenticator) -> dict[str, Any]:
    """The square code as a drawing within the page: nothing is fetched."""
    square = segno.make(factors.address_for_app(device, issuer=ISSUER), error="m", micro=False)
    drawn = square.svg_data_uri(scale=5, border=2, dark="#000", light="#fff")
    return {"picture": drawn, "key": factors.key_of(device)}
