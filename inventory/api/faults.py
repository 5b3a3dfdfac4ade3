"""The one shape of an error: a stable code, a sentence, and the place it speaks of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions

from inventory.requests import SENTENCES, Refused

TEXTS = {
    "missing_field": _("This field is missing."),
    "unknown_field": _("There is no such field here."),
    "bad_text": _("This must be a text that can be printed, and not too long."),
    "bad_number": _("This must be a whole number."),
    "bad_flag": _("This must be true or false."),
    "bad_time": _("This must be a moment with its time zone, such as 2026-01-31T08:00:00+08:00."),
    "bad_date": _("This must be a day, such as 2026-01-31."),
    "bad_choice": _("This is none of the allowed words."),
    "bad_list": _("This must be a list of at most 1,000."),
    "bad_object": _("This must be an object."),
    "bad_json": _("The body is not JSON."),
    "bad_key": _("Every command needs a key of 1 to 64 printable characters."),
    "bad_cursor": _("This cursor is not one that was given out."),
    "unknown_sku": _("There is no such SKU."),
    "unknown_warehouse": _("There is no such warehouse among yours."),
    "unknown_location": _("There is no such location in this warehouse."),
    "unknown_zone": _("There is no such zone in this warehouse."),
    "unknown_lot": _("There is no such lot of this SKU."),
    "unknown_cell": _("There is no such cell among yours."),
    "unknown_hold": _("There is no such hold among yours."),
    "unknown_import": _("There is no such import among yours."),
    "unknown_job": _("There is no such job among yours."),
    "not_found": _("There is nothing at this address."),
    "not_signed_in": _("Sign in first."),
    "not_allowed": _("You may not do this here."),
    "no_commands": _("The list of commands is empty."),
    "too_many_commands": _("At most 1,000 commands at once."),
    "too_large": _("The body is too large."),
    "wrong_method": _("This address does not take that method."),
    "wrong_type": _("Send JSON."),
}
# The same request can succeed later, when the stock is another: a conflict. The rest is wrong.
WRONG_AS_IT_STANDS = {
    "bad_quantity", "bad_request", "bad_dates", "unknown_reason", "unknown_posting",
    "outside_place", "key_reused", "in_the_future", "wrong_serials", "kit_has_no_stock",
    "bad_key", "bad_text", "bad_number", "bad_flag", "bad_time", "bad_choice", "bad_list",
    "bad_object",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong. `item` and `line` count from 0; `asked` and `there` are figures or words."""

    code: str
    item: int | None = None
    line: int | None = None
    field: str | None = None
    asked: Any = None
    there: Any = None
    status: int = 422
    # The sentence, where the code alone does not make it.
    said: str = ""

    @property
    def message(self) -> str:
        """The sentence in the caller's language."""
        return self.said or str(TEXTS.get(self.code) or SENTENCES.get(self.code) or self.code)

    def shown(self) -> dict[str, Any]:
        """As JSON."""
        found = asdict(self) | {"message": self.message}
        del found["status"], found["said"]
        return found | {"asked": shown(self.asked), "there": shown(self.there)}


class Faulty(Exception):
    """The request as a whole cannot be answered."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(faults[0].code)
        self.faults = faults


def shown(value: Any) -> Any:
    """What was sent, short enough to be sent back."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list | dict):
        return type(value).__name__
    return str(value)[:100]


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


def of_exception(error: Exception) -> Fault | None:
    """What the framework refuses, in our shape; None for what is no refusal."""
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        return Fault(code="not_signed_in", status=401)
    if isinstance(error, exceptions.PermissionDenied):
        return Fault(code="not_allowed", status=403)
    if isinstance(error, exceptions.ParseError):
        return Fault(code="bad_json", status=400)
    if isinstance(error, exceptions.MethodNotAllowed):
        return Fault(code="wrong_method", status=405)
    if isinstance(error, exceptions.UnsupportedMediaType):
        return Fault(code="wrong_type", status=415)
    if isinstance(error, exceptions.NotFound | Http404):
        return Fault(code="not_found", status=404)
    return None
