"""Undo: what can be taken back is done at once, and the next page offers the way back.

The offer is one more form of the same person to the same service, so undoing is checked, booked
and audited like doing. It waits in the session for the next page and is shown once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

_KEPT = "undo"
SECONDS = 8


def offer_undo(request: HttpRequest, *, text: str, url: str, fields: Mapping[str, str]) -> None:
    """Say what was done on the next page, with a button that posts `fields` to `url`."""
    request.session[_KEPT] = {"text": text, "url": url, "fields": dict(fields)}


def take_undo(request: HttpRequest) -> dict[str, Any] | None:
    """The offer that waits, once."""
    session = getattr(request, "session", None)
    if session is None or _KEPT not in session:
        return None
    offer: dict[str, Any] = session.pop(_KEPT)
    return offer | {"seconds": SECONDS}
