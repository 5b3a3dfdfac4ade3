"""Addresses of the lists behind the numbers."""

from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse


def address(route: str, **query: str) -> str:
    """The address of a page narrowed by its own parameters; empty while no such page is open."""
    try:
        page = reverse(route)
    except NoReverseMatch:
        return ""
    return f"{page}?{urlencode(query)}" if query else page
