"""Goods of stopped orders go back to the shelf: note, place, goods."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
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


@require_http_methods(["GET", "POST"])
@permission_required(roles.FLOOR_PICK)
def put_back(request: HttpRequest) -> HttpResponse:
    """Open notes; the form remembers which note and shelf the next piece belongs to."""
    scope = scope_for(request, roles.FLOOR_PICK)
    number = typed(request.POST, "fulfilment") or typed(request.GET, "fulfilment")
    location = typed(request.POST, "location")
    verdict: Verdict | None = None
    if request.method == "POST":
        scan = read_scan(request)
        if scan.action == commands.BACK and number:
            number, location = (number, "") if location else ("", "")
            verdict = Verdict(_("One step back."))
        else:
            common = common_answer(request, scan)
            if isinstance(common, HttpResponse):
                return common
            verdict = common
        if verdict is None:
            number, location, verdict = _scan(request, number, location, scope)
        remember(request, Scenario.PUT_BACK, fulfilment=number, location=location)
    elif not number:
        kept = board.stage_of(person_id=person_of(request).pk, scenario=Scenario.PUT_BACK)
        number, location = str(kept.get("fulfilment", "")), str(kept.get("location", ""))
    notes = board.put_backs(scope=scope)
    note = next((note for note in notes if note.fulfilment == number), None)
    place = warehouse_choice(request, scope)
    context = {
        "notes": board.put_backs(scope=scope, warehouse_id=place.id) if note is None else [],
        "note": note,
        "location": location if note else "",
        "place": place,
    }
    return show(request, "put_back.html", context, verdict=verdict)


def _scan(
    request: HttpRequest, number: str, location: str, scope: Scope
) -> tuple[str, str, Verdict]:
    """What a post means, given what was scanned before it."""
    token = typed(request.POST, "token")
    # As it was scanned: serial numbers may have small letters.
    raw = typed(request.POST, "code")
    code = fold(raw)
    if board.was_answered(token):
        return number, location, Verdict(_("This was booked already."))
    notes = board.put_backs(scope=scope)
    other = next((note for note in notes if code in (note.fulfilment, note.document)), None)
    if other is not None:
        return other.fulfilment, "", Verdict(_("Now scan the shelf."))
    if not number:
        return "", "", no(FloorRefused("nothing_to_put_back", number=code))
    if not location:
        return number, code, Verdict(_("Now scan the goods you put there."))
    scan = floor.PutBackScan(token, fulfilment=number, location=location, barcode=raw)
    answer = committed(
        lambda: floor.put_back([scan], actor=person_of(request).actor, scope=scope)[0]
    )
    if not answer.ok:
        kept = "" if answer.code == "unknown_location" else location
        return number, kept, Verdict(answer.message, "error")
    if not answer.data["left"]:
        text = _("All goods of %(number)s are back.") % {"number": number}
        return "", "", Verdict(text, "done")
    left = {"left": answer.data["left"]}
    return number, location, Verdict(_("Right. %(left)s pieces to go.") % left)
