"""Which goods were at a place during a time, and where they are now."""

from __future__ import annotations

from dataclasses import dataclass

from inventory.models import Location, Zone


@dataclass(frozen=True, kw_only=True, slots=True)
class PlaceNamed:
    """A zone or a location; one of the ids is empty."""

    zone_id: int | None
    location_id: int | None


def place_named(*, warehouse_id: int, zone: str = "", location: str = "") -> PlaceNamed | None:
    """The zone or location of this code in the warehouse, if there is one."""
    if zone:
        found = Zone.objects.filter(warehouse_id=warehouse_id, code=zone).first()
        return PlaceNamed(zone_id=found.pk, location_id=None) if found else None
    spot = Location.objects.filter(warehouse_id=warehouse_id, code=location).first()
    return PlaceNamed(zone_id=None, location_id=spot.pk) if spot else None


def locations_of(*, zone_id: int) -> list[int]:
    """Ids of a zone's locations."""
    return list(Location.objects.filter(zone_id=zone_id).values_list("id", flat=True))
