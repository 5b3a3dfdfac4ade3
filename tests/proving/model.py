"""The pure model: what each verb means. Dictionaries only; nothing of the ledger but requests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from inventory import requests as asked
from tests.proving import model_claims as claims
from tests.proving import model_goods as goods
from tests.proving import model_pins as pins
from tests.proving.books import NOWHERE, BalanceKey, Books, Claim, Line, Move, No, Spot

VERBS: dict[type[asked.Request], Callable[[Books, Any], Claim | None]] = {
    asked.ReceiveRequest: goods.receive,
    asked.MoveRequest: goods.move,
    asked.ShipRequest: goods.ship,
    asked.AdjustRequest: goods.adjust,
    asked.RegradeRequest: goods.regrade,
    asked.ScrapRequest: goods.scrap,
    asked.TransferOutRequest: goods.transfer_out,
    asked.TransferInRequest: goods.transfer_in,
    asked.HoldRequest: claims.hold,
    asked.PinRequest: pins.pin,
    asked.UnpinRequest: pins.unpin,
    asked.SwapRequest: pins.swap,
    asked.ReleaseRequest: claims.release,
    asked.NarrowRequest: claims.narrow,
    asked.ConvertRequest: claims.convert,
    asked.DisplaceRequest: claims.displace,
}  # fmt: skip


REVERSIBLE = (
    asked.ReceiveRequest, asked.MoveRequest, asked.ShipRequest, asked.AdjustRequest,
    asked.RegradeRequest, asked.ScrapRequest, asked.ReturnRequest, asked.TransferOutRequest,
    asked.TransferInRequest,
)  # fmt: skip


@dataclass
class Said:
    """What the model answers: the refusal's code, or the posting with its entries."""

    code: str = ""
    posting: int | None = None
    claim: Claim | None = None
    repeated: bool = False
    moves: list[Move] = field(default_factory=list)


@dataclass
class Fact:
    """A posting that happened, as far as returning and reversing need it."""

    document: str
    kind: type[asked.Request]
    moves: list[Move]
    reversed: bool = False


class Model(Books):
    """Carries requests out one after another."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.keys: dict[str, tuple[str, Said]] = {}
        self.facts: dict[int, Fact] = {}
        self.shipped: dict[tuple[str, int], int] = {}
        self.posted = 0

    def do(self, ask: asked.Request, *, remember: bool = True) -> Said:
        """One request, whole or not at all; a key that was seen answers as before."""
        if remember:
            print_of = ask.fingerprint()
            seen = self.keys.get(ask.key)
            if seen is not None:
                if seen[0] != print_of:
                    return Said("key_reused")
                return Said(posting=seen[1].posting, claim=seen[1].claim, repeated=True)
        self.begin()
        try:
            claim = self._decide(ask)
            self._nobody_sells_what_is_on_the_way()
            self.fill()
        except No as refusal:
            self.undo()
            return Said(refusal.code)
        self.posted += 1
        said = Said(posting=self.posted, claim=claim, moves=list(self.moves))
        if remember:
            self.keys[ask.key] = (print_of, said)
        return said

    def would(self, ask: asked.Request) -> str:
        """The code the request would be refused with now, or nothing."""
        said = self.do(ask, remember=False)
        if not said.code:
            self.undo()
            self.posted -= 1
        return said.code

    def _decide(self, ask: asked.Request) -> Claim | None:
        if isinstance(ask, asked.ReturnRequest):
            self._take_back(ask)
            return None
        if isinstance(ask, asked.ReverseRequest):
            self._reverse(ask)
            return None
        return VERBS[type(ask)](self, ask)

    def _nobody_sells_what_is_on_the_way(self) -> None:
        for move in self.moves:
            if move.balance is not None and move.spot != NOWHERE:
                on_truck = self.places[move.spot[0]].kind == "TRUCK"
                if on_truck and self.loose(move.balance, move.spot):
                    raise No("on_the_way")

    # --- verbs that look at what happened before ---

    def _take_back(self, ask: asked.ReturnRequest) -> None:
        claims.check(ask.lines)
        if not ask.lines:
            raise No("bad_request")
        goods._placed(self, ask.location_id, ask.warehouse_id)
        for line in ask.lines:
            if self.shipped.get((ask.shipped_document, line.sku_id), 0) < line.qty:
                raise No("not_shipped")
            goods._lot_fits(self, line.sku_id, line.lot_id)
            balance = claims.key_of(ask.warehouse_id, line)
            self.move(balance, (ask.location_id, line.lot_id), line.qty)
            self.cross(line.sku_id, "CUSTOMER", -line.qty)

    def _reverse(self, ask: asked.ReverseRequest) -> None:
        """The mirror of the goods; claims laid are taken off, claims used up come back."""
        fact = self.facts.get(ask.posting_id)
        if fact is None:
            raise No("unknown_posting")
        if fact.reversed:
            raise No("already_reversed")
        if fact.kind not in REVERSIBLE:
            raise No("not_reversible")
        net: dict[Line, int] = {}
        back: dict[tuple[BalanceKey, Spot], int] = {}
        for move in fact.moves:
            if move.line is not None:
                net[move.line] = net.get(move.line, 0) + move.units
            if move.balance is not None and move.goods:
                place = (move.balance, move.spot)
                back[place] = back.get(place, 0) - move.goods
            shipped = move.outside == "CUSTOMER" and fact.kind is asked.ShipRequest
            if shipped and self.shipped.get((fact.document, move.sku), 0) < move.goods:
                raise No("not_reversible")
        for line, change in net.items():
            if change > 0:
                self.claim_units(line, -min(change, line.open))
                self._end_taken(line.claim)
        for (balance, spot), change in back.items():
            if change < 0:
                self._make_free(balance, spot, -change)
        for move in fact.moves:
            if move.balance is None:
                self.cross(move.sku, move.outside, -move.goods)
            elif move.goods:
                self.move(move.balance, move.spot, -move.goods)
        self._lay_again(net)
        for balance, _ in back:
            if self.available(balance) < 0:
                raise No("not_reversible")
        self.set(fact, "reversed", True)

    def _end_taken(self, claim: Claim) -> None:
        if not claim.blanket:
            self.end(claim, "RELEASED")

    def _make_free(self, balance: BalanceKey, spot: Spot, qty: int) -> None:
        """Goods that go back must be nobody's; a claim of the place lets go of them."""
        if self.forbids(balance, spot, "move"):
            raise No("blocked")
        for line in self.lines.get(balance, []):
            take = min(line.open, qty - self.loose(balance, spot))
            if line.spot == spot and line.claim.why.place and take > 0:
                self.claim_units(line, -take)
                self._end_taken(line.claim)
        if self.loose(balance, spot) < qty:
            raise No("not_reversible")

    def _lay_again(self, net: dict[Line, int]) -> None:
        """Claims get back what the posting took from them, as far as it is not there already."""
        kept: dict[tuple[Claim, BalanceKey], int] = {}
        off: dict[Line, int] = {}
        for move in self.moves:
            if move.line is not None:
                off[move.line] = off.get(move.line, 0) - move.units
        for line, change in net.items():
            if change > 0:
                key = (line.claim, line.balance)
                kept[key] = kept.get(key, 0) + max(change - off.get(line, 0), 0)
        for line, change in net.items():
            claim = line.claim
            if change >= 0 or (claim.blanket and not claim.open):
                continue
            gap = min(-change, kept.get((claim, line.balance), 0))
            kept[claim, line.balance] = kept.get((claim, line.balance), 0) - gap
            qty = -change - gap
            if line.spot != NOWHERE:
                qty = min(qty, self.loose(line.balance, line.spot))
            if qty > 0:
                self.reopen(claim)
                self.claim_units(line, qty)

    def note(self, number: int, ask: asked.Request, said: Said) -> None:
        """Remember a posting under its number, and what left to customers under its document."""
        self.facts[number] = Fact(ask.document, type(ask), said.moves)
        document = ask.document
        if isinstance(ask, asked.ReturnRequest):
            document = ask.shipped_document
        if isinstance(ask, asked.ReverseRequest):
            document = self.facts[ask.posting_id].document
        for move in said.moves:
            if move.outside == "CUSTOMER":
                key = (document, move.sku)
                self.shipped[key] = self.shipped.get(key, 0) + move.goods
