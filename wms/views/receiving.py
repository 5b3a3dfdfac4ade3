"""Receive by scanning: an announced document or none, then goods, lot, quantity, confirm."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from inventory import selectors as stock
from inventory import services as inventory
from org import roles
from org.access import permission_required
from org.scope import Scope
from wms import commands
from wms.models import Scenario
from wms.refusals import FloorRefused
from wms.services.items import items_by_code
from wms.views.errand_page import Errands, Stage, Step, Turn, serve
from wms.views.scan_page import Choice, Verdict

QUANTITY_DIGITS = 6


@require_http_methods(["GET", "POST"])
@permission_required(roles.STOCK_RECEIVE)
def receive(request: HttpRequest) -> HttpResponse:
    """The page of receiving; the place is the receiving area until another one is scanned."""
    return serve(request, ERRANDS)


def _work(turn: Turn) -> Step:
    """One scan further.

    Raises:
        FloorRefused: with what is expected instead; the stage stays.
        Refused: the ledger's reason.
    """
    scan, stage = turn.scan, turn.stage
    if scan.action == commands.BACK:
        kept = _of_document(stage) if "sku" in stage else {}
        return Step(kept, Verdict(_("One step back.")))
    if scan.action in (commands.CONFIRM, commands.DONE):
        return _book(turn)
    if scan.action:
        raise FloorRefused("command_has_no_use")
    place = stock.location_by_code(warehouse_id=turn.warehouse_id, code=scan.code)
    if place is not None:
        said = {"place": place.code}
        into = {**stage, "place": place.id, "place_code": place.code}
        return Step(into, Verdict(_("Into %(place)s.") % said))
    if stage.get("wants") == "lot":
        return _lot(turn)
    if stage.get("wants") == "day":
        return _day(turn)
    return _goods(turn)


def _of_document(stage: Stage) -> Stage:
    return {name: stage[name] for name in ("document", "place", "place_code") if name in stage}


def _goods(turn: Turn) -> Step:
    """A document, goods, a serial number of the goods before, or how many of them."""
    scan, stage = turn.scan, turn.stage
    item = items_by_code([scan.raw]).find(scan.raw)
    is_number = scan.code.isdecimal() and len(scan.code) <= QUANTITY_DIGITS
    if item is None and "sku" not in stage:
        coming = stock.incoming(
            scope=turn.scope, warehouse_ids=[turn.warehouse_id], documents=[scan.raw, scan.code]
        )
        if not coming:
            raise FloorRefused("unknown_item", scanned=scan.code)
        begun = {**_of_document(stage), "document": coming[0].document}
        text = _("%(number)s: scan the goods.") % {"number": coming[0].document}
        return Step(begun, Verdict(text))
    if item is None:
        if stage.get("by_serial"):
            return _piece(stage, scan.raw)
        if not is_number:
            raise FloorRefused("unknown_item", scanned=scan.code)
        return _counted(stage, int(scan.code))
    if stage.get("sku") == item.sku_id:
        return _counted(stage, int(stage["qty"]) + item.qty)
    if "sku" in stage:
        raise FloorRefused("confirm_first")
    sku = stock.skus([item.sku_id])[item.sku_id]
    begun = {**_of_document(stage), "sku": sku.id, "qty": item.qty, "by_serial": False}
    if sku.serial_tracked:
        begun |= {"by_serial": True, "qty": 0, "serials": []}
        return Step(begun, Verdict(_("Scan the serial number of each piece.")))
    if sku.lot_tracked:
        begun["wants"] = "lot"
        return Step(begun, Verdict(_("Scan or type the lot on the goods.")))
    return _counted(begun, item.qty)


def _piece(stage: Stage, serial: str) -> Step:
    serials = list(stage.get("serials", []))
    if serial in serials:
        raise FloorRefused("scanned_already", scanned=serial, number=_("this delivery"))
    serials.append(serial)
    return _counted({**stage, "serials": serials}, len(serials), by_hand=False)


def _counted(stage: Stage, qty: int, *, by_hand: bool = True) -> Step:
    if stage.get("by_serial") and by_hand:
        raise FloorRefused("serial_is_one_piece")
    if not 0 < qty <= 1_000_000:
        raise FloorRefused("invalid_quantity")
    text = _("%(qty)s. Scan more, type the number, or confirm.") % {"qty": f"{qty:,}"}
    return Step({**stage, "qty": qty}, Verdict(text))


def _lot(turn: Turn) -> Step:
    """A lot that is known is taken; a new one is asked for its expiry."""
    code, sku = turn.scan.code, int(turn.stage["sku"])
    known = [lot for lot in stock.lots_named(codes=[code, turn.scan.raw]) if lot.sku_id == sku]
    stage = {**turn.stage, "lot": known[0].code if known else code}
    if known:
        stage.pop("wants")
        return _counted(stage, int(stage["qty"]))
    stage["wants"] = "day"
    return Step(stage, Verdict(_("A new lot: type its expiry as YYYYMMDD, or 0 if it has none.")))


def _day(turn: Turn) -> Step:
    stage = {name: value for name, value in turn.stage.items() if name != "wants"}
    if turn.scan.code == "0":
        return _counted(stage, int(stage["qty"]))
    try:
        digits = turn.scan.code.replace("-", "")
        stage["expires_on"] = date.fromisoformat(digits).isoformat()
    except ValueError:
        raise FloorRefused("not_a_day", scanned=turn.scan.code) from None
    return _counted(stage, int(stage["qty"]))


def _book(turn: Turn) -> Step:
    stage = turn.stage
    if "sku" not in stage or not stage["qty"] or stage.get("wants"):
        raise FloorRefused("nothing_counted")
    place = stage.get("place") or stock.staging_location(
        warehouse_id=turn.warehouse_id, kind="RECEIVING"
    )
    if place is None:
        raise FloorRefused("no_receiving_location")
    lot_id = None
    if stage.get("lot"):
        day = stage.get("expires_on")
        lot_id = inventory.add_lot(
            sku_id=int(stage["sku"]), code=str(stage["lot"]),
            expires_on=date.fromisoformat(day) if day else None,
        )  # fmt: skip
    request = inventory.ReceiveRequest(
        key=turn.key,
        document=str(stage.get("document") or f"RC-{turn.key[-8:].upper()}"),
        warehouse_id=turn.warehouse_id,
        location_id=int(place),
        lines=(
            inventory.Line(
                sku_id=int(stage["sku"]), qty=int(stage["qty"]), lot_id=lot_id,
                serials=tuple(stage.get("serials", ())),
            ),
        ),
    )  # fmt: skip
    outcome = inventory.receive([request], actor=turn.actor)[0].check()
    text = _("%(qty)s received under %(number)s. Scan the next goods.")
    said = {"qty": f"{stage['qty']:,}", "number": outcome.document}
    return Step(_of_document(stage), Verdict(text % said, "done"))


def _look(stage: Stage, place: Choice, scope: Scope) -> dict[str, Any]:
    document = str(stage.get("document", ""))
    houses = [place.id] if place.id else []
    coming = stock.incoming(
        scope=scope, warehouse_ids=houses, documents=[document] if document else None, limit=30
    )
    wanted = {row.sku_id for row in coming} | ({int(stage["sku"])} if "sku" in stage else set())
    skus = stock.skus(wanted)
    return {
        "document": document,
        "coming": [(row, skus[row.sku_id]) for row in coming],
        "goods": skus.get(int(stage["sku"])) if "sku" in stage else None,
    }


ERRANDS = Errands(
    scenario=Scenario.RECEIVE,
    template="receive.html",
    permission=roles.STOCK_RECEIVE,
    work=_work,
    look=_look,
    takes=frozenset({commands.BACK, commands.CONFIRM, commands.DONE}),
)
