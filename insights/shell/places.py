"""The warehouse somebody works in: chosen once, carried by the links of the navigation. Pure.

The address of a list says which warehouse it is narrowed to; the choice only writes it there.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

COOKIE = "place"
PARAMETER = "warehouse"

# Lists that know a warehouse, and whether their address names it by id or by code.
BY_ID = frozenset(
    {"orders", "stock", "stock-locations", "stock-past", "shipments", "freeze-journal"}
    | {"holds", "stock-lots", "stock-journal"}
    | {"inspections", "incidents", "promotions", "sensors", "excursions", "counts"}
)
BY_CODE = frozenset({"pick", "pack", "ship"})


@dataclass(frozen=True)
class Place:
    """The chosen warehouse."""

    id: int
    code: str
    name: str


def text_of(place: Place) -> str:
    """The place as a cookie keeps it."""
    return quote(f"{place.id}|{place.code}|{place.name}")


def place_in(text: str) -> Place | None:
    """The place in a cookie; None for nothing and for nonsense.

    Only for showing and for addresses: what somebody may see is decided where rows are read.
    """
    number, _, rest = unquote(text).partition("|")
    code, _, name = rest.partition("|")
    if not (number.isascii() and number.isdigit() and len(number) <= 17 and code):
        return None
    return Place(int(number), code[:32], name[:80])


def query_of(route: str, place: Place | None) -> str:
    """What a link to this list adds to be narrowed to the place: "?warehouse=7" or nothing."""
    if place is None:
        return ""
    if route in BY_ID:
        return f"?{urlencode({PARAMETER: place.id})}"
    return f"?{urlencode({PARAMETER: place.code})}" if route in BY_CODE else ""


def narrowed(address: str, *, route: str, place: Place | None) -> str:
    """This page's address, moved to the place; its cursor belongs to the old rows and goes."""
    parts = urlsplit(address)
    dropped = {PARAMETER, "from", "cursor", "drawer"}
    kept = [pair for pair in parse_qsl(parts.query) if pair[0] not in dropped]
    kept += parse_qsl(query_of(route, place).removeprefix("?"))
    return f"{parts.path}?{urlencode(kept)}" if kept else parts.path
