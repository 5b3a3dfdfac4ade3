"""Masters: SKUs, barcodes, lots, warehouses, zones, locations."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from inventory.ledger import post
from inventory.models import (
    Balance,
    Barcode,
    Location,
    Lot,
    Recipe,
    RecipeLine,
    Sku,
    Warehouse,
    Zone,
)
from inventory.requests import HoldRequest, Refused

# Goods in these places are frozen as long as they lie there (design section 4).
STANDING_FREEZES = {
    Location.Kind.RECEIVING: "RECEIVING",
    Location.Kind.DEFECT: "DEFECT_AREA",
    Location.Kind.QUARANTINE: "QUARANTINE",
}


def clean_code(code: str) -> str:
    """A code as we keep it: NFKC (full-width folded), trimmed, upper case."""
    return unicodedata.normalize("NFKC", code).strip().upper()


def pinyin_of(name: str) -> str:
    """Lower-case pinyin, then initials, for sorting and for typing a few letters."""
    # Only here: its tables are 55 MB, which no worker should carry for nothing.
    from pypinyin import lazy_pinyin

    sounds = [sound.lower() for sound in lazy_pinyin(name)]
    initials = "".join(sound[:1] for sound in sounds)
    return f"{''.join(sounds)} {initials}"[:400]


def add_skus(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Insert or update SKUs by code, in bulk; each row holds `code`, `name` and other columns.

    Rows of one call name the same columns. Gives {code: id}.

    Raises:
        Refused: stays_as_it_is with the `line` and `sku_id` of goods that had stock (or are part
            of a kit) and shall be a kit, or of a kit with recipes that shall be goods.
    """
    skus = []
    for row in rows:
        values = dict(row)
        values["code"] = clean_code(values["code"])
        skus.append(Sku(**values, pinyin=pinyin_of(values["name"])))
    if not skus:
        return {}
    _check_kinds(rows)
    columns = sorted({name for row in rows for name in row if name != "code"} | {"pinyin"})
    Sku.objects.bulk_create(
        skus, update_conflicts=True, unique_fields=["code"], update_fields=columns, batch_size=2000
    )
    codes = [sku.code for sku in skus]
    return dict(Sku.objects.filter(code__in=codes).values_list("code", "id"))


def _check_kinds(rows: Sequence[Mapping[str, Any]]) -> None:
    """Kits and goods stay what they are once they were used as such.

    Whoever gives one of these SKUs its first stock at this moment finishes first: the locks are
    those that the database's own guard takes.
    """
    told = {
        clean_code(row["code"]): (number, bool(row["is_kit"]))
        for number, row in enumerate(rows)
        if "is_kit" in row
    }
    changing = [sku for sku in Sku.objects.filter(code__in=told) if sku.is_kit != told[sku.code][1]]
    if not changing:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "LOCK TABLE inventory_balance, inventory_recipe, inventory_recipeline IN SHARE MODE"
        )
    for sku in sorted(changing, key=lambda each: told[each.code][0]):
        used = (
            Recipe.objects.filter(kit=sku).exists()
            if sku.is_kit
            else Balance.objects.filter(sku=sku).exists()
            or RecipeLine.objects.filter(part=sku).exists()
        )
        if used:
            raise Refused("stays_as_it_is", line=told[sku.code][0], sku_id=sku.pk, asked=sku.code)


def add_barcodes(rows: Iterable[tuple[int, str, int, str]]) -> None:
    """Insert (sku id, barcode, base units in the pack, pack name); known codes stay as they are."""
    Barcode.objects.bulk_create(
        (
            Barcode(sku_id=sku, code=clean_code(code), qty=qty, pack_name=pack)
            for sku, code, qty, pack in rows
        ),
        ignore_conflicts=True,
        batch_size=2000,
    )


def add_lot(
    *,
    sku_id: int,
    code: str,
    produced_on: date | None = None,
    expires_on: date | None = None,
    supplier: str = "",
) -> int:
    """The lot's id; a known lot is left as it is.

    Raises:
        Refused: bad_dates.
    """
    if produced_on and expires_on and expires_on < produced_on:
        raise Refused("bad_dates", asked=expires_on, there=produced_on, sku_id=sku_id)
    lot, _ = Lot.objects.get_or_create(
        sku_id=sku_id,
        code=clean_code(code),
        defaults={
            "produced_on": produced_on,
            "expires_on": expires_on,
            "supplier": supplier,
        },
    )
    return lot.pk


def add_warehouse(*, code: str, name: str, unit_id: int, **columns: Any) -> int:
    """The warehouse's id; a known code is left as it is."""
    warehouse, _ = Warehouse.objects.get_or_create(
        code=clean_code(code),
        defaults={
            "name": name,
            "unit_id": unit_id,
            "pinyin": pinyin_of(name)[:200],
            **columns,
        },
    )
    return warehouse.pk


def add_zone(*, warehouse_id: int, code: str, name: str = "") -> int:
    """The zone's id; a known code is left as it is."""
    zone, _ = Zone.objects.get_or_create(
        warehouse_id=warehouse_id, code=clean_code(code), defaults={"name": name}
    )
    return zone.pk


@dataclass(frozen=True, slots=True)
class NewLocation:
    """A location as somebody lists it."""

    warehouse_id: int
    code: str
    kind: str = "STORAGE"
    sequence: int = 0


def add_locations(*, places: Sequence[NewLocation], changes_sequence: bool, actor: str) -> int:
    """Make many locations at once; how many are new. Known ones keep their kind.

    Posts for receiving, defect and quarantine places, so it must be the transaction's only stock
    verb.

    Args:
        changes_sequence: known locations get the walking order that is given here.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    named = {(place.warehouse_id, clean_code(place.code)): place for place in places}
    houses = {house for house, _ in named}
    wanted = {code for _, code in named}
    rows = Location.objects.filter(warehouse__in=houses, code__in=wanted)
    known = {(row.warehouse_id, row.code): row for row in rows}
    if changes_sequence:
        changed = [row for key, row in known.items() if key in named]
        for row in changed:
            row.sequence = named[row.warehouse_id, row.code].sequence
        Location.objects.bulk_update(changed, ["sequence"], batch_size=1000)
    fresh = [
        Location(warehouse_id=house, code=code, kind=place.kind, sequence=place.sequence)
        for (house, code), place in named.items()
        if (house, code) not in known
    ]
    Location.objects.bulk_create(fresh, ignore_conflicts=True)
    frozen = [row for row in fresh if Location.Kind(row.kind) in STANDING_FREEZES]
    if frozen:
        _freeze_places(frozen, actor)
    return len(fresh)


def _freeze_places(places: Sequence[Location], actor: str) -> None:
    """Standing freezes of new places; a place that somebody else made just now has its own."""
    rows = Location.objects.filter(
        warehouse__in={row.warehouse_id for row in places}, code__in={row.code for row in places}
    )
    wanted = {(row.warehouse_id, row.code) for row in places}
    requests = [
        HoldRequest(
            key=f"standing-freeze:{row.pk}",
            document=f"LOC-{row.code}",
            warehouse_id=row.warehouse_id,
            location_id=row.pk,
            reason=STANDING_FREEZES[Location.Kind(row.kind)],
            blanket=True,
        )
        for row in rows.order_by("id")
        if (row.warehouse_id, row.code) in wanted and Location.Kind(row.kind) in STANDING_FREEZES
    ]
    for outcome in post(requests, actor=actor):
        outcome.check()


def add_location(
    *,
    warehouse_id: int,
    code: str,
    kind: str = "STORAGE",
    sequence: int = 0,
    zone_id: int | None = None,
    actor: str = "system:masters",
) -> int:
    """The location's id; receiving, defect and quarantine places get their standing freeze.

    Posts for such places, so it must be the transaction's only stock verb then.
    """
    location, made = Location.objects.get_or_create(
        warehouse_id=warehouse_id,
        code=clean_code(code),
        defaults={"kind": kind, "sequence": sequence, "zone_id": zone_id},
    )
    reason = STANDING_FREEZES.get(Location.Kind(location.kind))
    if made and reason is not None:
        post(
            [
                HoldRequest(
                    key=f"standing-freeze:{location.pk}",
                    document=f"LOC-{location.code}",
                    warehouse_id=warehouse_id,
                    location_id=location.pk,
                    reason=reason,
                    blanket=True,
                )
            ],
            actor=actor,
        )[0].check()
    return location.pk
