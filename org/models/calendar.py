"""Days on which the company works although it is a weekend, or rests although it is none."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CalendarDay(models.Model):
    """One exception; all other days are what their weekday says."""

    day = models.DateField(_("day"), primary_key=True)
    works = models.BooleanField(_("worked"))
    name = models.CharField(_("name"), max_length=60, blank=True, default="")

    class Meta:
        verbose_name = _("day of the calendar")
        verbose_name_plural = _("days of the calendar")

    def __str__(self) -> str:
        return f"{self.day} {self.name}"
