"""Reading what names things of the stock: SKUs, places, lots, claims, postings."""

from __future__ import annotations

from typing import Any

from inventory.api.codes import handle
from inventory.requests import QTY_LIMIT
from inventory.selectors.reach import HoldReach
from inventory.services.masters import clean_code
from org.api.shapes import MOST_LINES, Read, Spot, Wrong, list_in, reads, text

ID = {"type": "integer", "minimum": 1}
NAMED = {
    "anyOf": [
        {"type": "string", "minLength": 1, "maxLength": 64, "description": "A code."},
        {**ID, "description": "An id."},
    ]
}


def qty(least: int = 1) -> Read:
    """Base units of a SKU."""

    @reads({"type": "integer", "minimum": least, "maximum": QTY_LIMIT})
    def read(given: Any, _spot: Spot) -> int:
        if type(given) is not int or not least <= given <= QTY_LIMIT:
            raise Wrong("bad_quantity")
        return given

    return read


@reads(NAMED)
def sku(given: Any, spot: Spot) -> int:
    """A SKU by code or id."""
    found: int | None = spot.codes.skus.get(handle("sku", given))
    if found is None:
        raise Wrong("unknown_sku")
    return found


@reads(NAMED)
def warehouse(given: Any, spot: Spot) -> int:
    """A warehouse of the caller's by code or id."""
    found: int | None = spot.codes.warehouses.get(handle("warehouse", given))
    if found is None:
        raise Wrong("unknown_warehouse")
    return found


@reads(NAMED)
def any_warehouse(given: Any, spot: Spot) -> int:
    """A warehouse that goods are sent to: it may be somebody else's."""
    found: int | None = spot.codes.destinations.get(handle("warehouse", given))
    if found is None:
        raise Wrong("unknown_warehouse")
    return found


@reads({"type": "string", "minLength": 1, "maxLength": 32})
def code_of_a_place(given: Any, spot: Spot) -> str:
    """A document that is the code of a place too: upper case, at most 32 letters."""
    found = str(text(32, least=1)(given, spot))
    if clean_code(found) != found:
        raise Wrong("bad_text", there=clean_code(found))
    return found


def location(inside: str = "warehouse_id") -> Read:
    """A location by code or id, in the warehouse that was read as `inside`."""

    @reads(NAMED)
    def read(given: Any, spot: Spot) -> int:
        found: int | None = spot.codes.locations.get(
            handle("location", given), spot.nearest(inside) or 0
        )
        if found is None:
            raise Wrong("unknown_location")
        return found

    return read


@reads(NAMED)
def zone(given: Any, spot: Spot) -> int:
    """A zone by code or id, in the warehouse that was read."""
    found: int | None = spot.codes.zones.get(
        handle("zone", given), spot.nearest("warehouse_id") or 0
    )
    if found is None:
        raise Wrong("unknown_zone")
    return found


@reads(NAMED)
def lot(given: Any, spot: Spot) -> int:
    """A lot by code or id, of the SKU that was read."""
    found: int | None = spot.codes.lots.get(handle("lot", given), spot.nearest("sku_id") or 0)
    if found is None:
        raise Wrong("unknown_lot")
    return found


@reads({"type": "array", "items": NAMED, "maxItems": MOST_LINES})
def lots(given: Any, spot: Spot) -> tuple[int, ...]:
    """Lots of the SKU that was read."""
    return tuple(lot(each, spot) for each in list_in(given))


@reads({"type": "array", "items": ID, "maxItems": MOST_LINES})
def cells(given: Any, spot: Spot) -> tuple[int, ...]:
    """Cells by id."""
    found = tuple(each for each in list_in(given) if type(each) is int)
    if len(found) != len(given) or not set(found) <= spot.codes.cells:
        raise Wrong("unknown_cell")
    return found


@reads(NAMED)
def hold(given: Any, spot: Spot) -> int:
    """A claim that the caller sees, as 12 or "H-12"."""
    named = handle("hold", given)
    holds: dict[int, HoldReach] = spot.codes.holds
    found = holds.get(named) if isinstance(named, int) else None
    if found is None or not found.inside(spot.codes.scope):
        raise Wrong("unknown_hold")
    return found.id


@reads({"type": "string", "minLength": 1, "maxLength": 64})
def reason(given: Any, spot: Spot) -> str:
    """A reason by code."""
    found = handle("reason", given)
    if found not in spot.codes.reasons:
        raise Wrong("unknown_reason")
    return str(found)


@reads(ID)
def posting(given: Any, spot: Spot) -> int:
    """A posting whose stock lies within the caller's reach."""
    if type(given) is not int or given not in spot.codes.postings:
        raise Wrong("unknown_posting")
    return given
