"""SKUs out of a file: new ones are made, known ones changed; barcodes beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from inventory import selectors as stock
from inventory.requests import Refused
from inventory.selectors.masters import tracking_of
from inventory.services.masters import add_barcodes, add_skus
from org import roles
from org.importing.kinds import Batch, Column, Fault, ImportKind, Told
from org.models import Person

COLUMNS = (
    Column(field="code", label=_("SKU"), required=True, example="TEA-250",
           names=("商品编码", "sku", "sku编码", "货号", "sku code", "code")),
    Column(field="name", label=_("Name"), required=True, example="龙井茶 250g",
           names=("商品名称", "名称", "品名", "name", "title")),
    Column(field="barcode", label=_("Barcode"), example="6901234567892",
           names=("条码", "条形码", "barcode", "ean")),
    Column(field="category", label=_("Category"), names=("分类", "类目", "category")),
    Column(field="brand", label=_("Brand"), names=("品牌", "brand")),
    Column(field="unit_name", label=_("Unit"), example="件", names=("单位", "unit")),
    Column(field="weight_g", label=_("Weight (g)"), example="250",
           names=("重量（克）", "重量", "重量(克)", "weight", "weight (g)", "weight_g")),
    Column(field="volume_ml", label=_("Volume (ml)"),
           names=("体积（毫升）", "体积", "体积(毫升)", "volume (ml)", "volume_ml")),
    Column(field="unit_cost", label=_("Cost"), example="18.50",
           names=("成本价", "成本", "进价", "cost", "unit_cost")),
    Column(field="list_price", label=_("Price"), example="39.00",
           names=("售价", "价格", "吊牌价", "price", "list_price")),
    Column(field="shelf_life_days", label=_("Shelf life (days)"), example="540",
           names=("保质期（天）", "保质期", "保质期(天)", "shelf life (days)", "shelf_life_days")),
    Column(field="lot_tracked", label=_("Kept by lot"), choices=("是", "否"),
           names=("批次管理", "kept by lot", "lot_tracked")),
    Column(field="serial_tracked", label=_("Serial numbers"), choices=("是", "否"),
           names=("序列号管理", "serial numbers", "serial_tracked")),
)  # fmt: skip
# Columns of the table that take a text, with the most it may have.
_TEXTS = {"category": 80, "brand": 80, "unit_name": 16}
_MOST = 2_000_000_000


def judge(rows: Sequence[Told], person: Person) -> None:
    """Note what cannot be read, and barcodes that belong to something else."""
    del person
    for row in rows:
        row.made = _made(row)
    barcodes = {row.made["barcode"] for row in rows if row.made["barcode"]}
    taken = stock.sku_ids_by_barcode(sorted(barcodes)) if barcodes else {}
    codes = {row.made["code"] for row in rows if row.made["code"]}
    known = stock.sku_ids_by_code(sorted(codes)) if codes else {}
    fixed = tracking_of(codes=codes) if codes else {}
    for row in rows:
        for name, there in fixed.get(row.made["code"], {}).items():
            if name in row.made and row.made[name] != there:
                row.wrong(name, "tracking_is_fixed", row.get(name))
        owner = taken.get(row.made["barcode"])
        if owner is not None and owner[0] != known.get(row.made["code"]):
            row.wrong("barcode", "barcode_taken", row.made["barcode"])


def _made(row: Told) -> dict[str, Any]:
    """The columns that the file has, read; `barcode` apart from the SKU's own."""
    made: dict[str, Any] = {
        "code": row.code("code", most=64),
        "name": row.text("name", most=200),
        "barcode": row.code("barcode", most=64),
    }
    for name, most in _TEXTS.items():
        if name in row.values:
            made[name] = row.text(name, most=most) or ("件" if name == "unit_name" else "")
    for name in ("weight_g", "volume_ml"):
        if name in row.values:
            made[name] = row.whole(name, most=_MOST)
    for name in ("unit_cost", "list_price"):
        if name in row.values:
            made[name] = row.money(name) or 0
    for name in ("lot_tracked", "serial_tracked"):
        if name in row.values:
            made[name] = row.flag(name)
    if "shelf_life_days" in row.values:
        made["shelf_life_days"] = row.whole("shelf_life_days", most=36_500) or None
    return made


def book(rows: Sequence[Told], batch: Batch) -> Sequence[Fault]:
    """Make and change the SKUs, then add their barcodes."""
    del batch
    values = [{name: each for name, each in row.made.items() if name != "barcode"} for row in rows]
    try:
        ids = add_skus(values)
    except Refused as refused:
        return [Fault(row.row, "", refused.code) for row in rows]
    add_barcodes(
        (ids[row.made["code"]], row.made["barcode"], 1, "") for row in rows if row.made["barcode"]
    )
    return ()


SKUS = ImportKind(
    key="skus",
    title=_("SKUs"),
    permission=roles.MASTERS_EDIT,
    columns=COLUMNS,
    rules=(
        _("One row for each SKU. A code that is known changes that SKU; others are made."),
        _("Columns that you leave out stay as they are."),
        _("Names are found by pinyin, too: it is made from the name."),
    ),
    judge=judge,
    book=book,
    name_of=lambda row: row.made["code"] if row.made else "",
    texts={
        "barcode_taken": _("This barcode belongs to another SKU. Correct one of them."),
        "tracking_is_fixed": _("It had stock: how it is kept stays as it is. Leave this out."),
    },
    tables=("inventory_sku", "inventory_barcode"),
    route="skus",
)
