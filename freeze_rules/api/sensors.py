"""Sensors for programs: readings in batches; devices, bounds and quarantine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from freeze_rules.api import sensor_shapes as said
from freeze_rules.selectors import sensors as selectors
from freeze_rules.services.sensors import bounds, ingesting, quarantine, refusals, registry
from freeze_rules.services.sensors.refusals import SensorRefused
from inventory import selectors as stock
from org import roles
from org.api.batches import bodies_in
from org.api.describing import Raw, described, schema_of
from org.api.endpoints import Endpoint
from org.api.faults import Fault, Faulty, add_texts
from org.api.queries import Query, plain
from org.api.shapes import Field, Shape, listed, number, word

add_texts({**refusals.SENTENCES, **ingesting.SENTENCES})
EVERY, NOT_ACCEPTED = "all", "not_accepted"
VERDICT = {
    "item": int,
    "outcome": (ingesting.ACCEPTED, ingesting.DUPLICATE, ingesting.QUARANTINED),
    "code": str,
    "message": str,
}
READINGS = Raw(
    {
        "type": "object",
        "properties": {
            "readings": {
                "type": "array",
                "minItems": 1,
                "maxItems": ingesting.MOST_READINGS,
                "items": schema_of(said.READING),
            }
        },
        "required": ["readings"],
        "additionalProperties": False,
    }
)
EXAMPLE = {
    "readings": [
        {"device": "T-01", "at": "2026-11-22T08:00:00+08:00", "value": 4.2},
        {"device": "T-01", "at": "2026-11-22T08:01:00+08:00", "value": 4.3},
    ]
}


class Readings(Endpoint):
    """What sensors say. Device and moment are a reading's key: sent again it changes nothing."""

    permission = roles.SENSORS_SEND
    needs_key = False

    @described(
        "Hand in readings",
        takes={"results": (EVERY, NOT_ACCEPTED)},
        body=READINGS,
        answer={"accepted": int, "duplicates": int, "quarantined": int, "results": [VERDICT]},
        example=EXAMPLE,
    )
    def post(self, request: Request) -> Response:
        """Up to 10,000 at once; `results=not_accepted` leaves out those that went well."""
        query = Query(request, ("results",))
        which = query.one_of("results", EVERY, NOT_ACCEPTED)
        told = bodies_in(request, name="readings", most=ingesting.MOST_READINGS)
        with transaction.atomic(durable=True):
            verdicts = ingesting.take_readings(told, actor=self.caller.actor, scope=self.scope())
        counts = Counter(each.outcome for each in verdicts)
        results = [
            {
                "item": place,
                "outcome": each.outcome,
                "code": each.code,
                "message": str(ingesting.SENTENCES[each.code]) if each.code else "",
            }
            for place, each in enumerate(verdicts)
            if which == EVERY or each.outcome != ingesting.ACCEPTED
        ]
        return Response(
            {
                "accepted": counts[ingesting.ACCEPTED],
                "duplicates": counts[ingesting.DUPLICATE],
                "quarantined": counts[ingesting.QUARANTINED],
                "results": results,
            }
        )


class _OfSensors(Endpoint):
    """What the addresses below share."""

    permission = roles.STOCK_VIEW
    permission_to_change = roles.SENSORS_EDIT

    def found(self, code: str) -> selectors.DeviceView:
        """Raises Http404 for a device that is not within reach."""
        rows = selectors.devices(scope=self.scope(), codes=[code])
        if not rows:
            raise Http404
        return rows[0]

    def house(self, code: str) -> int:
        """The id of a warehouse within reach.

        Raises:
            Faulty: no_such_warehouse.
        """
        known = {view.code: view.id for view in stock.warehouses(scope=self.scope())}
        if code not in known:
            raise Faulty(Fault(code="no_such_warehouse", field="warehouse", asked=code))
        return known[code]

    def done(self, work: Callable[[], Response]) -> Response:
        """The write, once; its refusals as faults."""
        try:
            return self.once(work)
        except SensorRefused as refused:
            status = 409 if refused.code.endswith("_known") else 422
            raise Faulty(
                Fault(code=refused.code, field=refused.field or None, status=status)
            ) from None


class Devices(_OfSensors):
    """List, register."""

    @described(
        "List sensor devices",
        takes={"measure": said.MEASURES, "trouble": bool, "after": str, "limit": int},
        answer={"devices": [said.DEVICE]},
    )
    def get(self, request: Request) -> Response:
        """By code; `trouble=true`: silent ones and those with an excursion that lasts."""
        query = Query(request, ("measure", "trouble", "after", "limit"))
        rows = selectors.devices(
            scope=self.scope(), measure=query.one_of("measure", "", *said.MEASURES),
            trouble=query.flag("trouble"), after=query.text("after"), limit=query.limit(),
        )  # fmt: skip
        return Response({"devices": [said.device_shown(row) for row in rows]})

    @described(
        "Register a sensor device", body=said.DEVICE_BODY, answer=said.DEVICE, status=201,
        example={
            "code": "T-01", "measure": "TEMPERATURE", "unit": "C", "warehouse": "WH1",
            "period_s": 60,
        },
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Register one; then say where it hangs."""
        body = said.DEVICE_BODY.must(request.data)
        house = self.house(body.pop("warehouse"))
        wish = registry.DeviceWish(warehouse_id=house, **body)

        def make() -> Response:
            registry.register_device(wish, actor=self.caller.actor, scope=self.scope())
            return Response(said.device_shown(self.found(wish.code)), status=201)

        return self.done(make)


class DeviceOne(_OfSensors):
    """Read, change."""

    @described("Read a sensor device", answer=said.DEVICE, also=(404,))
    def get(self, request: Request, code: str) -> Response:
        """One device and what it said last."""
        Query(request, ())
        return Response(said.device_shown(self.found(code)))

    @described(
        "Change a sensor device", body=said.CHANGE_BODY, answer=said.DEVICE, also=(404,),
        example={"name": "Cold room, door", "period_s": 60, "in_service": True},
    )  # fmt: skip
    def put(self, request: Request, code: str) -> Response:
        """Name, period, in or out of service; what is left out stays."""
        view = self.found(code)
        body = said.CHANGE_BODY.must(request.data)
        before = {"name": view.name, "period_s": view.period_s, "in_service": view.in_service}

        def change() -> Response:
            registry.change_device(
                code=code, actor=self.caller.actor, scope=self.scope(), **(before | body)
            )
            return Response(said.device_shown(self.found(code)))

        return self.done(change)


class DevicePlaces(_OfSensors):
    """Where it hangs."""

    permission = roles.SENSORS_EDIT

    @described(
        "Hang a sensor device somewhere", body=said.PLACE_BODY, answer=said.DEVICE, also=(404,),
        example={"zone": "COLD", "since": "2026-11-22T08:00:00+08:00"},
    )  # fmt: skip
    def post(self, request: Request, code: str) -> Response:
        """From then on it watches this zone or this one location."""
        self.found(code)
        body = said.PLACE_BODY.must(request.data)

        def hang() -> Response:
            registry.hang_device(
                code=code, zone_code=body.get("zone", ""),
                location_code=body.get("location", ""), since=body["since"],
                actor=self.caller.actor, scope=self.scope(),
            )  # fmt: skip
            return Response(said.device_shown(self.found(code)))

        return self.done(hang)


class DeviceCalibrations(_OfSensors):
    """How true it is."""

    permission = roles.SENSORS_EDIT

    @described(
        "Calibrate a sensor device", body=said.CALIBRATION_BODY, answer=said.DEVICE, also=(404,),
        example={"offset": -0.4, "since": "2026-11-01T00:00:00+08:00", "due_on": "2027-11-01"},
    )  # fmt: skip
    def post(self, request: Request, code: str) -> Response:
        """From then on so much is added; what it said since is judged again."""
        self.found(code)
        body = said.CALIBRATION_BODY.must(request.data)

        def calibrate() -> Response:
            registry.calibrate(code=code, actor=self.caller.actor, scope=self.scope(), **body)
            return Response(said.device_shown(self.found(code)))

        return self.done(calibrate)


class Bounds(_OfSensors):
    """List, set."""

    @described(
        "List bounds of sensors", takes={"measure": said.MEASURES}, answer={"bounds": [said.BOUND]}
    )
    def get(self, request: Request) -> Response:
        """Those in force."""
        query = Query(request, ("measure",))
        measure = query.one_of("measure", "", *said.MEASURES)
        rows = selectors.bounds(scope=self.scope(), measure=measure)
        return Response({"bounds": [said.bound_shown(row) for row in rows]})

    @described(
        "Set a bound", body=said.BOUND_BODY, answer=said.BOUND,
        example={
            "measure": "TEMPERATURE", "warehouse": "WH1", "zone": "COLD", "lower": 2, "upper": 8,
            "hysteresis": 0.5, "grace_minutes": 30,
        },
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Of a zone, a SKU or a class of SKUs, from now on; the one before ends."""
        body = said.BOUND_BODY.must(request.data)
        house = body.pop("warehouse", "")
        wish = bounds.BoundWish(warehouse_id=self.house(house) if house else None, **body)

        def make() -> Response:
            made = bounds.set_bound(wish, actor=self.caller.actor, scope=self.scope())
            [view] = selectors.bounds(scope=self.scope(), ids=[made.pk])
            return Response(said.bound_shown(view))

        return self.done(make)


class BoundOne(_OfSensors):
    """End."""

    permission = roles.SENSORS_EDIT

    @described("End a bound", answer={"ended": int})
    def delete(self, request: Request, bound_id: int) -> Response:
        """From now on nothing is bound by it; the past keeps it."""
        Query(request, ())

        def end() -> Response:
            bounds.end_bound(bound_id=bound_id, actor=self.caller.actor, scope=self.scope())
            return Response({"ended": bound_id})

        return self.done(end)


SETTLING = Shape(
    (
        Field("readings", listed(number(1, 2**62)), required=True),
        Field("how", word(quarantine.TRY_AGAIN, quarantine.DISCARD), required=True),
    )
)


class Quarantine(_OfSensors):
    """List, settle."""

    @described(
        "List quarantined readings",
        takes={
            "device": str, "code": tuple(ingesting.SENTENCES), "settled": bool, "before": int,
            "limit": int,
        },
        answer={"readings": [selectors.QuarantineView]},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """The newest first."""
        query = Query(request, ("device", "code", "settled", "before", "limit"))
        rows = selectors.quarantined(
            scope=self.scope(), settled=query.flag("settled"), device=query.text("device"),
            code=query.one_of("code", "", *ingesting.SENTENCES), before=query.number("before"),
            limit=query.limit(),
        )  # fmt: skip
        return Response({"readings": plain(rows)})

    @described(
        "Settle quarantined readings", body=SETTLING, answer={"taken": int, "discarded": int,
        "still_wrong": int}, example={"readings": [1, 2], "how": "try_again"},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Read them again, as after a device was registered; or put them away."""
        body: dict[str, Any] = SETTLING.must(request.data)

        def settle() -> Response:
            done = quarantine.settle(
                ids=body["readings"], how=body["how"], actor=self.caller.actor, scope=self.scope()
            )
            return Response(plain(done))

        return self.done(settle)
