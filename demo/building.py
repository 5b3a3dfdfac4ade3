"""Builds the demo company through the services that users call. Safe to repeat."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from channels_sync.models import Shop
from channels_sync.services import shops
from demo import cold, company, consent, past, rules, story
from demo.company import House
from inventory import selectors as stock
from inventory import services as inventory
from org import selectors as who
from org import services as org
from wms import services as floor

ACTOR = "system:demo"
BINS_PER_AISLE = 12
EACH_POSTING = 200


def build(*, sandbox_url: str, now: datetime, with_past: bool = False) -> bool:
    """The whole company; answers False when it stood already.

    Each part is one transaction of its own, so a run that was cut short goes on where it stopped.
    """
    today = timezone.localdate(now)
    complete = _people() is False
    skus = _goods()
    _kits(skus)
    houses = {house.code: _warehouse(house) for house in company.WAREHOUSES}
    _carriers()
    complete = _stock(houses, skus, today) is False and complete
    _shops(houses, sandbox_url, now)
    story.tell(houses=houses, skus=skus, today=today, now=now)
    consent.tell(houses=houses, skus=skus)
    cold.tell(main=houses["WH-SH"], now=now)
    rules.tell()
    if with_past:
        past.tell(today=today, houses=[houses[house.code] for house in company.WAREHOUSES[:2]])
    return not complete


def _people() -> bool:
    """Units and people; True when somebody was added."""
    known = who.unit_ids_by_code([unit[0] for unit in company.UNITS])
    added = False
    for code, kind, parent, name in company.UNITS:
        if code not in known:
            with transaction.atomic(durable=True):
                unit = org.create_unit(
                    kind=kind,
                    code=code,
                    name=name,
                    parent_id=known[parent] if parent else None,
                    actor=ACTOR,
                )
                known[code] = unit.pk
            added = True
    for username, shown, role, at in company.PEOPLE:
        try:
            with transaction.atomic(durable=True):
                person = org.create_person(
                    username=username, display_name=shown, password=company.PASSWORD, actor=ACTOR
                )
                org.assign(person_id=person.pk, unit_id=known[at], role=role, actor=ACTOR)
            added = True
        except org.NameTaken:
            continue
    return added


def _goods() -> dict[str, int]:
    rows = [
        {
            "code": code,
            "name": name,
            "category": category,
            "brand": "清禾",
            "unit_cost": Decimal(cost),
            "list_price": Decimal(price),
            "shelf_life_days": days or None,
            "lot_tracked": bool(days),
            "weight_g": grams,
        }
        for code, name, category, cost, price, days, grams, _units in company.GOODS
    ]
    with transaction.atomic(durable=True):
        ids = inventory.add_skus(rows)
        inventory.add_barcodes((sku, barcode_of(code), 1, "") for code, sku in ids.items())
    return ids


def _kits(skus: dict[str, int]) -> None:
    """Kits and their recipes; a recipe that stands already is left as it is."""
    costs = {goods[0]: Decimal(goods[3]) for goods in company.GOODS}
    with transaction.atomic(durable=True):
        ids = inventory.add_skus(
            [
                {
                    "code": code,
                    "name": name,
                    "category": category,
                    "brand": "清禾",
                    "unit_cost": sum((costs[part] * qty for part, qty in parts.items()), Decimal()),
                    "list_price": Decimal(price),
                    "is_kit": True,
                }
                for code, name, category, price, parts in company.KITS
            ]
        )
        for code, _name, _category, _price, parts in company.KITS:
            rows = [(skus[part], qty) for part, qty in parts.items()]
            inventory.write_recipe(kit_sku_id=ids[code], parts=rows, actor=ACTOR)


def barcode_of(code: str) -> str:
    """A thirteen-digit code with its check digit (EAN-13, GS1 prefix 690)."""
    body = f"690{zlib.crc32(code.encode()) % 10**9:09d}"
    total = sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(body))
    return f"{body}{-total % 10}"


def _warehouse(house: House) -> int:
    units = who.unit_ids_by_code([house.unit])
    with transaction.atomic(durable=True):
        warehouse = inventory.add_warehouse(
            code=house.code,
            name=house.name,
            unit_id=units[house.unit],
            kind=house.kind,
            province=house.province,
            city=house.city,
            latitude=house.latitude,
            longitude=house.longitude,
            priority=10 if house.kind == "CENTRAL" else 20,
        )
    known = {place.code for place in stock.locations_in(warehouse_id=warehouse)}
    for code, kind, sequence in _places(house):
        if code not in known:
            with transaction.atomic(durable=True):
                inventory.add_location(
                    warehouse_id=warehouse, code=code, kind=kind, sequence=sequence, actor=ACTOR
                )
    return warehouse


def _places(house: House) -> Iterator[tuple[str, str, int]]:
    """Bins aisle by aisle in walk order, then the benches."""
    for aisle in range(house.aisles):
        for number in range(1, BINS_PER_AISLE + 1):
            yield f"{chr(65 + aisle)}-{number:02d}", "STORAGE", aisle * 100 + number
    yield "RCV-01", "RECEIVING", 9000
    yield "PACK-01", "PACKING", 9100
    yield "STAGE-01", "STAGING", 9200
    yield "QC-01", "QUARANTINE", 9300
    yield "BAD-01", "DEFECT", 9400


def _carriers() -> None:
    for code, name, platform_codes, prefix, first, last in company.CARRIERS:
        with transaction.atomic(durable=True):
            floor.add_carrier(code=code, name=name, platform_codes=platform_codes)
        try:
            with transaction.atomic(durable=True):
                floor.add_waybills(carrier_code=code, prefix=prefix, first=first, last=last)
        except floor.WaybillsOverlap:
            continue


def _stock(houses: dict[str, int], skus: dict[str, int], today: date) -> bool:
    """Opening deliveries, two lots of whatever has a shelf life; True when something was new."""
    added = False
    for house in company.WAREHOUSES:
        bins = [
            place.id
            for place in stock.locations_in(warehouse_id=houses[house.code])
            if place.kind == "STORAGE"
        ]
        requests = []
        for at, (code, _n, _c, _k, _p, days, _g, units) in enumerate(company.GOODS):
            lines = _deliveries(skus[code], code, days, units * house.share // 100, today)
            requests += [
                inventory.ReceiveRequest(
                    key=f"demo:{house.code}:{code}:{number}",
                    document=f"DEMO-{house.code}",
                    warehouse_id=houses[house.code],
                    location_id=bins[(at + 7 * number) % len(bins)],
                    lines=(line,),
                )
                for number, line in enumerate(lines)
            ]
        for start in range(0, len(requests), EACH_POSTING):
            with transaction.atomic(durable=True):
                outcomes = inventory.receive(requests[start : start + EACH_POSTING], actor=ACTOR)
            added = added or any(not outcome.check().repeated for outcome in outcomes)
    return added


def _deliveries(
    sku: int, code: str, shelf_life_days: int, units: int, today: date
) -> Sequence[inventory.Line]:
    if not units:
        return []
    if not shelf_life_days:
        return [inventory.Line(sku_id=sku, qty=units)]
    lines = []
    for number, part in enumerate((units // 3, units - units // 3)):
        produced = today - timedelta(days=shelf_life_days // (2 + 2 * number))
        with transaction.atomic(durable=True):
            lot = inventory.add_lot(
                sku_id=sku,
                code=f"{code[-6:]}{number + 1}",
                produced_on=produced,
                expires_on=produced + timedelta(days=shelf_life_days),
                supplier="安吉茶业" if code.startswith("TEA") else "嘉兴食品",
            )
        if part:
            lines.append(inventory.Line(sku_id=sku, qty=part, lot_id=lot))
    return lines


def _shops(houses: dict[str, int], sandbox_url: str, now: datetime) -> None:
    known = set(Shop.objects.values_list("code", flat=True))
    unit = who.unit_ids_by_code(["HQ"])["HQ"]
    for shop in company.SHOPS:
        if shop.code in known:
            # The sandbox may answer on another port this time.
            Shop.objects.filter(code=shop.code).update(base_url=base_url(shop, sandbox_url))
            continue
        with transaction.atomic(durable=True):
            shops.create(
                platform=shop.platform,
                code=shop.code,
                name=shop.name,
                unit_id=unit,
                base_url=base_url(shop, sandbox_url),
                credentials=shop.credentials,
                currency=shop.currency,
                warehouse_ids=[houses[code] for code in shop.warehouses],
                # The sandbox has no orders from before today.
                pull_from=now - timedelta(minutes=10),
                actor=ACTOR,
            )


def base_url(shop: company.Shop, sandbox_url: str) -> str:
    """Where the sandbox answers for the shop's platform."""
    if shop.platform == "shopify":
        return f"{sandbox_url}/shopify/{shop.code}/admin/api/2026-07/"
    return f"{sandbox_url}/taobao/router/rest"
