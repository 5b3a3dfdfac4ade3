"""What a correction refuses, in words for people."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from org.coded import CodedRefusal

SENTENCES = {
    "not_allowed": _("You may not correct stock here."),
    "unknown_warehouse": _("There is no such warehouse among yours."),
    "unknown_location": _("There is no such location in this warehouse."),
    "unknown_sku": _("There is no such SKU, or it is a kit: correct its parts."),
    "lot_missing": _("This SKU is kept by lot: say which lot it is."),
    "unknown_lot": _("This SKU has no such lot."),
    "no_lines": _("Type what you counted, or by how much it differs, in at least one row."),
    "too_many_lines": _("At most 200 rows at once."),
    "same_cell_twice": _("The same place, SKU and lot stands there twice."),
    "bad_quantity": _("This must be a whole number."),
    "below_zero": _("There are not that many: nothing can be below zero."),
    "nothing_changes": _("Nothing would change: the books say the same."),
    "unknown_reason": _("Choose a reason."),
    "note_missing": _("Say in the note what it was."),
    "serials_missing": _("Name each piece you found: as many serial numbers as pieces."),
    "key_reused": _("This form was sent before with other content. Open it anew."),
}


class CorrectionRefused(CodedRefusal):
    """Nothing was booked and nobody was asked; `line` counts from 0 when one is to blame."""

    sentences = SENTENCES

    def __init__(self, code: str, *, line: int | None = None) -> None:
        super().__init__(code)
        self.line = line
