"""The floor at a glance."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from org import roles
from org.access import permission_required, person_of
from org.selectors import scope_of
from wms import selectors as board
from wms import services as floor
from wms.edge import committed
from wms.models import FulfilmentState
from wms.views.scan_page import fresh_token, scope_for, typed, warehouse_choice

# The home of whoever works on the floor, at whatever table.
ANY_JOB = (roles.FLOOR_PICK, roles.FLOOR_PACK, roles.FLOOR_SHIP)
TONES = {"SHORT": "bad", "INTERCEPTING": "warn", "PACKED": "ok"}


@require_http_methods(["GET", "POST"])
@permission_required(*ANY_JOB)
def home(request: HttpRequest) -> HttpResponse:
    """Counts per state with the fulfilments behind the chosen one; retry what is short."""
    person = person_of(request)
    if request.method == "POST":
        return _retry(request)
    scope = scope_of(person, permission=ANY_JOB)
    place = warehouse_choice(request, scope)
    wanted = typed(request.GET, "state")
    chosen = wanted if wanted in board.ON_FLOOR else str(FulfilmentState.RELEASED)
    counts = board.counts(scope=scope, warehouse_id=place.id)
    context = {
        "place": place,
        "may_pick": person.may(roles.FLOOR_PICK),
        "may_pack": person.may(roles.FLOOR_PACK),
        "may_ship": person.may(roles.FLOOR_SHIP),
        "tabs": _tabs(counts, chosen, place.chosen.code if place.chosen else ""),
        "chosen": chosen,
        "fulfilments": board.fulfilments(
            scope=scope, states=[chosen], warehouse_id=place.id, limit=100
        ),
        "shipped_today": board.shipped_since(
            scope=scope, since=_midnight(timezone.localtime()), warehouse_id=place.id
        ),
        "pick_lists": board.pick_lists(scope=scope, warehouse_id=place.id),
        "put_backs": board.put_backs(scope=scope, warehouse_id=place.id, limit=20),
        "token": fresh_token(),
        "now": timezone.localtime(),
    }
    return render(request, "wms/home.html", context)


def _midnight(now: datetime) -> datetime:
    return now - timedelta(
        hours=now.hour, minutes=now.minute, seconds=now.second, microseconds=now.microsecond
    )


def _tabs(counts: dict[str, int], chosen: str, warehouse: str) -> list[dict[str, Any]]:
    return [
        {
            "label": FulfilmentState(state).label,
            "url": f"?{urlencode({'warehouse': warehouse, 'state': state})}",
            "active": state == chosen,
            "count": number,
            "tone": TONES.get(state, "") if number else "",
        }
        for state, number in counts.items()
    ]


def _retry(request: HttpRequest) -> HttpResponse:
    if not person_of(request).may(roles.FLOOR_PICK):
        raise PermissionDenied
    number = typed(request.POST, "fulfilment")
    retry = floor.Retry(typed(request.POST, "token"), fulfilment=number)
    answer = committed(
        lambda: floor.release_again(
            [retry],
            actor=person_of(request).actor,
            scope=scope_for(request, roles.FLOOR_PICK),
        )[0]
    )
    if answer.ok:
        messages.success(request, _("%(number)s waits to be picked again.") % {"number": number})
    else:
        messages.error(request, answer.message)
    return HttpResponseRedirect(f"{reverse('floor')}?state=SHORT")
