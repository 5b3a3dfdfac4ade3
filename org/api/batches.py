"""Many items in one body, each judged and answered by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from org.api.faults import Fault, Faulty
from org.api.shapes import Shape, Spot, Wrong

MOST_ITEMS = 1_000


@dataclass
class Item:
    """One item as it was told: what it became, what was wrong with it, what it is answered."""

    number: int
    body: Any
    made: Any = None
    faults: list[Fault] = field(default_factory=list)
    # The status and further fields of the answer, when all went well.
    status: int = 200
    answer: dict[str, Any] = field(default_factory=dict)

    def refuse(self, fault: Fault) -> None:
        """This item is not done; the others may be."""
        self.faults.append(replace(fault, item=self.number))
        self.made = None

    def shown(self) -> dict[str, Any]:
        """As JSON: item, status, errors, and what the endpoint adds."""
        head = {
            "item": self.number,
            "status": self.faults[0].status if self.faults else self.status,
            "errors": [fault.shown() for fault in self.faults],
        }
        return head if self.faults else head | self.answer


def bodies_in(request: Request, *, name: str = "items", most: int = MOST_ITEMS) -> list[Any]:
    """The items of a body `{"items": [...]}`.

    Raises:
        Faulty: bad_object, unknown_field, no_items, too_many_items.
    """
    body = request.data
    if not isinstance(body, dict):
        raise Faulty(Fault(code="bad_object", asked=body))
    others = sorted(set(body) - {name})
    if others:
        raise Faulty(Fault(code="unknown_field", field=str(others[0])[:64]))
    found = body.get(name)
    if not isinstance(found, list) or not found:
        raise Faulty(Fault(code="no_items", field=name))
    if len(found) > most:
        raise Faulty(Fault(code="too_many_items", field=name, asked=len(found), there=most))
    return found


def read_items(bodies: Sequence[Any], shape: Shape, *, codes: Any = None) -> list[Item]:
    """Each body read by itself; `made` is None where something was wrong."""
    items = []
    for number, body in enumerate(bodies):
        spot = Spot(codes, item=number)
        item = Item(number, body)
        try:
            item.made = shape.read(body, spot)
        except Wrong as wrong:
            spot.wrong(wrong.code, "", body)
        item.faults = spot.faults
        items.append(item)
    return items


def answered(items: Sequence[Item]) -> Response:
    """200 with `results`: an answer for each item, in their order."""
    return Response({"results": [item.shown() for item in items]})
