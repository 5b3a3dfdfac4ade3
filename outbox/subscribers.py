"""Who hears which news, as `settings.NEWS` and `settings.DOORBELLS` say."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Protocol, cast

from django.conf import settings


class Handler(Protocol):
    """Hears news inside the delivering transaction: database only, safe to run twice."""

    def __call__(self, *, keys: list[str]) -> None: ...


class UnknownTopic(LookupError):
    """The topic is missing in the settings; a misspelt topic must not be silence."""

    code = "unknown_topic"


class UnknownHandler(LookupError):
    """The settings no longer name this handler."""

    code = "unknown_handler"


def handlers_of(topic: str) -> Sequence[str]:
    """The handlers of a topic, `module:function` each.

    Raises:
        UnknownTopic: the topic is not a key of `settings.NEWS`.
    """
    try:
        return settings.NEWS[topic]
    except KeyError:
        raise UnknownTopic(f"settings.NEWS has no topic {topic!r}") from None


def doorbells_of(topic: str) -> Sequence[str]:
    """The Celery task names that look for work when the topic rings.

    Raises:
        UnknownTopic: the topic is not a key of `settings.DOORBELLS`.
    """
    try:
        return settings.DOORBELLS[topic]
    except KeyError:
        raise UnknownTopic(f"settings.DOORBELLS has no topic {topic!r}") from None


def known_handlers() -> list[str]:
    """Every handler of every topic, once, sorted."""
    return sorted({handler for handlers in settings.NEWS.values() for handler in handlers})


def handler_named(name: str) -> Handler:
    """The function behind `module:function`.

    Only names in the settings are imported: a row or a message is no licence to call anything.

    Raises:
        UnknownHandler: the settings do not name it.
    """
    if name not in known_handlers():
        raise UnknownHandler(name)
    module, _, function = name.partition(":")
    return cast(Handler, getattr(import_module(module), function))
