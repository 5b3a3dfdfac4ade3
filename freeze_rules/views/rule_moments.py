"""Fixed moments in the form of a rule: as they are typed, and as they are kept."""

from __future__ import annotations

from django.utils import timezone
from django.utils.dateparse import parse_datetime


def moment_row(said: str) -> str:
    """A moment as it is typed, in the house's time zone; as it stands where it is none."""
    found = parse_datetime(said) if said[:1].isdecimal() else None
    if found is None or found.tzinfo is None:
        return said
    return f"{timezone.localtime(found):%Y-%m-%d %H:%M}"


def moment_typed(typed: str) -> str:
    """What was typed, such as 2026-12-01 09:00 here, with its time zone; the check names others."""
    try:
        found = parse_datetime(typed)
    except ValueError:
        return typed
    if found is None:
        return typed
    return (found if found.tzinfo else timezone.make_aware(found)).isoformat()
