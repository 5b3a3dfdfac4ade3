"""What a row fault or a refused file means, and what to do about it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from inventory.requests import SENTENCES

FAULTS = {
    "missing_value": _("This cell is empty. Fill it in."),
    "bad_code": _("Too long, or not printable. Write the code as it is on the label."),
    "bad_grade": _("No such grade. Write ZP, CC, JS or XS."),
    "bad_quantity": _("Write a whole number from 1 in ordinary digits, without commas or units."),
    "bad_date": _("Write the day as 2026-01-31."),
    "bad_dates": _("Expires before it was produced. Correct one of the dates."),
    "lot_for_dates": _("Dates belong to a lot. Fill in the lot, or leave the dates empty."),
    "unknown_warehouse": _("There is no such warehouse among yours."),
    "unknown_sku": _("There is no such SKU. Create it first, or correct the code."),
    "sku_is_kit": _("A kit has no stock of its own. Import its parts."),
    "needs_serials": _("Goods with serial numbers are received by scanning each piece."),
    "lot_missing": _("This SKU is kept by lot. Fill in the lot."),
    "new_location": _("There is no such location yet. Tick “Create missing locations and lots”."),
    "new_lot": _("There is no such lot yet. Tick “Create missing locations and lots”."),
    "other_dates": _("The lot is known with another date. Use that, or another lot."),
    "closed_location": _("This location is not in use. Choose another."),
    "same_cell": _("The same cell stands in an earlier row. Add the two up in one row."),
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
    "missing_columns": _("These columns are missing: %(there)s. Use the template's headings."),
    "column_twice": _("Two columns are headed %(there)s."),
    "not_checked": _("The rows are still being checked."),
    "booked_already": _("This import was booked or begun already."),
    "has_faults": _("Some rows cannot be booked, and you chose all rows or none."),
    "nothing_to_book": _("None of the rows can be booked."),
    "unknown_import": _("There is no such import among yours."),
}


def about_row(code: str) -> str:
    """What is wrong with a row, and what to do."""
    return str(FAULTS.get(code) or SENTENCES.get(code) or code)


def about_file(code: str, there: Any = None) -> str:
    """Why a file, or the wish to book it, is refused."""
    text = str(FILES[code])
    return text % {"there": there} if "%(there)s" in text else text
