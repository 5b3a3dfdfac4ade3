"""One story for each preset: which goods lie there before, and what may be sold of them before,
meanwhile and at the end. What happens in between is done on pages (`tests/browser`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from inventory import services as inventory
from inventory.selectors import HoldView
from tests import given
from tests.freeze_rules.writing import open_holds

LOT = "L1"


@dataclass(frozen=True, kw_only=True)
class Story:
    """`free`: units that may be sold when the goods lie there, while frozen, and at the end.

    `tune`: a parameter and another value for it; without one the days until the review are
    changed in the form. `searches`: the rule looks at stock by itself, and hears nothing.
    """

    preset: str
    lies: Callable[[], None]
    free: tuple[int, int, int]
    tune: tuple[str, str] = ("", "")
    house: str = "WH1"
    searches: bool = False


def milk(qty: int = 20, *, house: str = "WH1", **columns: Any) -> Callable[[], None]:
    """So much milk of one lot; `columns` are the lot's or the SKU's."""

    def lies() -> None:
        of_lot = {name: columns.pop(name) for name in ("supplier", "expires_on", "customs")
                  if name in columns}  # fmt: skip
        state = of_lot.pop("customs", "")
        given.sku("MILK", lot_tracked=True, shelf_life_days=45, **columns)
        lot = given.lot("MILK", LOT, **of_lot)
        if state:
            with transaction.atomic():
                inventory.set_customs(lot_ids=[lot], state=state)
        if qty:
            given.stock("MILK", qty, lot_id=lot, warehouse=house)
        else:
            given.warehouse_id(house)

    return lies


def announced() -> None:
    """Three lie there, ten more were announced for three days ago."""
    milk(3)()
    coming = inventory.Announcement(
        document="PO-7", warehouse_id=given.warehouse_id("WH1"), qty=10, sku_id=given.sku("MILK"),
        due_at=timezone.now() - timedelta(days=3),
    )  # fmt: skip
    with transaction.atomic():
        inventory.announce([coming], actor="system:test")


def frozen_now() -> list[HoldView]:
    """Open freezes, but for the standing ones of places and the mark of a count."""
    return [
        hold
        for hold in open_holds()
        if hold.reason_code != "COUNT" and not hold.document.startswith("LOC-")
    ]


def broken() -> None:
    """Three broken ones lie there."""
    given.stock("MILK", 3, grade="CC")


def at_the_wall() -> None:
    """Everything lies in one zone."""
    given.location("W-01", zone="WET")
    given.stock("MILK", 20, location="W-01")


def bonded() -> None:
    """Nothing is there yet; the lot is not cleared."""
    given.warehouse("BW", kind="BONDED")
    milk(0, house="BW", customs="NOT_CLEARED")()


STORIES: Mapping[str, Story] = {
    each.preset: each
    for each in (
        Story(preset="order-lock", lies=milk(), free=(20, 15, 20)),
        Story(preset="unpaid-order-lock", lies=milk(), free=(20, 15, 20), tune=("most", "50")),
        Story(preset="receive-qc", lies=milk(0), free=(0, 0, 20), tune=("shelf_life", "365")),
        Story(preset="late-receipt", lies=announced, free=(3, 0, 13)),
        Story(preset="promotion-reserve", lies=milk(), free=(20, 8, 20)),
        Story(preset="defects", lies=broken, free=(0, 0, 3)),
        Story(
            preset="near-expiry", free=(20, 0, 20), searches=True,
            lies=lambda: milk(expires_on=timezone.localdate() + timedelta(days=9))(),
        ),
        Story(preset="customs-inspection", lies=milk(), free=(20, 0, 20)),
        Story(
            preset="arrived-not-cleared", lies=milk(0, customs="NOT_CLEARED"), free=(0, 0, 20)
        ),
        Story(preset="bonded", lies=bonded, free=(0, 0, 20), house="BW"),
        Story(
            preset="cold-chain", lies=milk(temperature="CHILLED"), free=(20, 0, 20),
            tune=("minutes", "40"),
        ),
        Story(
            preset="light", lies=milk(light_sensitive=True), free=(20, 0, 20),
            tune=("lux_hours", "20000"),
        ),
        Story(preset="leak", lies=at_the_wall, free=(20, 0, 20)),
        Story(preset="supplier-blocked", lies=milk(supplier="S-1"), free=(20, 0, 20)),
        Story(preset="damaged-part", lies=milk(), free=(20, 16, 20)),
        Story(preset="recall-notice", lies=milk(), free=(20, 0, 20)),
        Story(preset="count-hold", lies=milk(), free=(20, 0, 20)),
    )
}  # fmt: skip
