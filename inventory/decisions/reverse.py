"""An earlier posting is taken back: the exact mirror of its goods, once.

Only postings that moved goods can be reversed. Claims have opposite verbs of their own (release,
unpin, hold), and a reversal is not reversed: what was right is booked anew.
"""

from __future__ import annotations

from collections import defaultdict

from inventory.decisions.carrying import note_missed
from inventory.decisions.effects import must_allow
from inventory.decisions.needs import Needs
from inventory.papers import Past
from inventory.requests import Refused, ReverseRequest
from inventory.world import Bal, Cell, Claim, LineState, World

REVERSIBLE = {
    "RECEIVE", "MOVE", "SHIP", "ADJUST", "REGRADE", "SCRAP", "RETURN", "TRANSFER_OUT",
    "TRANSFER_IN",
}  # fmt: skip


def needs(request: ReverseRequest, need: Needs) -> None:
    """The posting; whatever it touched is added before the locks."""
    need.reversing.add(request.posting_id)
    need.physical = True


def decide(world: World, request: ReverseRequest) -> None:
    """Put the goods back where they were, in all cells; and the claims as far as they can be.

    Claims that the posting laid are taken off, those that it consumed or broke are opened again
    (a shipped order's too). A lifted blanket stays lifted, an order that was broken and has claimed
    the same goods anew keeps only its new claim; active blankets take what is free.

    Raises:
        Refused: unknown_posting; already_reversed; not_reversible when it is no posting of goods,
            or goods or pieces have gone on meanwhile; blocked.
    """
    past = world.papers.past.get(request.posting_id)
    if past is None:
        raise Refused("unknown_posting", posting_id=request.posting_id)
    if past.is_reversed:
        raise Refused("already_reversed", posting_id=past.id)
    if past.kind not in REVERSIBLE:
        raise Refused("not_reversible", posting_id=past.id, kind=past.kind)
    _check_customer(world, past)
    back = _cells(past)
    _note_arrivals(world, past, back)
    _take_claims_off(world, past)
    _free_places(world, past, back)
    _mirror(world, past)
    _lay_claims_again(world, past)
    _check_held(world, past)
    _send_pieces_back(world, past)
    world.papers.reverse(past)
    world.note(why=request.why, reverses=past.kind)


def _cells(past: Past) -> dict[Cell, int]:
    """What the reversal changes in each cell, in units."""
    back: dict[Cell, int] = defaultdict(int)
    for cell, _, _, qty in past.goods:
        if cell is not None:
            back[cell] -= qty
    return back


def _check_customer(world: World, past: Past) -> None:
    """A shipment cannot be taken back when the customer has returned it already."""
    if past.kind != "SHIP":
        return
    for _, sku, outside, qty in past.goods:
        if outside == "CUSTOMER":
            there = world.papers.at_customer.get((past.document, sku), 0)
            if there < qty:
                raise Refused(
                    "not_reversible", posting_id=past.id, sku_id=sku, asked=qty, there=there
                )
            world.papers.take_back(past.document, sku, qty)


def _take_claims_off(world: World, past: Past) -> None:
    """Units that the posting put under claims leave them, as far as they are there."""
    for line, change in _net(past).items():
        take = min(change, line.open)
        if take > 0:
            world.claim(line, -take)
            world.end_claim(line.claim, "RELEASED")


def _net(past: Past) -> dict[LineState, int]:
    net: dict[LineState, int] = defaultdict(int)
    for line, held in past.claims:
        net[line] += held
    return net


def _free_places(world: World, past: Past, back: dict[Cell, int]) -> None:
    """Units to be taken out of a cell must be nobody's; a claim of the place ends on leaving."""
    for cell, change in back.items():
        if change >= 0:
            continue
        must_allow(world, "move", cell=cell)
        for line in world.lines_in(cell.balance):
            take = min(line.open, -change - cell.unpinned)
            if line.cell is cell and line.claim.binds_to == "PLACE" and take > 0:
                must_allow(world, "move", line=line)
                world.claim(line, -take)
                world.end_claim(line.claim, "RELEASED")
        if cell.unpinned < -change:
            raise _gone_on(past, cell.balance, -change, cell.unpinned)


def _gone_on(past: Past, balance: Bal, asked: int, there: int) -> Refused:
    return Refused(
        "not_reversible", posting_id=past.id, sku_id=balance.sku_id, asked=asked,
        there=max(there, 0),
    )  # fmt: skip


def _mirror(world: World, past: Past) -> None:
    """Each goods entry once more with the opposite sign."""
    for cell, sku, outside, qty in past.goods:
        if cell is not None:
            world.goods(cell, -qty)
        else:
            world.border(sku, outside, -qty)


def _lay_claims_again(world: World, past: Past) -> None:
    """Claims get back what the posting took from them, less what they could not give up above."""
    kept: dict[tuple[Claim, Bal], int] = defaultdict(int)
    taken_off: dict[LineState, int] = defaultdict(int)
    for draft in world.drafts_of_request():
        if draft.line is not None:
            taken_off[draft.line] -= draft.held
    net = _net(past)
    for line, change in net.items():
        if change > 0:
            kept[(line.claim, line.balance)] += max(change - taken_off[line], 0)
    for line, change in net.items():
        lifted = line.claim.blanket and not line.claim.open
        if change >= 0 or lifted or line.claim.id in past.renewed:
            continue
        key = (line.claim, line.balance)
        gap = min(-change, kept[key])
        kept[key] -= gap
        qty = -change - gap
        if line.cell is not None:
            qty = min(qty, line.cell.unpinned)
        if qty > 0:
            world.reopen(line.claim)
            world.claim(line, qty)


def _check_held(world: World, past: Past) -> None:
    for balance in {cell.balance for cell, _, _, _ in past.goods if cell is not None}:
        if balance.available < 0:
            gone = -sum(change for cell, change in _cells(past).items() if cell.balance is balance)
            raise _gone_on(past, balance, max(gone, 0), max(gone, 0) + balance.available)


def _send_pieces_back(world: World, past: Past) -> None:
    source = next((code for _, _, code, qty in past.goods if code and qty < 0), "FOUND")
    for piece, start, end, outside in past.pieces:
        if piece.cell is not end or piece.outside != outside or (end is None and piece.afar):
            raise Refused(
                "not_reversible", posting_id=past.id, sku_id=piece.sku_id, serial=piece.serial,
                there=piece.where,
            )  # fmt: skip
        world.papers.move(piece, start if start is not None else source)


def _note_arrivals(world: World, past: Past, back: dict[Cell, int]) -> None:
    """What did not come after all is awaited again; what does not set out is awaited no more."""
    for cell, change in back.items():
        warehouse, sku, grade, _ = cell.balance.key
        if past.kind in ("RECEIVE", "TRANSFER_IN") and cell.place.kind != "TRUCK":
            world.papers.arrive(past.document, warehouse, sku_id=sku, grade=grade, arrived=change)
        elif past.kind == "TRANSFER_OUT" and cell.place.kind == "TRUCK":
            world.papers.arrive(past.document, None, sku_id=sku, grade=grade, missed=-change)
        elif past.kind in ("SCRAP", "ADJUST") and cell.place.kind == "TRUCK":
            note_missed(world, cell, -change)
