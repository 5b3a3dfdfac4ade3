"""The files that imports are measured with: what stands in them, and what must be there before."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

HOUSES = ("WH1", "WH2")
# Cells of one location, and rows for one SKU: two in each warehouse.
CELLS = 20
ROWS_OF_A_SKU = 4
LINES_OF_AN_ORDER = 2


@dataclass(frozen=True)
class Sheet:
    """A file of one kind of import.

    `there` asks the database how many rows lie there and a sum over them; `wanted` says what it
    must answer after so many rows.
    """

    kind: str
    heading: Sequence[str]
    rows: Callable[[int], Iterable[Sequence[object]]]
    prepare: Callable[[int], None]
    there: str
    wanted: Callable[[int], tuple[int, int]] = lambda rows: (rows, 0)

    def write(self, path: Path, rows: int) -> None:
        """The file with so many rows."""
        with path.open("w", newline="", encoding="utf-8") as file:
            sheet = csv.writer(file)
            sheet.writerow(self.heading)
            sheet.writerows(self.rows(rows))


def sku_count(rows: int) -> int:
    """SKUs behind an opening stock of so many cells."""
    return max(rows // ROWS_OF_A_SKU, CELLS)


def _portions(count: int) -> Iterator[range]:
    for start in range(0, count, 5_000):
        yield range(start, min(start + 5_000, count))


def _cells(rows: int) -> Iterator[Sequence[object]]:
    """Location by location; every third SKU is kept by lot.

    Neighbours on a shelf are neighbours in the catalogue; the second place of a SKU is far from
    the first.
    """
    skus = sku_count(rows)
    for number in range(rows):
        house = number * len(HOUSES) // rows
        sku = number % skus
        lot = (f"L{sku}-{number // skus}", "2028-06-30") if sku % 3 == 0 else ("", "")
        yield (HOUSES[house], f"{number // CELLS:06d}", f"N{sku:07d}", 1 + number % 97, *lot)


def _stocked(rows: int) -> None:
    """The warehouses and the SKUs."""
    from django.db import transaction

    from inventory import services as inventory
    from tests import given

    for house in HOUSES:
        given.warehouse(house)
    for numbers in _portions(sku_count(rows)):
        with transaction.atomic(durable=True):
            inventory.add_skus(
                [
                    {"code": f"N{n:07d}", "name": f"N {n}", "lot_tracked": n % 3 == 0}
                    for n in numbers
                ]
            )


def _skus(rows: int) -> Iterator[Sequence[object]]:
    for number in range(rows):
        yield (
            f"S{number:07d}",
            f"龙井茶 {number} 号",
            f"69{number:011d}",
            "茶",
            "件",
            250,
            "18.50",
        )


def _locations(rows: int) -> Iterator[Sequence[object]]:
    for number in range(rows):
        yield (HOUSES[number % 2], f"P-{number:07d}", "PICKING" if number % 5 else "", number)


def _orders(rows: int) -> Iterator[Sequence[object]]:
    skus = sku_count(rows)
    for number in range(rows):
        order = number // LINES_OF_AN_ORDER
        yield (
            f"B-{order:07d}", f"N{number % skus:07d}", 1 + number % 3, "39.00",
            "林小满", f"138{order:08d}", "浙江省", "杭州市", "西湖区", f"文一西路{order}号",
        )  # fmt: skip


def _own_shop(_rows: int) -> None:
    from channels_sync.models import Shop
    from tests import given

    Shop.objects.create(
        platform="api", code="desk", name="Desk", unit=given.unit("HQ"), credentials={}
    )


def _mappings(rows: int) -> Iterator[Sequence[object]]:
    skus = sku_count(rows)
    for number in range(rows):
        yield ("flagship", f"P{number}", f"N{number % skus:07d}")


def _listed(rows: int) -> None:
    """A shop with so many listings that nobody has mapped."""
    from channels_sync.models import Listing, Shop
    from tests import given

    shop = Shop.objects.create(
        platform="shopify", code="flagship", name="Flagship", unit=given.unit("HQ"), credentials={}
    )
    for numbers in _portions(rows):
        Listing.objects.bulk_create(
            [Listing(shop=shop, platform_sku_id=f"P{n}", outer_code=f"X{n}") for n in numbers]
        )


# In this order: orders and mappings name the SKUs of the stock.
SHEETS = {
    each.kind: each
    for each in (
        Sheet(
            "stock",
            ("warehouse", "location", "sku", "quantity", "lot", "expires_on"),
            _cells,
            _stocked,
            "SELECT count(*), sum(on_hand)::bigint FROM inventory_stock WHERE on_hand > 0",
            lambda rows: (rows, sum(1 + number % 97 for number in range(rows))),
        ),
        Sheet(
            "skus",
            ("code", "name", "barcode", "category", "unit", "weight_g", "cost"),
            _skus,
            lambda _rows: None,
            "SELECT count(*), 0 FROM inventory_sku JOIN inventory_barcode b ON b.sku_id ="
            " inventory_sku.id AND b.code LIKE '69%%' WHERE pinyin LIKE '%%longjingcha%%'",
        ),
        Sheet(
            "locations",
            ("warehouse", "location", "kind", "sequence"),
            _locations,
            lambda _rows: None,
            "SELECT count(*), 0 FROM inventory_location WHERE code LIKE 'P-%%'",
        ),
        Sheet(
            "orders",
            ("number", "sku", "qty", "price", "收件人", "手机", "省", "市", "区", "地址"),
            _orders,
            _own_shop,
            "SELECT count(*), 0 FROM channels_sync_inboxorder",
            lambda rows: (-(-rows // LINES_OF_AN_ORDER), 0),
        ),
        Sheet(
            "mappings",
            ("shop", "platform_sku_id", "sku"),
            _mappings,
            _listed,
            "SELECT count(*), 0 FROM channels_sync_listing WHERE sku_id IS NOT NULL",
        ),
    )
}
