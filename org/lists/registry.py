"""Lists by their key. The settings name them: an address is no licence to read anything."""

from __future__ import annotations

from importlib import import_module
from typing import Any, cast

from django.conf import settings

from org.lists.specs import ListSpec, UnknownList


def list_of(key: str) -> ListSpec[Any]:
    """The list behind a key of `settings.LISTS`.

    Raises:
        UnknownList: the settings do not name it.
    """
    try:
        module, _colon, name = settings.LISTS[key].partition(":")
    except KeyError:
        raise UnknownList(key) from None
    return cast(ListSpec[Any], getattr(import_module(module), name))
