"""How log lines look: one JSON object each, with what is bound in `org.traces`, without people.

Of an error the log says its kind and where it came from, not its text: the text of a database
error quotes whole rows.
"""

from __future__ import annotations

import logging
import re
import traceback
from typing import Any

import orjson
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

# How many places of an error's way are told, the innermost last.
FRAMES = 12
# Mobile numbers of mainland China and addresses of mail.
_PHONE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}(?!\d)")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")


def _where(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Errors as kind and places; causes after each other."""
    raised = line.pop("exc_info", None)
    error = _error_in(raised)
    told: list[dict[str, Any]] = []
    while error is not None and len(told) < 5:
        frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
        places = [f"{each.filename}:{each.lineno} {each.name}" for each in frames]
        told.append({"kind": type(error).__qualname__, "at": places})
        error = error.__cause__ or error.__context__
    if told:
        line["error"] = told
    return line


def _error_in(raised: Any) -> BaseException | None:
    found = raised[1] if isinstance(raised, tuple) else raised
    return found if isinstance(found, BaseException) else None


def without_people(text: str) -> str:
    """The text with telephone numbers and addresses of mail blacked out."""
    return _MAIL.sub("[mail]", _PHONE.sub("[phone]", text))


def _blacken(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    return {
        name: without_people(value) if isinstance(value, str) and name != "request_id" else value
        for name, value in line.items()
    }


def _as_json(_logger: WrappedLogger, _method: str, line: EventDict) -> str:
    return orjson.dumps(line, default=str).decode()


def _record_only(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Without what the formatter keeps for itself."""
    record = line.pop("_record", None)
    line.pop("_from_structlog", None)
    if isinstance(record, logging.LogRecord):
        line["logger"] = record.name
        line["level"] = record.levelname.lower()
        # What was given as `extra={"facts": {...}}`.
        line.update(getattr(record, "facts", {}))
    return line


SHAPED: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


def settings(*, form: str, level: str) -> dict[str, Any]:
    """Django's LOGGING.

    Args:
        form: "json", or "line" for a reader at a terminal (with whole tracebacks).
        level: of what is not named below.
    """
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": SHAPED,
                "processors": [_record_only, _where, _blacken, _as_json],
            },
        },
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": "line" if form == "line" else "json",
            }
        },
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "httpx": {"level": "WARNING"},
            # It writes names as typed, and people type passwords there.
            "axes": {"level": "ERROR"},
            "celery.app.trace": {"level": "WARNING"},
            # One line for every doorbell is no news.
            "celery.worker.strategy": {"level": "WARNING"},
            # Each request has its own line already (`config.watching`).
            "django.request": {"level": "ERROR"},
        },
    }
