"""Long work that people watch: imports, exports, reports."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from outbox.clock import database_clock


class JobState(models.TextChoices):
    """Where a job stands."""

    QUEUED = "QUEUED", _("Waiting")
    RUNNING = "RUNNING", _("Running")
    DONE = "DONE", _("Done")
    FAILED = "FAILED", _("Failed")
    CANCELLED = "CANCELLED", _("Cancelled")


S = JobState


class Job(models.Model):
    """One long work, done chunk by chunk; each chunk commits together with `done` and `place`.

    `place` is where the next chunk begins, as its handler wrote it: a killed worker's job goes on
    from there. `worker` is who has it now and `beat_at` its last sign of life.
    """

    kind = models.CharField(_("kind"), max_length=40)
    title = models.CharField(_("title"), max_length=200)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    state = FSMField(_("state"), max_length=10, default=S.QUEUED, choices=S.choices, protected=True)
    done = models.BigIntegerField(_("done"), default=0)
    # Unknown until the handler has counted.
    total = models.BigIntegerField(_("total"), null=True)
    payload = models.JSONField(default=dict)
    place = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    # The document that more is to be read in, such as the page of an import.
    page_url = models.CharField(max_length=200, blank=True)
    failure = models.CharField(_("failure"), max_length=400, blank=True)
    cancel_asked = models.BooleanField(default=False)
    # Counted before the work, so a chunk that kills its worker is not tried for ever.
    attempts = models.PositiveSmallIntegerField(default=0)
    worker = models.CharField(max_length=36, blank=True)
    beat_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(db_default=database_clock())
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)
    started_at = models.DateTimeField(_("started"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        constraints = [
            models.CheckConstraint(
                name="org_job_state_known", condition=Q(state__in=sorted(S.values))
            ),
            models.CheckConstraint(
                name="org_job_progress",
                condition=Q(done__gte=0) & (Q(total__isnull=True) | Q(total__gte=F("done"))),
            ),
        ]
        indexes = [
            models.Index(
                name="org_job_due",
                fields=["due_at", "id"],
                condition=Q(state__in=["QUEUED", "RUNNING"]),
            ),
            models.Index(name="org_job_of_person", fields=["person", "-id"]),
        ]

    def __str__(self) -> str:
        return f"JOB-{self.pk} {self.title}"

    @transition(field=state, source=[S.QUEUED, S.RUNNING], target=S.RUNNING)
    def start(self) -> None:
        """A worker has it."""

    @transition(field=state, source=S.RUNNING, target=S.QUEUED)
    def wait(self) -> None:
        """A chunk failed; it is tried again later."""

    @transition(field=state, source=S.RUNNING, target=S.DONE)
    def finish(self) -> None:
        """Nothing is left to do."""

    @transition(field=state, source=S.RUNNING, target=S.FAILED)
    def fail(self) -> None:
        """A chunk failed too often; what was committed stays."""

    @transition(field=state, source=[S.FAILED, S.CANCELLED], target=S.QUEUED)
    def retry(self) -> None:
        """Somebody wants it tried again; it goes on where it stood."""

    @transition(field=state, source=[S.QUEUED, S.RUNNING], target=S.CANCELLED)
    def cancel(self) -> None:
        """Somebody asked to stop; what was committed stays."""


class JobFile(models.Model):
    """What a job leaves for download, such as the rows it could not take."""

    job = models.OneToOneField(Job, models.CASCADE, related_name="file")
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=100)
    content = models.BinaryField()

    def __str__(self) -> str:
        return self.name


class JobFilePart(models.Model):
    """A piece of a long file, packed; the whole is never in memory at once.

    Pieces grow while the job runs: a killed worker's job goes on behind the last one.
    """

    job = models.ForeignKey(Job, models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    # Rows still to be put into a workbook are no part of what is downloaded.
    raw = models.BooleanField(default=False)
    content = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="org_job_part_once", fields=["job", "raw", "number"]),
        ]

    def __str__(self) -> str:
        return f"{self.job_id}/{self.number}"
