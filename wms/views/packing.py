"""The pack bench: scan the order, scan each piece, close the parcel, take the waybill."""

from __future__ import annotations

from typing import Any

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

ON_BENCH = ("PICKED", "CHECKED")
# "close" is what the button of the page says.
TAKES = frozenset({"close", commands.DONE, commands.CONFIRM, commands.BACK})


@require_http_methods(["GET", "POST"])
@permission_required(roles.FLOOR_PACK)
def pack(request: HttpRequest, number: str = "") -> HttpResponse:
    """The bench; `number` (or the form) names the fulfilment that lies on it."""
    scope = scope_for(request, roles.FLOOR_PACK)
    verdict: Verdict | None = None
    parcel: dict[str, Any] | None = None
    if request.method == "POST":
        number = typed(request.POST, "fulfilment")
        scan = read_scan(request)
        if not number or scan.action not in TAKES:
            common = common_answer(request, scan)
            if isinstance(common, HttpResponse):
                return common
            verdict = common
        if verdict is None:
            number, verdict, parcel = _scan(request, number, scope, scan)
        remember(request, Scenario.PACK, fulfilment=number)
    elif not number:
        kept = board.stage_of(person_id=person_of(request).pk, scenario=Scenario.PACK)
        number = str(kept.get("fulfilment", ""))
        resumed = _find(number, scope) if number else None
        number = number if resumed and resumed.state in ON_BENCH else ""
    view = _find(number, scope) if number else None
    place = warehouse_choice(request, scope)
    context: dict[str, Any] = {
        "view": view,
        "closable": view is not None and view.state == "CHECKED",
        "parcel": parcel,
        "carriers": board.carriers(),
        "place": place,
    }
    if view is None:
        context["waiting"] = board.fulfilments(
            scope=scope, states=ON_BENCH, warehouse_id=place.id, limit=50
        )
    return show(request, "pack.html", context, verdict=verdict)


def _find(name: str, scope: Scope) -> board.FulfilmentView | None:
    found = board.fulfilments(scope=scope, names=[name])
    return found[0] if found else None


def _scan(
    request: HttpRequest, number: str, scope: Scope, scan: commands.Scan
) -> tuple[str, Verdict, dict[str, Any] | None]:
    """What a post means: close, another order, or a piece of this one."""
    given = request.POST
    code = scan.raw
    if board.was_answered(typed(given, "token")):
        return number, Verdict(_("This was booked already.")), None
    if scan.action == commands.BACK:
        return "", Verdict(_("%(number)s is put aside.") % {"number": number}), None
    if scan.action:
        return _close(request, number, scope)
    other = _find(code, scope) if code else None
    if other is not None:
        return _take_up(other)
    if not number:
        return "", no(FloorRefused("unknown_fulfilment", number=code)), None
    check = floor.CheckScan(typed(given, "token"), fulfilment=number, barcode=code)
    answer = committed(
        lambda: floor.confirm_checks([check], actor=person_of(request).actor, scope=scope)[0]
    )
    if not answer.ok:
        return number, Verdict(answer.message, "error"), None
    if answer.data["checked"]:
        return number, Verdict(_("Everything is checked. Close the parcel."), "done"), None
    left = {"left": answer.data["left"]}
    return number, Verdict(_("Right. %(left)s pieces to go.") % left), None


def _take_up(view: board.FulfilmentView) -> tuple[str, Verdict, None]:
    """Lay another order on the bench, or say why it does not belong there."""
    if view.state in ("INTERCEPTING", "INTERCEPTED", "CANCELLED"):
        return "", no(FloorRefused("stopped", number=view.number)), None
    if view.state == "SHIPPED":
        return "", no(FloorRefused("already_shipped", number=view.number)), None
    if view.state == "PACKED":
        return "", no(FloorRefused("already_packed", number=view.number)), None
    if view.state not in ON_BENCH:
        refused = FloorRefused("not_picked_yet", number=view.number, state=view.state_label)
        return "", no(refused), None
    return view.number, Verdict(_("%(number)s is on the bench.") % {"number": view.number}), None


def _close(
    request: HttpRequest, number: str, scope: Scope
) -> tuple[str, Verdict, dict[str, Any] | None]:
    given = request.POST
    weight = typed(given, "weight_g")
    if weight and not (weight.isdecimal() and len(weight) <= 7):
        return number, no(FloorRefused("invalid_weight")), None
    closing = floor.ParcelClosing(
        typed(given, "token"),
        fulfilment=number,
        carrier=typed(given, "carrier"),
        weight_g=int(weight) if weight else None,
    )
    answer = committed(
        lambda: floor.close_parcels([closing], actor=person_of(request).actor, scope=scope)[0]
    )
    if not answer.ok:
        return number, Verdict(answer.message, "error"), None
    text = _("%(number)s is packed. Scan the next order.") % {"number": number}
    return "", Verdict(text, "done"), dict(answer.data)
