"""Jobs and people over HTTP."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from org import roles, services
from org.api.cursors import cursor_of, read_cursor
from org.api.describing import described, sparse
from org.api.endpoints import LET_IN, Endpoint
from org.api.faults import Fault, Faulty
from org.api.queries import Query, only, plain
from org.callers import SignedIn
from org.models import Person
from org.selectors import JobView, job, job_file, jobs
from org.selectors.staff import StaffRow, staff

JOB = {
    "id": int, "kind": str, "title": str, "state": str, "done": int, "total": int | None,
    "percent": int | None, "failure": str, "cancel_asked": bool, "result": {str: Any},
    "file": str | None, "created_at": datetime, "started_at": datetime | None,
    "finished_at": datetime | None,
}  # fmt: skip
PERSON = {
    "id": int, "username": str, "name": str, "active": bool, "jobs": [{"role": str, "at": str}],
}  # fmt: skip


class Jobs(Endpoint):
    """?running=true&cursor=&limit=&fields= ; one's own, newest first."""

    # Whoever is signed in has jobs; each sees the own.
    permission = LET_IN

    def person(self) -> Person:
        """Whose jobs these are. Raises Faulty: people_only."""
        if isinstance(self.caller, SignedIn):
            return self.caller.person
        raise Faulty(Fault(code="people_only", status=403))

    @described(
        "List jobs",
        takes={"running": bool, "cursor": str, "limit": int, "fields": str},
        answer={"jobs": [sparse(JOB)], "cursor": str | None},
    )
    def get(self, request: Request) -> Response:
        """Whoever reads the trail of the whole house sees all."""
        query = Query(request, ("running", "cursor", "limit", "fields"))
        chosen = query.chosen([*JOB])
        limit = min(query.limit(50), 200)
        place = read_cursor(query.text("cursor", 400), int)
        found = jobs(
            person=self.person(),
            running=query.flag("running"),
            before=place[0] if place else None,
            limit=limit + 1,
        )
        more = cursor_of(found[limit - 1].id) if len(found) > limit else None
        rows = [only(job_shown(view), chosen) for view in found[:limit]]
        return Response({"jobs": rows, "cursor": more})


class JobOne(Jobs):
    """One job and how far it is."""

    @described("Read a job", answer=JOB, also=(404,))
    def get(self, request: Request, job_id: int) -> Response:  # type: ignore[override]
        """As the list shows it."""
        Query(request, ())
        return Response(job_shown(self.one(job_id)))

    def one(self, job_id: int) -> JobView:
        """The job. Raises Faulty: not_found."""
        view = job(job_id, person=self.person())
        if view is None:
            raise Faulty(Fault(code="not_found", status=404))
        return view


class JobCancel(JobOne):
    """Ask a job to stop; what it has done stays."""

    http_method_names = ["post", "options"]

    @described("Ask a job to stop", body={}, answer=JOB, also=(404,))
    def post(self, request: Request, job_id: int) -> Response:
        """One that is over stays as it is."""
        return self.once(lambda: self._stopped(job_id))

    def _stopped(self, job_id: int) -> Response:
        try:
            services.cancel_job(job_id=job_id, person=self.person())
        except services.UnknownJob:
            raise Faulty(Fault(code="not_found", status=404)) from None
        return Response(job_shown(self.one(job_id)))


class JobResult(JobOne):
    """The file a job left."""

    @described(
        "Take the file of a job",
        answer={"name": str, "content_type": str, "base64": str},
        also=(404,),
    )
    def get(self, request: Request, job_id: int) -> Response:  # type: ignore[override]
        """Its bytes in base64, as everything here is JSON."""
        Query(request, ())
        found = job_file(job_id, person=self.person())
        if found is None:
            raise Faulty(Fault(code="not_found", status=404))
        name, content_type, content = found
        return Response(
            {
                "name": name,
                "content_type": content_type,
                "base64": base64.b64encode(content).decode(),
            }
        )


def job_shown(view: JobView) -> dict[str, Any]:
    """A job."""
    return {
        "id": view.id,
        "kind": view.kind,
        "title": view.title,
        "state": view.state,
        "done": view.done,
        "total": view.total,
        "percent": view.percent,
        "failure": view.failure,
        "cancel_asked": view.cancel_asked,
        "result": view.result,
        "file": view.file_name or None,
        "created_at": plain(view.created_at),
        "started_at": plain(view.started_at),
        "finished_at": plain(view.finished_at),
    }


class People(Endpoint):
    """?words=&active=&cursor=&limit=&fields= ; read only."""

    permission = roles.PEOPLE_VIEW

    @described(
        "List people",
        takes={"words": str, "active": bool, "cursor": str, "limit": int, "fields": str},
        answer={"people": [sparse(PERSON)], "cursor": str | None},
    )
    def get(self, request: Request) -> Response:
        """Those with a job in the caller's units, by name of sign-in."""
        query = Query(request, ("words", "active", "cursor", "limit", "fields"))
        chosen = query.chosen([*PERSON])
        limit = min(query.limit(50), 200)
        place = read_cursor(query.text("cursor", 400), str)
        found = staff(
            scope=self.scope(),
            words=query.text("words", 80),
            active=query.maybe("active"),
            after=place[0] if place else "",
            limit=limit + 1,
        )
        more = cursor_of(found[limit - 1].username) if len(found) > limit else None
        return Response(
            {"people": [only(_person(row), chosen) for row in found[:limit]], "cursor": more}
        )


class PersonOne(Endpoint):
    """One person by id."""

    permission = roles.PEOPLE_VIEW

    @described("Read a person", answer=PERSON, also=(404,))
    def get(self, request: Request, person_id: int) -> Response:
        """With the jobs that the caller sees."""
        Query(request, ())
        found = staff(scope=self.scope(), ids=[person_id], limit=1)
        if not found:
            raise Faulty(Fault(code="not_found", status=404))
        return Response(_person(found[0]))


def _person(row: StaffRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "username": row.username,
        "name": row.name,
        "active": row.active,
        "jobs": [{"role": role, "at": place} for role, place in row.jobs],
    }
