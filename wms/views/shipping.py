"""The ship page: scan or tick parcels, ship them all at once."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from org import roles
from org.access import permission_required, person_of
from org.scope import Scope
from wms import commands
from wms import selectors as board
from wms import services as floor
from wms.edge import committed
from wms.models import Scenario
from wms.numbers import fold
from wms.refusals import FloorRefused
from wms.views.scan_page import (
    Verdict,
    common_answer,
    no,
    read_scan,
    remember,
    scope_for,
    show,
    typed,
    warehouse_choice,
)

MOST_PARCELS = 500
# "ship" is what the button of the page says.
SHIPS = frozenset({"ship", commands.DONE, commands.CONFIRM})


@require_http_methods(["GET", "POST"])
@permission_required(roles.FLOOR_SHIP)
def ship(request: HttpRequest) -> HttpResponse:
    """Parcels that wait for the truck."""
    scope = scope_for(request, roles.FLOOR_SHIP)
    place = warehouse_choice(request, scope)
    verdict: Verdict | None = None
    refusals: list[tuple[str, str]] = []
    if request.method == "POST":
        ticked = set(request.POST.getlist("parcel"))
        scan = read_scan(request)
        if scan.action in SHIPS:
            verdict, refusals = _ship(request, sorted(ticked), scope)
            ticked = set()
        else:
            common = common_answer(request, scan)
            if isinstance(common, HttpResponse):
                return common
            verdict = common
    else:
        kept = board.stage_of(person_id=person_of(request).pk, scenario=Scenario.SHIP)
        ticked = set(kept.get("parcels", ()))
    waiting = board.parcels(scope=scope, warehouse_id=place.id, limit=MOST_PARCELS)
    if request.method == "POST":
        verdict = verdict or _tick(scan.raw, waiting, ticked)
        remember(request, Scenario.SHIP, parcels=sorted(ticked))
    context = {
        "place": place,
        "rows": [(parcel, parcel.number in ticked) for parcel in waiting],
        "ticked": sum(1 for parcel in waiting if parcel.number in ticked),
        "refusals": refusals,
        "gone": board.parcels(scope=scope, warehouse_id=place.id, waiting=False, limit=10),
    }
    return show(request, "ship.html", context, verdict=verdict)


def _tick(code: str, waiting: list[board.ParcelView], ticked: set[str]) -> Verdict:
    """Tick the scanned parcel in the list."""
    wanted = fold(code)
    found = [parcel for parcel in waiting if wanted in (parcel.number, parcel.waybill)]
    if len(found) > 1:
        return no(FloorRefused("ambiguous_parcel", number=code))
    if not found:
        return no(FloorRefused("unknown_parcel", number=code))
    ticked.add(found[0].number)
    return Verdict(_("%(parcel)s is ready to go.") % {"parcel": found[0].waybill})


def _ship(
    request: HttpRequest, numbers: list[str], scope: Scope
) -> tuple[Verdict, list[tuple[str, str]]]:
    token = typed(request.POST, "token", 40)
    if not numbers:
        return Verdict(_("Scan or tick the parcels first."), "error"), []
    departures = [
        floor.ParcelDeparture(f"{token}:{number}"[:64], parcel=number)
        for number in numbers[:MOST_PARCELS]
    ]
    answers = committed(
        lambda: floor.ship_parcels(departures, actor=person_of(request).actor, scope=scope)
    )
    refusals = [
        (departure.parcel, answer.message)
        for departure, answer in zip(departures, answers, strict=True)
        if not answer.ok
    ]
    gone = len(answers) - len(refusals)
    text = ngettext("%(count)s parcel has left.", "%(count)s parcels have left.", gone)
    sound = "error" if refusals else "done"
    return Verdict(text % {"count": gone}, sound), refusals
