"""The first page of an empty house: name the company and yourself."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from org.models import Person
from org.services.founding import AlreadyFounded, found_company, is_founded
from org.views.sign_in import come_in


class FoundingForm(forms.Form):
    """What the first person types."""

    company = forms.CharField(label=gettext_lazy("Company"), max_length=80)
    display_name = forms.CharField(label=gettext_lazy("Your name"), max_length=80)
    username = forms.CharField(
        label=gettext_lazy("Name to sign in with"),
        max_length=150,
        validators=[Person.username_validator],
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        max_length=1024,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("Ten characters or more, not a common one."),
    )
    key = forms.CharField(
        label=gettext_lazy("Setup key"),
        max_length=200,
        help_text=gettext_lazy("The SETUP_KEY that this server was started with."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not settings.SETUP_KEY:
            del self.fields["key"]

    def clean_password(self) -> str:
        """As strong as everybody's."""
        password: str = self.cleaned_data["password"]
        somebody = Person(username=self.cleaned_data.get("username", ""))
        validate_password(password, somebody)
        return password

    def clean_key(self) -> str:
        """The key of this server, compared in constant time."""
        key: str = self.cleaned_data["key"]
        if not secrets.compare_digest(key.encode(), settings.SETUP_KEY.encode()):
            raise forms.ValidationError(_("This is not the setup key of this server."))
        return key


@sensitive_post_parameters("password", "key")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def found(request: HttpRequest) -> HttpResponse:
    """Name the company and its first person; afterwards this page leads to the sign-in page.

    In production it opens only with `SETUP_KEY`: whoever comes first must not own the house.
    """
    if is_founded() or (settings.PRODUCTION and not settings.SETUP_KEY):
        return HttpResponseRedirect(resolve_url(settings.LOGIN_URL))
    form = FoundingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = {name: each for name, each in form.cleaned_data.items() if name != "key"}
        try:
            with transaction.atomic(durable=True):
                person = found_company(**told, language=get_language() or settings.LANGUAGE_CODE)
                come_in(request, person)
        except AlreadyFounded:
            return HttpResponseRedirect(resolve_url(settings.LOGIN_URL))
        return HttpResponseRedirect(resolve_url("start"))
    status = 422 if form.is_bound else 200
    return render(request, "org/found.html", {"form": form}, status=status)
