"""What a scanned code is: the barcode of a piece or a pack, or a SKU code typed by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from inventory import selectors as stock
from wms.numbers import fold


@dataclass(frozen=True)
class Item:
    """`qty` base units of a SKU in what carries the code."""

    sku_id: int
    qty: int


class Items:
    """Scanned codes and the names of SKUs, looked up for a whole batch."""

    def __init__(self, by_code: dict[str, Item], names: dict[int, str], numbered: set[int]) -> None:
        self._by_code, self._names, self._numbered = by_code, names, numbered

    def find(self, code: str) -> Item | None:
        """What carries the code."""
        return self._by_code.get(code.strip()) or self._by_code.get(fold(code))

    def name(self, sku_id: int) -> str:
        """Code and name of a SKU, for a sentence."""
        return self._names.get(sku_id, str(sku_id))

    def by_serial(self, sku_id: int) -> bool:
        """True when every piece of it has a serial number that must be scanned."""
        return sku_id in self._numbered

    def names(self, sku_ids: Iterable[int]) -> str:
        """The names of several SKUs, each once, for a sentence."""
        return " / ".join(self.name(sku_id) for sku_id in dict.fromkeys(sku_ids))


def items_by_code(codes: Sequence[str], *, also: Iterable[int] = ()) -> Items:
    """Look up scanned codes, as given and folded, and the names of `also`; few statements."""
    forms = sorted({form for code in codes for form in (code.strip(), fold(code)) if form})
    found: dict[str, Item] = {}
    if forms:
        found = {
            code: Item(sku_id, qty)
            for code, (sku_id, qty) in stock.sku_ids_by_barcode(forms).items()
        }
    known = {item.sku_id for item in found.values()} | set(also)
    views = stock.skus(sorted(known)) if known else {}
    return Items(
        found,
        {pk: f"{view.code} {view.name}" for pk, view in views.items()},
        {pk for pk, view in views.items() if view.serial_tracked},
    )
