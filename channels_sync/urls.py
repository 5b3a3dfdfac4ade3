"""Addresses of the outside world."""

from django.urls import path

from channels_sync import pushes

urlpatterns = [
    path("push/<slug:platform>/<str:code>/", pushes.receive, name="push"),
]
