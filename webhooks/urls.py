"""Pages of webhooks, and the same over HTTP with JSON."""

from django.urls import path

from webhooks import api, views

API = "api/v1/webhooks/"
ONE = f"{API}<int:webhook_id>/"

urlpatterns = [
    path("webhooks/", views.webhooks, name="webhooks"),
    path("webhooks/new/", views.webhook_new, name="webhook-new"),
    path("webhooks/messages/", views.message_list, name="webhook-messages"),
    path("webhooks/<int:webhook_id>/", views.webhook, name="webhook"),
    path("webhooks/<int:webhook_id>/secret/", views.secret, name="webhook-secret"),
    path("webhooks/<int:webhook_id>/test/", views.test, name="webhook-test"),
    path("webhooks/<int:webhook_id>/replay/", views.replay, name="webhook-replay"),
    path("webhooks/<int:webhook_id>/end/", views.end, name="webhook-end"),
    path(API, api.Webhooks.as_view(), name="api-webhooks"),
    path(ONE, api.OneWebhook.as_view(), name="api-webhook"),
    path(f"{ONE}messages/", api.Messages.as_view(), name="api-webhook-messages"),
    path(f"{ONE}secret/", api.NewSecret.as_view(), name="api-webhook-secret"),
    path(f"{ONE}test/", api.Test.as_view(), name="api-webhook-test"),
    path(f"{ONE}replay/", api.Replay.as_view(), name="api-webhook-replay"),
]
