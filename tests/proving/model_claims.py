"""What the verbs on claims mean, in the pure model."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from inventory import requests as asked
from tests.proving.books import NOWHERE, REASONS, BalanceKey, Books, Claim, Line, No, Spot


def key_of(warehouse: int, line: Any) -> BalanceKey:
    """The balance that a line is about."""
    return (warehouse, line.sku_id, line.grade, line.owner)


def check(lines: Iterable[Any], *, zero: bool = False) -> None:
    """Quantities are whole numbers from 1, or from 0 for a count."""
    for line in lines:
        if type(line.qty) is not int or not (0 if zero else 1) <= line.qty <= 10**12:
            raise No("bad_quantity")


# --- hold ---


def hold(books: Books, ask: asked.HoldRequest) -> Claim:
    """A blanket, or units: bin-less, or at the spots that the scope allows."""
    if ask.reason not in REASONS:
        raise No("unknown_reason")
    if ask.blanket:
        return _lay(books, ask)
    if not ask.lines or REASONS[ask.reason].role == "MARK":
        raise No("bad_request")
    check(ask.lines)
    claim = books.new_claim(ask.document, ask.reason)
    for line in ask.lines:
        assert ask.warehouse_id is not None
        balance = key_of(ask.warehouse_id, line)
        drawn = _draw(books, ask, claim, balance, line) if ask.draw_from else 0
        wanted = line.qty - drawn
        fits = _fitting(books, ask, line)
        if ask.policy is not asked.Policy.FREE_ONLY and REASONS[ask.reason].role == "FREEZE":
            _make_room(books, balance, wanted, fits, ask.policy is asked.Policy.LET_FINISH)
        if books.available(balance) < wanted:
            raise No("insufficient_stock")
        if fits is None:
            books.claim_units(books.line(claim, balance, NOWHERE, priority=ask.priority), wanted)
        else:
            _pin_here(books, claim, balance, fits, wanted, ask.priority)
    return claim


def _fitting(
    books: Books, ask: asked.HoldRequest, line: asked.Line
) -> Callable[[Spot], bool] | None:
    """Which spots a quantity claim may take; None when it needs no spot."""
    if (
        ask.location_id is None and ask.zone_id is None and not ask.supplier
        and line.lot_id is None and line.min_days_left is None
    ):  # fmt: skip
        return None

    def fits(spot: Spot) -> bool:
        location, lot = spot
        batch = books.lots[lot] if lot is not None else None
        days = line.min_days_left
        expires = batch.expires_on if batch is not None else None
        if days is not None and expires is not None and (expires - books.today).days < days:
            return False
        return (
            ask.location_id in (None, location)
            and ask.zone_id in (None, books.places[location].zone)
            and line.lot_id in (None, lot)
            and (not ask.supplier or (batch is not None and batch.supplier == ask.supplier))
        )

    return fits


def _pin_here(books: Books, claim: Claim, balance: BalanceKey, fits: Callable[[Spot], bool],
              wanted: int, priority: int) -> None:  # fmt: skip
    for spot in sorted(books.goods.get(balance, {}), key=books.first_expiry):
        take = min(wanted, books.loose(balance, spot))
        if take > 0 and fits(spot):
            bound = claim.why.role == "COMMITMENT"
            line = books.line(claim, balance, spot, priority=priority, bound=bound)
            books.claim_units(line, take)
            wanted -= take
    if wanted:
        raise No("insufficient_stock")


def _draw(books: Books, ask: asked.HoldRequest, claim: Claim, balance: BalanceKey,
          line: asked.Line) -> int:  # fmt: skip
    """Units out of another document's open claim; they remember where they came from."""
    left = line.qty
    for reserve in books.open_lines(ask.draw_from, "COMMITMENT"):
        take = min(left, reserve.open)
        if reserve.balance == balance and take:
            books.claim_units(reserve, -take)
            made = books.line(claim, balance, reserve.spot, priority=ask.priority, origin=reserve)
            books.claim_units(made, take)
            left -= take
    return line.qty - left


def _make_room(books: Books, balance: BalanceKey, wanted: int,
               fits: Callable[[Spot], bool] | None, spare_started: bool) -> None:  # fmt: skip
    """Commitments give way to a freeze: first their spots, then their units, weakest first."""
    if fits is not None:
        there = [spot for spot in books.goods.get(balance, {}) if fits(spot)]
        missing = wanted - sum(max(0, books.loose(balance, spot)) for spot in there)
        for line in weakest(books, balance):
            if missing <= 0:
                break
            if line.spot in there and _gives_way(line, spare_started):
                missing -= loosen(books, line, min(missing, line.open))
    missing = wanted - books.available(balance)
    for line in weakest(books, balance):
        if missing <= 0:
            break
        if _gives_way(line, spare_started) and (line.spot == NOWHERE or fits is None):
            missing -= take_away(books, line, min(missing, line.open))


def _gives_way(line: Line, spare_started: bool) -> bool:
    return line.claim.why.role == "COMMITMENT" and not (spare_started and line.started)


def _lay(books: Books, ask: asked.HoldRequest) -> Claim:
    if len(ask.lines) > 1:
        raise No("bad_request")
    one = ask.lines[0] if ask.lines else None
    scope = {
        "warehouse": ask.warehouse_id, "zone": ask.zone_id, "location": ask.location_id,
        "sku": one.sku_id if one else None, "lot": one.lot_id if one else None,
        "supplier": ask.supplier or None, "grade": ask.grade or None, "owner": ask.owner or None,
    }  # fmt: skip
    named = {name: value for name, value in scope.items() if value is not None}
    if not named:
        raise No("bad_request")
    claim = books.new_claim(ask.document, ask.reason, blanket=True, scope=named)
    for balance, spots in books.goods.items():
        under = [spot for spot in spots if books.covers(claim, balance, spot)]
        if under:
            books.touched[balance] = None
            if ask.policy is not asked.Policy.FREE_ONLY and "reserve" in claim.why.blocks:
                _clear(books, balance, under, ask.policy is asked.Policy.LET_FINISH)
    return claim


def _clear(books: Books, balance: BalanceKey, under: list[Spot], spare_started: bool) -> None:
    """Commitments leave the covered spots, then give up units until all of it can be frozen."""
    for line in weakest(books, balance):
        if _gives_way(line, spare_started) and line.spot in under:
            loosen(books, line, line.open)
    wanted = sum(max(0, books.loose(balance, spot)) for spot in under)
    missing = wanted - books.available(balance)
    for line in weakest(books, balance):
        if missing > 0 and line.spot == NOWHERE and _gives_way(line, spare_started):
            missing -= take_away(books, line, min(missing, line.open))
    # What was freed for this freeze is not for others that wait.
    for spot in under:
        top = books.frozen_by(balance, spot)
        take = min(books.available(balance), books.loose(balance, spot))
        if top is not None and take > 0:
            books.claim_units(books.line(top, balance, spot), take)


# --- who gives way ---


def weakest(books: Books, balance: BalanceKey) -> list[Line]:
    """Commitments by priority (not started, bin-less, newest), commercial, safety freezes."""

    def strength(line: Line) -> tuple[int, int, bool, bool, int]:
        why = line.claim.why
        if why.role == "COMMITMENT":
            return (0, line.priority, line.started, line.spot != NOWHERE, -line.order)
        return (2 if why.safety else 1, why.rank, False, False, -line.order)

    return sorted((line for line in books.lines.get(balance, ()) if line.open), key=strength)


def loosen(books: Books, line: Line, qty: int) -> int:
    """Units of a commitment leave their spot but stay claimed; bound ones are lost."""
    if line.bound:
        return take_away(books, line, qty)
    loose = books.line(
        line.claim, line.balance, NOWHERE, priority=line.priority, origin=line.origin
    )
    books.claim_units(line, -qty)
    books.claim_units(loose, qty)
    return qty


def take_away(books: Books, line: Line, qty: int) -> int:
    """The document loses these units."""
    books.claim_units(line, -qty)
    _end(books, line.claim, "DISPOSED")
    books.spend(line)
    return qty


def _end(books: Books, claim: Claim, state: str) -> None:
    if not claim.blanket:
        books.end(claim, state)


# --- release, narrow, convert, displace ---


def release(books: Books, ask: asked.ReleaseRequest) -> None:
    """Whole claims, or parts of them; drawn units go home while their reserve is open."""
    if ask.hold_id is not None:
        named = books.by_number.get(ask.hold_id)
        claims = [named] if named is not None and named.open else []
    else:
        claims = [
            claim
            for claim in books.by_document.get(ask.document, ())
            if claim.open and (ask.freezes or claim.why.role == "COMMITMENT")
        ]
    if not claims:
        raise No("already_released")
    if ask.lines is None:
        for claim in claims:
            for line in list(claim.lines):
                _let_go(books, line, line.open)
            if claim.blanket:
                books.lift(claim)
            # By decision: a reserve ends although units drawn from it are still out.
            books.set(claim, "open", False)
            books.set(claim, "state", "RELEASED")
        return
    check(ask.lines)
    if any(claim.blanket for claim in claims):
        raise No("bad_request")
    for wanted in ask.lines:
        _let_go_part(books, claims, wanted)
    for claim in claims:
        books.end(claim, "RELEASED")


def _let_go(books: Books, line: Line, qty: int) -> None:
    books.claim_units(line, -qty)
    home = line.origin
    if home is not None and home.claim.open:
        books.claim_units(home, qty)


def _let_go_part(books: Books, claims: list[Claim], wanted: asked.Line) -> None:
    left = wanted.qty
    fitting = [
        line
        for claim in claims
        for line in claim.lines
        if line.open
        and line.balance[1:] == (wanted.sku_id, wanted.grade, wanted.owner)
        and wanted.lot_id in (None, line.spot[1])
    ]
    for line in sorted(fitting, key=lambda each: each.spot != NOWHERE):
        take = min(left, line.open)
        _let_go(books, line, take)
        left -= take
    if left:
        raise No("not_held")


def narrow(books: Books, ask: asked.NarrowRequest) -> None:
    """A blanket covers less, or becomes the quantity it has."""
    claim = books.by_number.get(ask.hold_id)
    if claim is None or not claim.open:
        raise No("already_released")
    if not claim.blanket or not (ask.lot_ids or ask.stock_ids or ask.fixed):
        raise No("bad_request")
    if ask.fixed:
        if not claim.units:
            raise No("not_held")
        books.lift(claim)
        books.set(claim, "blanket", False)
        return
    for lot in ask.lot_ids:
        facts = {"sku": books.lots[lot].sku, "lot": lot, "supplier": books.lots[lot].supplier}
        if any(claim.scope.get(name, value) != value for name, value in facts.items()):
            raise No("nothing_in_scope")
    books.set(claim, "without_lots", claim.without_lots | set(ask.lot_ids))
    for line in claim.lines:
        if line.open and line.spot[1] in claim.without_lots:
            books.claim_units(line, -line.open)
    for balance, spots in books.goods.items():
        if any(spot[1] in ask.lot_ids for spot in spots):
            books.touched[balance] = None


def convert(books: Books, ask: asked.ConvertRequest) -> Claim:
    """Units change their claim where they lie."""
    claim = books.by_number.get(ask.hold_id)
    if claim is None or not claim.open:
        raise No("already_released")
    if ask.reason not in REASONS:
        raise No("unknown_reason")
    if claim.blanket or REASONS[ask.reason].role == "MARK":
        raise No("bad_request")
    made = books.new_claim(ask.document, ask.reason)
    wanted = [(line, line.open) for line in claim.lines if line.open]
    if ask.lines is not None:
        check(ask.lines)
        wanted = _choose(claim, ask.lines)
    for line, qty in wanted:
        books.claim_units(line, -qty)
        heir = books.line(made, line.balance, line.spot, priority=ask.priority)
        books.claim_units(heir, qty)
    books.end(claim, "RELEASED")
    return made


def _choose(claim: Claim, lines: tuple[asked.Line, ...]) -> list[tuple[Line, int]]:
    found = []
    for wanted in lines:
        left = wanted.qty
        for line in claim.lines:
            if line.balance[1:] == (wanted.sku_id, wanted.grade, wanted.owner):
                take = min(left, line.open)
                if take and wanted.lot_id in (None, line.spot[1]):
                    found.append((line, take))
                    left -= take
        if left:
            raise No("not_held")
    return found


def displace(books: Books, ask: asked.DisplaceRequest) -> None:
    """The document's commitments lose units, bin-less ones first."""
    check(ask.lines)
    if not ask.lines:
        raise No("bad_request")
    for wanted in ask.lines:
        balance = key_of(ask.warehouse_id, wanted)
        left = wanted.qty
        lines = books.open_lines(ask.document, "COMMITMENT")
        for line in sorted(lines, key=lambda each: (each.started, each.spot != NOWHERE)):
            if line.balance == balance and wanted.lot_id in (None, line.spot[1]):
                take = min(left, line.open)
                books.claim_units(line, -take)
                books.spend(line)
                left -= take
        if left:
            raise No("not_held")
    for claim in books.by_document.get(ask.document, ()):
        if claim.why.role == "COMMITMENT":
            books.end(claim, "RELEASED")
