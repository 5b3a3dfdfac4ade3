"""Tries to sign in that have not succeeded yet."""

from django.db import models
from django.db.models import Func
from django.utils.translation import gettext_lazy as _


class SignInFailure(models.Model):
    """Tries of one name from one address since the last success; gone once they sign in."""

    name = models.CharField(_("name"), max_length=150)
    address = models.CharField(_("address"), max_length=45)
    tries = models.IntegerField(_("tries"), default=1)
    last_at = models.DateTimeField(
        _("last try"),
        db_default=Func(function="clock_timestamp", output_field=models.DateTimeField()),
    )

    class Meta:
        verbose_name = _("failed sign-in")
        verbose_name_plural = _("failed sign-ins")
        constraints = [
            models.UniqueConstraint(name="org_sign_in_failure_once", fields=["name", "address"])
        ]
        indexes = [models.Index(name="org_sign_in_failure_age", fields=["last_at"])]

    def __str__(self) -> str:
        return f"{self.name} ({self.address})"
