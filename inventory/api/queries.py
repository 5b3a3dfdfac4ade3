"""Reading the parameters of a question about stock; things are named by code."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from rest_framework.request import Request

from inventory import selectors as stock
from inventory.api.codes import Codes, handle
from inventory.models.books import Grade
from org.api import shapes
from org.api.faults import Fault, Faulty
from org.api.queries import MOST, Query
from org.scope import Scope


class StockQuery(Query):
    """The parameters of one question; things are named by code. The first fault is raised.

    Raises:
        Faulty: unknown_field for a parameter that the question does not know.
    """

    def __init__(self, request: Request, scope: Scope, known: Collection[str]) -> None:
        super().__init__(request, known)
        self.scope = scope
        self.codes = Codes(scope)
        for name in ("sku", "warehouse", "location"):
            if name in known:
                self.codes.gather({name: self.given.getlist(name)})
        self.codes.find()

    def _ids(self, name: str, known: Any) -> list[int]:
        found = []
        for each in self.given.getlist(name)[:MOST]:
            one = known.get(handle(name, each))
            if one is None:
                raise Faulty(Fault(code=f"unknown_{name}", field=name, asked=each))
            found.append(one)
        return found

    def skus(self) -> list[int] | None:
        """The SKUs named, or None for all."""
        return self._ids("sku", self.codes.skus) or None

    def houses(self) -> list[int]:
        """The warehouses named, or all of the caller's."""
        named = self._ids("warehouse", self.codes.warehouses)
        return named or [view.id for view in stock.warehouses(scope=self.scope, active=False)]

    def some_houses(self) -> list[int] | None:
        """The warehouses named, or None."""
        return self._ids("warehouse", self.codes.warehouses) or None

    def needed(self, name: str) -> int:
        """One SKU or warehouse that must be named."""
        known = {"sku": self.codes.skus, "warehouse": self.codes.warehouses}[name]
        found = self._ids(name, known)
        if not found:
            raise Faulty(Fault(code="missing_field", field=name))
        return found[0]

    def grade(self, otherwise: str = "ZP") -> str:
        """A grade."""
        return str(self.read("grade", shapes.word(*Grade.values)) or otherwise)

    def owner(self, otherwise: str = "SELF") -> str:
        """An owner of goods."""
        return self.text("owner", 32) or otherwise
