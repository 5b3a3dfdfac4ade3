"""Rows that are brought in from a file: what was sent, judged row by row, then booked."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Import(models.Model):
    """One file, or pasted rows. It is judged first; then somebody says what is booked of it."""

    class Form(models.TextChoices):
        XLSX = "XLSX", _("Excel workbook")
        CSV = "CSV", _("CSV file")
        ROWS = "ROWS", _("Pasted rows")

    class Take(models.TextChoices):
        ALL = "ALL", _("All rows or none")
        GOOD = "GOOD", _("The good rows")

    # The sender's own word for this attempt: sent twice, it is one import.
    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=40)
    form = models.CharField(max_length=4, choices=Form.choices)
    name = models.CharField(max_length=120)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # Of the content: the same file twice is worth a warning.
    digest = models.CharField(max_length=64, blank=True)
    # The headings as they were written, and which field each of them holds (empty: none).
    headings = models.JSONField(default=list)
    header = models.JSONField(default=list)
    rows = models.PositiveIntegerField(default=0)
    checked_at = models.DateTimeField(null=True)
    # Rows that cannot be booked, and rows that need something new that may be made for them.
    faulty = models.PositiveIntegerField(default=0)
    adding = models.PositiveIntegerField(default=0)
    adds = models.BooleanField(default=False)
    take = models.CharField(max_length=4, choices=Take.choices, blank=True)
    booked = models.PositiveIntegerField(default=0)
    check_job = models.ForeignKey("org.Job", models.PROTECT, null=True, related_name="+")
    book_job = models.ForeignKey("org.Job", models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(form__in=["XLSX", "CSV", "ROWS"]), name="org_import_form_known"
            ),
            models.CheckConstraint(
                condition=Q(take__in=["", "ALL", "GOOD"]), name="org_import_take_known"
            ),
            models.CheckConstraint(
                condition=Q(take="") | Q(checked_at__isnull=False), name="org_import_checked_first"
            ),
        ]
        indexes = [
            models.Index(fields=["digest"], name="org_import_digest", condition=~Q(digest="")),
            models.Index(F("person"), F("kind"), F("id").desc(), name="org_import_of_person"),
        ]

    def __str__(self) -> str:
        return f"IM-{self.pk}"

    @property
    def bad(self) -> int:
        """Rows that are not booked, as far as it was known before."""
        return self.faulty + (0 if self.adds else self.adding)


class ImportRows(models.Model):
    """About a thousand rows of an import as they were sent: one chunk of the work.

    `cells` has one number per row, equal for rows about the same thing (0: none). `faults` are
    found before, `refused` while booking: {row, column, code, asked, there}.
    """

    of = models.ForeignKey(Import, models.CASCADE, related_name="blocks")
    number = models.PositiveIntegerField()
    # As a spreadsheet counts them, from 1.
    first_row = models.PositiveIntegerField()
    content = models.BinaryField()
    cells = ArrayField(models.BigIntegerField(), default=list)
    faults = models.JSONField(default=list)
    refused = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["of", "number"], name="org_import_rows_once"),
        ]

    def __str__(self) -> str:
        return f"{self.of_id}/{self.number}"


class ImportMapping(models.Model):
    """Which field a person said a heading of theirs holds; remembered for the next file."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    heading = models.CharField(max_length=80)
    field = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind", "heading"], name="org_import_mapping_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.heading} = {self.field}"
