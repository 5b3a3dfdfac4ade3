"""Opening stock out of a file: what lies in which cell, received from nowhere."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from inventory.importing.placing import ADDED, TABLES, Placed, book, know, look
from inventory.requests import QTY_LIMIT, SENTENCES
from org import roles
from org.importing.kinds import Column, ImportKind, Told
from org.importing.texts import FAULTS
from org.models import Person
from org.selectors import scope_of

GRADES = ("ZP", "CC", "JS", "XS")
GRADE_NAMES = {
    "良品": "ZP", "正品": "ZP", "GOOD": "ZP", "残品": "CC", "次品": "CC", "DEFECTIVE": "CC",
    "机损": "JS", "箱损": "XS",
}  # fmt: skip
COLUMNS = (
    Column(field="warehouse", label=_("Warehouse"), required=True, example="WH1",
           names=("仓库", "仓库编码", "warehouse", "warehouse code")),
    Column(field="location", label=_("Location"), required=True, example="A-01-01",
           names=("库位", "库位编码", "货位", "location", "bin")),
    Column(field="sku", label=_("SKU"), required=True, example="TEA-250",
           names=("商品编码", "sku", "sku编码", "货号", "sku code")),
    Column(field="qty", label=_("Quantity"), required=True, example="120", once=True,
           names=("数量", "库存数量", "库存", "quantity", "qty")),
    Column(field="lot", label=_("Lot"), example="L2601",
           names=("批次", "批次号", "批号", "lot", "batch")),
    Column(field="produced_on", label=_("Produced on"), example="2026-01-31",
           names=("生产日期", "produced on", "produced_on", "production date")),
    Column(field="expires_on", label=_("Expires on"), example="2027-07-31",
           names=("到期日期", "有效期至", "过期日期", "失效日期", "expires on", "expires_on",
                  "expiry date")),
    Column(field="grade", label=_("Grade"), choices=GRADES, example="ZP",
           names=("等级", "品质", "grade")),
    Column(field="owner", label=_("Owner"), names=("货主", "owner")),
    Column(field="supplier", label=_("Supplier"), names=("供应商", "supplier")),
)  # fmt: skip
# A fault in one of these leaves open which cell the row is about.
_OF_THE_CELL = frozenset({"warehouse", "location", "sku"})


def judge(rows: Sequence[Told], person: Person) -> None:
    """Note what cannot be read, what is not there, and what is there otherwise."""
    for row in rows:
        row.made = _read(row)
    know(rows, scope_of(person, permission=roles.STOCK_IMPORT))
    look(rows)


def _read(row: Told) -> Placed:
    made = Placed(
        warehouse=row.code("warehouse", most=32),
        location=row.code("location", most=32),
        sku=row.code("sku", most=64),
        qty=row.whole("qty", least=1, most=QTY_LIMIT),
        lot=row.code("lot", most=64),
        produced_on=row.day("produced_on"),
        expires_on=row.day("expires_on"),
        grade=_grade(row),
        owner=row.code("owner", most=32, upper=False) or "SELF",
        supplier=row.code("supplier", most=80, upper=False),
    )
    if made.produced_on and made.expires_on and made.expires_on < made.produced_on:
        row.wrong("expires_on", "bad_dates", row.get("expires_on"), row.get("produced_on"))
    if (made.produced_on or made.expires_on) and not made.lot:
        row.wrong("lot", "lot_for_dates")
    return made


def _grade(row: Told) -> str:
    given = row.get("grade")
    word = given.upper()
    found = GRADE_NAMES.get(word, word) or "ZP"
    if found not in GRADES:
        row.wrong("grade", "bad_choice", given, ", ".join(GRADES))
    return found


def _cell(row: Told) -> str:
    made: Placed | None = row.made
    if made is None or any(
        fault.column in _OF_THE_CELL and fault.code not in ADDED for fault in row.faults
    ):
        return ""
    return "\x1f".join((made.warehouse, made.location, made.sku, made.lot, made.grade, made.owner))


STOCK = ImportKind(
    key="stock",
    title=_("Opening stock"),
    permission=roles.STOCK_IMPORT,
    columns=COLUMNS,
    rules=(
        _("One row for each cell: warehouse, location, SKU, lot, grade and owner."),
        _("A row adds its quantity to what lies in the cell; it does not set it."),
        _("The quantity is a whole number of base units (pieces, or grams)."),
        _("Days are written as 2026-01-31."),
        _("The grade is ZP (good), CC (defective), JS or XS; an empty one is ZP."),
        _("The owner may stay empty: then the goods are your own."),
    ),
    judge=judge,
    book=book,
    name_of=_cell,
    added=ADDED,
    adds_label=_("Create missing locations and lots"),
    adding_label=_("Need a new location or lot"),
    tables=TABLES,
    texts={
        **{code: said for code, said in SENTENCES.items() if code not in FAULTS},
        "bad_dates": _("Expires before it was produced. Correct one of the dates."),
        "lot_for_dates": _("Dates belong to a lot. Fill in the lot, or leave the dates empty."),
        "unknown_warehouse": _("There is no such warehouse among yours."),
        "unknown_sku": _("There is no such SKU. Create it first, or correct the code."),
        "sku_is_kit": _("A kit has no stock of its own. Import its parts."),
        "needs_serials": _("Goods with serial numbers are received by scanning each piece."),
        "lot_missing": _("This SKU is kept by lot. Fill in the lot."),
        "new_location": _(
            "There is no such location yet. Tick “Create missing locations and lots”."
        ),
        "new_lot": _("There is no such lot yet. Tick “Create missing locations and lots”."),
        "other_dates": _("The lot is known with another date. Use that, or another lot."),
        "closed_location": _("This location is not in use. Choose another."),
        "same_row": _("The same cell stands in an earlier row. Add the two up in one row."),
    },
    route="stock",
)
