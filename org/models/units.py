"""The tree of the house: head office, regions, stores."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Unit(models.Model):
    """A node of the tree. A warehouse or shop belongs to exactly one unit."""

    class Kind(models.TextChoices):
        HEAD_OFFICE = "HEAD_OFFICE", _("Head office")
        REGION = "REGION", _("Region")
        STORE = "STORE", _("Store")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    # A code is the unit's lasting name; people and files refer to it.
    code = models.CharField(_("code"), max_length=32, unique=True)
    name = models.CharField(_("name"), max_length=120)
    # Codes from the root down, each followed by "/": a subtree is one prefix, one index range.
    path = models.CharField(_("path"), max_length=500, unique=True, editable=False)

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        constraints = [
            models.CheckConstraint(
                name="org_unit_kind_known",
                condition=Q(kind__in=["HEAD_OFFICE", "REGION", "STORE"]),
            ),
            models.CheckConstraint(
                name="org_unit_only_head_office_is_root",
                condition=Q(kind="HEAD_OFFICE", parent__isnull=True)
                | (~Q(kind="HEAD_OFFICE") & Q(parent__isnull=False)),
            ),
            # The company is the schema, so it has one head office.
            models.UniqueConstraint(
                name="org_unit_one_head_office",
                fields=["kind"],
                condition=Q(kind="HEAD_OFFICE"),
            ),
            models.CheckConstraint(
                name="org_unit_code_plain", condition=Q(code__regex=r"^[A-Za-z0-9_.-]+$")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
