"""Why the floor says no: stable codes for machines, sentences with the way out for people."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, str | Promise] = {
    "unknown_pick_list": _("There is no pick list %(number)s here. Scan the number on the list."),
    "pick_list_closed": _("Pick list %(number)s is finished. Start the next one."),
    "wrong_location": _("This is %(scanned)s. Go to %(expected)s."),
    "wrong_item": _("%(scanned)s is not wanted at %(location)s. Take %(expected)s."),
    "task_mismatch": _(
        "%(scanned)s does not belong to this step. Take %(expected)s from %(location)s."
    ),
    "task_closed": _("This step is already done. Go on with the next one."),
    "task_dropped": _("This order was stopped. Leave %(expected)s on the shelf."),
    "too_many": _("%(scanned)s would be %(qty)s, but only %(left)s are still wanted. Take fewer."),
    "invalid_quantity": _("The quantity must be a whole number from 1 to 1,000,000."),
    "unknown_task": _("There is no such step on an open pick list here."),
    "unknown_fulfilment": _(
        "There is no fulfilment %(number)s here. Scan its number or the order."
    ),
    "not_picked_yet": _("%(number)s is not picked yet: it stands at “%(state)s”."),
    "already_checked": _("%(number)s is already checked. Close the parcel."),
    "not_checked_yet": _("%(number)s is not fully checked: %(left)s pieces are missing."),
    "already_packed": _("%(number)s is already packed."),
    "stopped": _("%(number)s was stopped. Put its goods aside; they go back to the shelf."),
    "already_shipped": _("%(number)s has already been shipped."),
    "unknown_item": _("Nobody knows the code %(scanned)s. Scan the barcode on the goods."),
    "item_not_in_order": _("%(scanned)s does not belong to %(number)s. Wanted: %(expected)s."),
    "scan_serial": _("%(goods)s has serial numbers. Scan the serial number of each piece."),
    "not_by_serial": _("%(goods)s has no serial numbers. Scan its barcode."),
    "serial_is_one_piece": _(
        "A serial number is one piece. Scan each piece instead of typing a quantity."
    ),
    "unknown_serial": _(
        "Nobody knows the serial number %(scanned)s. Scan the serial number on the piece."
    ),
    "scanned_already": _("%(scanned)s was scanned already for %(number)s. Scan another piece."),
    "piece_elsewhere": _(
        "By the books %(scanned)s is at %(there)s. Leave it and scan another piece."
    ),
    "other_lot": _("%(scanned)s is of another lot. Take a piece of the lot that is asked for."),
    "piece_of_other": _("%(scanned)s was not taken for %(number)s. Scan %(expected)s."),
    "unknown_carrier": _("There is no carrier %(carrier)s in use. Choose another one."),
    "no_carrier": _("No carrier is set up. Add one and give it waybill numbers."),
    "waybills_exhausted": _("%(carrier)s has no waybill numbers left. Ask for a new range."),
    "unknown_parcel": _("There is no parcel %(number)s here. Scan the parcel or its waybill."),
    "ambiguous_parcel": _(
        "Two carriers use the waybill %(number)s. Scan the parcel number instead."
    ),
    "nothing_to_pick": _("Nothing waits to be picked in this warehouse."),
    "not_pickable": _("Nothing could be put on a pick list: %(reason)s"),
    "unknown_warehouse": _("There is no such warehouse here."),
    "no_packing_location": _("%(warehouse)s has no packing location. Set one up first."),
    "unknown_location": _("There is no location %(scanned)s in this warehouse."),
    "nothing_to_put_back": _("Nothing of %(number)s has to go back to the shelf."),
    "not_short": _("%(number)s is not short."),
    "already_taken_from": _("Goods were already taken for %(number)s. Cancel it and ask again."),
    "key_reused": _("This request was sent before with other content. Reload the page."),
    "code_unknown": _(
        "Nothing here carries the code %(scanned)s. Scan it again or type it as printed."
    ),
    "nothing_lies_here": _("Nothing lies at %(location)s. Scan the place to take from."),
    "not_here": _("%(scanned)s does not lie at %(location)s. Scan what lies here."),
    "same_place": _("The goods lie at %(location)s already. Scan the new place."),
    "being_picked": _(
        "Somebody picks from here for %(number)s. Wait for that walk, or move the goods one by one."
    ),
    "bench_stays": _(
        "%(location)s is a bench: orders lie on it. Move its goods one by one, or put orders back."
    ),
    "count_waits": _(
        "%(location)s was counted as %(number)s and waits for a lead. Scan another place."
    ),
    "counted_by_other": _("%(who)s counts %(location)s right now. Scan another place."),
    "unknown_count": _("There is no count %(number)s that waits here."),
    "count_asked": _("%(number)s waits for approval as %(approval)s. Nobody else need book it."),
    "count_moved": _(
        "What lies there has moved since %(number)s was counted. Have it counted again."
    ),
    "confirm_first": _("Confirm what is counted first, then scan other goods."),
    "nothing_counted": _("Nothing is counted yet. Scan the goods first."),
    "not_a_day": _("%(scanned)s is no day. Type it as YYYYMMDD, such as 20270131, or 0 for none."),
    "no_receiving_location": _("This warehouse has no receiving area. Scan the place to put it."),
    "nothing_to_print": _("There is nothing to print here."),
    "command_has_no_use": _("This command has no use here. Scan “help” to see what fits."),
    "worked_on_here": _(
        "%(number)s is worked on in this house (%(state)s). Only what waits to be picked can be"
        " reported as sent."
    ),
    "contents_differ": _(
        "%(number)s wants %(left)s of %(scanned)s, the parcels hold %(qty)s. Report all of it."
    ),
    "waybill_used": _("The waybill %(scanned)s was used before. Every parcel has its own."),
    "invalid_weight": _("The weight must be from 1 to 1,000,000 grams."),
}


class FloorRefused(Exception):
    """The floor says no, and nothing has changed.

    `code` is stable; `params` carry what the sentence names; `str()` is the sentence in the
    reader's language.
    """

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        return sentence(self.code, self.params)


def sentence(code: str, params: dict[str, object]) -> str:
    """The refusal in the reader's language."""
    template = str(SENTENCES[code]) if code in SENTENCES else gettext("Refused: %(code)s")
    return template % {"code": code, **params}
