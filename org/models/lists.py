"""How people like their lists, and what they did with many rows at once."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

MOST_VIEWS = 30


class SavedView(models.Model):
    """A named query string with its columns: one person's, or shown to everybody of a role too."""

    list_key = models.CharField(max_length=40)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=40)
    query = models.CharField(max_length=1000, blank=True)
    columns = ArrayField(models.CharField(max_length=40), default=list)
    # Whoever does this job sees it too; empty: only its owner.
    role = models.CharField(_("shown to"), max_length=40, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="org_view_once", fields=["owner", "list_key", "name"]),
            models.CheckConstraint(name="org_view_named", condition=~Q(name="")),
        ]
        indexes = [
            models.Index(name="org_view_of_role", fields=["role", "list_key"],
                         condition=~Q(role="")),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.list_key}: {self.name}"


class ListSetup(models.Model):
    """The columns of a list in a person's order, and how many rows a page has."""

    list_key = models.CharField(max_length=40)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    columns = ArrayField(models.CharField(max_length=40), default=list)
    rows = models.PositiveSmallIntegerField(default=50)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="org_setup_once", fields=["person", "list_key"]),
            models.CheckConstraint(name="org_setup_rows", condition=Q(rows__in=[50, 100, 200])),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.list_key}"


class Batch(models.Model):
    """One action on many rows: first which rows exactly, then (confirmed) what became of each.

    `ids` are the rows that were shown or counted when it was asked for; it never touches others.
    `answers` are only those rows that were not done: {id, name, said}.
    """

    list_key = models.CharField(max_length=40)
    action = models.CharField(max_length=40)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # The filter the rows were found by, frozen.
    query = models.CharField(max_length=1000, blank=True)
    sort = models.CharField(max_length=60, blank=True)
    ids = ArrayField(models.BigIntegerField())
    # All rows that matched, not only those ticked on the page.
    everything = models.BooleanField(default=False)
    why = models.CharField(_("why"), max_length=200, blank=True)
    choice = models.CharField(max_length=80, blank=True)
    done = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    answers = models.JSONField(default=list)
    job = models.ForeignKey("org.Job", models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    confirmed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="org_batch_confirmed_first",
                condition=Q(finished_at__isnull=True) | Q(confirmed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="org_batch_has_rows", condition=Q(ids__len__gte=1, ids__len__lte=10_000)
            ),
        ]
        indexes = [models.Index(F("person"), F("id").desc(), name="org_batch_of_person")]

    def __str__(self) -> str:
        return f"BA-{self.pk}"
