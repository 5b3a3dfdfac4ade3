"""Routes of the boards."""

from django.urls import path

from insights import views

urlpatterns = [path("", views.workbench, name="workbench")]
