"""Sign in, sign out, choose a language."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from org import services
from org.access import address_of
from org.addresses import back_from
from org.models import Person
from org.services import second_factor
from org.services.founding import is_founded
from org.sessions import remember_browser

BACKEND = "django.contrib.auth.backends.ModelBackend"
# In the session of whoever gave the right password and owes a code.
AWAITED = "awaited_code"
PATIENCE_S, TRIES = 300, 5


class SignInForm(forms.Form):
    """What a person types to sign in."""

    username = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        max_length=1024,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class CodeForm(forms.Form):
    """A code of the app, or a recovery code."""

    code = forms.CharField(
        label=gettext_lazy("Code of the app"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autofocus": True, "spellcheck": "false"}
        ),
        help_text=gettext_lazy("Six digits from your app, or one of your recovery codes."),
    )


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page; a wrong name and a wrong password look the same."""
    if request.user.is_authenticated and request.method != "POST":
        return HttpResponseRedirect(_next(request, settings.LOGIN_REDIRECT_URL))
    form = SignInForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            outcome = _try(request, form)
            if outcome.person is not None:
                return _entered(request, outcome.person)
            status = 429 if outcome.locked else 422
            form.add_error(None, _why(outcome))
    there = request.POST.get("next") or request.GET.get("next", "")
    context = {"form": form, "next": there, "founded": is_founded()}
    return render(request, "org/sign_in.html", context, status=status)


def _try(request: HttpRequest, form: SignInForm) -> services.SignIn:
    address = address_of(request)
    with transaction.atomic(durable=True):
        outcome = services.sign_in(
            name=form.cleaned_data["username"],
            password=form.cleaned_data["password"],
            address=address,
        )
        person = outcome.person
        if person is None:
            return outcome
        if second_factor.has(person):
            # Nobody is signed in yet: the session only remembers whose code is awaited.
            request.session.flush()
            request.session[AWAITED] = {"person": person.pk, "at": time.time(), "tries": 0}
        else:
            come_in(request, person)
    return outcome


def come_in(request: HttpRequest, person: Person, *, by: str = "") -> None:
    """Sign somebody in; `by` tells of the second factor they showed."""
    login(request, person, backend=BACKEND)
    remember_browser(request)
    if by:
        request.session[second_factor.SHOWN] = by
    services.signed_in(person=person, address=address_of(request), second_factor=by)


def _entered(request: HttpRequest, person: Person) -> HttpResponse:
    """Where to after the password: to the code, or in."""
    there = _next(request, settings.LOGIN_REDIRECT_URL)
    if AWAITED in request.session:
        there = f"{reverse('sign-in-code')}?{urlencode({'next': there})}"
    return with_language(HttpResponseRedirect(there), person.language)


def _why(outcome: services.SignIn) -> str:
    if outcome.until is not None:
        moment = date_format(timezone.localtime(outcome.until), "H:i")
        return _("Too many tries. This name is locked here until %(moment)s.") % {"moment": moment}
    return _("Name or password is wrong.")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """The second page of signing in: the code. Its time is short and its tries are few."""
    awaited: dict[str, Any] = request.session.get(AWAITED, {})
    person = _awaited(awaited)
    if person is None:
        request.session.pop(AWAITED, None)
        messages.info(request, _("Sign in with your password first."))
        return HttpResponseRedirect(resolve_url(settings.LOGIN_URL))
    form = CodeForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            with transaction.atomic(durable=True):
                shown = second_factor.show(person=person, code=form.cleaned_data["code"])
                if shown.by:
                    request.session.pop(AWAITED)
                    come_in(request, person, by=shown.by)
            if shown.by:
                return HttpResponseRedirect(_next(request, settings.LOGIN_REDIRECT_URL))
            request.session[AWAITED] = awaited | {"tries": awaited["tries"] + 1}
            form.add_error("code", wrong_code(shown))
    there = request.POST.get("next") or request.GET.get("next", "")
    return render(request, "org/sign_in_code.html", {"form": form, "next": there}, status=status)


def wrong_code(shown: second_factor.Shown) -> str:
    """What to tell of a code that was not taken."""
    if shown.until is None:
        return _("This code is not right.")
    moment = date_format(timezone.localtime(shown.until), "H:i:s")
    return _("This code is not right. The next one is looked at from %(moment)s on.") % {
        "moment": moment
    }


def _awaited(awaited: dict[str, Any]) -> Person | None:
    """Whose code is awaited; nobody's after five minutes or five wrong ones."""
    if not awaited or awaited["tries"] >= TRIES or time.time() - awaited["at"] > PATIENCE_S:
        return None
    return Person.objects.filter(pk=awaited["person"], is_active=True).first()


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    if isinstance(request.user, Person):
        with transaction.atomic(durable=True):
            services.sign_out(person=request.user)
    logout(request)
    return HttpResponseRedirect(resolve_url(settings.LOGOUT_REDIRECT_URL))


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Choose a language: kept with the person when signed in, and in a cookie."""
    language = request.POST.get("language", "")
    response = HttpResponseRedirect(_next(request, "/"))
    if language not in dict(settings.LANGUAGES):
        return response
    if isinstance(request.user, Person):
        with transaction.atomic(durable=True):
            services.set_language(person_id=request.user.pk, language=language)
    return with_language(response, language)


@require_GET
def to_sign_in(request: HttpRequest) -> HttpResponse:
    """The admin's own sign-in page knows no lock, so it leads to ours."""
    query = request.META.get("QUERY_STRING", "")
    where = resolve_url(settings.LOGIN_URL)
    return HttpResponseRedirect(f"{where}?{query}" if query else where)


def _next(request: HttpRequest, otherwise: str) -> str:
    return back_from(request, resolve_url(otherwise))


def with_language(response: HttpResponse, language: str) -> HttpResponse:
    """Answer in a language from now on."""
    translation.activate(language)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=365 * 24 * 3600,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response
