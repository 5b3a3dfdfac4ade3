"""SKUs, lots and locations are made and changed by people and programs; the trail says by whom."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Sum

from inventory.models import Balance, Barcode, Location, Lot, Sku, Stock, Zone
from inventory.requests import Refused
from inventory.selectors.masters import unit_of_warehouse
from inventory.services.masters import (
    STANDING_FREEZES,
    add_location,
    add_lot,
    add_skus,
    clean_code,
    pinyin_of,
)
from org import services as org

# Kinds that the house itself makes, or whose standing freeze belongs to them from the beginning.
_FIXED_KINDS = {*STANDING_FREEZES, Location.Kind.TRUCK}
_FIXED_WITH_STOCK = ("lot_tracked", "serial_tracked")


@dataclass(frozen=True, kw_only=True, slots=True)
class Pack:
    """A barcode and how many base units it stands for."""

    code: str
    qty: int = 1
    pack_name: str = ""


def create_skus(
    rows: Sequence[Mapping[str, Any]],
    *,
    barcodes: Mapping[str, Sequence[Pack]] | None = None,
    actor: str,
) -> dict[str, int]:
    """Make SKUs that do not exist yet, with their barcodes (by SKU code), all or none.

    Gives {code: id}.

    Raises:
        Refused: code_taken with the `line`; barcode_taken with what has it.
    """
    _alone()
    codes = [clean_code(row["code"]) for row in rows]
    known = set(Sku.objects.filter(code__in=codes).values_list("code", flat=True))
    for number, code in enumerate(codes):
        if code in known:
            raise Refused("code_taken", line=number, field="code", asked=code)
        known.add(code)
    made: dict[str, int] = {}
    for row in rows:
        made |= add_skus([row])
    for code, packs in (barcodes or {}).items():
        _set_barcodes(made[clean_code(code)], packs)
    for row, code in zip(rows, codes, strict=True):
        after = {name: shown(value) for name, value in row.items() if name != "code"}
        org.record(actor=actor, action="sku.created", subject=f"sku:{code}", after=after)
    return made


def lock_sku(*, sku_id: int) -> None:
    """Nobody else changes the SKU until this transaction ends."""
    _joined()
    Sku.objects.select_for_update(no_key=True).get(pk=sku_id)


def change_sku(
    *, sku_id: int, changes: Mapping[str, Any], barcodes: Sequence[Pack] | None = None, actor: str
) -> None:
    """Change columns of a SKU; with `barcodes` exactly these remain. What is the same is no change.

    Raises:
        Refused: tracking_is_fixed (lots or serial numbers, once there was stock), stays_as_it_is
            (kit or goods), barcode_taken.
    """
    _joined()
    sku = Sku.objects.select_for_update(no_key=True).get(pk=sku_id)
    before = {name: getattr(sku, name) for name in changes}
    new = {name: value for name, value in changes.items() if before[name] != value}
    fixed = next((name for name in _FIXED_WITH_STOCK if name in new), None)
    if fixed and Balance.objects.filter(sku=sku).exists():
        raise Refused("tracking_is_fixed", field=fixed, sku_id=sku.pk, asked=sku.code)
    if "is_kit" in new:
        add_skus([{"code": sku.code, "name": sku.name, "is_kit": new["is_kit"]}])
        sku.is_kit = new["is_kit"]
    for name, value in new.items():
        setattr(sku, name, value)
    if "name" in new:
        sku.pinyin = pinyin_of(sku.name)
    if new:
        sku.save(update_fields=[*new, "pinyin"])
    old, told = {name: shown(before[name]) for name in new}, {
        name: shown(value) for name, value in new.items()
    }  # fmt: skip
    if barcodes is not None:
        was, now = _set_barcodes(sku.pk, barcodes)
        if was != now:
            old["barcodes"], told["barcodes"] = was, now
    if told:
        org.record(
            actor=actor, action="sku.changed", subject=f"sku:{sku.code}", before=old, after=told
        )


def _set_barcodes(sku_id: int, packs: Sequence[Pack]) -> tuple[list[Any], list[Any]]:
    """Exactly these barcodes lead to the SKU; gives what was and what is."""
    wanted = {
        clean_code(pack.code): Pack(
            code=clean_code(pack.code), qty=pack.qty, pack_name=pack.pack_name
        )
        for pack in packs
    }
    taken = Barcode.objects.filter(code__in=wanted).exclude(sku_id=sku_id).first()
    if taken is not None:
        raise Refused("barcode_taken", field="barcodes", sku_id=taken.sku_id, asked=taken.code)
    known = {row.code: row for row in Barcode.objects.filter(sku_id=sku_id).order_by("code")}
    was = [[row.code, row.qty, row.pack_name] for row in known.values()]
    Barcode.objects.filter(sku_id=sku_id).exclude(code__in=wanted).delete()
    for code, pack in wanted.items():
        row = known.get(code) or Barcode(sku_id=sku_id, code=code)
        if row.pk is None or (row.qty, row.pack_name) != (pack.qty, pack.pack_name):
            row.qty, row.pack_name = pack.qty, pack.pack_name
            row.save()
    now = [[each.code, each.qty, each.pack_name] for _, each in sorted(wanted.items())]
    return was, now


def create_lot(*, sku_id: int, values: Mapping[str, Any], actor: str) -> int:
    """A lot that does not exist yet; `values` hold `code` and what is known of it.

    Raises:
        Refused: code_taken, bad_dates.
    """
    _alone()
    code = clean_code(values["code"])
    if Lot.objects.filter(sku_id=sku_id, code=code).exists():
        raise Refused("code_taken", field="code", sku_id=sku_id, asked=code)
    lot_id = add_lot(sku_id=sku_id, **values)
    after = {name: shown(value) for name, value in values.items() if name != "code"}
    org.record(
        actor=actor, action="lot.created", subject=f"lot:{lot_id}", after={"code": code, **after}
    )
    return lot_id


def create_location(
    *, warehouse_id: int, code: str, zone: str = "", actor: str, **columns: Any
) -> int:
    """A location that does not exist yet; its zone (by code) must.

    Posts for receiving, defect and quarantine places, so it is the transaction's only stock verb.

    Raises:
        Refused: code_taken, unknown_zone.
    """
    _alone()
    code = clean_code(code)
    if Location.objects.filter(warehouse_id=warehouse_id, code=code).exists():
        raise Refused("code_taken", field="code", asked=code)
    made = add_location(
        warehouse_id=warehouse_id,
        code=code,
        zone_id=_zone_of(warehouse_id, zone),
        actor=actor,
        **columns,
    )
    org.record(
        actor=actor,
        action="location.created",
        subject=f"location:{made}",
        after={"code": code, "zone": zone, **{name: shown(each) for name, each in columns.items()}},
        unit_id=unit_of_warehouse(warehouse_id),
    )
    return made


def change_location(*, location_id: int, changes: Mapping[str, Any], actor: str) -> None:
    """Change `kind`, `sequence`, `zone` (a code, or empty) or `is_active` of a location.

    Raises:
        Refused: location_in_use (switched off while goods lie there), kind_is_fixed,
            unknown_zone.
    """
    place = lock_location(location_id=location_id)
    before = {
        "kind": place.kind,
        "sequence": place.sequence,
        "zone": place.zone.code if place.zone else "",
        "is_active": place.is_active,
    }
    new = {name: value for name, value in changes.items() if before[name] != value}
    if "kind" in new and {place.kind, new["kind"]} & _FIXED_KINDS:
        raise Refused("kind_is_fixed", field="kind", location_id=place.pk, asked=new["kind"])
    if new.get("is_active") is False:
        _check_empty(place)
    if not new:
        return
    if "zone" in new:
        place.zone_id = _zone_of(place.warehouse_id, new["zone"])
    for name in ("kind", "sequence", "is_active"):
        setattr(place, name, new.get(name, before[name]))
    place.save(update_fields=["kind", "sequence", "is_active", "zone"])
    org.record(
        actor=actor,
        action="location.changed",
        subject=f"location:{place.pk}",
        before={name: before[name] for name in new},
        after=dict(new),
        unit_id=place.warehouse.unit_id,
    )


def lock_location(*, location_id: int) -> Location:
    """The location, once nobody is putting goods down there; kept until this transaction ends.

    In the ledger's order: the balances of its cells, then the place itself. Whoever brings goods
    into a new cell holds the place until he has finished.
    """
    _joined()
    balances: Collection[int] = Stock.objects.filter(location_id=location_id).values_list(
        "balance_id", flat=True
    )
    list(
        Balance.objects.select_for_update(no_key=True)
        .filter(id__in=list(balances))
        .order_by("id")
        .values_list("id", flat=True)
    )
    return (
        Location.objects.select_for_update(of=("self",)).select_related("zone").get(pk=location_id)
    )


def _check_empty(place: Location) -> None:
    lying = Stock.objects.filter(location=place).aggregate(units=Sum("on_hand"))["units"] or 0
    if lying:
        raise Refused(
            "location_in_use", field="is_active", location_id=place.pk, asked=place.code,
            there=lying,
        )  # fmt: skip


def _zone_of(warehouse_id: int, code: str) -> int | None:
    if not code:
        return None
    found = Zone.objects.filter(warehouse_id=warehouse_id, code=clean_code(code)).first()
    if found is None:
        raise Refused("unknown_zone", field="zone", asked=code)
    return found.pk


def shown(value: Any) -> Any:
    """A column's value as the trail keeps it."""
    return value if isinstance(value, str | int | bool | None) else str(value)


def _joined() -> None:
    assert connection.in_atomic_block, "The edge opens the transaction."


def _alone() -> None:
    """Whoever makes something waits for others who do: codes that do not exist have no row."""
    _joined()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ' masters', 0))"
        )


def set_customs(*, lot_ids: Collection[int], state: str) -> dict[int, str]:
    """What customs say of these lots now; gives what they said before, by lot.

    Joins the caller's transaction, which keeps who said so and on which declaration.

    Raises:
        Refused: bad_request for a state or a lot that does not exist.
    """
    _joined()
    if state not in Lot.Customs.values:
        raise Refused("bad_request", field="customs", asked=state)
    rows = Lot.objects.filter(pk__in=lot_ids).order_by("pk").select_for_update(no_key=True)
    before = dict(rows.values_list("id", "customs"))
    if set(before) != set(lot_ids):
        raise Refused("bad_request", field="lot_id")
    Lot.objects.filter(pk__in=before).update(customs=state)
    return before
