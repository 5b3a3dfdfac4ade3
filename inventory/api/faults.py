"""What is refused about stock, with the line it is about."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from inventory.requests import SENTENCES, Refused
from org.api.faults import Fault, add_texts

TEXTS = {
    "bad_key": _("Every command needs a key of 1 to 64 printable characters."),
    "unknown_sku": _("There is no such SKU."),
    "unknown_warehouse": _("There is no such warehouse among yours."),
    "unknown_location": _("There is no such location in this warehouse."),
    "unknown_zone": _("There is no such zone in this warehouse."),
    "unknown_lot": _("There is no such lot of this SKU."),
    "unknown_cell": _("There is no such cell among yours."),
    "unknown_hold": _("There is no such hold among yours."),
    "unknown_import": _("There is no such import among yours."),
    "unknown_job": _("There is no such job among yours."),
    "known_needs_occurred": _("What was known when is a question to axis=occurred only."),
    "no_commands": _("The list of commands is empty."),
    "too_many_commands": _("At most 1,000 commands at once."),
}
add_texts(TEXTS)
add_texts(SENTENCES)
# The same request can succeed later, when the stock is another: a conflict. The rest is wrong.
WRONG_AS_IT_STANDS = {
    "bad_quantity", "bad_request", "bad_dates", "unknown_reason", "unknown_posting",
    "outside_place", "key_reused", "in_the_future", "wrong_serials", "kit_has_no_stock",
    "bad_key", "bad_text", "bad_number", "bad_flag", "bad_time", "bad_choice", "bad_list",
    "bad_object",
}  # fmt: skip


def of_refusal(refused: Refused, *, item: int, skus_by_line: Sequence[int] = ()) -> Fault:
    """A refusal of the ledger, with the line it is about when that can be said."""
    said = refused.params
    line = said.get("line")
    if line is None and said.get("sku_id") in skus_by_line:
        line = list(skus_by_line).index(said["sku_id"])
    return Fault(
        code=refused.code,
        item=item,
        line=line,
        field=said.get("field"),
        asked=said.get("asked", said.get("qty")),
        there=said.get("there"),
        status=422 if refused.code in WRONG_AS_IT_STANDS else 409,
    )
