"""All routes of the house."""

from django.contrib import admin
from django.urls import include, path

from config import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    # Before the admin: its sign-in page is turned away to ours.
    path("", include("org.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("org.api.urls")),
    path("api/v1/", include("channels_sync.api.urls")),
    path("api/v1/", include("oms.api.urls")),
    path("api/v1/", include("wms.api.urls")),
    path("api/v1/", include("freeze_rules.api.sensor_urls")),
    path("api/v1/", include("freeze_rules.api.condition_urls")),
    path("api/v1/", include("freeze_rules.api.report_urls")),
    path("api/v1/", include("freeze_rules.api.afterwards_urls")),
    path("api/v1/", include("freeze_rules.api.rule_urls")),
    path("api/v1/", include("inventory.api.resource_urls")),
    path("api/v1/", include("org.api.resource_urls")),
    path("", include("insights.urls")),
    path("", include("webhooks.urls")),
    path("", include("inventory.urls")),
    path("", include("wms.urls")),
    path("", include("oms.urls")),
    path("", include("freeze_rules.sensor_urls")),
    path("", include("freeze_rules.urls")),
    path("", include("freeze_rules.rule_urls")),
    path("", include("channels_sync.urls")),
]

# When no view answers.
handler400 = "config.wrong.bad_request"
handler403 = "config.wrong.not_allowed"
handler404 = "config.wrong.not_found"
handler500 = "config.wrong.our_mistake"
