"""What the verbs on goods mean, in the pure model."""

from __future__ import annotations

from inventory import requests as asked
from tests.proving.books import NOWHERE, BalanceKey, Books, Claim, Line, No, Place, Spot
from tests.proving.model_claims import check, key_of, loosen, take_away, weakest


def _placed(books: Books, location: int | None, warehouse: int) -> None:
    place = books.places.get(location or 0)
    if place is None or place.warehouse != warehouse:
        raise No("outside_place")


def _truck(books: Books, ask: asked.TransferOutRequest | asked.TransferInRequest) -> Place:
    truck = books.places.get(ask.transit_location_id)
    if truck is None or truck.kind != "TRUCK" or truck.code != ask.document:
        raise No("outside_place")
    return truck


def receive(books: Books, ask: asked.ReceiveRequest) -> None:
    """Goods appear at their spots; blankets there take them."""
    lines = [(line, ask.location_id) for line in ask.lines]
    lines += [(line, line.location_id) for line in ask.placed]  # type: ignore[misc]
    if not lines:
        raise No("bad_request")
    check(line for line, _ in lines)
    for line, location in lines:
        _placed(books, location, ask.warehouse_id)
        _lot_fits(books, line.sku_id, line.lot_id)
        spot = (location or 0, line.lot_id)
        books.move(key_of(ask.warehouse_id, line), spot, line.qty)
        books.cross(line.sku_id, ask.source, -line.qty)


def _lot_fits(books: Books, sku: int, lot: int | None) -> None:
    if lot is None and sku in books.tracked:
        raise No("bad_request")
    if lot is not None and (lot not in books.lots or books.lots[lot].sku != sku):
        raise No("bad_request")


def move(books: Books, ask: asked.MoveRequest) -> None:
    """Goods from spot to spot; claims on goods follow, claims on places end."""
    check(ask.lines)
    if not ask.lines:
        raise No("bad_request")
    for line in ask.lines:
        if line.from_location_id == line.to_location_id:
            raise No("bad_request")
        _placed(books, line.from_location_id, ask.warehouse_id)
        _placed(books, line.to_location_id, ask.warehouse_id)
        balance = key_of(ask.warehouse_id, line)
        start, end = (line.from_location_id, line.lot_id), (line.to_location_id, line.lot_id)
        if books.goods.get(balance, {}).get(start, 0) < line.qty:
            raise No("nothing_there")
        if books.forbids(balance, start, "move"):
            raise No("blocked")
        if line.hold_document is not None:
            _carry_claimed(books, line, balance, start, end)
        else:
            _carry(books, line.qty, balance, start, end)


def _carry_claimed(books: Books, line: asked.MoveLine, balance: BalanceKey, start: Spot,
                   end: Spot) -> None:  # fmt: skip
    left = line.qty
    assert line.hold_document is not None
    for claimed in books.open_lines(line.hold_document):
        if claimed.balance == balance and claimed.spot == start and left:
            left -= _follow(books, claimed, end, min(left, claimed.open))
    if left:
        raise No("not_held")


def _carry(books: Books, qty: int, balance: BalanceKey, start: Spot, end: Spot) -> None:
    take = min(qty, books.loose(balance, start))
    if take:
        books.move(balance, start, -take)
        books.move(balance, end, take)
        qty -= take
    frozen = [
        line
        for line in books.lines.get(balance, ())
        if line.open and line.spot == start and line.claim.why.role == "FREEZE"
    ]
    for line in sorted(frozen, key=lambda each: (not each.claim.why.place, each.order)):
        if qty:
            qty -= _follow(books, line, end, min(qty, line.open))
    if qty:
        raise No("nothing_there")


def _follow(books: Books, line: Line, end: Spot, qty: int) -> int:
    claim = line.claim
    if "move" in claim.why.blocks:
        raise No("blocked")
    books.move(line.balance, line.spot, -qty, line, -qty)
    if claim.why.place:
        books.move(line.balance, end, qty)
        if not claim.blanket:
            books.end(claim, "RELEASED")
    else:
        there = books.line(
            claim, line.balance, end, priority=line.priority, origin=line.origin, bound=line.bound
        )
        books.move(line.balance, end, qty, there, qty)
        if line.started:
            books.set(there, "started", True)
    return qty


def ship(books: Books, ask: asked.ShipRequest) -> None:
    """Pinned units of the document leave to the customer."""
    lines = books.open_lines(ask.document, "COMMITMENT")
    if not lines:
        raise No("not_held")
    if ask.lines is None:
        if any(line.spot == NOWHERE for line in lines):
            raise No("not_pinned")
        for line in lines:
            _leave(books, line, line.open)
        return
    check(ask.lines)
    for wanted in ask.lines:
        left = wanted.qty
        for line in lines:
            same = line.balance[1:] == (wanted.sku_id, wanted.grade, wanted.owner)
            if same and line.spot != NOWHERE and wanted.lot_id in (None, line.spot[1]):
                left -= _leave(books, line, min(left, line.open))
        if left:
            raise No("not_held")


def _leave(books: Books, line: Line, qty: int) -> int:
    if not qty:
        return 0
    if books.forbids(line.balance, line.spot, "ship") or "ship" in line.claim.why.blocks:
        raise No("blocked")
    books.move(line.balance, line.spot, -qty, line, -qty)
    books.cross(line.balance[1], "CUSTOMER", qty)
    books.end(line.claim, "CONSUMED")
    books.spend(line)
    return qty


def adjust(books: Books, ask: asked.AdjustRequest) -> None:
    """What was counted becomes true; a loss breaks claims, weakest first."""
    check(ask.counted, zero=True)
    if not ask.counted:
        raise No("bad_request")
    _placed(books, ask.location_id, ask.warehouse_id)
    seen = set()
    for line in ask.counted:
        _lot_fits(books, line.sku_id, line.lot_id)
        balance, spot = key_of(ask.warehouse_id, line), (ask.location_id, line.lot_id)
        if (balance, spot) in seen:
            raise No("bad_request")
        seen.add((balance, spot))
        if books.forbids(balance, spot, "count"):
            raise No("blocked")
        change = line.qty - books.goods.get(balance, {}).get(spot, 0)
        if change > 0:
            books.move(balance, spot, change)
            books.cross(line.sku_id, "FOUND", -change)
        elif change < 0:
            _lose(books, balance, spot, -change)


def _lose(books: Books, balance: BalanceKey, spot: Spot, loss: int) -> None:
    excess = loss - books.loose(balance, spot)
    for line in weakest(books, balance):
        if excess > 0 and line.spot == spot:
            take = min(excess, line.open)
            excess -= take
            if line.claim.why.role == "COMMITMENT":
                loosen(books, line, take)
            else:
                take_away(books, line, take)
    books.move(balance, spot, -loss)
    books.cross(balance[1], "LOST", loss)
    over = -books.available(balance)
    for line in weakest(books, balance):
        if over > 0:
            over -= take_away(books, line, min(over, line.open))


def regrade(books: Books, ask: asked.RegradeRequest) -> None:
    """Goods change their grade where they lie, free ones or those of one freeze."""
    check(ask.lines)
    if not ask.lines:
        raise No("bad_request")
    for line in ask.lines:
        if line.from_grade == line.to_grade:
            raise No("bad_request")
        _placed(books, line.location_id, ask.warehouse_id)
        old = (ask.warehouse_id, line.sku_id, line.from_grade, line.owner)
        new = (ask.warehouse_id, line.sku_id, line.to_grade, line.owner)
        spot = (line.location_id, line.lot_id)
        claim = _take_out(books, old, spot, line.qty, line.hold_id)
        if claim is not None and line.carry:
            books.move(new, spot, line.qty, books.line(claim.claim, new, spot), line.qty)
        else:
            books.move(new, spot, line.qty)
        if claim is not None and not claim.claim.blanket:
            books.end(claim.claim, "RELEASED")


def _take_out(books: Books, balance: BalanceKey, spot: Spot, qty: int,
              hold_id: int | None) -> Line | None:  # fmt: skip
    """Free units leave their spot, or units of the named claim."""
    if hold_id is None:
        if min(books.loose(balance, spot), books.available(balance)) < qty:
            raise No("nothing_there")
        books.move(balance, spot, -qty)
        return None
    claim = books.by_number.get(hold_id)
    lines = claim.lines if claim is not None and claim.open else []
    for line in lines:
        if line.balance == balance and line.spot == spot and line.open >= qty:
            books.move(balance, spot, -qty, line, -qty)
            return line
    raise No("not_held")


def scrap(books: Books, ask: asked.ScrapRequest) -> None:
    """Goods are destroyed or go back to the supplier."""
    check(ask.lines)
    if not ask.lines or ask.to not in ("SCRAPPED", "SUPPLIER"):
        raise No("bad_request")
    for line in ask.lines:
        _placed(books, line.location_id, ask.warehouse_id)
        balance, spot = key_of(ask.warehouse_id, line), (line.location_id, line.lot_id)
        claimed = _take_out(books, balance, spot, line.qty, line.hold_id)
        books.cross(line.sku_id, ask.to, line.qty)
        if claimed is not None and not claimed.claim.blanket:
            books.end(claimed.claim, "DISPOSED")


def transfer_out(books: Books, ask: asked.TransferOutRequest) -> Claim | None:
    """Goods go onto the truck under the transfer's claim."""
    check(ask.lines)
    if not ask.lines:
        raise No("bad_request")
    truck = _truck(books, ask)
    new: Claim | None = None
    for line in ask.lines:
        _placed(books, line.location_id, ask.from_warehouse_id)
        balance, spot = key_of(ask.from_warehouse_id, line), (line.location_id, line.lot_id)
        there = (truck.warehouse, line.sku_id, line.grade, line.owner)
        target = (ask.transit_location_id, line.lot_id)
        left = line.qty
        if books.goods.get(balance, {}).get(spot, 0) < left:
            raise No("nothing_there")
        if line.hold_id is None:
            left -= _load_claimed(books, ask.document, balance, spot, there, target, left)
        if left:
            claimed = _take_out(books, balance, spot, left, line.hold_id)
            if claimed is not None and not claimed.claim.why.place:
                follower = books.line(claimed.claim, there, target, priority=claimed.priority)
                books.move(there, target, left, follower, left)
                continue
            if claimed is not None and not claimed.claim.blanket:
                books.end(claimed.claim, "RELEASED")
            new = new or books.new_claim(ask.document, "TRANSFER")
            onto = books.line(new, there, target, bound=True)
            books.move(there, target, left, onto, left)
    return new


def _load_claimed(books: Books, document: str, balance: BalanceKey, spot: Spot,
                  there: BalanceKey, target: Spot, qty: int) -> int:  # fmt: skip
    """The transfer's own units go first: those pinned here, then those that lie nowhere yet."""
    left = qty
    mine = [line for line in books.open_lines(document, "COMMITMENT") if line.balance == balance]
    for line in sorted(mine, key=lambda each: each.spot == NOWHERE):
        room = books.loose(balance, spot) if line.spot == NOWHERE else line.open
        take = min(left, line.open, max(0, room))
        if take and line.spot in (spot, NOWHERE):
            books.claim_units(line, -take)
            books.move(balance, spot, -take)
            follower = books.line(line.claim, there, target, priority=line.priority, bound=True)
            books.move(there, target, take, follower, take)
            left -= take
    return qty - left


def transfer_in(books: Books, ask: asked.TransferInRequest) -> None:
    """Goods leave the truck; what did not arrive stays on it."""
    check(ask.lines)
    if not ask.lines:
        raise No("bad_request")
    _placed(books, ask.location_id, ask.to_warehouse_id)
    truck = _truck(books, ask)
    for wanted in ask.lines:
        here = (truck.warehouse, wanted.sku_id, wanted.grade, wanted.owner)
        start = (ask.transit_location_id, wanted.lot_id)
        _unload(books, ask, here, start, wanted)
    for claim in books.by_document.get(ask.document, ()):
        books.end(claim, "CONSUMED")


def _unload(books: Books, ask: asked.TransferInRequest, here: BalanceKey, start: Spot,
            wanted: asked.Line) -> None:  # fmt: skip
    """The transfer's own units first, which become free; then frozen ones, with their freeze."""
    target = (ask.location_id, wanted.lot_id)
    there = key_of(ask.to_warehouse_id, wanted)
    on_board = [
        line
        for line in books.lines.get(here, [])
        if line.open and line.spot == start
        and (line.claim.document == ask.document or line.claim.why.role == "FREEZE")
    ]  # fmt: skip
    left = wanted.qty
    for line in sorted(on_board, key=lambda each: each.claim.why.role == "FREEZE"):
        take, claim = min(left, line.open), line.claim
        if not take:
            continue
        books.move(here, start, -take, line, -take)
        if claim.why.role == "FREEZE" and not claim.why.place:
            follower = books.line(claim, there, target, priority=line.priority)
            books.move(there, target, take, follower, take)
        else:
            books.move(there, target, take)
            books.spend(line)
        if claim.why.place and not claim.blanket:
            books.end(claim, "RELEASED")
        left -= take
    if left:
        raise No("not_in_transit")
