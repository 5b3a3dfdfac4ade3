"""Routes of sensors for programs."""

from django.urls import path

from freeze_rules.api import excursions, sensors

urlpatterns = [
    path("sensors/readings", sensors.Readings.as_view(), name="api-sensor-readings"),
    path("sensors/devices", sensors.Devices.as_view(), name="api-sensor-devices"),
    path("sensors/devices/<str:code>", sensors.DeviceOne.as_view(), name="api-sensor-device"),
    path(
        "sensors/devices/<str:code>/places",
        sensors.DevicePlaces.as_view(),
        name="api-sensor-places",
    ),
    path(
        "sensors/devices/<str:code>/calibrations",
        sensors.DeviceCalibrations.as_view(),
        name="api-sensor-calibrations",
    ),
    path("sensors/bounds", sensors.Bounds.as_view(), name="api-sensor-bounds"),
    path("sensors/bounds/<int:bound_id>", sensors.BoundOne.as_view(), name="api-sensor-bound"),
    path(
        "sensors/devices/<str:code>/readings",
        excursions.DeviceReadings.as_view(),
        name="api-sensor-curve",
    ),
    path("sensors/excursions", excursions.Excursions.as_view(), name="api-excursions"),
    path(
        "sensors/excursions/<int:excursion_id>",
        excursions.ExcursionOne.as_view(),
        name="api-excursion",
    ),
    path("sensors/quarantine", sensors.Quarantine.as_view(), name="api-sensor-quarantine"),
]
