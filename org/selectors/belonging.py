"""Whose part of the company something concerns: the unit that the audit trail shows it to."""

from __future__ import annotations

from collections.abc import Collection
from posixpath import commonpath

from org.models import ApiClient, Unit
from org.places import SHOP, WAREHOUSE, of_kind
from org.selectors.people import jobs_in_force


def unit_over(unit_ids: Collection[int]) -> int | None:
    """The lowest unit that has all of these below it, or is it; None of none.

    What lies in two stores of a region is the region's; what lies in two regions, head office's.
    """
    if len(unit_ids) < 2:
        return next(iter(unit_ids), None)
    paths = Unit.objects.filter(pk__in=unit_ids).values_list("path", flat=True)
    # Every unit lies under the head office, so something is shared.
    shared = f"{commonpath(paths)}/"
    return Unit.objects.values_list("id", flat=True).get(path=shared)


def unit_of_person(person_id: int) -> int | None:
    """The unit over all the places where somebody has a role today; None without one."""
    held = jobs_in_force().filter(person_id=person_id)
    rows = list(held.values_list("unit_id", "warehouse_id", "shop_id"))
    return unit_over(
        {unit for unit, _house, _shop in rows if unit is not None}
        | _units_of(WAREHOUSE, {house for _unit, house, _shop in rows if house is not None})
        | _units_of(SHOP, {shop for _unit, _house, shop in rows if shop is not None})
    )


def unit_of_client(client_id: int) -> int | None:
    """The unit over all the places that a client works for."""
    row = ApiClient.objects.get(pk=client_id)
    units = set(row.units.values_list("id", flat=True))
    return unit_over(
        units | _units_of(WAREHOUSE, row.warehouse_ids) | _units_of(SHOP, row.shop_ids)
    )


def _units_of(kind: str, ids: Collection[int]) -> set[int]:
    """The units of these warehouses or shops, which live upstairs."""
    return {place.unit_id for place in of_kind(kind) if place.id in ids} if ids else set()
