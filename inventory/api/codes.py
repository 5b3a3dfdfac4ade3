"""What a body names by code or id, found with a constant number of statements.

Everything is looked up inside the caller's scope: what lies outside looks like what never was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from inventory.selectors import reach
from inventory.services.masters import clean_code
from org.scope import Scope

# Field names, whatever object they stand in.
NAMED = {
    "sku": "sku",
    "warehouse": "warehouse", "from_warehouse": "warehouse", "to_warehouse": "warehouse",
    "location": "location", "from_location": "location", "to_location": "location",
    "zone": "zone",
    "lot": "lot", "from_lot": "lot", "to_lot": "lot", "lots": "lot",
    "cells": "cell",
    "hold": "hold",
    "reason": "reason",
    "posting": "posting",
    "document": "document", "hold_document": "document", "draw_from": "document",
}  # fmt: skip
# More levels than the deepest command has; a body of ten thousand brackets stops here.
DEPTH = 6
MOST = 9_223_372_036_854_775_807


class Codes:
    """Ids behind what was named."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.asked: defaultdict[str, set[str | int]] = defaultdict(set)
        self.skus: reach.Known = reach.Known()
        self.warehouses: reach.Known = reach.Known()
        self.locations: reach.KnownInside = reach.KnownInside()
        self.zones: reach.KnownInside = reach.KnownInside()
        self.lots: reach.KnownInside = reach.KnownInside()
        self.cells: frozenset[int] = frozenset()
        self.holds: dict[int, reach.HoldReach] = {}
        self.documents: dict[str, list[reach.HoldReach]] = {}
        self.reasons: frozenset[str] = frozenset()
        self.postings: frozenset[int] = frozenset()

    @cached_property
    def transfers(self) -> frozenset[str]:
        """Those of the named documents that are transfers to the caller's warehouses."""
        return reach.transfers_to(_words(self.asked["document"]), scope=self.scope)

    @cached_property
    def destinations(self) -> reach.Known:
        """The named warehouses wherever they are: goods may be sent to anybody."""
        return reach.warehouses(self.asked["warehouse"], scope=Scope.everything())

    def gather(self, body: Any, depth: int = 0) -> None:
        """Note what a body names; what is no name is left for the reader to refuse."""
        if depth > DEPTH:
            return
        if isinstance(body, list):
            for each in body:
                self.gather(each, depth + 1)
        elif isinstance(body, dict):
            for name, value in body.items():
                kind = NAMED.get(name)
                if kind is None:
                    self.gather(value, depth + 1)
                else:
                    self._note(kind, value if isinstance(value, list) else [value])

    def _note(self, kind: str, values: Iterable[Any]) -> None:
        for value in values:
            named = handle(kind, value)
            if named is not None:
                self.asked[kind].add(named)

    @cached_property
    def also_needed(self) -> Mapping[int, str]:
        """Permissions that rules ask besides for letting go of their freezes, by claim.

        One statement, none where no freeze is named.
        """
        asked = import_string(settings.STOCK_ALSO_NEEDED.replace(":", "."))
        found: dict[int, str] = asked(
            [hold.id for hold in self.holds.values() if hold.role == "FREEZE"]
        )
        return found

    def find(self) -> None:
        """Look everything up; one statement or two for each kind of thing that was named."""
        ask = self.asked
        self.skus = reach.skus(ask["sku"])
        self.warehouses = reach.warehouses(ask["warehouse"], scope=self.scope)
        inside = self.warehouses.ids
        self.locations = reach.locations(ask["location"], warehouse_ids=inside)
        self.zones = reach.zones(ask["zone"], warehouse_ids=inside)
        self.lots = reach.lots(ask["lot"], sku_ids=self.skus.ids)
        self.cells = reach.cells(_ids(ask["cell"]), scope=self.scope)
        held = reach.holds(hold_ids=_ids(ask["hold"]), documents=_words(ask["document"]))
        self.holds = {hold.id: hold for hold in held}
        for hold in held:
            self.documents.setdefault(hold.document, []).append(hold)
        self.reasons = reach.reasons(_words(ask["reason"]))
        self.postings = reach.postings(_ids(ask["posting"]), scope=self.scope)


def handle(kind: str, value: Any) -> str | int | None:
    """How a thing is looked up: an id, or a code as we keep it. None for what cannot be one."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if 0 < value <= MOST else None
    if not isinstance(value, str) or not 0 < len(value) <= 64 or "\0" in value:
        return None
    if kind == "hold":
        digits = value.removeprefix("H-")
        return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 19 else None
    if kind == "document":
        return value
    return clean_code(value)


def _ids(values: set[str | int]) -> set[int]:
    return {value for value in values if isinstance(value, int)}


def _words(values: set[str | int]) -> set[str]:
    return {value for value in values if isinstance(value, str)}
