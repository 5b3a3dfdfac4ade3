"""Pure decisions: which open steps a scan fills."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Want:
    """Something still wanted: `left` base units of `sku_id` (at `location_id`) for `id`."""

    id: int
    location_id: int
    sku_id: int
    left: int
    lot_id: int | None = None


@dataclass(frozen=True)
class Share:
    """`qty` base units of a scan go to `id`."""

    id: int
    qty: int
    # Of goods with serial numbers: the pieces, as many as `qty`.
    serials: tuple[str, ...] = ()


def spread(*, qty: int, wants: Sequence[Want], taken: dict[int, int]) -> list[Share] | None:
    """Give `qty` units to the wants in order; None when they want less than that.

    `taken` is what earlier scans of the same batch already gave to each want; it is read, not
    written.
    """
    shares: list[Share] = []
    for want in wants:
        fits = min(qty, want.left - taken.get(want.id, 0))
        if fits > 0:
            shares.append(Share(want.id, fits))
            qty -= fits
    return None if qty else shares


def spread_pieces(
    *, pieces: Sequence[tuple[str, int | None]], wants: Sequence[Want], taken: dict[int, int]
) -> list[Share] | None:
    """Give pieces (serial number, lot) to the wants of their lot in order; None when too many."""
    given = dict(taken)
    serials: dict[int, list[str]] = {}
    for serial, lot_id in pieces:
        fitting = [want for want in wants if want.lot_id == lot_id]
        shares = spread(qty=1, wants=fitting, taken=given)
        if shares is None:
            return None
        want_id = shares[0].id
        given[want_id] = given.get(want_id, 0) + 1
        serials.setdefault(want_id, []).append(serial)
    return [Share(want_id, len(each), tuple(each)) for want_id, each in serials.items()]


def wanted(*, wants: Sequence[Want], taken: dict[int, int]) -> int:
    """How many base units the wants still take."""
    return sum(want.left - taken.get(want.id, 0) for want in wants)
