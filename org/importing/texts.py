"""What a row fault or a refused file means, and what to do about it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from org.importing.kinds import ImportKind

FAULTS = {
    "missing_value": _("This cell is empty. Fill it in."),
    "bad_code": _("Too long, or not printable. Write the code as it is on the label."),
    "too_long": _("Too long. Shorten it."),
    "bad_number": _("Write a whole number in ordinary digits, without commas or units."),
    "bad_amount": _("Write an amount such as 12.50, without sign or currency."),
    "bad_flag": _("Write yes or no."),
    "bad_date": _("Write the day as 2026-01-31."),
    "bad_choice": _("Choose one of the words that the template offers."),
    "same_row": _("An earlier row is about the same. Keep one of them."),
}
FILES = {
    "empty_file": _("There are no rows in it."),
    "wrong_kind": _("This is neither an Excel workbook nor a CSV file."),
    "old_excel": _("This is an old or a protected workbook. Save it as .xlsx without password."),
    "broken_workbook": _("The workbook cannot be read. Open it, save it as .xlsx, try again."),
    "unclosed_quote": _("A quotation mark is not closed, near row %(there)s."),
    "bomb": _("The workbook unpacks to far more than it holds. Save it anew, or as CSV."),
    "too_wide": _("The sheet reaches too far to the right. Delete the empty columns beyond yours."),
    "too_many_merged": _("Too many cells are merged. Take the merging away, or save it as CSV."),
    "too_large": _("The file is too large. Split it, or save it as CSV."),
    "too_many_rows": _("That are too many rows (at most %(there)s). Split it, or save it as CSV."),
    "missing_columns": _("No column holds these: %(there)s. Choose a column for each."),
    "column_twice": _("Two columns are headed %(there)s."),
    "not_checked": _("The rows are still being checked."),
    "booked_already": _("This import was booked or begun already."),
    "has_faults": _("Some rows cannot be booked, and you chose all rows or none."),
    "nothing_to_book": _("None of the rows can be booked."),
    "unknown_import": _("There is no such import among yours."),
}


def about_row(kind: ImportKind, code: str) -> str:
    """What is wrong with a row, and what to do."""
    return str(kind.texts.get(code) or FAULTS.get(code) or code)


def about_file(code: str, there: Any = None) -> str:
    """Why a file, or the wish to book it, is refused."""
    text = str(FILES[code])
    return text % {"there": there} if "%(there)s" in text else text
