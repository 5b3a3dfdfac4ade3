"""Work that waits on the floor, warehouse by warehouse."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from insights.panels.figures import Figure
from insights.routes import address
from inventory import selectors as stock
from org import roles
from org.scope import Scope
from wms import selectors as floor
from wms.models import Fulfilment, Parcel


@dataclass(frozen=True)
class Station:
    """Where a state is worked on: its heading, page, who may open it, and how loud it is."""

    label: str | Promise
    route: str
    permission: str
    tone: str = ""
    by_state: bool = False


# In the order the goods walk.
STATIONS = {
    "RELEASED": Station(_("To pick"), "pick", roles.FLOOR_PICK, "info"),
    "PICKING": Station(_("Being picked"), "pick", roles.FLOOR_PICK),
    "PICKED": Station(_("To check"), "floor", roles.FLOOR_PICK, "info", by_state=True),
    "CHECKED": Station(_("To pack"), "floor", roles.FLOOR_PICK, "info", by_state=True),
    "PACKED": Station(_("To ship"), "ship", roles.FLOOR_SHIP, "info"),
    "SHORT": Station(_("Short"), "floor", roles.FLOOR_PICK, "bad", by_state=True),
    "INTERCEPTING": Station(_("To put back"), "put-back", roles.FLOOR_PICK, "warn"),
}


@dataclass(frozen=True)
class FloorOfWarehouse:
    """One warehouse: a figure for each station, and the parcels that left today."""

    name: str
    figures: list[Figure]
    shipped_today: int


def floor_work(
    *, scope: Scope, today: datetime, permissions: Collection[str]
) -> list[FloorOfWarehouse]:
    """Every warehouse with work or parcels today. Three statements.

    Args:
        scope: whose warehouses.
        today: when the day began.
        permissions: what the reader may do; figures lead only where they may go.
    """
    waiting = scope.limit(
        Fulfilment.objects.filter(state__in=floor.ON_FLOOR), "warehouse__unit"
    ).values_list("warehouse_id", "state")
    counts: dict[tuple[int, str], int] = {
        (warehouse, str(state)): total
        for warehouse, state, total in waiting.annotate(total=Count("id"))
    }
    left = scope.limit(Parcel.objects.filter(shipped_at__gte=today), "fulfilment__warehouse__unit")
    shipped = dict(left.values_list("fulfilment__warehouse_id").annotate(total=Count("id")))
    busy = {warehouse for warehouse, _state in counts} | set(shipped)
    return [
        FloorOfWarehouse(
            name=house.name,
            figures=[
                _figure(state, station, counts.get((house.id, state), 0), house.code, permissions)
                for state, station in STATIONS.items()
            ],
            shipped_today=shipped.get(house.id, 0),
        )
        for house in stock.warehouses(scope=scope, active=False)
        if house.id in busy
    ]


def _figure(
    state: str, station: Station, value: int, warehouse: str, permissions: Collection[str]
) -> Figure:
    query = {"state": state} if station.by_state else {}
    may = station.permission in permissions
    return Figure(
        label=str(station.label),
        value=value,
        url=address(station.route, warehouse=warehouse, **query) if may else "",
        tone=station.tone,
    )
