"""What a transfer travels in: a transit warehouse for the company, a truck for each transfer."""

from __future__ import annotations

import hashlib

from django.db import connection

from inventory.models import Location, Warehouse
from inventory.services.masters import add_location, add_warehouse, clean_code
from org import selectors as org
from org.scope import Scope

TRANSIT = "TRANSIT"
# As long as the column that keeps a location's code.
CODE_LENGTH = 32
DIGEST_LENGTH = 8


class NoHeadOffice(RuntimeError):
    """The company has no head office yet, so nobody answers for what is on the way."""


def truck_code(document: str) -> str:
    """The code of a transfer's truck: the document, or its beginning and a digest if long."""
    code = clean_code(document)
    if len(code) <= CODE_LENGTH:
        return code
    digest = hashlib.sha256(code.encode()).hexdigest()[:DIGEST_LENGTH].upper()
    return f"{code[: CODE_LENGTH - DIGEST_LENGTH - 1]}-{digest}"


def truck(*, document: str) -> int:
    """The id of the location that the transfer's goods travel in; made when it is new.

    Posts nothing: the caller's transaction may go on to load it. The transit warehouse is the
    company's first one of that kind, else made at the head office.

    Raises:
        NoHeadOffice: there is no unit to keep the transit warehouse.
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
    return add_location(warehouse_id=house, code=truck_code(document), kind=Location.Kind.TRUCK)


def trucks(*, documents: list[str]) -> dict[str, int]:
    """The locations of transfers that have set out: {document: location id}."""
    codes = {truck_code(document): document for document in documents}
    rows = Location.objects.filter(kind=Location.Kind.TRUCK, code__in=codes)
    return {codes[code]: pk for pk, code in rows.values_list("id", "code")}
