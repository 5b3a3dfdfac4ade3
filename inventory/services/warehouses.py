"""New warehouses and their bins, as people set them up; the trail says by whom."""

from __future__ import annotations

from django.db import connection

from inventory.models import Location, Warehouse
from inventory.requests import Refused
from inventory.selectors.masters import unit_of_warehouse
from inventory.services.masters import add_warehouse, clean_code
from org import services as org

MOST_AISLES = 26
MOST_BINS = 99
# Bins of an aisle follow each other, aisles follow each other: the order of the pick walk.
AISLE_STEP = 100


def create_warehouse(*, code: str, name: str, unit_id: int, actor: str, **columns: str) -> int:
    """A warehouse that does not exist yet; gives its id.

    Args:
        columns: `kind`, `province`, `city`, `time_zone`.

    Raises:
        Refused: code_taken.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    code = clean_code(code)
    with connection.cursor() as cursor:
        # A code that does not exist has no row to lock.
        cursor.execute("LOCK TABLE inventory_warehouse IN SHARE ROW EXCLUSIVE MODE")
    if Warehouse.objects.filter(code=code).exists():
        raise Refused("code_taken", field="code", asked=code)
    made = add_warehouse(code=code, name=name, unit_id=unit_id, **columns)
    org.record(
        actor=actor,
        action="warehouse.created",
        subject=f"warehouse:{code}",
        after={"name": name, "unit": unit_id, **columns},
        unit_id=unit_id,
    )
    return made


def add_bins(*, warehouse_id: int, aisles: int, bins: int, actor: str) -> int:
    """Storage places A-01, A-02 ... for so many aisles; known ones stay. Gives how many are new.

    Args:
        aisles: 1 to 26, named by letters.
        bins: 1 to 99 in each aisle.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    assert 0 < aisles <= MOST_AISLES
    assert 0 < bins <= MOST_BINS
    places = [
        Location(
            warehouse_id=warehouse_id,
            code=f"{chr(ord('A') + aisle)}-{number:02d}",
            kind=Location.Kind.STORAGE,
            sequence=aisle * AISLE_STEP + number,
        )
        for aisle in range(aisles)
        for number in range(1, bins + 1)
    ]
    wanted = [place.code for place in places]
    known = set(
        Location.objects.filter(warehouse_id=warehouse_id, code__in=wanted).values_list(
            "code", flat=True
        )
    )
    new = [place for place in places if place.code not in known]
    Location.objects.bulk_create(new, ignore_conflicts=True)
    if new:
        org.record(
            actor=actor,
            action="locations.created",
            subject=f"warehouse:{warehouse_id}",
            after={"first": new[0].code, "last": new[-1].code, "places": len(new)},
            unit_id=unit_of_warehouse(warehouse_id),
        )
    return len(new)
