"""Recalls: everything that came from one lot, delivery or order, frozen and lifted as one."""

from django.conf import settings
from django.db import connection, models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from outbox.clock import database_clock


class Recall(models.Model):
    """Somebody called goods back. Its freezes carry its number as their document."""

    class Root(models.TextChoices):
        LOT = "LOT", _("Lot")
        RECEIPT = "RECEIPT", _("Delivery")
        ORDER = "ORDER", _("Order")

    # One attempt of one person: a resend recalls once.
    key = models.CharField(max_length=64, unique=True)
    root = models.CharField(_("starts from"), max_length=8, choices=Root.choices)
    lot = models.ForeignKey("inventory.Lot", models.PROTECT, null=True, related_name="+")
    document = models.CharField(_("document"), max_length=64, blank=True, default="")
    why = models.CharField(_("reason"), max_length=400)
    policy = models.CharField(max_length=12)
    # Units on hand, and units shipped and not brought back, when it was laid.
    units = models.BigIntegerField()
    at_customers = models.BigIntegerField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=database_clock(), editable=False)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    lift_why = models.CharField(max_length=400, blank=True, default="")

    class Meta:
        verbose_name = _("recall")
        verbose_name_plural = _("recalls")
        constraints = [
            models.CheckConstraint(
                name="freeze_rules_recall_one_root",
                condition=Q(root="LOT", lot__isnull=False, document="")
                | Q(root__in=["RECEIPT", "ORDER"], lot__isnull=True) & ~Q(document=""),
            ),
            models.CheckConstraint(
                name="freeze_rules_recall_lifted_by_somebody",
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True)
                | Q(lifted_at__isnull=False, lifted_by__isnull=False),
            ),
            # Maker is not checker, also where no policy is.
            models.CheckConstraint(
                name="freeze_rules_recall_lifted_by_another",
                condition=Q(lifted_by__isnull=True) | ~Q(lifted_by=models.F("person")),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """The document of its freezes, such as "RC-3"."""
        return f"RC-{self.pk}"


class RecallHold(models.Model):
    """One freeze of a recall: a whole lot everywhere, or what lies in one place."""

    recall = models.ForeignKey(Recall, models.PROTECT, related_name="holds")
    hold = models.OneToOneField("inventory.Hold", models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"H-{self.hold_id}"


def draw_recall_pk() -> int:
    """The key of a recall that is previewed and perhaps never laid."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('freeze_rules_recall', 'id'))")
        return int(cursor.fetchone()[0])
