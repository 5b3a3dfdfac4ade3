"""Times of a page in the zone of the warehouse that it is about.

Without one they are in the house's (`TIME_ZONE`). A list that is narrowed to a warehouse
(`?warehouse=`), also its export, and every page that calls `show_times_at` or `show_zone` show
moments, and read days that are typed, in the warehouse's zone; the page names it when it is
another than the house's. Which zone a warehouse has is known upstairs (`settings.WAREHOUSE_CLOCK`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import cast
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from org.scope import Scope

PARAMETER = "warehouse"
LONGEST = 40


class HouseTime:
    """Every request begins in the house's zone, whatever the one before it asked for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer; a zone that a page asked for is gone with it."""
        with timezone.override(None):
            return self.get_response(request)


def zone_at(named: int | str, *, scope: Scope) -> str:
    """The zone of the warehouse of this id or code; empty when nobody there knows one."""
    if not named or (isinstance(named, str) and (len(named) > LONGEST or not named.isprintable())):
        return ""
    module, _colon, function = settings.WAREHOUSE_CLOCK.partition(":")
    tell = cast(Callable[..., str], getattr(import_module(module), function))
    return tell(named, scope=scope)


@contextmanager
def of_list(named: int | str, *, scope: Scope) -> Iterator[str]:
    """Read a list as on its page, narrowed to this warehouse; gives the zone, "" for ours."""
    zone = zone_at(named, scope=scope)
    with timezone.override(zone or None):
        yield zone


def show_times_at(named: int | str, *, scope: Scope) -> None:
    """The rest of this request is in the zone of the warehouse of this id or code."""
    show_zone(zone_at(named, scope=scope))


def show_list(named: int | str, *, scope: Scope) -> None:
    """The rest of this request is in the zone of the warehouse that its list is narrowed to.

    A list of several is in the house's, as its files are, whatever the page around it is about.
    """
    timezone.deactivate()
    show_times_at(named, scope=scope)


def show_zone(zone: str) -> None:
    """The rest of this request is in this zone; nothing changes for an empty one."""
    if zone:
        timezone.activate(ZoneInfo(zone))


def other_zone() -> str:
    """The zone of this page with what it is ahead of UTC, such as "Asia/Urumqi, UTC+06:00".

    Empty in the house's own: nobody needs to be told.
    """
    name = timezone.get_current_timezone_name()
    if name == settings.TIME_ZONE:
        return ""
    ahead = timezone.localtime().strftime("%z")
    return f"{name}, UTC{ahead[:3]}:{ahead[3:5]}"
