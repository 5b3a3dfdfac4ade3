"""News waiting to be heard."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from outbox.clock import database_clock


class News(models.Model):
    """One key one handler has not heard of yet. Deleted in the transaction that hears it.

    Rows of one (handler, key) may repeat: a teller cannot see whether the older row is being
    delivered at this very moment, so it always adds its own; delivery hears a key once per batch.
    """

    id = models.BigAutoField(primary_key=True)
    handler = models.CharField(_("handler"), max_length=200)
    key = models.CharField(_("key"), max_length=200)
    told_at = models.DateTimeField(_("told"), db_default=database_clock(), editable=False)
    not_before = models.DateTimeField(_("not before"), db_default=database_clock())
    attempts = models.IntegerField(_("failed attempts"), default=0)
    # Kind of error and place in the code, never the error's text: that may name a person.
    last_error = models.CharField(_("last error"), max_length=200, blank=True, default="")
    dead_at = models.DateTimeField(_("given up"), null=True, blank=True)

    class Meta:
        verbose_name = _("news")
        verbose_name_plural = _("news")
        constraints = [
            models.CheckConstraint(name="outbox_news_attempts", condition=Q(attempts__gte=0)),
        ]
        indexes = [
            models.Index(
                F("handler"),
                F("id"),
                name="outbox_news_fresh",
                condition=Q(dead_at__isnull=True, attempts=0),
            ),
            models.Index(
                F("handler"),
                F("not_before"),
                name="outbox_news_retried",
                condition=Q(dead_at__isnull=True, attempts__gt=0),
            ),
            models.Index(
                F("handler"),
                F("id"),
                name="outbox_news_dead",
                condition=Q(dead_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.handler} {self.key}"
