"""Questions about units, people and the audit trail."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from org import machines
from org.models import Assignment, AuditRecord, Job, JobFile, Person, Unit
from org.roles import AUDIT_VIEW, roles_with
from org.scope import Scope


@dataclass(frozen=True)
class UnitView:
    """A unit as others see it; `path` is the codes from the root down, "HQ/EAST/S01/"."""

    id: int
    kind: str
    code: str
    name: str
    parent_id: int | None
    path: str


@dataclass(frozen=True)
class AuditView:
    """One line of the audit trail."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    before: Any
    after: Any


def scope_of(person: Person, *, permission: str | Collection[str] | None = None) -> Scope:
    """The units the person works at, with everything below them. At most two queries.

    Args:
        person: who asks.
        permission: only units where a role of theirs carries this code, or one of these; None
            takes any role.

    Raises:
        UnknownPermission: no such code.
    """
    wanted = [permission] if isinstance(permission, str) else permission
    carrying = None if wanted is None else frozenset().union(*map(roles_with, wanted))
    if not person.is_active:
        return Scope.nothing()
    if person.is_superuser:
        return Scope.everything()
    jobs = Assignment.objects.filter(person=person)
    if carrying is not None:
        jobs = jobs.filter(role__in=carrying)
    places = set(jobs.values_list("unit__kind", "unit__path"))
    if any(kind == Unit.Kind.HEAD_OFFICE for kind, _ in places):
        return Scope.everything()
    if not places:
        return Scope.nothing()
    below = Q()
    for _, path in sorted(places):
        below |= Q(path__startswith=path)
    return Scope.of(Unit.objects.filter(below).values_list("id", flat=True))


def units(*, scope: Scope) -> list[UnitView]:
    """The tree inside the scope, parents before children."""
    rows = scope.limit(Unit.objects.all(), "pk").order_by("path")
    return [
        UnitView(*row)
        for row in rows.values_list("id", "kind", "code", "name", "parent_id", "path")
    ]


def unit_ids_by_code(codes: Sequence[str]) -> dict[str, int]:
    """Ids of the units with these codes; unknown codes are missing in the answer."""
    return dict(Unit.objects.filter(code__in=codes).values_list("code", "id"))


def names_of_actors(actors: Sequence[str]) -> dict[str, str]:
    """What to show for actor strings: a person's name, or the machine's in the reader's language.

    One statement, however many.
    """
    ids = {actor: int(actor[7:]) for actor in set(actors) if actor[:7] == "person:"}
    names = dict(Person.objects.filter(pk__in=set(ids.values())).values_list("pk", "display_name"))
    return {actor: names.get(ids.get(actor, 0)) or machines.name_of(actor) for actor in set(actors)}


def audit_trail(*, subject: str | None = None, limit: int = 200) -> list[AuditView]:
    """The latest records, newest first, of one subject or of all."""
    rows = AuditRecord.objects.all() if subject is None else (
        AuditRecord.objects.filter(subject=subject)
    )  # fmt: skip
    found = rows.order_by("-id").values_list(
        "id", "at", "actor", "action", "subject", "before", "after"
    )
    return [AuditView(*row) for row in found[:limit]]


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
    def stoppable(self) -> bool:
        """True when it can still be asked to stop."""
        return not self.finished and not self.cancel_asked


def _jobs_of(person: Person) -> QuerySet[Job]:
    """A person's own jobs; whoever reads the audit trail of the whole house sees all."""
    rows = Job.objects.select_related("person", "file").defer("file__content", "payload", "place")
    if person.may(AUDIT_VIEW) and scope_of(person, permission=AUDIT_VIEW).unit_ids is None:
        return rows
    return rows.filter(person=person)


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
