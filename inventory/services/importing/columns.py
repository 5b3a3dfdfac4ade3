"""The columns of a stock import, by whatever name a heading gives them. Knows no database."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Column:
    """One column: the names its heading may have (Chinese first, as the template writes it)."""

    field: str
    label: Promise
    names: tuple[str, ...]
    required: bool = False


COLUMNS = (
    Column("warehouse", _("Warehouse"), ("仓库", "仓库编码", "warehouse", "warehouse code"), True),
    Column("location", _("Location"), ("库位", "库位编码", "货位", "location", "bin"), True),
    Column("sku", _("SKU"), ("商品编码", "sku", "sku编码", "货号", "sku code"), True),
    Column("qty", _("Quantity"), ("数量", "库存数量", "库存", "quantity", "qty"), True),
    Column("lot", _("Lot"), ("批次", "批次号", "批号", "lot", "batch")),
    Column(
        "produced_on",
        _("Produced on"),
        ("生产日期", "produced on", "produced_on", "production date"),
    ),
    Column(
        "expires_on",
        _("Expires on"),
        ("到期日期", "有效期至", "过期日期", "失效日期", "expires on", "expires_on", "expiry date"),
    ),
    Column("grade", _("Grade"), ("等级", "品质", "grade")),
    Column("owner", _("Owner"), ("货主", "owner")),
    Column("supplier", _("Supplier"), ("供应商", "supplier")),
)
FIELDS = tuple(column.field for column in COLUMNS)
REQUIRED = tuple(column.field for column in COLUMNS if column.required)
LABELS = {column.field: column.label for column in COLUMNS}
# Pasted rows without a heading stand in the order of the template.
_BY_NAME = {name: column.field for column in COLUMNS for name in column.names}


def _plain(name: str) -> str:
    folded = unicodedata.normalize("NFKC", name).strip().strip("*").lower()
    return re.sub(r"\s+", " ", folded)


def fields_of(heading: Sequence[str]) -> list[str]:
    """The field behind each heading; empty for headings that mean nothing here."""
    return [_BY_NAME.get(_plain(name), "") for name in heading]


def heading(*, chinese: bool) -> list[str]:
    """The template's headings; required ones carry a star."""
    return [
        (column.names[0] if chinese else str(column.label)) + ("*" if column.required else "")
        for column in COLUMNS
    ]
