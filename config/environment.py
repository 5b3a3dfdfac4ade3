"""Typed readers for environment variables; a secret may come from a file (`NAME_FILE`)."""

import os
from pathlib import Path


def text(name: str, default: str = "") -> str:
    """The value of `name`, or the content of the file that `name`_FILE points to."""
    path = os.environ.get(f"{name}_FILE")
    if path:
        return Path(path).read_text(encoding="utf-8").strip()
    return os.environ.get(name, default)


def flag(name: str, *, default: bool = False) -> bool:
    """True for 1, true, yes, on (any case)."""
    raw = text(name)
    return raw.strip().lower() in {"1", "true", "yes", "on"} if raw else default


def number(name: str, default: int) -> int:
    """A whole number."""
    raw = text(name)
    return int(raw) if raw else default


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list without blanks."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]
