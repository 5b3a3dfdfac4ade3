"""The one shape of an error: a stable code, a sentence, and the place it speaks of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions

# Code -> sentence. Rooms add theirs by `add_texts`; together they are the published list.
TEXTS: dict[str, str | Promise] = {
    "missing_field": _("This field is missing."),
    "unknown_field": _("There is no such field here."),
    "bad_text": _("This must be a text that can be printed, and not too long."),
    "bad_number": _("This must be a whole number."),
    "bad_money": _("This must be an amount as a text, such as 128.00."),
    "bad_flag": _("This must be true or false."),
    "bad_time": _("This must be a moment with its time zone, such as 2026-01-31T08:00:00+08:00."),
    "bad_date": _("This must be a day, such as 2026-01-31."),
    "bad_choice": _("This is none of the allowed words."),
    "bad_list": _("This must be a list that is not too long."),
    "bad_object": _("This must be an object."),
    "bad_json": _("The body is not JSON."),
    "bad_cursor": _("This cursor is not one that was given out."),
    "no_items": _("The list is empty."),
    "too_many_items": _("These are too many at once."),
    "bad_request": _("This is not a request that can be read."),
    "not_found": _("There is nothing at this address."),
    "our_mistake": _("Something went wrong on our side. Tell us the X-Request-ID of this answer."),
    "not_signed_in": _("Sign in first."),
    "not_allowed": _("You may not do this here."),
    "too_large": _("The body is too large."),
    "wrong_method": _("This address does not take that method."),
    "wrong_type": _("Send JSON."),
    "bad_version": _("If-Match must carry the ETag of an earlier answer."),
    "missing_version": _("Send the ETag that you have seen in If-Match."),
    "version_moved": _("Somebody changed this in the meantime. Look at it again."),
    "key_reused": _("This key was used before with other content."),
}


def add_texts(texts: Mapping[str, str | Promise]) -> None:
    """Add a room's codes with their sentences; the first sentence of a code stays."""
    for code, sentence in texts.items():
        TEXTS.setdefault(code, sentence)


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
    # Seconds after which the same request may succeed; becomes Retry-After.
    retry_after: int | None = None

    @property
    def message(self) -> str:
        """The sentence in the caller's language."""
        return self.said or str(TEXTS.get(self.code, self.code))

    def shown(self) -> dict[str, Any]:
        """As JSON."""
        found = asdict(self) | {"message": self.message}
        del found["status"], found["said"], found["retry_after"]
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
    return str(value)[:200]


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
