"""Why something about webhooks cannot be done."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from org.coded import CodedRefusal

SENTENCES = {
    "unnamed": _("Give it a name of at most 80 characters."),
    "no_topics": _("Choose at least one topic."),
    "unknown_topic": _("There is no such topic."),
    "unknown_client": _("There is no such API client among yours."),
    "unknown_webhook": _("There is no such webhook among yours."),
    "ended": _("This webhook has ended. Make a new one."),
    "not_dead": _("This message is not among those that were given up."),
}


class WebhookRefused(CodedRefusal, ValueError):
    """Nothing was changed; `code` is a key of `SENTENCES`, `field` where the fault is."""

    sentences = SENTENCES
