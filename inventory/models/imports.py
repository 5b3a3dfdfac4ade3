"""Stock that is brought in from a file: what was sent, judged row by row, then booked."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class StockImport(models.Model):
    """One file (or pasted rows). It is judged first; then somebody says what is booked of it."""

    class Kind(models.TextChoices):
        XLSX = "XLSX", _("Excel workbook")
        CSV = "CSV", _("CSV file")
        ROWS = "ROWS", _("Pasted rows")

    class Take(models.TextChoices):
        ALL = "ALL", _("All rows or none")
        GOOD = "GOOD", _("The good rows")

    # The sender's own word for this attempt: sent twice, it is one import.
    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=4, choices=Kind.choices)
    name = models.CharField(max_length=120)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # Of the content: the same file twice is worth a warning.
    digest = models.CharField(max_length=64)
    # Which field each column of the file holds; empty for columns that mean nothing here.
    header = models.JSONField(default=list)
    rows = models.PositiveIntegerField(default=0)
    checked_at = models.DateTimeField(null=True)
    # Rows that cannot be booked, and rows that need a new location or lot.
    faulty = models.PositiveIntegerField(default=0)
    adding = models.PositiveIntegerField(default=0)
    take = models.CharField(max_length=4, choices=Take.choices, blank=True)
    adds_places = models.BooleanField(default=False)
    booked = models.PositiveIntegerField(default=0)
    check_job = models.ForeignKey("org.Job", models.PROTECT, null=True, related_name="+")
    book_job = models.ForeignKey("org.Job", models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["XLSX", "CSV", "ROWS"]), name="import_known_kind"
            ),
            models.CheckConstraint(
                condition=models.Q(take__in=["", "ALL", "GOOD"]), name="import_known_take"
            ),
        ]
        indexes = [models.Index(fields=["digest"], name="import_by_digest")]

    def __str__(self) -> str:
        return f"IM-{self.pk}"


class ImportBlock(models.Model):
    """Up to a thousand rows of an import as they were sent: one chunk of the work.

    `cells` has one number per row, equal for rows about the same cell (0: none). `faults` are
    found before, `refused` while booking: {row, column, code, asked, there}.
    """

    stock_import = models.ForeignKey(StockImport, models.CASCADE, related_name="blocks")
    number = models.PositiveIntegerField()
    # As a spreadsheet counts them, from 1.
    first_row = models.PositiveIntegerField()
    content = models.BinaryField()
    cells = ArrayField(models.BigIntegerField(), default=list)
    faults = models.JSONField(default=list)
    refused = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stock_import", "number"], name="import_block_once"),
        ]

    def __str__(self) -> str:
        return f"{self.stock_import_id}/{self.number}"
