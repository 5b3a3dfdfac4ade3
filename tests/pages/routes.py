"""Every route of the house: who may open it, and how a test opens it.

`EVERYBODY` needs no sign-in, `SIGNED_IN` any person; else it is a permission code.
`MACHINE` routes answer programs, not people: their own tests show whom they turn away.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

EVERYBODY = "everybody"
SIGNED_IN = "signed in"
MACHINE = "machine"


@dataclass(frozen=True)
class Route:
    """One route; `args` builds what it needs and gives the arguments of its address.

    `is_page` is False for routes that only take a form: a GET answers 405 to whoever may post.
    `speaks_json` is the method of a route for programs that has a permission like a page: its
    answers are JSON, strangers get 401 and nobody is sent anywhere.
    """

    permission: str
    args: Callable[[], list[Any]] = list
    is_page: bool = True
    # Answers a file that somebody attached, not a page of ours.
    is_file: bool = False
    speaks_json: str = ""
    # Whoever has this one may too.
    also: str = ""

    def opens_for(self, codes: Collection[str]) -> bool:
        """True when somebody with these permissions may."""
        return self.permission == SIGNED_IN or bool({self.permission, self.also} & set(codes))


def routes_of_the_house() -> dict[str, str]:
    """Name and pattern of every route but the admin's own; unnamed ones go by their pattern."""
    return dict(_walk(get_resolver(), ""))


def _walk(resolver: URLResolver, prefix: str) -> Iterator[tuple[str, str]]:
    for entry in resolver.url_patterns:
        pattern = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield entry.name or pattern, pattern
        elif entry.namespace != "admin":
            yield from _walk(entry, pattern)
