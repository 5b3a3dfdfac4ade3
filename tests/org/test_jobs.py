"""Long work: done chunk by chunk, watched, stopped, and taken up again after a crash."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from org import selectors
from org import services as org
from org.models import AuditRecord, Job
from tests import given

pytestmark = pytest.mark.django_db
TRAIL = "chunk"


def count_up(work: org.Work) -> Iterator[org.Step]:
    """Writes one audit record per chunk; may die, fail or give up at a number."""
    upto = int(work.payload["upto"])
    for number in range(int(work.place.get("next", 1)), upto + 1):
        org.record(actor="system:test", action=TRAIL, subject=str(number))
        attempt = Job.objects.get(pk=work.job_id).attempts
        if number == work.payload.get("dies_at") and attempt < 3:
            raise SystemExit(9)
        if number == work.payload.get("fails_at"):
            raise ZeroDivisionError
        if number == work.payload.get("gives_up_at"):
            raise org.JobTrouble("The file is gone.")
        file = org.Download(name="faults.csv", content=b"1", content_type="text/csv")
        yield org.Step(
            done=number, total=upto, place={"next": number + 1}, result={"last": number},
            file=file if number == upto else None,
        )  # fmt: skip


@pytest.fixture(autouse=True)
def _samples(settings: LazySettings) -> None:
    settings.JOBS = {"sample": "tests.org.test_jobs:count_up"}


def _chunks() -> list[int]:
    return [int(row.subject) for row in AuditRecord.objects.filter(action=TRAIL).order_by("id")]


def _now(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)


def _silent(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(beat_at=timezone.now() - timedelta(minutes=5))


def test_a_job_is_done_chunk_by_chunk_and_leaves_its_result() -> None:
    job = given.job(upto=4)

    assert org.work_on_jobs() is True
    assert org.work_on_jobs() is False

    after = _now(job)
    assert (after.state, after.done, after.total, after.result) == ("DONE", 4, 4, {"last": 4})
    assert _chunks() == [1, 2, 3, 4]
    assert after.finished_at is not None


def test_a_turn_is_short_and_the_next_goes_on_behind_the_others() -> None:
    first, second = given.job(upto=3), given.job(upto=1)

    org.work_on_jobs(seconds=0)
    org.work_on_jobs(seconds=0)

    assert [(_now(job).state, _now(job).done) for job in (first, second)] == [
        ("RUNNING", 1), ("RUNNING", 1),
    ]  # fmt: skip
    while org.work_on_jobs(seconds=0):
        continue
    assert [_now(job).state for job in (first, second)] == ["DONE", "DONE"]
    assert _now(first).attempts == 1


def test_a_killed_worker_loses_one_chunk_and_the_next_begins_there() -> None:
    job = given.job(upto=4, dies_at=3)

    with pytest.raises(SystemExit):
        org.work_on_jobs()

    assert (_now(job).state, _now(job).done, _chunks()) == ("RUNNING", 2, [1, 2])
    # As long as its worker may be alive nobody else takes it.
    assert org.work_on_jobs() is False
    _silent(job)
    with pytest.raises(SystemExit):
        org.work_on_jobs()
    _silent(job)
    org.work_on_jobs()
    assert (_now(job).state, _chunks()) == ("DONE", [1, 2, 3, 4])


def test_a_chunk_that_always_kills_its_worker_is_given_up() -> None:
    job = given.job(upto=2)
    Job.objects.filter(pk=job.pk).update(attempts=5)

    assert org.work_on_jobs() is False

    assert _now(job).state == "FAILED"
    assert _chunks() == []


def test_a_chunk_that_fails_waits_and_ends_the_job_after_five_times() -> None:
    job = given.job(upto=3, fails_at=2)

    waits = []
    for _ in range(5):
        org.work_on_jobs()
        waits.append(_now(job).state)
        Job.objects.filter(pk=job.pk).update(due_at=timezone.now())

    assert waits == ["QUEUED"] * 4 + ["FAILED"]
    assert _chunks() == [1]
    assert "ZeroDivision" not in _now(job).failure


def test_trouble_that_trying_again_cannot_help_ends_the_job_at_once() -> None:
    job = given.job(upto=3, gives_up_at=2)

    org.work_on_jobs()

    assert (_now(job).state, _now(job).failure, _now(job).done) == (
        "FAILED", "The file is gone.", 1,
    )  # fmt: skip


def test_a_kind_that_the_settings_do_not_name_is_not_run() -> None:
    job = given.job(kind="os.system", upto=1)

    org.work_on_jobs()

    assert _now(job).state == "FAILED"


def test_a_waiting_job_is_stopped_at_once_and_a_running_one_after_its_chunk() -> None:
    owner = given.person("CLERK")
    waiting, running = given.job(of=owner, upto=3), given.job(of=owner, upto=3)
    Job.objects.filter(pk=waiting.pk).update(due_at=timezone.now() + timedelta(hours=1))
    org.work_on_jobs(seconds=0)

    with transaction.atomic():
        assert org.cancel_job(job_id=waiting.pk, person=owner) is True
        assert org.cancel_job(job_id=running.pk, person=owner) is True
    assert (_now(waiting).state, _now(running).state) == ("CANCELLED", "RUNNING")
    org.work_on_jobs()

    assert (_now(running).state, _now(running).done) == ("CANCELLED", 1)
    assert _chunks() == [1]
    with transaction.atomic():
        assert org.cancel_job(job_id=running.pk, person=owner) is False


def test_the_page_shows_progress_until_the_end(client: Client) -> None:
    owner = given.person("CLERK")
    job = given.job(of=owner, upto=4)
    client.force_login(owner)
    org.work_on_jobs(seconds=0)
    address = reverse("job", args=[job.pk])
    part = {"HX-Request": "true", "HX-Target": "progress"}

    text = client.get(address).content.decode()
    polled = client.get(address, headers=part)
    org.work_on_jobs()
    last = client.get(address, headers=part)

    assert 'value="25" max="100"' in text
    assert 'hx-trigger="every 1s"' in polled.content.decode()
    assert "HX-Refresh" not in polled.headers
    assert last.headers["HX-Refresh"] == "true"
    assert "hx-trigger" not in last.content.decode()
    assert b"Sample" in client.get(reverse("jobs")).content


def test_the_file_of_a_job_is_for_its_owner(client: Client) -> None:
    owner = given.person("CLERK")
    job = given.job(of=owner, upto=1)
    org.work_on_jobs()

    def asked_by(person: Any) -> int:
        client.force_login(person)
        return client.get(reverse("job-file", args=[job.pk])).status_code

    assert asked_by(owner) == 200
    assert asked_by(given.person("CLERK")) == 403
    client.logout()
    assert client.get(reverse("job-file", args=[job.pk])).status_code == 302


def test_only_the_owner_stops_a_job(client: Client) -> None:
    owner, other = given.person("CLERK"), given.person("HEAD_OFFICE")
    job = given.job(of=owner, upto=1)
    address = reverse("job-cancel", args=[job.pk])

    client.force_login(other)
    refused = client.post(address)
    client.force_login(owner)
    stopped = client.post(address)

    assert (refused.status_code, stopped.status_code) == (403, 302)
    assert _now(job).state == "CANCELLED"


def test_a_person_sees_own_jobs_and_the_auditor_all() -> None:
    owner, other, auditor = (given.person(each) for each in ("CLERK", "CLERK", "AUDITOR"))
    job = given.job(of=owner, upto=1)

    assert [each.id for each in selectors.jobs(person=owner)] == [job.pk]
    assert selectors.jobs(person=other) == []
    assert [each.id for each in selectors.jobs(person=auditor)] == [job.pk]


def test_the_list_shows_how_far_jobs_are_and_stops_ones_own_only(client: Client) -> None:
    owner, auditor = given.person("CLERK"), given.person("AUDITOR")
    running, waiting = given.job(of=owner, upto=4), given.job(of=owner, upto=4)
    Job.objects.filter(pk=waiting.pk).update(due_at=timezone.now() + timedelta(hours=1))
    org.work_on_jobs(seconds=0)
    ids = {"action": "stop", "id": [str(waiting.pk)]}

    client.force_login(auditor)
    seen = client.get(reverse("jobs"))
    client.post("/lists/jobs/batch/", ids)
    assert _now(waiting).state == "QUEUED"
    client.force_login(given.person("CLERK"))
    assert client.get(reverse("jobs")).context["list"].rows == []
    client.post("/lists/jobs/batch/", ids)
    assert _now(waiting).state == "QUEUED"
    client.force_login(owner)
    client.post("/lists/jobs/batch/", ids)

    assert _now(waiting).state == "CANCELLED"
    assert [row["id"] for row in seen.context["list"].rows] == [waiting.pk, running.pk]
    assert 'value="25" max="100"' in seen.content.decode()
    tabs = client.get(reverse("jobs")).context["list"].tabs
    assert [each["count"] for each in tabs] == [2, 1, 0, 0, 1]


def test_every_kind_in_the_settings_has_a_handler(settings: LazySettings) -> None:
    from config import settings as ours

    settings.JOBS = ours.JOBS

    assert all(callable(org.handler_of(kind)) for kind in ours.JOBS)


def test_a_failed_job_tried_again_goes_on_where_it_stood() -> None:
    job = given.job(upto=3, gives_up_at=2)
    while org.work_on_jobs(seconds=0):
        pass
    assert (_now(job).state, _chunks()) == ("FAILED", [1])
    Job.objects.filter(pk=job.pk).update(payload={"upto": 3})

    with transaction.atomic():
        assert org.retry_job(job_id=job.pk, person=job.person)
    while org.work_on_jobs(seconds=0):
        pass

    assert (_now(job).state, _now(job).failure) == ("DONE", "")
    assert _chunks() == [1, 2, 3]
    assert AuditRecord.objects.filter(action="job.retried", subject=f"job:{job.pk}").exists()


def test_a_job_that_runs_or_is_done_or_is_somebody_elses_is_not_tried_again() -> None:
    job = given.job(upto=1)
    with transaction.atomic():
        assert not org.retry_job(job_id=job.pk, person=job.person)
    with transaction.atomic(), pytest.raises(org.UnknownJob):
        org.retry_job(job_id=job.pk, person=given.person())
    org.work_on_jobs()

    with transaction.atomic():
        assert not org.retry_job(job_id=job.pk, person=job.person)
    assert _chunks() == [1]
