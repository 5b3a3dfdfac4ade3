"""What a transfer travels in: a transit warehouse for the company, a truck for each transfer."""

from __future__ import annotations

from django.db import connection

from inventory.models import Location, Warehouse
from inventory.requests import Refused
from inventory.services.masters import add_location, add_warehouse, clean_code
from org import selectors as org
from org.scope import Scope

TRANSIT = "TRANSIT"
# As long as the column that keeps a location's code.
CODE_LENGTH = 32


class NoHeadOffice(RuntimeError):
    """The company has no head office yet, so nobody answers for what is on the way."""


def _code(document: str) -> str:
    """The truck's code is the document itself, so that the audit can hold them together.

    Raises:
        Refused: bad_request, when no location can have this code.
    """
    if not document or clean_code(document) != document or len(document) > CODE_LENGTH:
        raise Refused("bad_request", field="document", document=document)
    return document


def truck(*, document: str) -> int:
    """The id of the location that the transfer's goods travel in; made when it is new.

    Posts nothing: the caller's transaction may go on to load it. The transit warehouse is the
    company's first one of that kind, else made at the head office.

    Raises:
        NoHeadOffice: there is no unit to keep the transit warehouse.
        Refused: bad_request for a document that is no code of a place (upper case, 32 letters).
    """
    assert connection.in_atomic_block
    house = (
        Warehouse.objects.filter(kind=Warehouse.Kind.TRANSIT)
        .order_by("id")
        .values_list("id", flat=True)
        .first()
    )
    if house is None:
        units = org.units(scope=Scope.everything())
        office = next((unit.id for unit in units if unit.kind == "HEAD_OFFICE"), None)
        if office is None:
            raise NoHeadOffice
        house = add_warehouse(
            code=TRANSIT, name="在途", unit_id=office, kind=Warehouse.Kind.TRANSIT
        )
    return add_location(warehouse_id=house, code=_code(document), kind=Location.Kind.TRUCK)


def trucks(*, documents: list[str]) -> dict[str, int]:
    """The locations of transfers that have set out: {document: location id}."""
    rows = Location.objects.filter(kind=Location.Kind.TRUCK, code__in=documents)
    return dict(rows.values_list("code", "id"))
