"""Workbooks that people get: the template to fill in, and the rows that were not taken."""

from __future__ import annotations

import io
import zlib
from collections import defaultdict
from collections.abc import Iterator

import orjson
import xlsxwriter
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from org.importing.checking import blocks_of
from org.importing.kinds import ImportKind
from org.importing.texts import about_row
from org.lists.files import PLAIN_BOOK, guarded
from org.models import Import, ImportRows
from org.selectors.imports import import_faults

# More than anybody corrects by hand; the counts on the page say how many there are.
MOST_FAULTS = 20_000
LAST_LINE = 200_000


def template(kind: ImportKind) -> bytes:
    """The headings with drop-downs, an example row, and the rules on a second sheet."""
    chinese = (get_language() or "").startswith("zh")
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {**PLAIN_BOOK, "in_memory": True}) as book:
        bold = book.add_format({"bold": True, "bg_color": "#E8EEF7"})
        pale = book.add_format({"italic": True, "font_color": "#606B78", "num_format": "@"})
        text = book.add_format({"num_format": "@"})
        sheet = book.add_worksheet(str(kind.title)[:31])
        for at, column in enumerate(kind.columns):
            title = column.names[0] if chinese else str(column.label)
            sheet.set_column(at, at, max(12, 2 * len(title)), text)
            sheet.write_string(0, at, title + ("*" if column.required else ""), bold)
            if column.choices:
                sheet.data_validation(
                    1, at, LAST_LINE, at, {"validate": "list", "source": list(column.choices)}
                )
        sheet.freeze_panes(1, 0)
        rules = book.add_worksheet(_("How to fill in"))
        rules.set_column(0, len(kind.columns), 18)
        lines = [_("Columns with a star must be filled in."), *map(str, kind.rules)]
        for number, line in enumerate(lines):
            rules.write_string(number, 0, line)
        rules.write_string(len(lines) + 1, 0, _("For example:"), bold)
        for at, column in enumerate(kind.columns):
            title = column.names[0] if chinese else str(column.label)
            rules.write_string(len(lines) + 2, at, title, bold)
            rules.write_string(len(lines) + 3, at, column.example, pale)
    return out.getvalue()


def fault_workbook(found: Import, kind: ImportKind) -> bytes:
    """The rows at fault as they were sent, each with what is wrong and what to do."""
    faults: defaultdict[int, list[str]] = defaultdict(list)
    for fault in import_faults(found.pk, limit=MOST_FAULTS):
        label = f"{kind.label(fault.column)}: " if fault.column else ""
        hint = f" ({fault.there})" if fault.there else ""
        faults[fault.row].append(f"{label}{about_row(kind, fault.code)}{hint}")
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {**PLAIN_BOOK, "constant_memory": True}) as book:
        bold = book.add_format({"bold": True})
        sheet = book.add_worksheet(_("Rows at fault"))
        for at, title in enumerate([*found.headings, _("Row"), _("What is wrong")]):
            sheet.write_string(0, at, str(title), bold)
        width = len(found.headings)
        for line, (row, cells) in enumerate(_sent(found, set(faults)), 1):
            for at, told in enumerate(cells[:width]):
                sheet.write_string(line, at, guarded(told)[:32_000])
            sheet.write_number(line, width, row)
            sheet.write_string(line, width + 1, "\n".join(faults[row]))
    return out.getvalue()


def _sent(found: Import, wanted: set[int]) -> Iterator[tuple[int, list[str]]]:
    """These rows as they were sent."""
    for block in blocks_of(found):
        for number, cells in enumerate(
            orjson.loads(zlib.decompress(block.content)), block.first_row
        ):
            if number in wanted:
                yield number, cells


def first_rows(found: Import, *, count: int) -> list[tuple[int, list[str]]]:
    """The first rows as they were sent, for a look at the columns."""
    block = ImportRows.objects.filter(of=found).order_by("number").first()
    if block is None:
        return []
    rows = orjson.loads(zlib.decompress(block.content))
    numbered = enumerate(rows, block.first_row)
    return [(number, row) for number, row in numbered if any(map(str.strip, row))][:count]
