"""Why a report was not taken."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from org.coded import CodedRefusal

SENTENCES = {
    "not_allowed": _("You may not do this here."),
    "unknown_warehouse": _("There is no such warehouse among yours."),
    "unknown_location": _("There is no such location in this warehouse."),
    "unknown_goods": _("Nobody knows this SKU or barcode."),
    "unknown_lot": _("This SKU has no such lot."),
    "lot_missing": _("Name the lot: this is about one lot."),
    "place_missing": _("Say where: the warehouse and the location."),
    "qty_missing": _("Say how many units."),
    "sample_too_large": _("The sample is larger than what it is taken from."),
    "parts_wrong": _("Passed and failed units together are not the inspected quantity."),
    "reference_missing": _("Give the number of the report."),
    "unknown_inspection": _("There is no such inspection among yours."),
    "decided_already": _("The result of this inspection is written already."),
    "unknown_state": _("There is no such customs state."),
    "declaration_missing": _("Give the number of the declaration."),
    "nothing_changed": _("The lot has this state already."),
    "why_missing": _("Say why."),
    "supplier_missing": _("Name the supplier as it stands on its lots."),
    "unknown_supplier": _("No lot has this supplier."),
    "limit_wrong": _("A limit is a whole number of units, from 0 to 1,000,000,000."),
    "no_limit": _("There is no limit that could be taken away."),
    "blocked_already": _("This supplier is blocked already."),
    "not_blocked": _("This supplier is not blocked."),
    "unknown_incident": _("There is no such leak among yours."),
    "mended_already": _("This leak is mended already."),
    "name_missing": _("Give the promotion a name of at most 80 characters."),
    "bad_times": _("A promotion closes after it opens, and not in the past."),
    "no_lines": _("Name at least one SKU with its units."),
    "line_twice": _("The same SKU of the same warehouse stands there twice."),
    "bad_line": _("A line is a SKU, a warehouse and whole units, such as SKU-100, WH-SH, 40."),
    "bad_file": _("This is no workbook, or larger than 5 MB."),
    "unknown_shop": _("Shops are named by their numbers, separated by commas."),
    "too_many_lines": _("A promotion has at most 5,000 lines."),
    "unknown_promotion": _("There is no such promotion."),
    "over_already": _("This promotion is over already."),
    "started_already": _("This promotion has begun: close it instead."),
    "unknown_event": _("There is no event of this kind that people tell."),
    "event_missing": _("Say what happened, in the word that the rule waits for."),
    "event_wrong": _("The rules cannot read this event: look at its figures again."),
    "dose_missing": _("Say for how many minutes, or which dose."),
    "nothing_to_take": _("This lot is not frozen for its date."),
}


class ReportRefused(CodedRefusal):
    """Nothing was changed. `code` is stable, `field` names what was wrong, `line` counts from 1."""

    sentences = SENTENCES

    def __init__(self, code: str, *, field: str = "", line: int | None = None) -> None:
        super().__init__(code, field)
        self.line = line
