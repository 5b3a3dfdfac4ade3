"""A small warehouse to walk in: shelves A-01 to A-03, a packing bench, three SKUs."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction

from inventory import selectors as stock
from inventory import services as inventory
from org.scope import Scope
from tests import given
from wms import selectors as board
from wms import services as floor

WHO = "person:1"
KETTLES = ("S1", "S2", "S3")
_numbers = itertools.count(1)


def fresh(prefix: str = "k") -> str:
    """A key nobody used."""
    return f"{prefix}-{next(_numbers)}"


@dataclass
class House:
    """Ids by code."""

    unit: int = 0
    warehouse: int = 0
    places: dict[str, int] = field(default_factory=dict)
    skus: dict[str, int] = field(default_factory=dict)


def build(code: str = "WH1") -> House:
    """An empty warehouse with masters, and a thousand waybills of "SF"."""
    house = House()
    house.unit = given.unit().pk
    with transaction.atomic():
        house.warehouse = inventory.add_warehouse(code=code, name=code, unit_id=house.unit)
        for sequence, place in enumerate(["A-03", "A-01", "A-02"], start=1):
            house.places[place] = inventory.add_location(
                warehouse_id=house.warehouse, code=place, sequence=sequence
            )
        house.places["PACK"] = inventory.add_location(
            warehouse_id=house.warehouse, code="PACK", kind="PACKING", sequence=900
        )
        house.skus = inventory.add_skus(
            [{"code": name, "name": name.title()} for name in ("TEA", "RICE", "SALT")]
        )
        inventory.add_barcodes(
            [
                (house.skus["TEA"], "6901", 1, ""),
                (house.skus["TEA"], "16901", 6, "box"),
                (house.skus["RICE"], "6902", 1, ""),
            ]
        )
        floor.add_carrier(code="SF", name="SF Express", platform_codes={"taobao": "SF"})
        floor.add_waybills(carrier_code="SF", prefix="SF", first=1, last=1000)
    return house


def stocked(house: House, place: str, **qty: int) -> None:
    """Goods lie on a shelf: stocked(house, "A-01", TEA=10)."""
    with transaction.atomic():
        inventory.receive(
            [
                inventory.ReceiveRequest(
                    key=fresh("in"), document=fresh("PO"), warehouse_id=house.warehouse,
                    location_id=house.places[place],
                    lines=tuple(
                        inventory.Line(sku_id=house.skus[code], qty=number)
                        for code, number in qty.items()
                    ),
                )
            ],
            actor=WHO,
        )[0].check()  # fmt: skip


def ordered(house: House, document: str, priority: int = 0, **qty: int) -> str:
    """An order that holds its goods and was handed to the floor; its fulfilment's number."""
    with transaction.atomic():
        inventory.hold(
            [
                inventory.HoldRequest(
                    key=f"hold:{document}", document=document, warehouse_id=house.warehouse,
                    lines=tuple(
                        inventory.Line(sku_id=house.skus[code], qty=number)
                        for code, number in qty.items()
                    ),
                )
            ],
            actor=WHO,
        )[0].check()  # fmt: skip
        floor.request_fulfilment(
            [
                floor.FulfilmentRequest(
                    document=document, warehouse_id=house.warehouse,
                    lines=tuple((house.skus[code], number) for code, number in qty.items()),
                    priority=priority,
                )
            ],
            actor=WHO,
        )  # fmt: skip
    return number_of(document)


def number_of(document: str) -> str:
    """The fulfilment of a document."""
    return board.fulfilment_numbers([document])[document]


def listed(house: House, limit: int = 20) -> str:
    """The number of a new pick list for what waits."""
    with transaction.atomic():
        answer = floor.create_pick_list(
            floor.PickListWish(fresh(), warehouse_id=house.warehouse, limit=limit), actor=WHO
        )
    assert answer.ok, answer
    return str(answer.data["pick_list"])


def pick(pick_list: str, location: str, barcode: str, qty: int = 1, **more: Any) -> floor.Answer:
    """One pick scan."""
    scan = floor.PickScan(
        more.pop("key", None) or fresh(), pick_list=pick_list, location=location,
        barcode=barcode, qty=qty, **more,
    )  # fmt: skip
    with transaction.atomic():
        return floor.confirm_picks([scan], actor=WHO)[0]


def pick_all(pick_list: str) -> None:
    """Everything on the list, in one call."""
    walk = board.walk(pick_list, scope=Scope.everything())
    assert walk is not None
    with transaction.atomic():
        answers = floor.confirm_picks(
            [
                floor.PickScan(
                    fresh(), pick_list=pick_list, location=step.location,
                    barcode=step.sku_code, qty=step.left, task=step.task,
                )
                for step in walk.steps
                if step.state == "OPEN"
            ],
            actor=WHO,
        )  # fmt: skip
    assert [answer.code for answer in answers] == ["ok"] * len(answers)


def check(
    fulfilment: str, barcode: str, qty: int = 1, key: str = "", serials: tuple[str, ...] = ()
) -> floor.Answer:
    """One scan at the bench."""
    scan = floor.CheckScan(
        key or fresh(), fulfilment=fulfilment, barcode=barcode, qty=qty, serials=serials
    )
    with transaction.atomic():
        return floor.confirm_checks([scan], actor=WHO)[0]


def check_all(*fulfilments: str) -> None:
    """Everything of these fulfilments, in one call."""
    views = board.fulfilments(scope=Scope.everything(), names=fulfilments)
    with transaction.atomic():
        answers = floor.confirm_checks(
            [
                floor.CheckScan(
                    fresh(), fulfilment=view.number, barcode=line.sku_code, qty=line.qty
                )
                for view in views
                for line in view.lines
            ],
            actor=WHO,
        )
    assert all(answer.ok for answer in answers), answers


def close(fulfilment: str, key: str = "", **more: Any) -> floor.Answer:
    """Close one parcel."""
    with transaction.atomic():
        return floor.close_parcels(
            [floor.ParcelClosing(key or fresh(), fulfilment=fulfilment, **more)], actor=WHO
        )[0]


def ship(parcel: str, key: str = "") -> floor.Answer:
    """Ship one parcel."""
    with transaction.atomic():
        return floor.ship_parcels(
            [floor.ParcelDeparture(key or fresh(), parcel=parcel)], actor=WHO
        )[0]


def cancel(document: str, release: bool = True) -> str:
    """Stop a document as the floor above does: stop the work, then let the claim go."""
    with transaction.atomic():
        result = floor.cancel([document], actor=WHO, why="buyer")[document]
        if release and result != "SHIPPED":
            inventory.release(
                [inventory.ReleaseRequest(key=f"release:{document}", document=document)],
                actor=WHO,
            )
    return result


def packed(house: House, document: str, **qty: int) -> str:
    """The parcel number of an order that went all the way to a closed box."""
    number = ordered(house, document, **qty)
    pick_all(listed(house))
    check_all(number)
    answer = close(number)
    assert answer.ok, answer
    return str(answer.data["parcel"])


def state(document: str) -> str:
    """Where a document stands on the floor."""
    return board.states([document])[document]


def on_hand(house: House, code: str) -> int:
    """Units of a SKU in the warehouse."""
    return sum(lying(house, code).values())


def lying(house: House, code: str) -> dict[str, int]:
    """Units of a SKU by location code; empty cells are left out."""
    rows = stock.cells(
        scope=Scope.everything(), sku_id=house.skus[code], warehouse_id=house.warehouse
    )
    return {row.location_code: row.on_hand for row in rows}


def free(house: House, code: str) -> int:
    """Available units."""
    key = (house.warehouse, house.skus[code])
    found = stock.available(sku_ids=[house.skus[code]], warehouse_ids=[house.warehouse])
    return found.get(key, 0)


def blanket(house: House, place: str) -> int:
    """A freeze of everything at a place; the hold's id."""
    with transaction.atomic():
        outcome = inventory.hold(
            [
                inventory.HoldRequest(
                    key=fresh("blanket"), document=fresh("FZ"), warehouse_id=house.warehouse,
                    location_id=house.places[place], reason="QC", blanket=True,
                )
            ],
            actor=WHO,
        )[0].check()  # fmt: skip
    assert outcome.hold_id is not None
    return outcome.hold_id


def lift(hold_id: int) -> None:
    """Let go of a freeze."""
    with transaction.atomic():
        inventory.release(
            [inventory.ReleaseRequest(key=fresh("lift"), document="LIFT", hold_id=hold_id)],
            actor=WHO,
        )[0].check()


def listed_nothing(house: House) -> None:
    """A pick list was asked for and everything that waited was short."""
    with transaction.atomic():
        answer = floor.create_pick_list(
            floor.PickListWish(fresh(), warehouse_id=house.warehouse), actor=WHO
        )
    assert answer.data["pick_list"] == ""


def list_state(pick_list: str) -> str:
    """Where a walk stands."""
    view = board.walk(pick_list, scope=Scope.everything())
    assert view is not None
    return view.state


def milk(house: House, lots: dict[str, tuple[date, int]]) -> None:
    """MILK in A-01 by lot: code to (expiry, units)."""
    house.skus["MILK"] = given.sku("MILK", lot_tracked=True)
    for code, (expires_on, qty) in lots.items():
        given.stock("MILK", qty, lot_id=given.lot("MILK", code, expires_on=expires_on))


def let_go(document: str) -> None:
    """The claim goes while the floor still works: the mistake the ledger must stop."""
    with transaction.atomic():
        inventory.release(
            [inventory.ReleaseRequest(key=fresh("release"), document=document)], actor=WHO
        )[0].check()


def kettles(house: House, place: str = "A-01", serials: Sequence[str] = KETTLES) -> None:
    """KETTLE pieces on a shelf; its barcode is 69KETTLE."""
    house.skus["KETTLE"] = given.sku("KETTLE", serial_tracked=True)
    given.stock("KETTLE", len(serials), location=place, serials=tuple(serials))


def back(fulfilment: str, location: str, barcode: str = "", **more: Any) -> floor.Answer:
    """Goods of a stopped order are put on a shelf, by one scan."""
    scan = floor.PutBackScan(
        fresh(), fulfilment=fulfilment, location=location, barcode=barcode, **more
    )
    with transaction.atomic():
        return floor.put_back([scan], actor=WHO)[0]


def picked(house: House, document: str, *serials: str) -> str:
    """An order whose kettles were taken; its fulfilment's number."""
    number = ordered(house, document, KETTLE=len(serials))
    answer = pick(listed(house), "A-01", "", serials=serials)
    assert answer.ok, answer
    return number


def where(house: House) -> dict[str, str]:
    """Serial number of each kettle to its location, or where it has gone."""
    found = stock.pieces(scope=Scope.everything(), sku_ids=[house.skus["KETTLE"]])
    return {piece.serial: piece.location_code or piece.outside for piece in found}
