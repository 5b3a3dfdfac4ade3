"""Workbooks that people get: the template to fill in, and the rows that were not taken."""

from __future__ import annotations

import io
import zlib
from collections import defaultdict

import orjson
import xlsxwriter
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from inventory.models import ImportBlock, StockImport
from inventory.selectors.imports import import_faults
from inventory.services.importing.columns import COLUMNS, FIELDS, LABELS, heading
from inventory.services.importing.rows import GRADES
from inventory.services.importing.texts import about_row

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# More than anybody corrects by hand; the counts on the page say how many there are.
MOST_FAULTS = 20_000
# What people typed is text, whatever it begins with: no cell of ours is ever a formula or a link.
PLAIN = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}


def template() -> bytes:
    """The headings, one example row each for goods with and without lot, and the rules."""
    chinese = (get_language() or "").startswith("zh")
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, PLAIN) as book:
        bold = book.add_format({"bold": True, "bg_color": "#E8EEF7"})
        text = book.add_format({"num_format": "@"})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet(_("Stock"))
        for number, (column, title) in enumerate(
            zip(COLUMNS, heading(chinese=chinese), strict=True)
        ):
            kind = {"produced_on": day, "expires_on": day, "qty": None}.get(column.field, text)
            sheet.set_column(number, number, 16, kind)
            sheet.write_string(0, number, title, bold)
        sheet.freeze_panes(1, 0)
        sheet.data_validation(
            1, FIELDS.index("grade"), 200_000, FIELDS.index("grade"),
            {"validate": "list", "source": list(GRADES)},
        )  # fmt: skip
        sheet.data_validation(
            1, FIELDS.index("qty"), 200_000, FIELDS.index("qty"),
            {"validate": "integer", "criteria": ">=", "value": 1},
        )  # fmt: skip
        rules = book.add_worksheet(_("How to fill in"))
        rules.set_column(0, 0, 100)
        for number, rule in enumerate(_rules()):
            rules.write_string(number, 0, rule)
    return out.getvalue()


def _rules() -> list[str]:
    return [
        _("One row for each cell: warehouse, location, SKU, lot, grade and owner."),
        _("Columns with a star must be filled in."),
        _("The quantity is a whole number of base units (pieces, or grams)."),
        _("Days are written as 2026-01-31."),
        _("The grade is ZP (good), CC (defective), JS or XS; an empty one is ZP."),
        _("The owner may stay empty: then the goods are your own."),
    ]


def fault_workbook(import_id: int) -> bytes:
    """The rows at fault as they were sent, each with what is wrong and what to do."""
    found = StockImport.objects.get(pk=import_id)
    faults: defaultdict[int, list[str]] = defaultdict(list)
    for fault in import_faults(import_id, limit=MOST_FAULTS):
        label = f"{LABELS[fault.column]}: " if fault.column in LABELS else ""
        hint = f" ({fault.there})" if fault.there else ""
        faults[fault.row].append(f"{label}{about_row(fault.code)}{hint}")
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {**PLAIN, "constant_memory": True}) as book:
        bold = book.add_format({"bold": True})
        sheet = book.add_worksheet(_("Rows at fault"))
        labels = [str(LABELS[name]) if name in LABELS else "" for name in found.header]
        for number, title in enumerate([_("Row"), _("What is wrong"), *labels]):
            sheet.write_string(0, number, title, bold)
        for line, (row, cells) in enumerate(_sent(found, set(faults)), 1):
            sheet.write_number(line, 0, row)
            sheet.write_string(line, 1, "\n".join(faults[row]))
            for number, text in enumerate(cells[:100], 2):
                sheet.write_string(line, number, text[:32_000])
    return out.getvalue()


def _sent(found: StockImport, wanted: set[int]) -> list[tuple[int, list[str]]]:
    """These rows as they were sent."""
    rows: list[tuple[int, list[str]]] = []
    for block in ImportBlock.objects.filter(stock_import=found).order_by("number").iterator(20):
        told = orjson.loads(zlib.decompress(bytes(block.content)))
        numbered = enumerate(told, block.first_row)
        rows += [(number, cells) for number, cells in numbered if number in wanted]
    return rows
