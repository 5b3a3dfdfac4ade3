"""Pick lists, and the walk: location, goods, quantity."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from org import clocks, roles
from org.access import permission_required, person_of
from org.lists.pages import list_page
from wms import commands
from wms import selectors as board
from wms import services as floor
from wms.edge import committed
from wms.lists.pick_lists import PICK_LISTS
from wms.models import Scenario
from wms.refusals import FloorRefused
from wms.services.items import items_by_code
from wms.views.scan_page import (
    Verdict,
    common_answer,
    fresh_token,
    go_to,
    no,
    read_scan,
    remember,
    scope_for,
    show,
    typed,
    warehouse_choice,
)

# A typed quantity has at most this many digits; anything longer is a code.
QUANTITY_DIGITS = 5


@require_http_methods(["GET", "POST"])
@permission_required(roles.FLOOR_PICK)
def pick_lists(request: HttpRequest) -> HttpResponse:
    """Open walks, and a form for the next one."""
    scope = scope_for(request, roles.FLOOR_PICK)
    place = warehouse_choice(request, scope)
    if request.method == "POST":
        return _make_list(request, place.id or 0)
    context = {
        "place": place,
        "waiting": board.counts(scope=scope, warehouse_id=place.id)["RELEASED"],
        "list": list_page(request, PICK_LISTS, scope=scope),
        # Under the other tabs nothing is left to walk.
        "row_extra": "" if typed(request.GET, "state") else "wms/walk_button.html",
        "limit": 20,
        "token": fresh_token(),
    }
    return render(request, "wms/pick_lists.html", context)


def _make_list(request: HttpRequest, warehouse_id: int) -> HttpResponse:
    wanted = typed(request.POST, "limit")
    limit = int(wanted) if wanted.isdecimal() and len(wanted) <= 3 else 20
    person = person_of(request)
    wish = floor.PickListWish(
        typed(request.POST, "token"),
        warehouse_id=warehouse_id,
        limit=limit,
        picker_id=person.pk,
    )
    scope = scope_for(request, roles.FLOOR_PICK)
    answer = committed(lambda: floor.create_pick_list(wish, actor=person.actor, scope=scope))
    if not answer.ok:
        messages.error(request, answer.message)
        return HttpResponseRedirect(reverse("pick"))
    short = answer.data["short"]
    if short:
        text = _("These could not be put on the list and are short: %(numbers)s")
        messages.warning(request, text % {"numbers": ", ".join(sorted(short))})
    number = answer.data["pick_list"]
    return HttpResponseRedirect(reverse("walk", args=[number]) if number else reverse("pick"))


@dataclass(frozen=True)
class _Stage:
    """How far the current stop is: its place was scanned, so many units were counted."""

    location: str = ""
    counted: int = 0


@require_http_methods(["GET", "POST"])
@permission_required(roles.FLOOR_PICK)
def walk(request: HttpRequest, number: str) -> HttpResponse:
    """One walk: the next stop in large letters and one scan box."""
    scope = scope_for(request, roles.FLOOR_PICK)
    view = board.walk(number, scope=scope)
    if view is None:
        raise Http404
    clocks.show_times_at(view.warehouse_id, scope=scope)
    verdict: Verdict | None = None
    if request.method == "POST":
        scan = read_scan(request)
        if scan.action == commands.BACK and not typed(request.POST, "location"):
            return go_to(request, reverse("pick"))
        stage, verdict = _scan(request, view, scan)
        view = board.walk(number, scope=scope) or view
    else:
        stage = _kept(request, view)
    stop = view.next_stop
    if stop is None or stage.location != stop.location:
        stage = _Stage()
    if request.method == "POST":
        kept = number if stop else ""
        remember(request, Scenario.PICK, pick_list=kept, location=stage.location,
                 counted=stage.counted)  # fmt: skip
    context = {"walk": view, "stop": stop, "stage": stage}
    return show(request, "walk.html", context, verdict=verdict)


def _kept(request: HttpRequest, view: board.WalkView) -> _Stage:
    """How far the person was on this list before the page was loaded anew."""
    kept = board.stage_of(person_id=person_of(request).pk, scenario=Scenario.PICK)
    if kept.get("pick_list") != view.number:
        return _Stage()
    return _Stage(str(kept.get("location", "")), int(kept.get("counted", 0)))


def _scan(
    request: HttpRequest, view: board.WalkView, scan: commands.Scan
) -> tuple[_Stage, Verdict]:
    """What a post means, given what was scanned before it."""
    given = request.POST
    stop = view.next_stop
    if board.was_answered(typed(given, "token")):
        return _Stage(typed(given, "location")), Verdict(_("This was booked already."))
    if stop is None:
        return _Stage(), Verdict(_("Nothing is left to pick on this list."), "done")
    if scan.action == commands.BACK:
        return _Stage(), Verdict(_("Scan the place again."))
    at_place = typed(given, "location") == stop.location
    if scan.action == commands.SHORT:
        if not at_place:
            refused = FloorRefused("wrong_location", scanned=_("no place"), expected=stop.location)
            return _Stage(), no(refused)
        return _Stage(stop.location), _report_short(request, view, stop)
    counted = typed(given, "counted")
    stage = _Stage(
        location=stop.location if at_place else "",
        counted=int(counted) if at_place and counted.isdecimal() and len(counted) < 8 else 0,
    )
    if scan.action not in (commands.CONFIRM, commands.DONE):
        common = common_answer(request, scan)
        if isinstance(common, Verdict):
            return stage, common
    try:
        return _advance(request, view, stop, stage, scan)
    except FloorRefused as refused:
        return stage, no(refused)


def _advance(
    request: HttpRequest,
    view: board.WalkView,
    stop: board.StopView,
    stage: _Stage,
    scan: commands.Scan,
) -> tuple[_Stage, Verdict]:
    """One scan further: place, then goods, then quantity.

    Raises:
        FloorRefused: the scan does not fit; the stage stays.
    """
    code = scan.code
    if not stage.location:
        if code != stop.location:
            raise FloorRefused("wrong_location", scanned=code, expected=stop.location)
        if stop.by_serial:
            return _Stage(stop.location), Verdict(_("Right place. Now scan the serial number."))
        return _Stage(stop.location), Verdict(_("Right place. Now scan the goods."))
    if stop.by_serial:
        return _Stage(stop.location), _take_piece(request, view, stop, scan)
    counted = stage.counted
    if code.isdecimal() and len(code) <= QUANTITY_DIGITS and counted and not _known(code):
        counted = int(code)
    elif code:
        counted += _units(code, stop)
    if not counted:
        raise FloorRefused("unknown_item", scanned=code)
    if counted > stop.left:
        raise FloorRefused("too_many", scanned=stop.sku_code, qty=counted, left=stop.left)
    if counted == stop.left or not code:
        return _Stage(stop.location), _take(request, view, stop, counted)
    text = _("%(counted)s of %(left)s. Scan the next piece, type the number, or confirm.")
    return _Stage(stop.location, counted), Verdict(text % {"counted": counted, "left": stop.left})


def _known(code: str) -> bool:
    return items_by_code([code]).find(code) is not None


def _units(code: str, stop: board.StopView) -> int:
    """Base units in what was scanned.

    Raises:
        FloorRefused: unknown_item, wrong_item.
    """
    items = items_by_code([code])
    item = items.find(code)
    if item is None:
        raise FloorRefused("unknown_item", scanned=code)
    if item.sku_id != stop.sku_id:
        raise FloorRefused(
            "wrong_item",
            scanned=items.name(item.sku_id),
            location=stop.location,
            expected=f"{stop.sku_code} {stop.sku_name}",
        )
    return item.qty


def _take(
    request: HttpRequest, view: board.WalkView, stop: board.StopView, counted: int
) -> Verdict:
    scan = floor.PickScan(
        typed(request.POST, "token"),
        pick_list=view.number,
        location=stop.location,
        barcode=stop.sku_code,
        qty=counted,
    )
    taken = Verdict(
        _("%(qty)s × %(goods)s taken.") % {"qty": counted, "goods": stop.sku_name}, "done"
    )
    return _book(request, scan, taken)


def _take_piece(
    request: HttpRequest, view: board.WalkView, stop: board.StopView, read: commands.Scan
) -> Verdict:
    """Each serial number is booked at once: which piece it was must not wait on the page."""
    scan = floor.PickScan(
        read.key,
        pick_list=view.number,
        location=stop.location,
        barcode=read.raw,
        task=stop.first_task,
    )
    said = {"serial": read.raw, "taken": stop.taken + 1, "total": stop.total}
    text = _("%(serial)s taken: %(taken)s of %(total)s.") % said
    return _book(request, scan, Verdict(text, "ok" if stop.left > 1 else "done"))


def _book(request: HttpRequest, scan: floor.PickScan, taken: Verdict) -> Verdict:
    answer = committed(
        lambda: floor.confirm_picks(
            [scan],
            actor=person_of(request).actor,
            scope=scope_for(request, roles.FLOOR_PICK),
        )[0]
    )
    if not answer.ok:
        return Verdict(answer.message, "error")
    if not answer.data["tasks_left"]:
        return Verdict(_("The list is finished. Bring the goods to the pack bench."), "done")
    return taken


def _report_short(request: HttpRequest, view: board.WalkView, stop: board.StopView) -> Verdict:
    report = floor.ShortReport(
        typed(request.POST, "token"), pick_list=view.number, task=stop.first_task
    )
    answer = committed(
        lambda: floor.report_short(
            [report],
            actor=person_of(request).actor,
            scope=scope_for(request, roles.FLOOR_PICK),
        )[0]
    )
    if not answer.ok:
        return Verdict(answer.message, "error")
    text = _("%(number)s is reported short. The order desk decides; go on.")
    return Verdict(text % {"number": answer.data["fulfilment"]}, "done")
