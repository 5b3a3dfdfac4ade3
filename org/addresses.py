"""Addresses of pages: the state of a list is in its address, so it can be shared and reloaded.

Whatever in an address makes no sense narrows nothing: addresses are typed, cut and pasted.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

MOST_DIGITS = 17


def address_with(request: HttpRequest, **changes: str) -> str:
    """This page's address with some parameters changed; an empty value takes one away."""
    kept = {name: value for name, value in request.GET.items() if name != "drawer"} | changes
    query = urlencode({name: value for name, value in kept.items() if value})
    return f"{request.path}?{query}" if query else request.path


def number_in(asked: Mapping[str, str], name: str) -> int | None:
    """The whole number that a parameter names; None when it is missing or makes no sense."""
    text = asked.get(name, "")
    plain = text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
    return int(text) if plain else None


def day_in(asked: Mapping[str, str], name: str) -> date | None:
    """The day that a parameter names, such as 2026-11-11; None when it makes no sense."""
    try:
        day = date.fromisoformat(asked.get(name, ""))
    except ValueError:
        return None
    # A day either side must still be a day.
    return day if date.min < day < date(9999, 1, 1) else None


def words_in(asked: Mapping[str, str], name: str) -> str:
    """The search words of a parameter, tidied."""
    return " ".join(asked.get(name, "").replace("\x00", "").split())[:100]


def back_from(request: HttpRequest, otherwise: str = "/") -> str:
    """Where a form wants to go next (`next`), if that is on this site."""
    there = request.POST.get("next") or request.GET.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        there, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return there if ours else otherwise
