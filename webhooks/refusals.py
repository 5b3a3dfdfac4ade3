"""Why something about webhooks cannot be done."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "unnamed": _("Give it a name of at most 80 characters."),
    "no_topics": _("Choose at least one topic."),
    "unknown_topic": _("There is no such topic."),
    "unknown_client": _("There is no such API client among yours."),
    "unknown_webhook": _("There is no such webhook among yours."),
    "ended": _("This webhook has ended. Make a new one."),
    "not_dead": _("This message is not among those that were given up."),
}


class WebhookRefused(ValueError):
    """Nothing was changed; `code` is a key of `SENTENCES`, `field` where the fault is."""

    def __init__(self, code: str, *, field: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.field = field

    def __str__(self) -> str:
        return str(SENTENCES[self.code])
