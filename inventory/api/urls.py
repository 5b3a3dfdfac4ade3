"""Routes of stock for programs."""

from django.urls import path

from inventory.api.commands import ENDPOINTS

urlpatterns = [
    *(
        path(name, endpoint.as_view(), name=f"stock-api-{name}")
        for name, endpoint in ENDPOINTS.items()
    ),
]
