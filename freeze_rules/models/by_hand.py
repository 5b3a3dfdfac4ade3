"""Freezes that people decide by hand; rules come to stand beside them."""

from django.conf import settings
from django.db import connection, models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from outbox.clock import database_clock


class ManualFreeze(models.Model):
    """Somebody froze goods. The claim itself lives in the ledger, under `number`.

    What is named must match, what is empty covers everything.
    """

    # One attempt of one person: a resend freezes once.
    key = models.CharField(_("key"), max_length=64, unique=True)
    warehouse = models.ForeignKey(
        "inventory.Warehouse", models.PROTECT, null=True, blank=True, related_name="+"
    )
    zone = models.ForeignKey(
        "inventory.Zone", models.PROTECT, null=True, blank=True, related_name="+"
    )
    location = models.ForeignKey(
        "inventory.Location", models.PROTECT, null=True, blank=True, related_name="+"
    )
    sku = models.ForeignKey(
        "inventory.Sku", models.PROTECT, null=True, blank=True, related_name="+"
    )
    lot = models.ForeignKey(
        "inventory.Lot", models.PROTECT, null=True, blank=True, related_name="+"
    )
    supplier = models.CharField(_("supplier"), max_length=80, blank=True, default="")
    grade = models.CharField(_("grade"), max_length=2, blank=True, default="")
    # Base units asked for, empty for everything; what is still frozen, the ledger knows.
    qty = models.BigIntegerField(_("quantity"), null=True, blank=True)
    policy = models.CharField(_("policy"), max_length=12, default="FREE_ONLY")
    reason_code = models.CharField(_("reason"), max_length=24)
    note = models.CharField(_("note"), max_length=400, blank=True, default="")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"), db_default=database_clock(), editable=False)

    class Meta:
        verbose_name = _("freeze by hand")
        verbose_name_plural = _("freezes by hand")
        constraints = [
            models.CheckConstraint(
                name="freeze_rules_manual_qty_positive",
                condition=Q(qty__isnull=True) | Q(qty__gt=0),
            ),
            models.CheckConstraint(
                name="freeze_rules_manual_names_something",
                condition=Q(warehouse__isnull=False) | Q(sku__isnull=False) | ~Q(supplier=""),
            ),
            # A quantity is of one thing.
            models.CheckConstraint(
                name="freeze_rules_manual_qty_of_a_sku",
                condition=Q(qty__isnull=True) | Q(sku__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """The document that stands behind the units, such as "FZ-9"."""
        return number_of(self.pk)


def number_of(pk: int) -> str:
    """The document number of a freeze."""
    return f"FZ-{pk}"


def draw_pk() -> int:
    """The key of a freeze that is planned and perhaps never laid: its plan names its document."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('freeze_rules_manualfreeze', 'id'))")
        return int(cursor.fetchone()[0])
