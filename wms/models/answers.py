"""What the floor answered to a command, so that a resend gets the same words and no effect."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from outbox.clock import database_clock


class FloorAnswer(models.Model):
    """One command that had an effect. Refused commands leave no row and may be sent again."""

    key = models.CharField(_("key"), max_length=100, unique=True)
    verb = models.CharField(_("verb"), max_length=20)
    # Of the caller's arguments: the same key with other content is refused.
    fingerprint = models.CharField(_("fingerprint"), max_length=64)
    answer = models.JSONField(_("answer"))
    who = models.CharField(_("who"), max_length=80)
    at = models.DateTimeField(_("at"), db_default=database_clock(), editable=False)

    class Meta:
        verbose_name = _("floor answer")
        verbose_name_plural = _("floor answers")

    def __str__(self) -> str:
        return self.key
