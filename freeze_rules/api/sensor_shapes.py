"""What programs say and are told about sensors: values are plain numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from freeze_rules.measuring import THOUSAND, UNITS_OF, thousandths
from freeze_rules.models import Measure
from freeze_rules.selectors.sensors import BoundView, DeviceView
from org.api import shapes
from org.api.describing import Raw
from org.api.queries import plain
from org.api.shapes import Field, Shape, Spot, Wrong, reads

NUMBER = Raw({"type": "number"})
NUMBER_OR_NULL = Raw({"type": ["number", "null"]})
MOST = 2_000_000


@reads({"type": "number", "minimum": -MOST, "maximum": MOST, "description": "Thousandths count."})
def value(given: Any, _spot: Spot) -> int:
    """A measured value, kept in thousandths."""
    found = thousandths(given, "")
    if found is None or abs(found) > MOST * THOUSAND:
        raise Wrong("bad_value")
    return found


def number(thousand: int | None) -> float | int | None:
    """Thousandths as a number."""
    if thousand is None:
        return None
    return thousand // THOUSAND if thousand % THOUSAND == 0 else thousand / THOUSAND


MEASURES = tuple(Measure.values)
UNITS = tuple(sorted({unit for units in UNITS_OF.values() for unit in units}))
DEVICE_BODY = Shape(
    (
        Field("code", shapes.text(least=1), required=True),
        Field("name", shapes.text(80)),
        Field("measure", shapes.word(*MEASURES), required=True),
        Field("unit", shapes.word(*UNITS), required=True),
        Field("warehouse", shapes.text(32, least=1), required=True),
        Field("period_s", shapes.number(1, 86_400), about="A reading at least so often."),
        Field("in_service", shapes.flag),
    )
)
CHANGE_BODY = Shape(
    (
        Field("name", shapes.text(80)),
        Field("period_s", shapes.number(1, 86_400)),
        Field("in_service", shapes.flag),
    )
)
PLACE_BODY = Shape(
    (
        Field("zone", shapes.text(32)),
        Field("location", shapes.text(32)),
        Field("since", shapes.moment, required=True),
    )
)
CALIBRATION_BODY = Shape(
    (
        Field("offset", value, required=True, about="Added to what the device says."),
        Field("since", shapes.moment, required=True),
        Field("due_on", shapes.day),
        Field("certificate", shapes.text(80)),
    )
)
BOUND_BODY = Shape(
    (
        Field("measure", shapes.word(*MEASURES), required=True),
        Field("warehouse", shapes.text(32)),
        Field("zone", shapes.text(32)),
        Field("sku", shapes.text()),
        Field("sku_class", shapes.text(16)),
        Field("lower", value),
        Field("upper", value),
        Field("hysteresis", value),
        Field("grace_minutes", shapes.number(0, 100_000)),
        Field("dose_limit", value, about="°C x min, % x min beyond the bound; lx x h in all."),
    )
)
READING = {"device": str, "at": str, "value": NUMBER}
DEVICE = {
    "code": str, "name": str, "measure": MEASURES, "unit": UNITS, "sign": str, "warehouse": str,
    "zone": str, "location": str, "period_s": int, "in_service": bool, "last_at": str | None,
    "last_value": NUMBER_OR_NULL, "silent": bool, "open_excursions": int,
    "calibration_due_on": str | None,
}  # fmt: skip
BOUND = {
    "id": int, "measure": MEASURES, "warehouse": str, "zone": str, "sku": str, "sku_class": str,
    "lower": NUMBER_OR_NULL, "upper": NUMBER_OR_NULL, "hysteresis": NUMBER,
    "grace_minutes": int | None, "dose_limit": NUMBER_OR_NULL, "since": str,
}  # fmt: skip


def device_shown(view: DeviceView) -> Mapping[str, Any]:
    """A device as JSON."""
    return {
        "code": view.code, "name": view.name, "measure": view.measure, "unit": view.unit,
        "sign": view.sign, "warehouse": view.warehouse_code, "zone": view.zone_code,
        "location": view.location_code, "period_s": view.period_s, "in_service": view.in_service,
        "last_at": plain(view.last_at), "last_value": number(view.last_value),
        "silent": view.silent, "open_excursions": view.open_excursions,
        "calibration_due_on": plain(view.calibration_due_on),
    }  # fmt: skip


def bound_shown(view: BoundView) -> Mapping[str, Any]:
    """A bound as JSON."""
    return {
        "id": view.id, "measure": view.measure, "warehouse": view.warehouse_code,
        "zone": view.zone_code, "sku": view.sku_code, "sku_class": view.sku_class,
        "lower": number(view.lower), "upper": number(view.upper),
        "hysteresis": number(view.hysteresis), "grace_minutes": view.grace_minutes,
        "dose_limit": number(view.dose_limit), "since": plain(view.since),
    }  # fmt: skip
