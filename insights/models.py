"""Figures that were written down: a day of a measure at its finest cut."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Figure(models.Model):
    """One figure of one day. What a page shows is joined from these (see `measures.measure`)."""

    measure = models.CharField(_("measure"), max_length=40)
    # A day of the company's clock.
    day = models.DateField(_("day"))
    # The hour, the reason, the age: what the measure tells apart by itself.
    part = models.CharField(_("part"), max_length=40, blank=True, default="")
    unit = models.ForeignKey("org.Unit", models.CASCADE, null=True, related_name="+")
    warehouse = models.ForeignKey(
        "inventory.Warehouse", models.CASCADE, null=True, related_name="+"
    )
    # Orders keep the shop's number, not the shop; so do figures of orders.
    shop_id = models.BigIntegerField(_("shop"), null=True)
    value = models.DecimalField(_("value"), max_digits=24, decimal_places=6)
    # The denominator of a share or a mean, the cases of a duration.
    count = models.BigIntegerField(_("count"))
    # Cases by bucket of duration; empty for other figures.
    spread = models.JSONField(_("spread"), default=dict)

    class Meta:
        verbose_name = _("figure")
        verbose_name_plural = _("figures")
        constraints = [
            models.UniqueConstraint(
                name="insights_figure_once",
                fields=["measure", "day", "part", "unit", "warehouse", "shop_id"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(name="insights_figure_counts", condition=models.Q(count__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.day} {self.part} {self.value}"


class FiguredDay(models.Model):
    """A day of a measure that was written down, also when nothing happened on it."""

    measure = models.CharField(_("measure"), max_length=40)
    day = models.DateField(_("day"))
    figured_at = models.DateTimeField(_("figured"), db_default=Now())
    rows = models.IntegerField(_("figures"), default=0)

    class Meta:
        verbose_name = _("figured day")
        verbose_name_plural = _("figured days")
        constraints = [models.UniqueConstraint(name="insights_day_once", fields=["measure", "day"])]

    def __str__(self) -> str:
        return f"{self.measure} {self.day}"
