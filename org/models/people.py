"""People and the jobs they do at units."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from org.roles import PERMISSIONS, SENSITIVE, carried, known
from org.scope import Paths


class Person(AbstractUser):
    """Somebody who signs in. What they may do comes from assignments, never from groups."""

    # One name as people write it: family and given names do not split alike in Chinese.
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    display_name = models.CharField(_("name"), max_length=80)
    language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES, default="zh-hans"
    )

    # How the name is spelled, for searching and sorting: "wangxiaoming wxm".
    pinyin = models.CharField(max_length=200, blank=True, default="", editable=False)
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
        jobs = self.assignments.filter(in_force(timezone.localdate()))
        roles = jobs.values_list("role__code", "role__added", "role__removed")
        return frozenset().union(*(carried(*role) for role in roles))

    def may(self, permission: str) -> bool:
        """True when the person has the permission somewhere; `scope_of` says where.

        Raises:
            UnknownPermission: no such code.
        """
        return known(permission) in self.permissions

    @property
    def is_trusted_with_much(self) -> bool:
        """True when something they may do asks for a second factor at sign-in."""
        return not self.permissions.isdisjoint(SENSITIVE)


class Assignment(models.Model):
    """A person has a role at one place: a unit and everything below it, a warehouse, or a shop.

    Warehouses and shops live upstairs, so their ids are kept as plain numbers; `org.places` asks
    for their names.
    """

    scope_paths: ClassVar[Paths] = Paths(warehouse="warehouse_id", shop="shop_id")

    person = models.ForeignKey(Person, models.CASCADE, related_name="assignments")
    role = models.ForeignKey(
        "org.RoleSet", models.PROTECT, to_field="code", db_column="role",
        related_name="assignments", verbose_name=_("role"),
    )  # fmt: skip
    unit = models.ForeignKey(
        "org.Unit", models.PROTECT, null=True, blank=True, related_name="assignments"
    )
    warehouse_id = models.BigIntegerField(_("warehouse"), null=True, blank=True)
    shop_id = models.BigIntegerField(_("shop"), null=True, blank=True)
    # Days in the zone of the house, both included; empty: from ever, for ever.
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        constraints = [
            models.UniqueConstraint(
                name="org_assignment_once",
                fields=["person", "role", "unit", "warehouse_id", "shop_id"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="org_assignment_one_place",
                condition=Q(unit__isnull=False, warehouse_id__isnull=True, shop_id__isnull=True)
                | Q(unit__isnull=True, warehouse_id__isnull=False, shop_id__isnull=True)
                | Q(unit__isnull=True, warehouse_id__isnull=True, shop_id__isnull=False),
            ),
            models.CheckConstraint(
                name="org_assignment_days_in_order",
                condition=Q(valid_from__isnull=True)
                | Q(valid_until__isnull=True)
                | Q(valid_until__gte=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        place = self.unit_id or f"W{self.warehouse_id}" if not self.shop_id else f"S{self.shop_id}"
        return f"{self.person_id} {self.role_id} @ {place}"


def in_force(day: date) -> Q:
    """The assignments that count on a day."""
    begun = Q(valid_from__isnull=True) | Q(valid_from__lte=day)
    return begun & (Q(valid_until__isnull=True) | Q(valid_until__gte=day))
