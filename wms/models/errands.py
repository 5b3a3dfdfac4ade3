"""What a person is in the middle of at a scan page, so that a reload or another device goes on."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from outbox.clock import database_clock


class Scenario(models.TextChoices):
    """The jobs of the scan pages."""

    PICK = "PICK", _("Pick")
    PACK = "PACK", _("Pack")
    SHIP = "SHIP", _("Ship")
    PUT_BACK = "PUT_BACK", _("Put back")
    MOVE = "MOVE", _("Move goods")
    COUNT = "COUNT", _("Count")
    RECEIVE = "RECEIVE", _("Receive")
    LOOK_UP = "LOOK_UP", _("Look up")


class Errand(models.Model):
    """One person, one scenario: how far they are. Written with every scan, read by every page.

    `token` is that of the last scan and `said` its answer: the same scan sent again gets the same
    words and changes nothing.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    scenario = models.CharField(_("job"), max_length=10, choices=Scenario.choices)
    warehouse = models.ForeignKey(
        "inventory.Warehouse", models.CASCADE, null=True, blank=True, related_name="+"
    )
    # What was scanned so far: codes, ids and quantities; empty: nothing is under way.
    stage = models.JSONField(_("stage"), default=dict)
    token = models.CharField(_("token of the last scan"), max_length=64, blank=True, default="")
    said = models.JSONField(_("answer to the last scan"), default=dict)
    scanned_at = models.DateTimeField(_("last scan"), db_default=database_clock())

    class Meta:
        verbose_name = _("errand")
        verbose_name_plural = _("errands")
        constraints = [
            models.UniqueConstraint(name="wms_errand_once", fields=["person", "scenario"]),
            models.CheckConstraint(
                name="wms_errand_scenario_known", condition=Q(scenario__in=sorted(Scenario.values))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.scenario}"
