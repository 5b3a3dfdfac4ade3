"""What actions on webhooks are called."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DEEDS: dict[str, Promise] = {
    "webhook.changed": _("Webhook changed"),
    "webhook.created": _("Webhook added"),
    "webhook.ended": _("Webhook ended"),
    "webhook.replayed": _("Messages of a webhook sent again"),
    "webhook.secret_changed": _("Secret of a webhook changed"),
    "webhook.tested": _("Webhook tested"),
}
