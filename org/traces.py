"""What belongs together in the log: one request, or one task, with all it rang for.

Bound names stand in every line that is logged meanwhile, whoever logs it. Only names of documents
and of who acts are bound, never what a person typed.
"""

from __future__ import annotations

import re
import uuid

import structlog

HEADER = "X-Request-ID"
_GOOD = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{7,63}$")


def begin(told: str = "", **names: str) -> str:
    """Forget what was before and bind the id of this request; gives it.

    Args:
        told: the id that came with the request; one that is missing or not 8 to 64 letters,
            digits, dots, dashes or underscores is replaced by a new one.
        names: more to bind, such as `task`.
    """
    request_id = told if _GOOD.match(told) else uuid.uuid4().hex
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request_id, **names)
    return request_id


def bind(**names: str) -> None:
    """Bind more names; empty ones are left out."""
    structlog.contextvars.bind_contextvars(**{name: each for name, each in names.items() if each})


def request_id() -> str:
    """The id of what is going on here; empty outside of requests and tasks."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


def end() -> None:
    """Forget what was bound."""
    structlog.contextvars.clear_contextvars()
