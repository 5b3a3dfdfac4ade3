"""Routes of facts and conditions for programs."""

from django.urls import path

from freeze_rules.api import conditions

urlpatterns = [
    path("freeze-rules/facts", conditions.Facts.as_view(), name="api-facts"),
    path("freeze-rules/conditions/check", conditions.Check.as_view(), name="api-condition-check"),
    path("freeze-rules/conditions/try", conditions.Trial.as_view(), name="api-condition-try"),
]
