"""Addresses of the outside world."""

from django.urls import path

from channels_sync import pushes, shop_settings, views

urlpatterns = [
    path("push/<slug:platform>/<str:code>/", pushes.receive, name="push"),
    path("shops/", views.shop_list, name="shops"),
    path("shops/<int:shop_id>/", views.shop, name="shop"),
    path("shops/<int:shop_id>/settings/", shop_settings.settings_page, name="shop-settings"),
    path("shops/<int:shop_id>/look/", views.look_now, name="shop-look"),
    path("shops/<int:shop_id>/retry/<slug:kind>/", views.retry, name="shop-retry"),
    path("listings/unmatched/", views.unmatched, name="unmatched"),
    path("listings/<int:listing_id>/map/", views.map_listing, name="listing-map"),
]
