"""Choose how the screen looks."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from org.addresses import back_from
from org.look import CHOICES, cookie_of

YEAR = 365 * 24 * 3600


@require_POST
def set_look(request: HttpRequest) -> HttpResponse:
    """Keep the tastes that the form names, and show the page again."""
    response = HttpResponseRedirect(back_from(request))
    for name, choices in CHOICES.items():
        chosen = request.POST.get(name, "")
        if chosen in choices:
            response.set_cookie(
                cookie_of(name),
                chosen,
                max_age=YEAR,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
    return response
