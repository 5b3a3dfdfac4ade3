"""Before each page: is a second factor missing? After each: when was this session seen last?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from org.models import Person, Session
from org.services.second_factor import SHOWN

# Routes that a person may use who has not shown a second factor yet.
OPEN = frozenset({
    "sign-in", "sign-in-code", "sign-out", "set-language", "set-look", "second-factor",
    "invitation", "healthz", "readyz", "metrics",
})  # fmt: skip
SEEN_EVERY = timedelta(minutes=1)


class Gate:
    """Middleware, after the one that finds the person."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._answer = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self._answer(request)
        _note_seen(request)
        return answer

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        """Send those without their second factor to where they show or set it up."""
        match = request.resolver_match
        if match is None or match.url_name in OPEN or not lacks_second_factor(request):
            return None
        if request.path.startswith("/api/"):
            # In the shape of `org.api.faults`, which stands above this.
            told = {
                "code": "second_factor_missing",
                "message": _("Sign in with your second factor."),
                **dict.fromkeys(("item", "line", "field", "asked", "there")),
            }
            return JsonResponse({"errors": [told]}, status=403)
        where = reverse("second-factor")
        htmx: Any = getattr(request, "htmx", None)
        if htmx:
            # The shell asks for counts by itself; that must not load the page anew under one's
            # fingers while a code is typed there.
            there = (htmx.current_url_abs_path or "").startswith(where)
            headers = {} if there else {"HX-Redirect": where}
            return HttpResponse(status=204 if there else 200, headers=headers)
        return HttpResponseRedirect(where)


def lacks_second_factor(request: HttpRequest) -> bool:
    """True when the person may do something that asks for a second factor, and showed none."""
    person = request.user
    return (
        settings.REQUIRE_SECOND_FACTOR
        and isinstance(person, Person)
        and SHOWN not in request.session
        and person.is_trusted_with_much
    )


def _note_seen(request: HttpRequest) -> None:
    """One small write a minute and session; whoever only looks writes nothing else."""
    session = request.session
    seen = getattr(session, "seen_at", None)
    if seen is None or session.session_key is None:
        return
    now = timezone.now()
    if now - seen >= SEEN_EVERY:
        Session.objects.filter(session_key=session.session_key).update(seen_at=now)
