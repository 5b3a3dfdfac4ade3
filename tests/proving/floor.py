"""The small world in which everything is played: few places and goods, so that all collide."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from tests.proving.books import Lot, Place
from tests.proving.model import Model

ACTOR = "system:proving"
SKUS = ("TEA", "RICE", "MILK")
TRACKED = ("MILK",)
KINDS = {
    "A-01": "STORAGE", "A-02": "STORAGE", "P-01": "PICKING", "RCV": "RECEIVING",
    "PACK": "PACKING", "DEF": "DEFECT",
}  # fmt: skip
# Each is named after the transfer that travels in it.
TRUCKS = tuple(f"TR-{number}" for number in range(16))
FRESH, OLD = date(2090, 1, 1), date(2020, 1, 1)
LATER = date(2091, 1, 1)


@dataclass(frozen=True)
class Floor:
    """The ids of everything, so that players need not ask the database."""

    houses: tuple[int, int]
    road: int
    skus: dict[str, int]
    places: dict[int, Place]
    by_code: dict[tuple[int, str], int]
    trucks: dict[str, int]
    lots: dict[int, Lot]
    lots_of: dict[int, tuple[int, ...]]
    standing: tuple[tuple[int, str, str, int, int], ...]
    today: date

    def model(self) -> Model:
        """A model of the empty floor, with the standing freezes of its places."""
        tracked = {self.skus[code] for code in TRACKED}
        model = Model(dict(self.places), dict(self.lots), tracked, self.today)
        for number, document, reason, warehouse, location in self.standing:
            claim = model.new_claim(
                document, reason, blanket=True,
                scope={"warehouse": warehouse, "location": location},
            )  # fmt: skip
            claim.number = number
            model.by_number[number] = claim
        return model


def build() -> Floor:
    """Make it through the services, in the connected database."""
    from django.utils import timezone

    from inventory import services as inventory
    from inventory.models import Hold
    from tests import given

    unit = given.unit()
    with transaction.atomic():
        houses = [
            inventory.add_warehouse(code=code, name=code, unit_id=unit.pk)
            for code in ("WH1", "WH2")
        ]
        road = inventory.add_warehouse(code="ROAD", name="ROAD", unit_id=unit.pk, kind="TRANSIT")
        zone = {house: inventory.add_zone(warehouse_id=house, code="Z1") for house in houses}
    places: dict[int, Place] = {}
    by_code: dict[tuple[int, str], int] = {}
    for house in houses:
        for step, (code, kind) in enumerate(KINDS.items()):
            within = zone[house] if code.startswith("A-") else None
            by_code[house, code] = _place(house, code, kind, step * 10, within)
            places[by_code[house, code]] = Place(house, kind, step * 10, within)
    trucks = {code: _place(road, code, "TRUCK", 0, None) for code in TRUCKS}
    places |= {pk: Place(road, "TRUCK", 0, code=code) for code, pk in trucks.items()}
    skus, lots, lots_of = _goods()
    standing = tuple(
        Hold.objects.filter(blanket=True)
        .order_by("id")
        .values_list("id", "document", "reason__code", "warehouse_id", "location_id")
    )
    return Floor(
        (houses[0], houses[1]), road, skus, places, by_code, trucks, lots, lots_of, standing,
        timezone.localdate(),
    )  # fmt: skip


def _place(house: int, code: str, kind: str, sequence: int, zone: int | None) -> int:
    from inventory import services as inventory

    with transaction.atomic():
        return inventory.add_location(
            warehouse_id=house, code=code, kind=kind, sequence=sequence, zone_id=zone, actor=ACTOR
        )


def _goods() -> tuple[dict[str, int], dict[int, Lot], dict[int, tuple[int, ...]]]:
    from inventory import services as inventory

    with transaction.atomic():
        skus = inventory.add_skus(
            [{"code": code, "name": code, "lot_tracked": code in TRACKED} for code in SKUS]
        )
        lots: dict[int, Lot] = {}
        for sku in skus.values():
            for code, day, supplier in (("L1", FRESH, "ACME"), ("L2", LATER, "BOLT"),
                                        ("OLD", OLD, "ACME")):  # fmt: skip
                made = inventory.add_lot(sku_id=sku, code=code, expires_on=day, supplier=supplier)
                lots[made] = Lot(sku, day, supplier)
    lots_of = {
        sku: tuple(lot for lot, facts in lots.items() if facts.sku == sku) for sku in skus.values()
    }
    return skus, lots, lots_of
