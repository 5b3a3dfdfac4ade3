"""What may be done with webhooks."""

from webhooks.refusals import WebhookRefused
from webhooks.services.publishing import Event, publish
from webhooks.services.sending import Sent, send_due
from webhooks.services.subscriptions import (
    NewWebhook,
    Wish,
    add_webhook,
    change_webhook,
    end_webhook,
    replay,
    rotate_secret,
    send_test,
)

__all__ = [
    "Event",
    "NewWebhook",
    "Sent",
    "WebhookRefused",
    "Wish",
    "add_webhook",
    "change_webhook",
    "end_webhook",
    "publish",
    "replay",
    "rotate_secret",
    "send_due",
    "send_test",
]
