"""Addresses of the lists behind the numbers."""

from urllib.parse import urlencode

from django.urls import reverse


def address(route: str, **query: str) -> str:
    """The address of a page narrowed by its own parameters."""
    return f"{reverse(route)}?{urlencode(query)}" if query else reverse(route)
