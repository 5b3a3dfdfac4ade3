"""People and the jobs they do at units."""

from __future__ import annotations

from functools import cached_property

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from org.roles import PERMISSIONS, Role, UnknownPermission, permissions_of


class Person(AbstractUser):
    """Somebody who signs in. What they may do comes from assignments, never from groups."""

    # One name as people write it: family and given names do not split alike in Chinese.
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    display_name = models.CharField(_("name"), max_length=80)
    language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES, default="zh-hans"
    )

    # Tastes of the screen, such as {"theme": "dark", "density": "dense", "sound": true}.
    preferences = models.JSONField(_("preferences"), default=dict, blank=True)

    REQUIRED_FIELDS = []

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self) -> str:
        return self.display_name or self.username

    def get_full_name(self) -> str:
        return self.display_name

    def get_short_name(self) -> str:
        return self.display_name

    @property
    def actor(self) -> str:
        """How the audit trail and the ledger name this person."""
        return f"person:{self.pk}"

    @cached_property
    def permissions(self) -> frozenset[str]:
        """Every permission code this person has at some unit; one query, kept for the request."""
        if not self.is_active:
            return frozenset()
        if self.is_superuser:
            return frozenset(PERMISSIONS)
        return permissions_of(self.assignments.values_list("role", flat=True))

    def may(self, permission: str) -> bool:
        """True when the person has the permission somewhere; `scope_of` says where.

        Raises:
            UnknownPermission: no such code.
        """
        if permission not in PERMISSIONS:
            raise UnknownPermission(permission)
        return permission in self.permissions


class Assignment(models.Model):
    """A person does a job at a unit and at everything below it."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="assignments")
    unit = models.ForeignKey("org.Unit", models.PROTECT, related_name="assignments")
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        constraints = [
            models.UniqueConstraint(name="org_assignment_once", fields=["person", "unit", "role"]),
            models.CheckConstraint(
                name="org_assignment_role_known", condition=Q(role__in=sorted(Role.values))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.role} @ {self.unit_id}"
