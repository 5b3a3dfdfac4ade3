"""What pinning, unpinning and swapping mean, in the pure model."""

from __future__ import annotations

from inventory import requests as asked
from tests.proving.books import NOWHERE, PICKABLE, Books, Line, No, Spot
from tests.proving.model_claims import check, key_of, loosen, weakest


def pin(books: Books, ask: asked.PinRequest) -> None:
    """Bin-less units get spots; an expired lot in the way is frozen."""
    lines = [
        line
        for line in books.open_lines(ask.document, "COMMITMENT")
        if line.balance[0] == ask.warehouse_id
    ]
    if not lines:
        raise No("not_held")
    for line in lines:
        if line.spot == NOWHERE:
            _pin_line(books, line)
    if any(line.open and line.spot == NOWHERE for line in lines):
        raise No("not_pickable")


def _pin_line(books: Books, line: Line) -> None:
    balance = line.balance
    for spot, there in list(books.goods.get(balance, {}).items()):
        if there and books.expired(spot[1]) and not books.forbids(balance, spot, "pick"):
            warehouse, sku, grade, owner = balance
            books.new_claim(
                f"LOT-{spot[1]}", "EXPIRED", blanket=True,
                scope={"warehouse": warehouse, "sku": sku, "grade": grade, "owner": owner,
                       "lot": spot[1]},
            )  # fmt: skip
            books.touched[balance] = None
    for spot in sorted(books.goods.get(balance, {}), key=books.first_expiry):
        take = min(line.open, books.loose(balance, spot))
        if take <= 0 or books.places[spot[0]].kind not in PICKABLE or books.expired(spot[1]):
            continue
        if not books.forbids(balance, spot, "pick"):
            books.claim_units(line, -take)
            pinned = books.line(
                line.claim, balance, spot, priority=line.priority, origin=line.origin
            )
            books.claim_units(pinned, take)


def unpin(books: Books, ask: asked.UnpinRequest) -> None:
    """Units that nobody has started to pick lose their spots."""
    lines = [
        line
        for line in books.open_lines(ask.document, "COMMITMENT")
        if line.balance[0] == ask.warehouse_id
    ]
    if not lines:
        raise No("not_held")
    for line in lines:
        if line.spot != NOWHERE and not line.started and not line.bound:
            loosen(books, line, line.open)


def swap(books: Books, ask: asked.SwapRequest) -> None:
    """Units pinned at one spot are pinned at another; loose goods there first, then others'."""
    check([ask])
    if ask.from_location_id == ask.to_location_id and ask.from_lot_id == ask.to_lot_id:
        raise No("bad_request")
    balance = key_of(ask.warehouse_id, ask)
    start, end = (ask.from_location_id, ask.from_lot_id), (ask.to_location_id, ask.to_lot_id)
    mine = [
        line
        for line in books.open_lines(ask.document, "COMMITMENT")
        if line.balance == balance and line.spot == start
    ]
    if sum(line.open for line in mine) < ask.qty:
        raise No("not_held")
    if books.forbids(balance, end, "pick") or books.expired(ask.to_lot_id):
        raise No("blocked")
    left = ask.qty
    for line in mine:
        take = min(left, line.open, max(0, books.loose(balance, end)))
        if take:
            _repin(books, line, end, take)
            left -= take
    others = [
        line
        for line in weakest(books, balance)
        if line.claim.why.role == "COMMITMENT" and line.spot == end
        and line.claim.document != ask.document and not line.started
    ]  # fmt: skip
    for line in mine:
        for other in others:
            take = min(left, line.open, other.open)
            if take:
                _repin(books, line, end, take)
                _repin(books, other, start, take)
                left -= take
    if left:
        raise No("nothing_there")


def _repin(books: Books, line: Line, spot: Spot, qty: int) -> None:
    books.claim_units(line, -qty)
    there = books.line(
        line.claim, line.balance, spot, priority=line.priority, origin=line.origin,
        bound=line.bound,
    )  # fmt: skip
    books.claim_units(there, qty)
