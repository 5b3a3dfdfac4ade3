"""The pure model: what each verb means. Dictionaries only; nothing of the ledger but requests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from inventory import requests as asked
from tests.proving import model_claims as claims
from tests.proving import model_goods as goods
from tests.proving.books import BalanceKey, Books, Claim, Move, No, Spot

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
    asked.PinRequest: claims.pin,
    asked.UnpinRequest: claims.unpin,
    asked.SwapRequest: claims.swap,
    asked.ReleaseRequest: claims.release,
    asked.NarrowRequest: claims.narrow,
    asked.ConvertRequest: claims.convert,
    asked.DisplaceRequest: claims.displace,
}  # fmt: skip


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
    goods: list[tuple[BalanceKey | None, Spot, int, str, int]]
    reversed: bool = False


class Model(Books):
    """Carries requests out one after another."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.keys: dict[str, tuple[str, Said]] = {}
        self.facts: dict[int, Fact] = {}
        self.shipped: dict[tuple[str, int, str, str], int] = {}
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
            return self._take_back(ask)
        if isinstance(ask, asked.ReverseRequest):
            return self._reverse(ask)
        return VERBS[type(ask)](self, ask)

    # --- verbs that look at what happened before ---

    def _take_back(self, ask: asked.ReturnRequest) -> None:
        claims.check(ask.lines)
        if not ask.lines:
            raise No("bad_request")
        goods._placed(self, ask.location_id, ask.warehouse_id)
        for line in ask.lines:
            out = (ask.shipped_document, line.sku_id)
            if sum(self.shipped.get((*out, *rest), 0) for rest in self._kinds(out)) < line.qty:
                raise No("not_shipped")
            goods._lot_fits(self, line.sku_id, line.lot_id)
            balance = claims.key_of(ask.warehouse_id, line)
            self.move(balance, (ask.location_id, line.lot_id), line.qty)
            self.cross(line.sku_id, "CUSTOMER", -line.qty)

    def _kinds(self, out: tuple[str, int]) -> set[tuple[str, str]]:
        return {key[2:] for key in self.shipped if key[:2] == out}

    def _reverse(self, ask: asked.ReverseRequest) -> None:
        fact = self.facts.get(ask.posting_id)
        if fact is None:
            raise No("unknown_posting")
        if fact.reversed:
            raise No("already_reversed")
        for balance, spot, change, outside, sku in fact.goods:
            if balance is None:
                self.cross(sku, outside, -change)
            else:
                if self.available(balance) < change or self.loose(balance, spot) < change:
                    raise No("not_reversible")
                self.move(balance, spot, -change)
        self.set(fact, "reversed", True)

    def note(self, number: int, ask: asked.Request, said: Said) -> None:
        """Remember a posting under its number, and what left to customers under its document."""
        crossing = [
            (move.balance, move.spot, move.goods, move.outside, move.sku)
            for move in said.moves
            if move.goods
        ]
        self.facts[number] = Fact(ask.document, type(ask), crossing)
        document = ask.document
        if isinstance(ask, asked.ReturnRequest):
            document = ask.shipped_document
        if isinstance(ask, asked.ReverseRequest):
            document = self.facts[ask.posting_id].document
        for move in said.moves:
            if move.outside == "CUSTOMER":
                key = (document, move.sku, "", "")
                self.shipped[key] = self.shipped.get(key, 0) + move.goods
