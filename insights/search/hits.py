"""What a search gives. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Hit:
    """Something found: what it is called, what it is, its page, and whether it was named whole."""

    title: str
    detail: str
    url: str
    exact: bool = False


@dataclass(frozen=True)
class Group:
    """Hits of one kind."""

    kind: str
    label: str
    hits: tuple[Hit, ...]


def in_order(groups: Sequence[Group]) -> list[Group]:
    """Groups that found anything; those with an exact hit go first."""
    found = [group for group in groups if group.hits]
    return sorted(found, key=lambda group: not any(hit.exact for hit in group.hits))


def jump_of(groups: Sequence[Group]) -> str:
    """Where a scanned code leads: the page of the only thing that is called exactly so."""
    exact = {hit.url for group in groups for hit in group.hits if hit.exact}
    return exact.pop() if len(exact) == 1 else ""
