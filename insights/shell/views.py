"""What the open page asks for from time to time, and the choice of a warehouse."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from redis.exceptions import RedisError

from insights.shell import places
from insights.shell.counts import MOST, counts_for
from inventory import selectors as stock
from org.access import person_of
from org.addresses import back_from, number_in
from org.models import Person
from org.selectors import jobs, scope_of

log = logging.getLogger(__name__)

# Several open pages of one person ask once in this time.
KEPT_SECONDS = 15
YEAR = 365 * 24 * 3600


@never_cache
@require_GET
@login_required
def shell_state(request: HttpRequest) -> HttpResponse:
    """Counts beside the navigation and the person's running jobs; asked for every 25 s."""
    person = person_of(request)
    key = f"shell:{person.pk}:{get_language()}"
    try:
        state = cache.get(key)
        if state is None:
            state = _state(person)
            cache.set(key, state, KEPT_SECONDS)
    except RedisError:
        # The cache only saves work: without it the answer is as true, and costs a little more.
        log.warning("The cache does not answer; counts are taken anew.")
        state = _state(person)
    return JsonResponse(state)


def _state(person: Person) -> dict[str, Any]:
    counts = counts_for(person)
    running = jobs(person=person, running=True, limit=5)
    return {
        "counts": {
            route: f"{MOST - 1}+" if number >= MOST else str(number)
            for route, number in counts.items()
        },
        "jobs": [
            {
                "title": job.title,
                "state": job.state_label,
                "percent": job.percent,
                "url": reverse("job", args=[job.id]),
            }
            for job in running
            if job.person_id == person.pk
        ],
    }


@never_cache
@require_GET
@login_required
def place_list(request: HttpRequest) -> HttpResponse:
    """The warehouses that the person may choose, for the switch in the top bar."""
    houses = stock.warehouses(scope=scope_of(person_of(request)))
    return render(
        request,
        "insights/parts/places.html",
        {
            "houses": houses,
            "chosen": places.place_in(request.COOKIES.get(places.COOKIE, "")),
            "next": request.GET.get("next", ""),
        },
    )


@require_POST
@login_required
def set_place(request: HttpRequest) -> HttpResponse:
    """Work in this warehouse from now on, or in all; the page is shown again, narrowed to it."""
    wanted = number_in(request.POST, "place")
    found = (
        stock.warehouses(scope=scope_of(person_of(request)), ids=[wanted])
        if wanted is not None
        else []
    )
    place = places.Place(found[0].id, found[0].code, found[0].name) if found else None
    back = back_from(request)
    response = HttpResponseRedirect(places.narrowed(back, route=_route_of(back), place=place))
    if place is None:
        response.delete_cookie(places.COOKIE, samesite="Lax")
    else:
        response.set_cookie(
            places.COOKIE,
            places.text_of(place),
            max_age=YEAR,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


def _route_of(address: str) -> str:
    try:
        return resolve(address.partition("?")[0]).url_name or ""
    except Resolver404:
        return ""
