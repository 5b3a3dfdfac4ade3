"""Do what jobs are due, chunk by chunk.

Like the outbox's delivery, and unlike other services, this opens transactions itself: one to take
a job, and one for each chunk, in which the chunk's work and the job's progress commit together.
A worker that is killed loses one chunk; whoever takes the job next begins where it began.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from importlib import import_module
from typing import Any, Protocol, cast

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from org.models import Job, JobFile, Person
from org.services.notices import notify

log = logging.getLogger(__name__)

# Tasks are short, or a long job would keep everybody else's waiting.
BUDGET_S = 5.0
# A worker without a sign of life for so long is dead; chunks take seconds.
SILENCE = timedelta(seconds=90)
LAST_ATTEMPT = 5
WAIT_S = 5


@dataclass(frozen=True, kw_only=True)
class Work:
    """What a handler is given: who asked for what, and where the next chunk begins."""

    job_id: int
    person: Person
    payload: Mapping[str, Any]
    place: Mapping[str, Any]
    done: int


@dataclass(frozen=True, kw_only=True)
class Download:
    """A file that a job leaves."""

    name: str
    content: bytes
    content_type: str


@dataclass(frozen=True, kw_only=True)
class Step:
    """What one chunk came to. `place` is where the next one begins; `done` counts from 0."""

    done: int
    total: int | None = None
    place: Mapping[str, Any] = field(default_factory=dict)
    result: Mapping[str, Any] | None = None
    file: Download | None = None


class JobTrouble(Exception):
    """The job cannot be done and trying again would not help; the text is for people."""


class Handler(Protocol):
    """Does the job: each turn of the iterator is one chunk, inside the runner's transaction.

    It must begin at `work.place`, post with keys that say what the chunk is, and yield nothing
    when it is called again after its last chunk: a turn may end behind any chunk.
    """

    def __call__(self, work: Work) -> Iterator[Step]: ...


class UnknownJobKind(LookupError):
    """`settings.JOBS` does not name this kind."""

    code = "unknown_job_kind"


def handler_of(kind: str) -> Handler:
    """The function behind a kind of job.

    Raises:
        UnknownJobKind: the settings do not name it: a row is no licence to call anything.
    """
    try:
        module, _colon, function = settings.JOBS[kind].partition(":")
    except KeyError:
        raise UnknownJobKind(kind) from None
    return cast(Handler, getattr(import_module(module), function))


def work_on_jobs(*, seconds: float = BUDGET_S) -> bool:
    """Take the job that waits longest and do its chunks for some seconds.

    True when there is probably more to do at once.
    """
    until = time.monotonic() + seconds
    worker = str(uuid.uuid4())
    job = _take(worker)
    if job is None:
        return False
    with translation.override(job.person.language):
        chunks: Iterator[Step] | None = None
        while True:
            try:
                chunks = chunks or handler_of(job.kind)(_work(job))
                more = _chunk(job.pk, worker, chunks)
            except Exception as error:
                log.exception("Job %s (%s) failed in a chunk", job.pk, job.kind)
                _put_aside(job.pk, worker, error)
                return True
            if not more:
                return True
            if time.monotonic() >= until:
                _lay_down(job.pk, worker)
                return True


def _work(job: Job) -> Work:
    return Work(
        job_id=job.pk, person=job.person, payload=job.payload, place=job.place, done=job.done
    )


def _take(worker: str) -> Job | None:
    """Claim the job that is due longest; nobody waits for a job that somebody else looks at."""
    now = timezone.now()
    with transaction.atomic(durable=True):
        abandoned = Q(worker="") | Q(beat_at__lt=now - SILENCE)
        job = (
            Job.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
            .select_related("person")
            .filter(due_at__lte=now)
            .filter(Q(state="QUEUED") | Q(abandoned, state="RUNNING"))
            .order_by("due_at", "id")
            .first()
        )
        if job is None:
            return None
        if job.attempts >= LAST_ATTEMPT:
            job.start()
            job.fail()
            job.failure = job.failure or _("The work stopped its worker several times.")
            job.finished_at = now
            job.save()
            _tell(job)
            return None
        job.start()
        job.attempts += 1
        job.worker, job.beat_at = worker, now
        job.started_at = job.started_at or now
        job.save()
    return job


def _mine(job_id: int, worker: str) -> Job | None:
    rows = Job.objects.select_for_update(no_key=True)
    return rows.filter(pk=job_id, worker=worker, state="RUNNING").first()


def _chunk(job_id: int, worker: str, chunks: Iterator[Step]) -> bool:
    """One chunk with its progress. False when the job is at its end, or no longer ours."""
    with transaction.atomic(durable=True):
        job = _mine(job_id, worker)
        if job is None:
            return False
        if job.cancel_asked:
            job.cancel()
            _close(job)
            return False
        step = next(chunks, None)
        if step is None:
            job.finish()
            _close(job)
            return False
        job.done = step.done
        job.total = job.total if step.total is None else max(step.total, step.done)
        job.place = dict(step.place)
        job.result = job.result if step.result is None else dict(step.result)
        job.beat_at, job.attempts = timezone.now(), 1
        job.save()
        if step.file is not None:
            JobFile.objects.update_or_create(
                job=job,
                defaults={
                    "name": step.file.name,
                    "content": step.file.content,
                    "content_type": step.file.content_type,
                },
            )
    return True


def _close(job: Job) -> None:
    job.worker, job.finished_at = "", timezone.now()
    job.save()
    _tell(job)


def _tell(job: Job) -> None:
    """Whoever asked hears how it ended, with the end itself; who stopped it knows."""
    if job.state == "CANCELLED":
        return
    what = "import" if ".import." in job.kind else "job"
    how = "done" if job.state == "DONE" else "failed"
    notify(
        kind=f"{what}.{how}",
        to=[job.person_id],
        params={"title": job.title},
        link=job.page_url or f"/jobs/{job.pk}/",
    )


def _lay_down(job_id: int, worker: str) -> None:
    """The time is used up: whoever comes next goes on, after the jobs that wait longer."""
    Job.objects.filter(pk=job_id, worker=worker).update(
        worker="", due_at=timezone.now(), attempts=F("attempts") - 1
    )


def _put_aside(job_id: int, worker: str, error: Exception) -> None:
    """A chunk failed: again later with a growing wait, or never when that cannot help."""
    with transaction.atomic(durable=True):
        job = _mine(job_id, worker)
        if job is None:
            return
        hopeless = isinstance(error, JobTrouble | UnknownJobKind)
        job.failure = (str(error) if hopeless else _("Something went wrong inside."))[:400]
        if hopeless or job.attempts >= LAST_ATTEMPT:
            job.fail()
            _close(job)
            return
        job.wait()
        job.worker = ""
        job.due_at = timezone.now() + timedelta(seconds=WAIT_S * 2**job.attempts)
        job.save()
