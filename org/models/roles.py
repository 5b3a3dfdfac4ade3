"""What the roles of this company carry."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from org.roles import Role, carried, shipped


class RoleSet(models.Model):
    """A role: what it is shipped with, and what this company changed about it.

    Only the differences are kept, so a permission that a new version brings reaches the roles it
    is meant for, and "as shipped" is always known. A role of the company's own is shipped with
    nothing.
    """

    code = models.CharField(_("code"), max_length=40, unique=True)
    # Empty for a shipped role that keeps its own, translated name.
    name = models.CharField(_("name"), max_length=60, blank=True, default="")
    note = models.CharField(_("what for"), max_length=200, blank=True, default="")
    added = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    removed = ArrayField(models.CharField(max_length=60), default=list, blank=True)

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        constraints = [
            models.UniqueConstraint(
                name="org_roleset_name_once", fields=["name"], condition=~Q(name="")
            ),
            models.CheckConstraint(
                name="org_roleset_added_or_removed", condition=~Q(added__overlap=F("removed"))
            ),
            models.CheckConstraint(
                name="org_roleset_own_has_a_name",
                condition=Q(code__in=sorted(Role.values)) | ~Q(name=""),
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def is_shipped(self) -> bool:
        """True for a role that the house came with."""
        return self.code in Role.values

    @property
    def label(self) -> str:
        """Its name in the reader's language."""
        return self.name or (str(Role(self.code).label) if self.is_shipped else self.code)

    @property
    def permissions(self) -> frozenset[str]:
        """Every code it carries."""
        return carried(self.code, self.added, self.removed)

    @property
    def is_changed(self) -> bool:
        """True when a shipped role differs from how it was shipped."""
        return self.is_shipped and self.permissions != shipped(self.code)
