"""Tables of pages as files."""

from __future__ import annotations

import io
from collections.abc import Sequence

import xlsxwriter
from django.http import Http404, HttpResponse

from org.lists.files import CSV, PLAIN_BOOK, XLSX, cell_value, csv_text, write_row
from org.lists.specs import Plain


def as_file(table: Sequence[Sequence[Plain]], *, name: str, kind: str) -> HttpResponse:
    """A table (headings first) as "csv" or "xlsx", every text neutralised.

    Raises:
        Http404: another kind.
    """
    if kind not in ("csv", "xlsx"):
        raise Http404
    rows = [[cell_value(value) for value in row] for row in table]
    body = _book(rows) if kind == "xlsx" else csv_text(rows).encode("utf-8-sig")
    return HttpResponse(
        body,
        content_type=XLSX if kind == "xlsx" else CSV,
        headers={"Content-Disposition": f'attachment; filename="{name}.{kind}"'},
    )


def _book(rows: Sequence[Sequence[object]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, **PLAIN_BOOK}) as book:
        sheet = book.add_worksheet()
        for line, row in enumerate(rows):
            write_row(sheet, line, row)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, max(len(rows[0]) - 1, 0), 16)
    return out.getvalue()
