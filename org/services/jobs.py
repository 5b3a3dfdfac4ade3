"""Long work: ask for it, stop it. What does it is in `job_runs`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.db.models.functions import Now

from org.models import Job, Person
from org.selectors.belonging import unit_of_person
from org.services.audit import record
from outbox import services as outbox


class UnknownJob(LookupError):
    """There is no such job, or it is somebody else's."""

    code = "unknown_job"


def add_job(
    *, kind: str, title: str, person: Person, payload: Mapping[str, Any], page_url: str = ""
) -> int:
    """Queue a job and ring for a worker; returns its id. Joins the caller's transaction.

    Args:
        kind: a key of `settings.JOBS`.
        title: what people read in the list, in the language of whoever asks.
        person: who asks; the job acts in their name and with their rights.
        payload: what the handler needs, as JSON.
        page_url: the page on which more is said about it.
    """
    assert connection.in_atomic_block, "The job is queued with what it is about."
    job = Job.objects.create(
        kind=kind, title=title[:200], person=person, payload=dict(payload), page_url=page_url
    )
    outbox.ring(topic="jobs.due")
    return job.pk


def retry_job(*, job_id: int, person: Person) -> bool:
    """Try a failed or stopped job again: it goes on where it stood. Joins the transaction.

    False when it is not at such an end.

    Raises:
        UnknownJob: no such job of this person.
    """
    assert connection.in_atomic_block, "The edge opens the transaction."
    job = Job.objects.select_for_update(no_key=True).filter(pk=job_id, person=person).first()
    if job is None:
        raise UnknownJob(job_id)
    if job.state not in ("FAILED", "CANCELLED"):
        return False
    record(
        actor=person.actor, action="job.retried", subject=f"job:{job.pk}",
        before={"done": job.done, "state": job.state},
        unit_id=unit_of_person(person.pk),
    )  # fmt: skip
    job.retry()
    job.attempts, job.failure, job.worker = 0, "", ""
    job.cancel_asked, job.finished_at, job.due_at = False, None, Now()
    job.save()
    outbox.ring(topic="jobs.due")
    return True


def cancel_job(*, job_id: int, person: Person) -> bool:
    """Ask a job to stop: a waiting one at once, a running one after its chunk.

    Joins the caller's transaction. False when it is finished already.

    Raises:
        UnknownJob: no such job of this person.
    """
    job = Job.objects.select_for_update(no_key=True).filter(pk=job_id, person=person).first()
    if job is None:
        raise UnknownJob(job_id)
    if job.finished_at is not None:
        return False
    if not job.cancel_asked:
        job.cancel_asked = True
        record(
            actor=person.actor, action="job.cancelled", subject=f"job:{job.pk}",
            before={"done": job.done, "state": job.state},
            unit_id=unit_of_person(person.pk),
        )  # fmt: skip
    if job.state == "QUEUED":
        job.cancel()
        job.finished_at = Now()
    job.save(update_fields=["cancel_asked", "state", "finished_at"])
    return True
