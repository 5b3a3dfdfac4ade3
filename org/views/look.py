"""Choose how the screen looks."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from org.addresses import back_from
from org.look import CHOICES, cookie_of
from org.models import Person
from org.services.people import set_preferences

YEAR = 365 * 24 * 3600


@require_POST
def set_look(request: HttpRequest) -> HttpResponse:
    """Keep the tastes that the form names, and show the page again."""
    told = {
        name: request.POST[name]
        for name, choices in CHOICES.items()
        if request.POST.get(name) in choices
    }
    if told and isinstance(request.user, Person):
        with transaction.atomic(durable=True):
            set_preferences(person_id=request.user.pk, **told)
    return with_look(HttpResponseRedirect(back_from(request)), told)


def with_look(response: HttpResponse, chosen: Mapping[str, str]) -> HttpResponse:
    """Keep tastes in cookies, for the sign-in page."""
    for name, value in chosen.items():
        response.set_cookie(
            cookie_of(name),
            value,
            max_age=YEAR,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response
