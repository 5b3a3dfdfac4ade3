"""Codes that mean one piece."""

from __future__ import annotations

from collections.abc import Mapping

from inventory import selectors as stock


def piece_codes(skus: Mapping[int, stock.SkuView]) -> dict[int, tuple[str, ...]]:
    """Per SKU id its barcodes that count one base unit, else its own code; never a pack's code."""
    packs = stock.sku_ids_by_barcode({code for view in skus.values() for code in view.barcodes})
    singles = {
        pk: tuple(code for code in view.barcodes if packs.get(code) == (pk, 1))
        for pk, view in skus.items()
    }
    return {pk: codes or (skus[pk].code,) for pk, codes in singles.items()}
