"""Routes of people. Must stand before "admin/": the admin's sign-in page is turned away here."""

from django.urls import path

from org import views

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("set-language/", views.set_language, name="set-language"),
    path("admin/login/", views.to_sign_in),
]
