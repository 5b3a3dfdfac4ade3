"""Routes of holds."""

from django.urls import path

from freeze_rules import views

urlpatterns = [
    path("holds/", views.holds, name="holds"),
    path("holds/freeze/", views.freeze, name="freeze"),
    path("holds/<int:hold_id>/release/", views.release, name="release-hold"),
]
