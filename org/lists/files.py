"""What goes into files for people: every text neutralised, every value in one form.

A spreadsheet takes a text that begins with "=", "+", "-" or "@" for a formula and may run it
(https://owasp.org/www-community/attacks/CSV_Injection). `guarded` is the one place that prevents
it, for every export and error file of the house; `unguarded` undoes it where such a file comes
back as an import.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from org.lists.specs import Plain

GUARD = "'"
# ASCII and full-width signs that begin a formula; a tab or line break hides one.
DANGEROUS = frozenset("=+-@\t\r\n＝＋－＠")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
# A cell of a workbook holds no more (support.microsoft.com, "Excel specifications and limits").
LONGEST_CELL = 32_000
# What people typed is text: no cell of ours is ever a formula or a link.
PLAIN_BOOK = {"strings_to_formulas": False, "strings_to_urls": False}
EXACT = 2**53


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula, whatever somebody typed."""
    first = text.lstrip(" \u00a0\u3000\ufeff")[:1]
    return f"{GUARD}{text}" if first in DANGEROUS and first else text


def unguarded(text: str) -> str:
    """The text before it was guarded."""
    return text[1:] if text[:1] == GUARD and guarded(text[1:]) == text else text


def cell_value(value: Plain) -> Any:
    """A value as a file holds it: numbers stay numbers, times are local, texts are guarded."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Decimal):
        return {"d": str(value)}
    if isinstance(value, int):
        return value if abs(value) < EXACT else str(value)
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return int(value.total_seconds())
    return guarded(value.replace("\x00", ""))


def csv_text(rows: Iterable[Sequence[Any]]) -> str:
    """Rows of cell values as CSV."""
    out = io.StringIO()
    sheet = csv.writer(out, lineterminator="\r\n")
    sheet.writerows([each["d"] if isinstance(each, dict) else each for each in row] for row in rows)
    return out.getvalue()


def write_row(sheet: Any, line: int, row: Sequence[Any], form: Any = None) -> None:
    """One row of cell values into a worksheet."""
    for column, value in enumerate(row):
        if isinstance(value, dict):
            sheet.write_number(line, column, float(Decimal(value["d"])), form)
        elif isinstance(value, int):
            sheet.write_number(line, column, value, form)
        else:
            sheet.write_string(line, column, str(value)[:LONGEST_CELL], form)
