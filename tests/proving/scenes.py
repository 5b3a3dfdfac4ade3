"""Scenes: one small prepared world per run of a verb, and the table of every verb's request.

A scene is one SKU, mostly in one cell, with something for each verb to act on. Scenes are made a
few dozen at a time and never touch each other, so thousands can be played in one database.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from inventory import requests as asked
from tests.proving.floor import ACTOR, FRESH, Floor

Make = Callable[["Scene"], asked.Request]


@dataclass
class Scene:
    """The names and numbers of one scene."""

    number: int
    floor: Floor
    sku: int
    lot: int
    trucks: dict[str, int] = field(default_factory=dict)
    holds: dict[str, int] = field(default_factory=dict)
    postings: dict[str, int] = field(default_factory=dict)

    @property
    def house(self) -> int:
        """The warehouse it plays in."""
        return self.floor.houses[0]

    def at(self, code: str) -> int:
        """A location."""
        return self.floor.by_code[self.house, code]

    def names(self, kind: str, document: str = "") -> dict[str, Any]:
        """A key of its own, and the document's name in this scene."""
        return {
            "key": f"{kind}:scene:{self.number}",
            "document": f"{document or kind}-{self.number}",
        }

    def line(self, qty: int, **more: Any) -> asked.Line:
        """Units of the scene's SKU."""
        return asked.Line(sku_id=self.sku, qty=qty, **more)

    def placed(self, qty: int, code: str = "A-01", **more: Any) -> asked.PlacedLine:
        """Units of the scene's SKU in a place."""
        return asked.PlacedLine(sku_id=self.sku, qty=qty, location_id=self.at(code), **more)


# --- laying out ---


def _receive(scene: Scene, kind: str, qty: int, code: str, lot: int | None) -> asked.Request:
    return asked.ReceiveRequest(
        **scene.names(kind), warehouse_id=scene.house, location_id=scene.at(code),
        lines=(scene.line(qty, lot_id=lot),),
    )  # fmt: skip


def _claim(scene: Scene, kind: str, qty: int, **more: Any) -> asked.Request:
    return asked.HoldRequest(
        **scene.names(kind), warehouse_id=scene.house, lines=(scene.line(qty),), **more
    )


def _pin(scene: Scene, document: str) -> asked.Request:
    return asked.PinRequest(**scene.names(f"P{document}", document), warehouse_id=scene.house)


STAGES: tuple[tuple[Make, ...], ...] = (
    (lambda s: _receive(s, "R1", 20, "A-01", None), lambda s: _receive(s, "R2", 3, "A-01", None)),
    (
        lambda s: _claim(s, "SO", 4, priority=1), lambda s: _claim(s, "SH", 2),
        lambda s: _claim(s, "SP", 3), lambda s: _claim(s, "PR", 3, reason="PROMOTION", priority=9),
        lambda s: _claim(s, "FZ", 2, reason="QC", location_id=s.at("A-01")),
    ),
    (lambda s: _pin(s, "SO"), lambda s: _pin(s, "SH")),
    (lambda s: asked.ShipRequest(**s.names("XH", "SH")),),
    (lambda s: _receive(s, "R3", 4, "P-01", None), lambda s: _receive(s, "R4", 3, "A-02", s.lot)),
    (
        lambda s: asked.HoldRequest(
            **s.names("BL"), warehouse_id=s.house, reason="RECALL", blanket=True,
            lines=(s.line(0, lot_id=s.lot),),
        ),
    ),
    (lambda s: _send(s, "TR"),),
)  # fmt: skip


def lay_out(floor: Floor, *, first: int, count: int) -> list[Scene]:
    """Make scenes `first`, `first + 1`... in the connected database, a verb at a time."""
    from django.db import transaction

    from inventory import services as inventory
    from inventory.decisions.verbs import VERBS
    from inventory.ledger import post

    with transaction.atomic():
        codes = [f"S{number}" for number in range(first, first + count)]
        skus = inventory.add_skus([{"code": code, "name": code} for code in codes])
        scenes = [
            Scene(first + at, floor, skus[code],
                  inventory.add_lot(sku_id=skus[code], code="L", expires_on=FRESH))
            for at, code in enumerate(codes)
        ]  # fmt: skip
        for scene in scenes:
            # A truck is named after the transfer that travels in it.
            scene.trucks = {
                kind: inventory.add_location(
                    warehouse_id=floor.road, code=f"{kind}-{scene.number}", kind="TRUCK"
                )
                for kind in ("TR", "TO")
            }
    for stage in STAGES:
        asks = [(scene, make(scene)) for scene in scenes for make in stage]
        asks = [(scene, ask) for scene, ask in asks if type(ask) in VERBS]
        with transaction.atomic():
            outcomes = post([ask for _, ask in asks], actor=ACTOR)
        for (scene, ask), outcome in zip(asks, outcomes, strict=True):
            outcome.check()
            kind = ask.key.split(":")[0]
            scene.postings[kind] = outcome.posting_id or 0
            if outcome.hold_id is not None:
                scene.holds[kind] = outcome.hold_id
    return scenes


def _send(scene: Scene, kind: str) -> asked.Request:
    return asked.TransferOutRequest(
        **scene.names(kind), from_warehouse_id=scene.house,
        transit_location_id=scene.trucks[kind], lines=(scene.placed(2),),
    )  # fmt: skip


# --- every verb ---


def _move(scene: Scene, qty: int, document: str | None) -> asked.Request:
    return asked.MoveRequest(
        **scene.names("MV"), warehouse_id=scene.house,
        lines=(
            asked.MoveLine(
                sku_id=scene.sku, qty=qty, from_location_id=scene.at("A-01"),
                to_location_id=scene.at("PACK"),
                hold_document=f"{document}-{scene.number}" if document else None,
            ),
        ),
    )  # fmt: skip


def _regrade(scene: Scene, hold: str) -> asked.Request:
    line = asked.RegradeLine(
        sku_id=scene.sku, qty=2, location_id=scene.at("A-01"), from_grade="ZP", to_grade="CC",
        hold_id=scene.holds[hold] if hold else None, carry=bool(hold),
    )  # fmt: skip
    return asked.RegradeRequest(
        **scene.names("RG"), warehouse_id=scene.house, lines=(line,), why="dented"
    )


def _scrap(scene: Scene, hold: str) -> asked.Request:
    line = scene.placed(2, hold_id=scene.holds[hold] if hold else None)
    return asked.ScrapRequest(
        **scene.names("SC"), warehouse_id=scene.house, lines=(line,), why="broken"
    )


def _narrow(scene: Scene, *, fixed: bool) -> asked.Request:
    return asked.NarrowRequest(
        **scene.names("NA", "BL"), hold_id=scene.holds["BL"], fixed=fixed,
        lot_ids=() if fixed else (scene.lot,),
    )  # fmt: skip


def _count(scene: Scene, found: int) -> asked.Request:
    return asked.AdjustRequest(
        **scene.names("CT"), warehouse_id=scene.house, location_id=scene.at("A-01"),
        counted=(scene.line(found),), why="count",
    )  # fmt: skip


def _swap(scene: Scene) -> asked.Request:
    return asked.SwapRequest(
        **scene.names("SW", "SO"), warehouse_id=scene.house, sku_id=scene.sku, qty=2,
        from_location_id=scene.at("A-01"), to_location_id=scene.at("P-01"),
    )  # fmt: skip


def _arrive(scene: Scene) -> asked.Request:
    return asked.TransferInRequest(
        **scene.names("TI", "TR"), transit_location_id=scene.trucks["TR"],
        to_warehouse_id=scene.house, location_id=scene.at("A-01"), lines=(scene.line(2),),
    )  # fmt: skip


def _return(scene: Scene) -> asked.Request:
    return asked.ReturnRequest(
        **scene.names("RT"), warehouse_id=scene.house, location_id=scene.at("A-01"),
        lines=(scene.line(1),), shipped_document=f"SH-{scene.number}",
    )  # fmt: skip


def _blanket(scene: Scene, policy: asked.Policy) -> asked.Request:
    return asked.HoldRequest(
        **scene.names("FB"), warehouse_id=scene.house, location_id=scene.at("A-01"),
        reason="RECALL", blanket=True, lines=(scene.line(0),), policy=policy,
    )  # fmt: skip


FREE, DISPLACE = asked.Policy.FREE_ONLY, asked.Policy.DISPLACE
# Name -> (request type, how to ask for it in a scene).
TABLE: dict[str, tuple[type[asked.Request], Make]] = {
    "receive": (asked.ReceiveRequest, lambda s: _receive(s, "RC", 5, "A-01", None)),
    "receive anew": (
        asked.ReceiveRequest,
        lambda s: asked.ReceiveRequest(
            **s.names("RN"), warehouse_id=s.house, location_id=s.at("A-01"),
            lines=(s.line(5, grade="CC"),),
        ),
    ),
    "move": (asked.MoveRequest, lambda s: _move(s, 3, None)),
    "move claimed": (asked.MoveRequest, lambda s: _move(s, 2, "SO")),
    "order": (asked.HoldRequest, lambda s: _claim(s, "NO", 8)),
    "draw": (asked.HoldRequest, lambda s: _claim(s, "ND", 2, draw_from=f"PR-{s.number}")),
    "freeze cell": (
        asked.HoldRequest, lambda s: _claim(s, "NQ", 3, reason="QC", location_id=s.at("A-01")),
    ),
    "freeze displacing": (
        asked.HoldRequest, lambda s: _claim(s, "NM", 12, reason="MANUAL", policy=DISPLACE),
    ),
    "freeze all": (asked.HoldRequest, lambda s: _blanket(s, FREE)),
    "freeze all displacing": (asked.HoldRequest, lambda s: _blanket(s, DISPLACE)),
    "pin": (asked.PinRequest, lambda s: _pin(s, "SP")),
    "unpin": (
        asked.UnpinRequest,
        lambda s: asked.UnpinRequest(**s.names("UP", "SO"), warehouse_id=s.house),
    ),
    "swap": (asked.SwapRequest, _swap),
    "release": (asked.ReleaseRequest, lambda s: asked.ReleaseRequest(**s.names("RL", "SO"))),
    "release part": (
        asked.ReleaseRequest,
        lambda s: asked.ReleaseRequest(**s.names("RP", "SP"), lines=(s.line(1),)),
    ),
    "lift": (
        asked.ReleaseRequest,
        lambda s: asked.ReleaseRequest(**s.names("RB", "BL"), freezes=True),
    ),
    "narrow": (asked.NarrowRequest, lambda s: _narrow(s, fixed=False)),
    "fix": (asked.NarrowRequest, lambda s: _narrow(s, fixed=True)),
    "convert": (
        asked.ConvertRequest,
        lambda s: asked.ConvertRequest(
            **s.names("CV"), hold_id=s.holds["FZ"], reason="DEFECT"
        ),
    ),
    "displace": (
        asked.DisplaceRequest,
        lambda s: asked.DisplaceRequest(
            **s.names("DP", "SP"), warehouse_id=s.house, lines=(s.line(2),)
        ),
    ),
    "ship": (asked.ShipRequest, lambda s: asked.ShipRequest(**s.names("XO", "SO"))),
    "count": (asked.AdjustRequest, lambda s: _count(s, 3)),
    "regrade": (asked.RegradeRequest, lambda s: _regrade(s, "")),
    "regrade frozen": (asked.RegradeRequest, lambda s: _regrade(s, "FZ")),
    "scrap": (asked.ScrapRequest, lambda s: _scrap(s, "")),
    "scrap frozen": (asked.ScrapRequest, lambda s: _scrap(s, "FZ")),
    "return": (asked.ReturnRequest, _return),
    "reverse": (
        asked.ReverseRequest,
        lambda s: asked.ReverseRequest(
            **s.names("RV"), posting_id=s.postings["R2"], why="mistake"
        ),
    ),
    "transfer out": (asked.TransferOutRequest, lambda s: _send(s, "TO")),
    "transfer in": (asked.TransferInRequest, _arrive),
}  # fmt: skip


def missing() -> list[str]:
    """Verbs of the ledger that the table does not know."""
    from inventory.decisions.verbs import VERBS

    known = {kind for kind, _ in TABLE.values()}
    return sorted(kind.__name__ for kind in VERBS if kind not in known)


def table() -> dict[str, Make]:
    """The scenes of the verbs that the ledger has.

    Raises:
        AssertionError: a verb has no scene.
    """
    from inventory.decisions.verbs import VERBS

    assert missing() == [], f"Verbs without a scene: {missing()}"
    return {name: make for name, (kind, make) in TABLE.items() if kind in VERBS}


# --- looking at it afterwards ---


def state(scene: Scene) -> dict[str, Any]:
    """All that is in a scene, in names that are the same in every scene."""
    from django.db.models import F

    from inventory.models import Hold, HoldLine, Posting, Stock

    end = f"-{scene.number}"
    cells = {
        (house, place.removesuffix(end), lot or "", grade): (on_hand, pinned)
        for house, place, lot, grade, on_hand, pinned in Stock.objects.filter(
            balance__sku_id=scene.sku
        ).values_list(
            "balance__warehouse__code", "location__code", "lot__code", "balance__grade",
            "on_hand", "pinned",
        )
        if on_hand or pinned
    }  # fmt: skip
    lines: dict[Any, int] = {}
    for document, place, lot, qty in HoldLine.objects.filter(
        balance__sku_id=scene.sku, open__gt=0
    ).values_list("hold__document", "stock__location__code", "stock__lot__code", "open"):
        key = (document.removesuffix(end), (place or "").removesuffix(end), lot or "")
        lines[key] = lines.get(key, 0) + qty
    holds = sorted(
        (document.removesuffix(end), reason, state_of)
        for document, reason, state_of in Hold.objects.filter(document__endswith=end)
        .annotate(code=F("reason__code"))
        .values_list("document", "code", "state")
    )
    postings = Posting.objects.filter(key__endswith=f":scene:{scene.number}").count()
    return {"cells": cells, "lines": lines, "holds": holds, "postings": postings}


def answer(scene: Scene, outcome: asked.Outcome) -> tuple[Any, ...]:
    """An answer in the same names; whether it was repeated is left out."""
    places = {number: code for (_, code), number in scene.floor.by_code.items()}
    end = f"-{scene.number}"
    return (
        outcome.refusal.code if outcome.refusal else "",
        outcome.posting_id is not None,
        outcome.hold_id is not None,
        tuple(sorted((places.get(pin.location_id, ""), pin.qty) for pin in outcome.pins)),
        tuple(sorted((document.removesuffix(end), sum(units.values()))
                     for document, units in outcome.displaced.items())),
    )  # fmt: skip


def differences(got: tuple[Any, ...], right: tuple[Any, ...]) -> list[str]:
    """Where two (answer, state) pairs differ, in words."""
    found = []
    if got[0] != right[0]:
        found.append(f"answered {got[0]}, not {right[0]}")
    found += [
        f"{part}: {got[1][part]}, not {right[1][part]}"
        for part in right[1]
        if got[1][part] != right[1][part]
    ]
    return found
