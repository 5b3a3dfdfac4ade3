"""What customs say of lots, in the words of the pages of stock and of the scanner."""

from __future__ import annotations

from collections.abc import Collection

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.utils.translation import ngettext as plural

from freeze_rules.selectors.reports import AtCustoms, at_customs
from inventory.selectors.lot_sayings import LotSaying, customs_of_lots

STATES = {
    "NOT_CLEARED": (gettext_lazy("Arrived, not cleared"), "warn"),
    "INSPECTING": (gettext_lazy("Under inspection"), "warn"),
    "CLEARED": (pgettext_lazy("customs", "Cleared"), "ok"),
    "REFUSED": (pgettext_lazy("customs", "Not passed"), "bad"),
}


def said_of_lots(lot_ids: Collection[int]) -> dict[int, LotSaying]:
    """State, declaration and hours from arrival to clearance; imported lots only.

    One statement where none was imported, four otherwise.
    """
    states = customs_of_lots(lot_ids)
    if not states:
        return {}
    told = {
        row.lot_id: row
        for row in at_customs(now=timezone.now(), lot_ids=list(states), limit=len(states))
    }
    return {
        lot: LotSaying(
            label=_("Customs"),
            text=str(STATES[state][0]),
            tone=STATES[state][1],
            note=_note(told.get(lot)),
        )
        for lot, state in states.items()
    }


def _note(row: AtCustoms | None) -> str:
    if row is None:
        return ""
    number = _("Declaration %(number)s") % {"number": row.declaration}
    hours = {"n": row.hours}
    if row.cleared_at is not None:
        took = plural("cleared after %(n)s hour", "cleared after %(n)s hours", row.hours) % hours
    else:
        took = plural("%(n)s hour so far", "%(n)s hours so far", row.hours) % hours
    return f"{number} · {took}"
