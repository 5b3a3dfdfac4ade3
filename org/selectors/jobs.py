"""Questions about long work."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from org.models import Job, JobFile, JobState, Person
from org.roles import AUDIT_VIEW
from org.selectors.people import scope_of


@dataclass(frozen=True, kw_only=True)
class JobView:
    """A job as people watch it; `percent` and `left` are empty while nobody can know them."""

    id: int
    kind: str
    title: str
    state: str
    state_label: str
    person_id: int
    person_name: str
    done: int
    total: int | None
    percent: int | None
    left: timedelta | None
    failure: str
    cancel_asked: bool
    result: dict[str, Any]
    page_url: str
    file_name: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def finished(self) -> bool:
        """True when it will not go on."""
        return self.finished_at is not None

    @property
    def repeatable(self) -> bool:
        """True when it ended before its time and may be tried again."""
        return self.state in ("FAILED", "CANCELLED")

    @property
    def stoppable(self) -> bool:
        """True when it can still be asked to stop."""
        return not self.finished and not self.cancel_asked


def _jobs_of(person: Person) -> QuerySet[Job]:
    """A person's own jobs; whoever reads the audit trail of the whole house sees all."""
    rows = Job.objects.select_related("person", "file").defer("file__content", "payload", "place")
    return rows if sees_all_jobs(person) else rows.filter(person=person)


@dataclass(frozen=True)
class JobsWanted:
    """What the list is narrowed to.

    `words` in the title. `state`: "" (all), "running" (not ended yet), "done", "failed",
    "cancelled". `own`: without those of others.
    """

    words: str = ""
    state: str = ""
    own: bool = False


ENDS = {"done": JobState.DONE, "failed": JobState.FAILED, "cancelled": JobState.CANCELLED}


def jobs_of(*, person: Person, wanted: JobsWanted) -> QuerySet[Job]:
    """The jobs of a filter that the person may see, unordered."""
    rows = _jobs_of(person)
    if wanted.own:
        rows = rows.filter(person=person)
    if wanted.words:
        rows = rows.filter(title__icontains=wanted.words)
    if wanted.state == "running":
        return rows.filter(finished_at__isnull=True)
    return rows.filter(state=ENDS[wanted.state]) if wanted.state in ENDS else rows


def jobs_by_id(*, person: Person, ids: Collection[int]) -> dict[int, JobView]:
    """These jobs, as far as the person may see them. One query."""
    return {row.pk: _job_view(row) for row in _jobs_of(person).filter(pk__in=ids)}


def sees_all_jobs(person: Person) -> bool:
    """Whether the jobs of others stand in the list too."""
    return person.may(AUDIT_VIEW) and scope_of(person, permission=AUDIT_VIEW).is_everything


def jobs(
    *, person: Person, running: bool = False, before: int | None = None, limit: int = 50
) -> list[JobView]:
    """Jobs that the person may see, newest first; keyset paging by `before` (an id)."""
    rows = _jobs_of(person)
    if running:
        rows = rows.filter(finished_at__isnull=True)
    if before is not None:
        rows = rows.filter(id__lt=before)
    return [_job_view(row) for row in rows.order_by("-id")[:limit]]


@dataclass(frozen=True, kw_only=True)
class FailedJob:
    """A job that failed, without whose it is."""

    id: int
    kind: str
    failure: str
    attempts: int
    at: datetime | None


def job_totals() -> dict[str, int]:
    """How many jobs wait, run, and failed within the last week."""
    week = timezone.now() - timedelta(days=7)
    rows = Job.objects.filter(
        Q(state__in=[JobState.QUEUED, JobState.RUNNING])
        | Q(state=JobState.FAILED, finished_at__gte=week)
    )
    counted = dict(rows.values_list("state").annotate(n=Count("id")).order_by())
    return {
        each: counted.get(each, 0)
        for each in (JobState.QUEUED.value, JobState.RUNNING.value, JobState.FAILED.value)
    }


def failed_jobs(*, limit: int = 20) -> list[FailedJob]:
    """Those that failed within the last week, newest first."""
    week = timezone.now() - timedelta(days=7)
    rows = Job.objects.filter(state=JobState.FAILED, finished_at__gte=week)
    return [
        FailedJob(
            id=row.pk, kind=row.kind, failure=row.failure, attempts=row.attempts,
            at=row.finished_at,
        )
        for row in rows.order_by("-id")[:limit]
    ]  # fmt: skip


def job(job_id: int, *, person: Person) -> JobView | None:
    """One job, if the person may see it."""
    row = _jobs_of(person).filter(pk=job_id).first()
    return None if row is None else _job_view(row)


def job_file(job_id: int, *, person: Person) -> tuple[str, str, bytes] | None:
    """Name, content type and bytes of what a job left for download."""
    if not _jobs_of(person).filter(pk=job_id).exists():
        return None
    row = JobFile.objects.filter(job_id=job_id).first()
    return None if row is None else (row.name, row.content_type, bytes(row.content))


def _job_view(row: Job) -> JobView:
    file: JobFile | None = getattr(row, "file", None)
    percent = None if not row.total else min(100, row.done * 100 // row.total)
    return JobView(
        id=row.pk,
        kind=row.kind,
        title=row.title,
        state=row.state,
        state_label=str(row.get_state_display()),
        person_id=row.person_id,
        person_name=row.person.display_name,
        done=row.done,
        total=row.total,
        percent=100 if row.state == "DONE" else percent,
        left=_time_left(row),
        failure=row.failure,
        cancel_asked=row.cancel_asked,
        result=row.result,
        page_url=row.page_url,
        file_name=file.name if file else "",
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )


def _time_left(row: Job) -> timedelta | None:
    """At the pace until now; unknown before the first chunk and when nothing runs."""
    if row.finished_at is not None or row.started_at is None or not row.total or not row.done:
        return None
    return (timezone.now() - row.started_at) * (row.total - row.done) / row.done
