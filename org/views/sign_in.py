"""Sign in, sign out, choose a language."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib.auth import login, logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from org import services
from org.access import address_of
from org.addresses import back_from
from org.models import Person
from org.services.founding import is_founded


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
                return _with_language(
                    HttpResponseRedirect(_next(request, settings.LOGIN_REDIRECT_URL)),
                    outcome.person.language,
                )
            status = 429 if outcome.locked else 422
            form.add_error(None, _why(outcome))
    there = request.POST.get("next") or request.GET.get("next", "")
    context = {"form": form, "next": there, "founded": is_founded()}
    return render(request, "org/sign_in.html", context, status=status)


def _try(request: HttpRequest, form: SignInForm) -> services.SignIn:
    with transaction.atomic(durable=True):
        outcome = services.sign_in(
            name=form.cleaned_data["username"],
            password=form.cleaned_data["password"],
            address=address_of(request),
        )
        if outcome.person is not None:
            login(request, outcome.person)
    return outcome


def _why(outcome: services.SignIn) -> str:
    if outcome.locked:
        return _("Too many tries. Wait 15 minutes and try again.")
    return _("Name or password is wrong.")


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
    return _with_language(response, language)


@require_GET
def to_sign_in(request: HttpRequest) -> HttpResponse:
    """The admin's own sign-in page knows no lock, so it leads to ours."""
    query = request.META.get("QUERY_STRING", "")
    where = resolve_url(settings.LOGIN_URL)
    return HttpResponseRedirect(f"{where}?{query}" if query else where)


def _next(request: HttpRequest, otherwise: str) -> str:
    return back_from(request, resolve_url(otherwise))


def _with_language(response: HttpResponse, language: str) -> HttpResponse:
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
