"""A player: asks the ledger for one random thing after another, from a seed.

It knows only what it asked and what it was answered, so the same seed plays the same game again
when the answers are the same.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from inventory import requests as asked
from tests.proving.floor import KINDS, Floor

BINS = ("A-01", "A-02", "P-01")


@dataclass
class Heard:
    """What the player keeps of an answer."""

    code: str = ""
    hold_id: int | None = None
    posting_id: int | None = None


@dataclass(frozen=True)
class Spot:
    """Where the player believes goods to be."""

    house: int
    sku: int
    location: int
    lot: int | None


class Player:
    """One seeded source of requests."""

    def __init__(self, floor: Floor, *, seed: int, number: int, verbs: set[type],
                 players: int = 1) -> None:  # fmt: skip
        self.floor, self.number, self.players = floor, number, players
        self.dice = random.Random(f"{seed}:{number}")
        self.step = 0
        self.orders = 0
        self.spots: deque[Spot] = deque(maxlen=24)
        self.reserves: deque[str] = deque(maxlen=3)
        self.freezes: deque[tuple[int, str, Spot]] = deque(maxlen=12)
        self.blankets: deque[tuple[int, str]] = deque(maxlen=6)
        self.sent: deque[tuple[str, asked.PlacedLine, int]] = deque(maxlen=6)
        self.left: deque[tuple[str, int, int]] = deque(maxlen=12)
        self.postings: deque[int] = deque(maxlen=12)
        self.wanted: dict[str, tuple[int, int]] = {}
        self.past: deque[asked.Request] = deque(maxlen=8)
        menu: list[tuple[type, int, Callable[[], asked.Request]]] = [
            (asked.ReceiveRequest, 12, self._receive), (asked.HoldRequest, 16, self._order),
            (asked.HoldRequest, 4, self._freeze), (asked.HoldRequest, 2, self._blanket),
            (asked.HoldRequest, 2, self._reserve), (asked.PinRequest, 14, self._pin),
            (asked.ReleaseRequest, 4, self._cancel), (asked.ReleaseRequest, 3, self._cancel_part),
            (asked.ReleaseRequest, 4, self._thaw), (asked.ReleaseRequest, 4, self._lift),
            (asked.ShipRequest, 12, self._ship), (asked.MoveRequest, 8, self._move),
            (asked.MoveRequest, 3, self._move_claimed), (asked.AdjustRequest, 4, self._count),
            (asked.UnpinRequest, 3, self._unpin), (asked.SwapRequest, 3, self._swap),
            (asked.NarrowRequest, 1, self._narrow), (asked.ConvertRequest, 2, self._convert),
            (asked.DisplaceRequest, 2, self._displace), (asked.RegradeRequest, 3, self._regrade),
            (asked.ScrapRequest, 2, self._scrap), (asked.ReturnRequest, 3, self._return),
            (asked.TransferOutRequest, 3, self._send), (asked.TransferInRequest, 3, self._arrive),
            (asked.ReverseRequest, 2, self._reverse),
        ]  # fmt: skip
        self.menu = [make for kind, _, make in menu if kind in verbs]
        self.weights = [weight for kind, weight, _ in menu if kind in verbs]

    def ask(self) -> asked.Request:
        """The next request."""
        self.step += 1
        if self.past and self.dice.random() < 0.02:
            return self.dice.choice(self.past)
        if self.past and self.dice.random() < 0.01:
            known = self.dice.choice(self.past)
            return replace(known, document=f"{known.document}X")
        made = self.dice.choices(self.menu, self.weights)[0]()
        self.past.append(made)
        return made

    def hear(self, ask: asked.Request, heard: Heard) -> None:
        """Learn from the answer."""
        if heard.code or heard.posting_id is None:
            return
        if isinstance(ask, asked.HoldRequest) and heard.hold_id is not None:
            self._learn_hold(ask, heard.hold_id)
        elif isinstance(ask, asked.ReceiveRequest):
            for line in ask.lines:
                self.spots.append(
                    Spot(ask.warehouse_id, line.sku_id, ask.location_id or 0, line.lot_id)
                )
            self.postings.append(heard.posting_id)
        elif isinstance(ask, asked.MoveRequest):
            move = ask.lines[0]
            self.spots.append(Spot(ask.warehouse_id, move.sku_id, move.to_location_id, move.lot_id))
            self.postings.append(heard.posting_id)
        elif isinstance(ask, asked.ShipRequest):
            house, sku = self.wanted.get(ask.document, (0, 0))
            self.left.append((ask.document, house, sku))
            self.postings.append(heard.posting_id)
        elif isinstance(ask, asked.TransferOutRequest):
            self.sent.append((ask.document, ask.lines[0], ask.transit_location_id))
        elif isinstance(ask, asked.ScrapRequest | asked.RegradeRequest):
            self.postings.append(heard.posting_id)

    def _learn_hold(self, ask: asked.HoldRequest, hold_id: int) -> None:
        if ask.blanket:
            self.blankets.append((hold_id, ask.document))
        elif ask.reason == "PROMOTION":
            self.reserves.append(ask.document)
        elif ask.reason != "ORDER":
            line = ask.lines[0]
            spot = Spot(ask.warehouse_id or 0, line.sku_id, ask.location_id or 0, line.lot_id)
            self.freezes.append((hold_id, ask.document, spot))

    # --- dice ---

    def _names(self, prefix: str) -> dict[str, Any]:
        return {"key": f"{prefix}:{self.number}:{self.step}", "document": self._mine(prefix)}

    def _mine(self, prefix: str) -> str:
        return f"{prefix}-{self.number}-{self.step}"

    def _house(self) -> int:
        return self.floor.houses[0 if self.dice.random() < 0.75 else 1]

    def _sku(self) -> int:
        return self.dice.choice(list(self.floor.skus.values()))

    def _lot(self, sku: int) -> int | None:
        lots = self.floor.lots_of[sku]
        tracked = sku == self.floor.skus["MILK"]
        roll = self.dice.random()
        if roll < (0.02 if tracked else 0.6):
            return None
        return lots[2] if roll > 0.95 else self.dice.choice(lots[:2])

    def _place(self, house: int, codes: tuple[str, ...] = tuple(KINDS)) -> int:
        return self.floor.by_code[house, self.dice.choice(codes)]

    def _qty(self, most: int = 6) -> int:
        return 0 if self.dice.random() < 0.01 else self.dice.randint(1, most)

    def _spot(self) -> Spot:
        if self.spots and self.dice.random() < 0.9:
            return self.dice.choice(self.spots)
        house, sku = self._house(), self._sku()
        return Spot(house, sku, self._place(house), self._lot(sku))

    def _document(self) -> str:
        """An order: mostly one of our last, sometimes one of another player's."""
        whose = self.number
        if self.players > 1 and self.dice.random() < 0.3:
            whose = self.dice.randrange(self.players)
        return f"SO-{whose}-{max(1, self.orders - self.dice.randrange(12))}"

    # --- verbs ---

    def _receive(self) -> asked.Request:
        house, sku = self._house(), self._sku()
        codes = BINS if self.dice.random() < 0.8 else tuple(KINDS)
        line = asked.Line(sku_id=sku, qty=self._qty(12), lot_id=self._lot(sku))
        location = self._place(house, codes)
        if self.dice.random() < 0.01:
            location = self._place(self.floor.houses[1], codes)
        return asked.ReceiveRequest(
            **self._names("PO"), warehouse_id=house, location_id=location, lines=(line,)
        )

    def _order(self) -> asked.Request:
        house = self._house()
        count = 2 if self.dice.random() < 0.4 else 1
        skus = self.dice.sample(list(self.floor.skus.values()), count)
        self.orders += 1
        document = f"SO-{self.number}-{self.orders}"
        self.wanted[document] = (house, skus[0])
        reserve = ""
        if self.reserves and self.dice.random() < 0.2:
            reserve = self.dice.choice(self.reserves)
        return asked.HoldRequest(
            key=f"SO:{self.number}:{self.step}", document=document, warehouse_id=house,
            lines=tuple(asked.Line(sku_id=sku, qty=self._qty(4)) for sku in skus),
            priority=self.dice.randrange(4), draw_from=reserve,
        )  # fmt: skip

    def _reserve(self) -> asked.Request:
        line = asked.Line(sku_id=self._sku(), qty=self._qty(8))
        return asked.HoldRequest(
            **self._names("PR"), warehouse_id=self._house(), lines=(line,), reason="PROMOTION",
            priority=9,
        )  # fmt: skip

    def _freeze(self) -> asked.Request:
        spot = self._spot()
        policy = self.dice.choices(list(asked.Policy), (6, 2, 1))[0]
        return asked.HoldRequest(
            **self._names("FZ"), warehouse_id=spot.house, location_id=spot.location,
            lines=(asked.Line(sku_id=spot.sku, qty=self._qty(), lot_id=spot.lot),),
            reason=self.dice.choice(("QC", "MANUAL", "DAMAGE", "LEAK")), policy=policy,
        )  # fmt: skip

    def _blanket(self) -> asked.Request:
        spot, roll = self._spot(), self.dice.random()
        scope: dict[str, Any] = {"warehouse_id": spot.house}
        if roll < 0.35:
            scope["location_id"] = spot.location
        elif roll < 0.7:
            scope["lines"] = (asked.Line(sku_id=spot.sku, qty=0, lot_id=spot.lot),)
        elif roll < 0.8:
            scope["zone_id"] = self.floor.places[spot.location].zone
        elif roll < 0.9:
            scope |= {"warehouse_id": None, "supplier": "ACME"}
        else:
            scope["lines"] = (asked.Line(sku_id=spot.sku, qty=0),)
        policy = self.dice.choices(list(asked.Policy), (8, 1, 1))[0]
        return asked.HoldRequest(
            **self._names("BL"), reason=self.dice.choice(("RECALL", "LEAK", "NEAR_EXPIRY")),
            blanket=True, policy=policy, **scope,
        )  # fmt: skip

    def _pin(self) -> asked.Request:
        document = self._document()
        house = self.wanted.get(document, (self.floor.houses[0], 0))[0]
        return asked.PinRequest(
            key=self._names("PIN")["key"], document=document, warehouse_id=house
        )

    def _unpin(self) -> asked.Request:
        document = self._document()
        house = self.wanted.get(document, (self.floor.houses[0], 0))[0]
        return asked.UnpinRequest(
            key=self._names("UP")["key"], document=document, warehouse_id=house
        )

    def _swap(self) -> asked.Request:
        document = self._document()
        house, sku = self.wanted.get(document, (self.floor.houses[0], self._sku()))
        spots = [spot for spot in self.spots if (spot.house, spot.sku) == (house, sku)]
        start = self.dice.choice(spots) if spots else self._spot()
        end = self.dice.choice(spots) if spots else self._spot()
        return asked.SwapRequest(
            key=self._names("SW")["key"], document=document, warehouse_id=house, sku_id=sku,
            qty=self._qty(2), from_location_id=start.location, to_location_id=end.location,
            from_lot_id=start.lot, to_lot_id=end.lot,
        )  # fmt: skip

    def _cancel(self) -> asked.Request:
        return asked.ReleaseRequest(key=self._names("RL")["key"], document=self._document())

    def _cancel_part(self) -> asked.Request:
        document = self._document()
        sku = self.wanted.get(document, (0, self._sku()))[1]
        return asked.ReleaseRequest(
            key=self._names("RP")["key"], document=document,
            lines=(asked.Line(sku_id=sku, qty=self._qty(3)),),
        )  # fmt: skip

    def _thaw(self) -> asked.Request:
        number, document = -1, "FZ-none"
        if self.freezes:
            at = self.dice.randrange(len(self.freezes))
            number, document, _ = self.freezes[at]
            if self.dice.random() < 0.8:
                del self.freezes[at]
        by_id = self.dice.random() < 0.5
        return asked.ReleaseRequest(
            key=self._names("TH")["key"], document=document, hold_id=number if by_id else None,
            freezes=self.dice.random() < 0.8,
        )  # fmt: skip

    def _lift(self) -> asked.Request:
        number, document = self.blankets.popleft() if self.blankets else (-1, "BL-none")
        by_id = self.dice.random() < 0.5
        return asked.ReleaseRequest(
            key=self._names("LF")["key"], document=document, hold_id=number if by_id else None,
            freezes=True,
        )  # fmt: skip

    def _narrow(self) -> asked.Request:
        number, document = self.dice.choice(self.blankets) if self.blankets else (-1, "BL-none")
        lots = self.floor.lots_of[self._sku()]
        fixed = self.dice.random() < 0.4
        return asked.NarrowRequest(
            key=self._names("NA")["key"], document=document, hold_id=number, fixed=fixed,
            lot_ids=() if fixed else (self.dice.choice(lots),),
        )  # fmt: skip

    def _convert(self) -> asked.Request:
        number = self.dice.choice(self.freezes)[0] if self.freezes else -1
        return asked.ConvertRequest(
            **self._names("CV"), hold_id=number, reason=self.dice.choice(("DEFECT", "DAMAGE"))
        )

    def _displace(self) -> asked.Request:
        document = self._document()
        house, sku = self.wanted.get(document, (self.floor.houses[0], self._sku()))
        return asked.DisplaceRequest(
            key=self._names("DP")["key"], document=document, warehouse_id=house,
            lines=(asked.Line(sku_id=sku, qty=self._qty(2)),),
        )  # fmt: skip

    def _ship(self) -> asked.Request:
        document = self._document()
        lines = None
        if self.dice.random() < 0.15:
            sku = self.wanted.get(document, (0, self._sku()))[1]
            lines = (asked.Line(sku_id=sku, qty=self._qty(2)),)
        return asked.ShipRequest(key=self._names("SH")["key"], document=document, lines=lines)

    def _move(self) -> asked.Request:
        spot = self._spot()
        line = asked.MoveLine(
            sku_id=spot.sku, qty=self._qty(), lot_id=spot.lot, from_location_id=spot.location,
            to_location_id=self._place(spot.house),
        )  # fmt: skip
        return asked.MoveRequest(**self._names("MV"), warehouse_id=spot.house, lines=(line,))

    def _move_claimed(self) -> asked.Request:
        plain = self._move()
        assert isinstance(plain, asked.MoveRequest)
        line = replace(plain.lines[0], hold_document=self._document(), qty=1)
        return replace(plain, lines=(line,))

    def _count(self) -> asked.Request:
        spot = self._spot()
        line = asked.Line(sku_id=spot.sku, qty=self.dice.randint(0, 10), lot_id=spot.lot)
        return asked.AdjustRequest(
            **self._names("CT"), warehouse_id=spot.house, location_id=spot.location,
            counted=(line,), why="count",
        )  # fmt: skip

    def _regrade(self) -> asked.Request:
        spot, hold_id = self._maybe_frozen()
        ends = ("ZP", "CC") if self.dice.random() < 0.7 else ("CC", "ZP")
        line = asked.RegradeLine(
            sku_id=spot.sku, qty=self._qty(3), location_id=spot.location, lot_id=spot.lot,
            from_grade=ends[0], to_grade=ends[1], hold_id=hold_id,
            carry=hold_id is not None and self.dice.random() < 0.5,
        )  # fmt: skip
        return asked.RegradeRequest(**self._names("RG"), warehouse_id=spot.house, lines=(line,))

    def _scrap(self) -> asked.Request:
        spot, hold_id = self._maybe_frozen()
        line = asked.PlacedLine(
            sku_id=spot.sku, qty=self._qty(3), location_id=spot.location, lot_id=spot.lot,
            hold_id=hold_id,
        )  # fmt: skip
        return asked.ScrapRequest(
            **self._names("SC"), warehouse_id=spot.house, lines=(line,), why="broken",
            to=self.dice.choice(("SCRAPPED", "SUPPLIER")),
        )  # fmt: skip

    def _maybe_frozen(self) -> tuple[Spot, int | None]:
        if self.freezes and self.dice.random() < 0.5:
            number, _, spot = self.dice.choice(self.freezes)
            return spot, number
        return self._spot(), None

    def _return(self) -> asked.Request:
        document, house, sku = ("SO-none", self._house(), self._sku())
        if self.left:
            document, house, sku = self.dice.choice(self.left)
        house = house or self._house()
        sku = sku or self._sku()
        line = asked.Line(sku_id=sku, qty=self._qty(2), lot_id=self._lot(sku))
        return asked.ReturnRequest(
            **self._names("RT"), warehouse_id=house, lines=(line,), shipped_document=document,
            location_id=self._place(house, ("RCV", "A-01")),
        )  # fmt: skip

    def _send(self) -> asked.Request:
        spot, truck = self._spot(), self.dice.choice(list(self.floor.trucks))
        line = asked.PlacedLine(
            sku_id=spot.sku, qty=self._qty(3), location_id=spot.location, lot_id=spot.lot
        )
        return asked.TransferOutRequest(
            key=self._names("TR")["key"], document=truck, from_warehouse_id=spot.house,
            transit_location_id=self.floor.trucks[truck], lines=(line,),
        )  # fmt: skip

    def _arrive(self) -> asked.Request:
        house = self._house()
        if self.sent:
            document, line, truck = self.dice.choice(self.sent)
        else:
            document, truck = "TR-0", self.floor.trucks["TR-0"]
            line = asked.PlacedLine(sku_id=self._sku(), qty=1, location_id=0)
        qty = self.dice.randint(1, max(1, line.qty))
        return asked.TransferInRequest(
            key=self._names("TI")["key"], document=document, transit_location_id=truck,
            to_warehouse_id=house, location_id=self._place(house, ("RCV", "A-01")),
            lines=(asked.Line(sku_id=line.sku_id, qty=qty, lot_id=line.lot_id),),
        )  # fmt: skip

    def _reverse(self) -> asked.Request:
        number = self.dice.choice(self.postings) if self.postings else 1
        return asked.ReverseRequest(**self._names("RV"), posting_id=number, why="mistake")
