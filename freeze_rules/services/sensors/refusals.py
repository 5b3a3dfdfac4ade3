"""What is refused about sensors."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from org.coded import CodedRefusal

SENTENCES: Mapping[str, Promise] = {
    "device_known": _("There is a device of this code already."),
    "no_such_device": _("There is no such device among yours."),
    "no_such_warehouse": _("There is no such warehouse among yours."),
    "no_such_place": _("There is no such zone or location in the device's warehouse."),
    "place_missing": _("Name the zone, or the one location, that the device watches."),
    "unit_does_not_fit": _("A device of this kind does not measure in this unit."),
    "in_the_future_since": _("This must not begin in the future."),
    "place_overlaps": _("The device hung somewhere else at that time: begin later."),
    "calibration_known": _("There is a calibration from this very moment."),
    "bound_of_one_thing": _("A bound is of a zone, of a SKU, or of a class of SKUs: name one."),
    "no_such_sku": _("There is no such SKU."),
    "no_such_class": _("There is no such class of SKUs for this measure."),
    "not_everywhere": _(
        "A bound of a SKU or a class holds in every warehouse: only who sees them all sets it."
    ),
    "bound_empty": _("Give a lower bound, an upper bound, or both."),
    "bound_crossed": _("The lower bound must lie below the upper one, less the hysteresis."),
    "bound_by_nothing": _("Say how many minutes are forgiven, or what dose, or both."),
    "dose_unknown": _("This measure has no dose: say how many minutes are forgiven."),
    "no_such_bound": _("There is no such bound, or it has ended."),
    "impossible_bound": _("No sensor of this kind can measure this bound."),
}


class SensorRefused(CodedRefusal):
    """It cannot be so; `code` is a key of `SENTENCES`, `field` is what it is about."""

    sentences = SENTENCES
