"""Excursions and readings for programs that ask."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.http import Http404
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from freeze_rules.api import sensor_shapes as said
from freeze_rules.api.sensor_shapes import number
from freeze_rules.selectors import excursions as selectors
from freeze_rules.selectors import sensors
from freeze_rules.selectors.excursions import ExcursionView, GoodsView
from org import roles
from org.api.describing import described
from org.api.endpoints import Endpoint
from org.api.faults import Fault, Faulty
from org.api.queries import Query, plain

STATES = ("OPEN", "CLOSED", "WITHDRAWN")
EXCURSION = {
    "number": str, "state": STATES, "device": str, "measure": said.MEASURES, "warehouse": str,
    "place": str, "side": ("HIGH", "LOW"), "bound": said.BOUND, "from": str, "until": str | None,
    "peak": said.NUMBER, "dose": said.NUMBER, "gap_s": int, "readings": int,
    "breached_at": str | None, "acted_at": str | None, "found_at": str, "revision": int,
    "exposed": int, "shipped": int,
}  # fmt: skip
GOODS = {
    "where": ("THERE", "MOVED", "STORE", "TRANSIT", "SHIPPED", "GONE"), "sku": str, "lot": str,
    "grade": str, "warehouse": str, "location": str, "exposed": int, "on_hand": int,
    "cannot_be_told_apart": bool, "document": str, "left_at": str | None, "hold": str | None,
    "own_dose": str | None,
}  # fmt: skip


class Excursions(Endpoint):
    """List."""

    permission = roles.STOCK_VIEW

    @described(
        "List excursions of sensors",
        takes={
            "shelf": selectors.TABS, "device": str, "before": int, "limit": int,
        },
        answer={"excursions": [EXCURSION]},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """The newest first; `shelf=open` lasting ones, `shelf=acted` those that froze goods."""
        query = Query(request, ("shelf", "device", "before", "limit"))
        rows = selectors.excursions(
            scope=self.scope(), tab=query.one_of("shelf", "all", "open", "acted"),
            device=query.text("device"), before=query.number("before"), limit=query.limit(),
        )  # fmt: skip
        return Response({"excursions": [_excursion(row) for row in rows]})


class ExcursionOne(Endpoint):
    """One, with its goods."""

    permission = roles.STOCK_VIEW

    @described(
        "Read an excursion with its goods",
        answer={
            "excursion": EXCURSION, "goods": [GOODS], "frozen": int, "value_frozen": str,
        },
        also=(404,),
    )  # fmt: skip
    def get(self, request: Request, excursion_id: int) -> Response:
        """Where the goods are that were there, and the documents with which some have left."""
        Query(request, ())
        rows = selectors.excursions(scope=self.scope(), ids=[excursion_id])
        if not rows:
            raise Http404
        held = selectors.held_for(rows[0].number, scope=self.scope())
        return Response(
            {
                "excursion": _excursion(rows[0]),
                "goods": [_goods(each) for each in selectors.goods_of(excursion_id)],
                "frozen": held.units,
                "value_frozen": str(held.cost),
            }
        )


class DeviceReadings(Endpoint):
    """What a device said."""

    permission = roles.STOCK_VIEW

    @described(
        "Read a device's curve",
        takes={"since": datetime, "until": datetime, "points": int},
        answer={
            "device": str, "sign": str,
            "curve": [{"at": str, "lowest": said.NUMBER_OR_NULL, "highest": said.NUMBER_OR_NULL}],
        },
        also=(404,),
    )  # fmt: skip
    def get(self, request: Request, code: str) -> Response:
        """After calibration, in even steps; the last day, or up to 100 days."""
        query = Query(request, ("since", "until", "points"))
        found = sensors.devices(scope=self.scope(), codes=[code])
        if not found:
            raise Http404
        until = query.moment("until") or timezone.now()
        since = query.moment("since") or until - timedelta(days=1)
        if not timedelta(0) < until - since <= timedelta(days=100):
            raise Faulty(Fault(code="bad_time", field="since"))
        points = max(1, query.number("points", 1_000) or selectors.POINTS)
        slots = selectors.curve(device_id=found[0].id, since=since, until=until, points=points)
        curve = [
            {"at": plain(each.at), "lowest": number(each.lowest), "highest": number(each.highest)}
            for each in slots
        ]
        return Response({"device": code, "sign": found[0].sign, "curve": curve})


def _excursion(view: ExcursionView) -> Mapping[str, Any]:
    return {
        "number": view.number, "state": view.state, "device": view.device,
        "measure": view.measure, "warehouse": view.warehouse_code, "place": view.place,
        "side": view.side, "bound": said.bound_shown(view.bound), "from": plain(view.started_at),
        "until": plain(view.ended_at), "peak": number(view.peak), "dose": number(view.dose),
        "gap_s": view.gap_s, "readings": view.readings, "breached_at": plain(view.breached_at),
        "acted_at": plain(view.acted_at), "found_at": plain(view.found_at),
        "revision": view.revision, "exposed": view.exposed, "shipped": view.shipped,
    }  # fmt: skip


def _goods(view: GoodsView) -> Mapping[str, Any]:
    return {
        "where": view.where, "sku": view.sku_code, "lot": view.lot_code, "grade": view.grade,
        "warehouse": view.warehouse_code, "location": view.location_code, "exposed": view.qty,
        "on_hand": view.on_hand, "cannot_be_told_apart": view.mixed, "document": view.document,
        "left_at": plain(view.left_at),
        "hold": None if view.hold_id is None else f"H-{view.hold_id}",
        "own_dose": view.dose_shown or None,
    }  # fmt: skip
