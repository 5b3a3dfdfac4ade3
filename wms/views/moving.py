"""Move goods by scanning: place, goods, how many, new place; or everything that lies at a place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from inventory import selectors as stock
from org import roles
from org.access import permission_required
from org.scope import Scope
from wms import commands
from wms import services as floor
from wms.models import Scenario
from wms.refusals import FloorRefused
from wms.services.items import Items, items_by_code
from wms.views.errand_page import Errands, Stage, Step, Turn, serve
from wms.views.scan_page import Choice, Verdict

QUANTITY_DIGITS = 5


@require_http_methods(["GET", "POST"])
@permission_required(roles.STOCK_MOVE)
def move(request: HttpRequest) -> HttpResponse:
    """The page of moving goods inside a warehouse."""
    return serve(request, ERRANDS)


@dataclass(frozen=True)
class _Source:
    """The place that goods are taken from, and what lies there."""

    id: int
    code: str
    cells: list[stock.CellView]

    def cell(self, cell_id: object) -> stock.CellView | None:
        """The cell of that id, if it still has goods."""
        return next((cell for cell in self.cells if cell.id == cell_id), None)


def _source(stage: Stage, scope: Scope) -> _Source | None:
    if "from" not in stage:
        return None
    place = int(stage["from"])
    return _Source(place, str(stage["from_code"]), stock.cells(scope=scope, location_id=place))


def _work(turn: Turn) -> Step:
    """One scan further.

    Raises:
        FloorRefused: with what is expected instead; the stage stays.
        Refused: the ledger forbids the move.
    """
    source = _source(turn.stage, turn.scope)
    if turn.scan.action == commands.BACK:
        return _back(turn.stage, source)
    if source is None:
        return _from(turn)
    chosen = source.cell(turn.stage.get("cell"))
    if turn.scan.action == commands.ALL:
        return _all(turn, source, chosen)
    if turn.scan.action.startswith(commands.CELL):
        cell = source.cell(commands.cell_of(turn.scan))
        if cell is None:
            raise FloorRefused("not_here", scanned=turn.scan.action, location=source.code)
        return _taken(source, cell, 1, ())
    if turn.scan.action:
        raise FloorRefused("command_has_no_use")
    target = stock.location_by_code(warehouse_id=turn.warehouse_id, code=turn.scan.code)
    if target is not None:
        return _to(turn, source, chosen, target)
    return _goods(turn, source, chosen)


def _back(stage: Stage, source: _Source | None) -> Step:
    if source and ("cell" in stage or stage.get("whole")):
        text = _("Scan the goods again, or another place.")
        return Step({"from": source.id, "from_code": source.code}, Verdict(text))
    return Step({}, Verdict(_("Scan the place to take from.")))


def _from(turn: Turn) -> Step:
    place = stock.location_by_code(warehouse_id=turn.warehouse_id, code=turn.scan.code)
    if place is None:
        raise FloorRefused("unknown_location", scanned=turn.scan.code)
    if not stock.cells(scope=turn.scope, location_id=place.id):
        raise FloorRefused("nothing_lies_here", location=place.code)
    stage = {"from": place.id, "from_code": place.code}
    text = _("From %(place)s. Scan the goods, or “everything”.")
    return Step(stage, Verdict(text % {"place": place.code}))


def _all(turn: Turn, source: _Source, chosen: stock.CellView | None) -> Step:
    if chosen is not None:
        return _taken(source, chosen, chosen.on_hand, ())
    stage = {"from": source.id, "from_code": source.code, "whole": True}
    count = len(source.cells)
    text = ngettext(
        "Everything from %(place)s: %(count)s kind. Now scan the new place.",
        "Everything from %(place)s: %(count)s kinds. Now scan the new place.",
        count,
    )
    return Step(stage, Verdict(text % {"place": source.code, "count": count}))


def _goods(turn: Turn, source: _Source, chosen: stock.CellView | None) -> Step:
    """The scan is goods, a lot, a serial number, or how many of what was scanned before."""
    scan = turn.scan
    pieces = stock.pieces(scope=turn.scope, serials=sorted({scan.raw, scan.code}), limit=5)
    here = [piece for piece in pieces if piece.location_id == source.id]
    if here:
        return _piece(turn, source, here[0])
    items = items_by_code([scan.raw], also={cell.sku_id for cell in source.cells})
    item = items.find(scan.raw)
    counted = int(turn.stage.get("qty", 0))
    is_number = scan.code.isdecimal() and len(scan.code) <= QUANTITY_DIGITS
    if item is None and chosen is not None and is_number:
        return _taken(source, chosen, int(scan.code), ())
    lots = [cell for cell in source.cells if cell.lot_code and cell.lot_code == scan.code]
    if item is None and len(lots) == 1:
        return _taken(source, lots[0], counted if lots[0] == chosen else 1, ())
    if item is None:
        raise FloorRefused("unknown_item", scanned=scan.code)
    if items.by_serial(item.sku_id):
        raise FloorRefused("scan_serial", goods=items.name(item.sku_id))
    if chosen is not None and chosen.sku_id == item.sku_id:
        return _taken(source, chosen, counted + item.qty, ())
    return _which(source, item.sku_id, item.qty, items)


def _which(source: _Source, sku_id: int, qty: int, items: Items) -> Step:
    """Several lots of one SKU may lie at a place: which one is a person's to say."""
    cells = [cell for cell in source.cells if cell.sku_id == sku_id]
    if not cells:
        raise FloorRefused("not_here", scanned=items.name(sku_id), location=source.code)
    if len(cells) == 1:
        return _taken(source, cells[0], qty, ())
    stage = {"from": source.id, "from_code": source.code, "ask": sku_id}
    return Step(stage, Verdict(_("Several lots lie here. Scan the lot, or tap it.")))


def _piece(turn: Turn, source: _Source, piece: stock.PieceView) -> Step:
    cell = source.cell(piece.stock_id)
    assert cell is not None, "A piece lies in a cell that has goods."
    before = tuple(turn.stage.get("serials", ())) if turn.stage.get("cell") == cell.id else ()
    if piece.serial in before:
        raise FloorRefused("scanned_already", scanned=piece.serial, number=source.code)
    return _taken(source, cell, len(before) + 1, (*before, piece.serial))


def _taken(source: _Source, cell: stock.CellView, qty: int, serials: tuple[str, ...]) -> Step:
    name = stock.skus([cell.sku_id])[cell.sku_id]
    if name.serial_tracked and not serials:
        raise FloorRefused("scan_serial", goods=name.name)
    if not 0 < qty <= cell.on_hand:
        raise FloorRefused("too_many", scanned=name.name, qty=qty, left=cell.on_hand)
    stage: Stage = {"from": source.id, "from_code": source.code, "cell": cell.id, "qty": qty}
    if serials:
        stage["serials"] = list(serials)
    text = _("%(qty)s × %(goods)s. Type another number, or scan the new place.")
    return Step(stage, Verdict(text % {"qty": f"{qty:,}", "goods": name.name}))


def _to(
    turn: Turn, source: _Source, chosen: stock.CellView | None, target: stock.LocationView
) -> Step:
    """The new place: book it. With nothing in hand it is a new place to take from."""
    whole = bool(turn.stage.get("whole"))
    if chosen is None and not whole:
        return _from(turn)
    if target.id == source.id:
        raise FloorRefused("same_place", location=target.code)
    loads = [
        floor.Load(
            sku_id=cell.sku_id, lot_id=cell.lot_id, grade=cell.grade, cell_id=cell.id,
            qty=cell.on_hand if whole else int(turn.stage["qty"]),
            serials=tuple(turn.stage.get("serials", ())),
        )
        for cell in (source.cells if whole or chosen is None else [chosen])
    ]  # fmt: skip
    moved = floor.carry(
        loads,
        key=turn.key,
        warehouse_id=turn.warehouse_id,
        from_location_id=source.id,
        to_location_id=target.id,
        whole=whole,
        actor=turn.actor,
    )
    left = sum(cell.on_hand for cell in source.cells) - moved
    said = {"qty": f"{moved:,}", "from": source.code, "to": target.code}
    text = _("%(qty)s moved from %(from)s to %(to)s.") % said
    stage = {"from": source.id, "from_code": source.code} if left else {}
    return Step(stage, Verdict(text, "done"))


def _look(stage: Stage, place: Choice, scope: Scope) -> dict[str, Any]:
    source = _source(stage, scope)
    if source is None:
        return {"source": None}
    skus = stock.skus({cell.sku_id for cell in source.cells})
    asked = stage.get("ask")
    shown = [cell for cell in source.cells if asked in (None, cell.sku_id)]
    chosen = source.cell(stage.get("cell"))
    return {
        "source": source,
        "rows": [(cell, skus[cell.sku_id]) for cell in shown],
        "chosen": chosen,
        "goods": skus[chosen.sku_id] if chosen else None,
        "whole": bool(stage.get("whole")),
        "qty": stage.get("qty", 0),
        "serials": stage.get("serials", []),
    }


ERRANDS = Errands(
    scenario=Scenario.MOVE,
    template="move.html",
    permission=roles.STOCK_MOVE,
    work=_work,
    look=_look,
    takes=frozenset({commands.BACK, commands.ALL}),
)
