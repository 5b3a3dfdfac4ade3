"""Count a place blind by scanning; a page for leads who judge what differs."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from inventory import selectors as stock
from inventory.services import Refused
from org import roles
from org.access import permission_required, person_of
from org.addresses import back_from
from org.lists.pages import list_page
from org.scope import Scope
from org.services.approvals import ApprovalRefused
from wms import commands
from wms import selectors as board
from wms import services as floor
from wms.edge import committed
from wms.lists.counts import COUNTS
from wms.models import CountSheet, CountState, Scenario
from wms.refusals import FloorRefused
from wms.services.items import items_by_code
from wms.views.errand_page import Errands, Stage, Step, Turn, serve
from wms.views.scan_page import Choice, Verdict, scope_for, typed

QUANTITY_DIGITS = 6


@require_http_methods(["GET", "POST"])
@permission_required(roles.FLOOR_PICK)
def count(request: HttpRequest) -> HttpResponse:
    """The page of counting: what was found so far, never what should be there."""
    return serve(request, ERRANDS)


def _work(turn: Turn) -> Step:
    """One scan further.

    Raises:
        FloorRefused: with what is expected instead; nothing is counted.
        Refused: the ledger's reason.
    """
    if "sheet" not in turn.stage:
        return _open(turn)
    sheet = floor.open_count(
        person_id=turn.person_id, warehouse_id=turn.warehouse_id,
        location_id=int(turn.stage["place"]), code=str(turn.stage["code"]), actor=turn.actor,
    )  # fmt: skip
    if sheet.pk != turn.stage["sheet"]:
        # It was closed elsewhere; a new one has just been opened in its place.
        return _begun(turn, sheet)
    if turn.scan.action == commands.BACK:
        answer = floor.give_up_count(sheet, actor=turn.actor)
        text = _("Nothing was booked. Scan the next place.")
        return Step({}, Verdict(text), lambda: floor.lift_mark(answer, actor=turn.actor))
    if turn.scan.action == commands.DONE:
        return _hand_in(turn, sheet)
    if turn.scan.action:
        raise FloorRefused("command_has_no_use")
    return _found(turn, sheet)


def _open(turn: Turn) -> Step:
    if turn.scan.action:
        raise FloorRefused("command_has_no_use")
    place = stock.location_by_code(warehouse_id=turn.warehouse_id, code=turn.scan.code)
    if place is None:
        raise FloorRefused("unknown_location", scanned=turn.scan.code)
    sheet = floor.open_count(
        person_id=turn.person_id, warehouse_id=turn.warehouse_id, location_id=place.id,
        code=place.code, actor=turn.actor,
    )  # fmt: skip
    return _begun(turn, sheet)


def _begun(turn: Turn, sheet: CountSheet) -> Step:
    stage = {"sheet": sheet.pk, "place": sheet.location_id, "code": sheet.location.code}
    text = _("Count %(place)s: scan every piece, or one piece and type the number.")
    return Step(stage, Verdict(text % {"place": sheet.location.code}))


def _hand_in(turn: Turn, sheet: CountSheet) -> Step:
    missing = floor.not_found_yet(sheet)
    if missing and not turn.stage.get("sure"):
        # How many kinds, never which: a blind count stays blind.
        text = ngettext(
            "Look again: %(count)s kind was not found. Scan “done” again if there is none.",
            "Look again: %(count)s kinds were not found. Scan “done” again if there are none.",
            missing,
        )
        stage = {**_bare(turn.stage), "sure": True}
        return Step(stage, Verdict(text % {"count": missing}, "error"))
    may_book = roles.STOCK_ADJUST in turn.permissions
    answer = floor.hand_in(sheet, actor=turn.actor, may_book=may_book)
    if answer.approval:
        text = _("%(number)s waits for approval as %(approval)s. Scan the next place.")
    elif answer.state == CountState.HANDED_IN:
        text = _("%(number)s is handed in; a lead looks at it. Scan the next place.")
    elif may_book and answer.differs:
        text = _("%(number)s is booked, %(differs)s units differed. Scan the next place.")
    else:
        text = _("%(number)s is booked. Scan the next place.")
    said = {
        "number": answer.number, "differs": f"{answer.differs:,}", "approval": answer.approval,
    }  # fmt: skip
    return Step({}, Verdict(text % said, "done"), lambda: floor.lift_mark(answer, actor=turn.actor))


def _bare(stage: Stage) -> Stage:
    return {name: stage[name] for name in ("sheet", "place", "code")}


def _found(turn: Turn, sheet: CountSheet) -> Step:
    """Goods, a lot of what was asked about, a numbered piece, or how many."""
    scan, stage = turn.scan, turn.stage
    here = stock.cells(scope=turn.scope, location_id=sheet.location_id)
    pieces = stock.pieces(scope=turn.scope, serials=sorted({scan.raw, scan.code}), limit=2)
    if len(pieces) == 1:
        piece = pieces[0]
        lot = next((cell.lot_id for cell in here if cell.id == piece.stock_id), piece.lot_id)
        found = floor.Found(piece.sku_id, 1, lot, piece.grade or "ZP", piece.serial)
        return _noted(turn, sheet, found)
    items = items_by_code([scan.raw])
    item = items.find(scan.raw)
    is_number = scan.code.isdecimal() and len(scan.code) <= QUANTITY_DIGITS
    if item is None and is_number and "sku" in stage:
        last = floor.Found(int(stage["sku"]), int(scan.code), stage["lot"], str(stage["grade"]))
        return _noted(turn, sheet, last, instead=True)
    if item is None:
        return _lot(turn, sheet, here)
    if items.by_serial(item.sku_id):
        raise FloorRefused("scan_serial", goods=items.name(item.sku_id))
    sku = stock.skus([item.sku_id])[item.sku_id]
    cells = [cell for cell in here if cell.sku_id == item.sku_id]
    if len(cells) == 1:
        found = floor.Found(item.sku_id, item.qty, cells[0].lot_id, cells[0].grade)
        return _noted(turn, sheet, found)
    if sku.lot_tracked:
        asked = {**_bare(stage), "ask": item.sku_id, "many": item.qty}
        return Step(asked, Verdict(_("Which lot? Scan or type the lot on the goods.")))
    return _noted(turn, sheet, floor.Found(item.sku_id, item.qty))


def _lot(turn: Turn, sheet: CountSheet, here: list[stock.CellView]) -> Step:
    """The scan names a lot: of the goods that were scanned before it, or of something here."""
    asked = turn.stage.get("ask")
    lots = stock.lots_named(codes=sorted({turn.scan.raw, turn.scan.code}))
    lots = [lot for lot in lots if lot.sku_id == asked or not asked]
    lying = {cell.lot_id: cell for cell in here}
    known = [lot for lot in lots if asked or lot.id in lying]
    if len(known) != 1:
        raise FloorRefused("unknown_item", scanned=turn.scan.code)
    grade = lying[known[0].id].grade if known[0].id in lying else "ZP"
    many = int(turn.stage.get("many", 1))
    return _noted(turn, sheet, floor.Found(known[0].sku_id, many, known[0].id, grade))


def _noted(turn: Turn, sheet: CountSheet, found: floor.Found, *, instead: bool = False) -> Step:
    line = floor.note_found(sheet, found=found, instead=instead)
    stage = {**_bare(turn.stage), "line": line.pk}
    if not found.serial:
        stage |= {"sku": found.sku_id, "lot": found.lot_id, "grade": found.grade}
    name = stock.skus([found.sku_id])[found.sku_id].name
    text = _("%(goods)s: %(counted)s")
    return Step(stage, Verdict(text % {"goods": name, "counted": f"{line.counted:,}"}))


def _look(stage: Stage, place: Choice, scope: Scope) -> dict[str, Any]:
    sheet = board.count_of(int(stage["sheet"])) if "sheet" in stage else None
    return {"sheet": sheet, "last": stage.get("line")}


ERRANDS = Errands(
    scenario=Scenario.COUNT,
    template="count.html",
    permission=roles.FLOOR_PICK,
    work=_work,
    look=_look,
    takes=frozenset({commands.BACK, commands.DONE}),
)


@require_http_methods(["GET", "POST"])
@permission_required(roles.STOCK_ADJUST)
def counts(request: HttpRequest) -> HttpResponse:
    """Counts that wait for a lead, with what the books say; book them or have them done again."""
    scope = scope_for(request, roles.STOCK_ADJUST)
    if request.method == "POST":
        return _decide(request, scope)
    page = list_page(request, COUNTS, scope=scope)
    waiting = board.counts_to_judge(scope=scope, ids=[row["id"] for row in page.rows])
    return render(request, "wms/counts.html", {"list": page, "waiting": waiting})


def _decide(request: HttpRequest, scope: Scope) -> HttpResponse:
    number, verdict = typed(request.POST, "count"), typed(request.POST, "verdict")
    person = person_of(request)
    try:
        answer = committed(
            lambda: floor.decide_count(number, verdict=verdict, person=person, scope=scope)
        )
    except (FloorRefused, Refused, ApprovalRefused) as refused:
        messages.error(request, str(refused))
    else:
        if answer.approval:
            text = _("%(number)s waits for approval as %(approval)s.")
        elif answer.state == CountState.BOOKED:
            text = _("%(number)s is booked.")
        else:
            text = _("%(number)s is to be counted again.")
        messages.success(request, text % {"number": number, "approval": answer.approval})
    return HttpResponseRedirect(back_from(request, reverse("counts")))
