"""Probes: things the database and the ledger must refuse, asked by hand, with nothing left over."""

from __future__ import annotations

from typing import Any

from django.db import Error, connection, transaction

from inventory import requests as asked
from tests.proving import scenes
from tests.proving.crash import carry_out
from tests.proving.floor import ACTOR, Floor

# What nobody may write. Each is tried on its own and must raise.
FORBIDDEN = {
    "held above on hand": "UPDATE inventory_balance SET held = on_hand + 1",
    "on hand by hand": "UPDATE inventory_balance SET on_hand = on_hand + 1 WHERE on_hand > held",
    "a cell by hand": "UPDATE inventory_stock SET on_hand = on_hand + 1 WHERE on_hand > pinned",
    "an entry changed": "UPDATE inventory_entry SET on_hand = on_hand",
    "an entry deleted": "DELETE FROM inventory_entry",
    "a posting changed": "UPDATE inventory_posting SET actor = 'nobody'",
    "a hold deleted": "DELETE FROM inventory_hold WHERE id NOT IN"
                      " (SELECT hold_id FROM inventory_holdline) AND id NOT IN"
                      " (SELECT blanket_id FROM inventory_stock WHERE blanket_id IS NOT NULL)",
    "a key twice": "INSERT INTO inventory_posting (key, fingerprint, kind, document, actor, facts)"
                   " SELECT key, '', 'HOLD', 'X', 'x', '{}' FROM inventory_posting LIMIT 1",
    "a cell twice": "INSERT INTO inventory_stock (balance_id, location_id, lot_id, on_hand, pinned)"
                    " SELECT balance_id, location_id, lot_id, 0, 0 FROM inventory_stock LIMIT 1",
    "a cell elsewhere": "INSERT INTO inventory_stock"
                        " (balance_id, location_id, on_hand, pinned) SELECT b.id, l.id, 0, 0"
                        " FROM inventory_balance b JOIN inventory_location l"
                        " ON l.warehouse_id <> b.warehouse_id AND l.kind = 'PACKING' LIMIT 1",
    "goods from nothing": "INSERT INTO inventory_entry"
                          " (posting_id, sku_id, outside, on_hand, held)"
                          " SELECT max(p.id), max(s.id), 'FOUND', -1, 0"
                          " FROM inventory_posting p, inventory_sku s",
}  # fmt: skip
# A claim of more than there is, written as entries, which only constraints can refuse.
OVERDRAWN = """
    INSERT INTO inventory_entry (posting_id, sku_id, balance_id, stock_id, line_id, outside,
                                 on_hand, held)
    SELECT (SELECT max(id) FROM inventory_posting), b.sku_id, l.balance_id, l.stock_id, l.id, '',
           0, {change}
    FROM inventory_holdline l JOIN inventory_balance b ON b.id = l.balance_id
    {join} WHERE {where} LIMIT 1"""
FORBIDDEN |= {
    "more held than there is": OVERDRAWN.format(
        change="b.on_hand - b.held + 1", join="", where="l.stock_id IS NULL AND l.open > 0"
    ),
    "more pinned than there is": OVERDRAWN.format(
        change="s.on_hand - s.pinned + 1",
        join="JOIN inventory_stock s ON s.id = l.stock_id",
        where="l.open > 0 AND s.on_hand - s.pinned < b.on_hand - b.held",
    ),
    "a line below nothing": OVERDRAWN.format(
        change="-l.open - 1", join="", where="l.stock_id IS NULL AND b.held > l.open"
    ),
}


def probe(floor: Floor) -> list[str]:
    """Everything that went through though it must not."""
    scene = scenes.lay_out(floor, first=900_000, count=1)[0]
    wrong = [f"{name} went through" for name, sql in FORBIDDEN.items() if _goes_through(sql)]
    for name, trial in (("a second posting", _twice), ("a version that stands still", _same)):
        if trial(floor, scene):
            wrong.append(f"{name} went through")
    for look in (
        _the_weakest_give_way, _the_strongest_is_served, _narrowed_takes_no_more,
        _what_must_be_refused,
    ):  # fmt: skip
        wrong += look(floor)
    return wrong


def _the_weakest_give_way(floor: Floor) -> list[str]:
    """A loss of units that are promised: priorities 0, 1 and 9 are there, the lowest lose."""
    scene = scenes.lay_out(floor, first=900_001, count=1)[0]
    lost = scenes.answer(scene, carry_out(scene, scenes.TABLE["count"][1]))[4]
    kept = dict(scenes.state(scene)["lines"])
    if lost != (("SO", 2), ("SP", 3)) or kept.get(("PR", "", "")) != 3:
        return [f"a loss took {lost} and left {kept}"]
    return []


def _the_strongest_is_served(floor: Floor) -> list[str]:
    """Of two blankets over promised goods the higher in rank gets what the promise lets go."""
    scene = scenes.lay_out(floor, first=900_002, count=1)[0]

    def ask(kind: type[asked.Request], name: str, document: str = "", **more: Any) -> None:
        made = kind(**scene.names(name, document), **more)
        carry_out(scene, lambda _: made).check()

    def lines(qty: int) -> tuple[asked.Line, ...]:
        return (scene.line(qty, grade="CC"),)

    house = scene.house
    for code in ("A-01", "P-01"):
        ask(
            asked.ReceiveRequest, f"R{code}", warehouse_id=house, location_id=scene.at(code),
            lines=lines(5),
        )  # fmt: skip
    ask(asked.HoldRequest, "OC", warehouse_id=house, lines=lines(10))
    for code, reason in (("A-01", "NEAR_EXPIRY"), ("P-01", "RECALL")):
        ask(
            asked.HoldRequest, reason, warehouse_id=house, location_id=scene.at(code),
            reason=reason, blanket=True, lines=(scene.line(0),),
        )  # fmt: skip
    before = scenes.state(scene)["lines"]
    ask(asked.ReleaseRequest, "RC", "OC", lines=lines(4))
    after = scenes.state(scene)["lines"]
    got = {key[0]: after[key] - before.get(key, 0) for key in after if key[0] != "OC"}
    served = {document: qty for document, qty in got.items() if qty}
    return [] if served == {"RECALL": 4} else [f"what was let go went to {served}"]


def _narrowed_takes_no_more(floor: Floor) -> list[str]:
    """What comes into a cell that a blanket was narrowed away from is free."""
    scene = scenes.lay_out(floor, first=900_003, count=1)[0]
    carry_out(scene, scenes.TABLE["narrow"][1])
    coming = asked.ReceiveRequest(
        **scene.names("RN"), warehouse_id=scene.house, location_id=scene.at("A-02"),
        lines=(scene.line(2, lot_id=scene.lot),),
    )  # fmt: skip
    carry_out(scene, lambda _: coming).check()
    kept = {key: qty for key, qty in scenes.state(scene)["lines"].items() if key[0] == "BL"}
    return [f"a narrowed blanket took {kept}"] if kept else []


def _what_must_be_refused(floor: Floor) -> list[str]:
    """The last request of each batch must be refused, and for the right reason."""
    from inventory.ledger import post

    first, second, third = scenes.lay_out(floor, first=900_010, count=3)

    def back(scene: scenes.Scene, kind: str, qty: int) -> asked.Request:
        return asked.ReturnRequest(
            **scene.names(kind), warehouse_id=scene.house, location_id=scene.at("A-01"),
            lines=(scene.line(qty),), shipped_document=f"SH-{scene.number}",
        )  # fmt: skip

    trials: list[tuple[list[asked.Request], str]] = [
        # Two were shipped, and more than two come back.
        ([back(first, "B1", 2), back(first, "B2", 1)], "not_shipped"),
        # A shipment is taken back of which a part has come back.
        (
            [
                back(second, "B1", 1),
                asked.ReverseRequest(
                    **second.names("RV"), posting_id=second.postings["XH"], why="mistake"
                ),
            ],
            "not_reversible",
        ),
        # Goods on a truck are let go.
        ([asked.ReleaseRequest(**third.names("RL", "TR"))], "on_the_way"),
    ]
    wrong = []
    for asks, code in trials:
        with transaction.atomic():
            *before, last = post(asks, actor=ACTOR)
            transaction.set_rollback(True)
        said = last.refusal.code if last.refusal else ""
        if said != code or any(outcome.refused for outcome in before):
            wrong.append(f"{type(asks[-1]).__name__} was answered {said!r}, not {code!r}")
    return wrong


def _goes_through(sql: str) -> bool:
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(sql)
                # A statement that found no row proves nothing: that is a fault of the probe.
                if cursor.rowcount == 0:
                    return True
            transaction.set_rollback(True)
    except Error:
        return False
    return True


def _twice(floor: Floor, scene: scenes.Scene) -> bool:
    from inventory.ledger import SecondPosting, post

    try:
        with transaction.atomic():
            for name in ("receive", "order"):
                post([scenes.TABLE[name][1](scene)], actor=ACTOR)
            transaction.set_rollback(True)
    except SecondPosting:
        return False
    return True


def _same(floor: Floor, scene: scenes.Scene) -> bool:
    from inventory.models import Balance

    def version() -> int:
        found = Balance.objects.filter(sku_id=scene.sku, warehouse_id=scene.house, grade="ZP")
        return max(found.values_list("version", flat=True))

    before = version()
    carry_out(scene, scenes.TABLE["receive"][1])
    return version() <= before
