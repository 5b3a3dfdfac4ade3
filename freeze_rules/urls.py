"""Routes of holds."""

from django.urls import path

from freeze_rules.views import board, freezing

urlpatterns = [
    path("holds/", board.holds, name="holds"),
    path("holds/freeze/", freezing.freeze, name="freeze"),
    path("holds/<int:hold_id>/", board.hold, name="hold"),
    path("holds/<int:hold_id>/release/", board.release, name="release-hold"),
]
