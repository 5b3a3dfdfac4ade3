"""Routes of sensors."""

from django.urls import path

from freeze_rules.views import excursions, sensors

urlpatterns = [
    path("sensors/", sensors.devices, name="sensors"),
    path("sensors/new/", sensors.device_new, name="sensor-new"),
    path("sensors/bounds/", sensors.bounds, name="sensor-bounds"),
    path("sensors/bounds/<int:bound_id>/end/", sensors.bound_end, name="sensor-bound-end"),
    path("sensors/quarantine/", sensors.quarantined, name="sensor-quarantine"),
    path("sensors/quarantine/settle/", sensors.quarantine_settle, name="sensor-quarantine-settle"),
    path("sensors/excursions/", excursions.excursions, name="excursions"),
    path("sensors/excursions/<int:excursion_id>/", excursions.excursion, name="excursion"),
    path("sensors/devices/<str:code>/", sensors.device, name="sensor"),
    path("sensors/devices/<str:code>/data/", sensors.device_data, name="sensor-data"),
    path("sensors/devices/<str:code>/<slug:what>/", sensors.device_change, name="sensor-change"),
]
